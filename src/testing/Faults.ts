/**
 * Faults: what goes wrong between a bot and Discord, on demand.
 *
 * Immediate faults act on a shard as soon as it has a connection; they wait for one within the fake's patience. Armed
 * faults return a {@link Fault} at once, and act on the next occasions, as often as {@link When.times} says. If several
 * are armed at one point, the oldest acts first, so they form a script. Delays follow `Clock`.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { AwaitTimeout } from "./FakeDiscordError.ts"
import type { Host } from "./Log.ts"

/**
 * Where a fault can be armed. It acts right before the server's normal work at that point:
 *
 * | Point | The server is about to |
 * |---|---|
 * | `upgrade` | answer a websocket upgrade |
 * | `hello` | send HELLO |
 * | `identify` | check an IDENTIFY |
 * | `ready` | send READY |
 * | `resume` | check a RESUME |
 * | `resumed` | send RESUMED, after the replay |
 * | `ack` | acknowledge a heartbeat |
 * | `members` | answer op 8 |
 * | `request` | answer a REST request |
 */
export type Point =
  | "upgrade"
  | "hello"
  | "identify"
  | "ready"
  | "guilds"
  | "resume"
  | "resumed"
  | "ack"
  | "members"
  | "request"

/** What a fault does. Unless stated otherwise, it replaces the server's normal work. */
export type Action =
  /** Does the normal work later. */
  | { readonly _tag: "Delay"; readonly duration: Duration.Input }
  /** Does nothing, ever. */
  | { readonly _tag: "Never" }
  /** Handles a REST request at once, and answers late; without a duration never, and resets the connection. */
  | { readonly _tag: "Lose"; readonly duration?: Duration.Input | undefined }
  /** Sends a close frame, which is empty without a code. */
  | { readonly _tag: "Close"; readonly code?: number | undefined }
  /** Ends the TCP connection without a close frame: with a FIN, or with a RST if `reset` is set. */
  | { readonly _tag: "Drop"; readonly reset?: boolean | undefined }
  /** Stops reading and sending, while the TCP connection stays open. */
  | { readonly _tag: "Freeze" }
  /** Sends op 7. With `proceed`, the normal work follows. */
  | { readonly _tag: "Reconnect"; readonly proceed?: boolean | undefined }
  /** Sends op 9. */
  | { readonly _tag: "InvalidSession"; readonly resumable: boolean }
  /** Answers an upgrade or a REST request with a status. A body that is a string is sent as it is. */
  | {
      readonly _tag: "Status"
      readonly status: number
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly body?: unknown
    }
  /** Answers op 8 with RATE_LIMITED. `retryAfter` is in seconds. */
  | { readonly _tag: "RateLimited"; readonly retryAfter: number }

/** How often and where a fault acts. */
export interface When {
  /** How often it acts; `Infinity` means until it is withdrawn. Default: 1. */
  readonly times?: number | undefined
  /** Acts on this shard only. A connection has no shard before IDENTIFY or RESUME. Default: all shards. */
  readonly shard?: number | undefined
  /** Acts on one of the two gateway hosts only. Default: both. */
  readonly host?: Host | undefined
}

/**
 * Selects REST requests: by `METHOD /route` (`GET /gateway/bot`, `POST /interactions/:id/:token/callback`), or by a pattern
 * for `METHOD /path`. In a route, a part with a colon is any value, whatever its name, and any other part is that value
 * alone: `GET /users/:user` is also the request for `/users/@me`, and `GET /users/@me` only that. The query is left out.
 */
export type RequestPattern = string | RegExp

/** An armed fault. */
export interface Fault {
  /** How often it has acted. */
  readonly hits: Effect.Effect<number>
  /** Withdraws it. */
  readonly clear: Effect.Effect<void>
}

/** A status of the edge before Discord: it blocks with 429 and 403, and the others say that Discord is away. */
export type EdgeStatus = 403 | 429 | 500 | 502 | 503 | 504 | 520 | 521 | 522 | 523 | 524 | 525 | 530

/**
 * How the edge answers: a page in HTML, JSON that says in its body alone how long to wait, JSON that does not say it, HTML
 * with an HTTP date in `retry-after`, nothing, the text `error code: 1015` with `retry-after`, or the page of error 1020.
 */
export type EdgeForm = "html" | "json" | "json-empty" | "date" | "empty" | "1015" | "1020"

type Immediate = Effect.Effect<void, AwaitTimeout>
type Armed = Effect.Effect<Fault>

/** The faults of one fake. */
export interface Faults {
  /** Ends the TCP connection without a close frame; the session stays. The client sees 1006. */
  readonly dropConnection: (shardId: number) => Immediate
  /** Ends the TCP connection with a reset; the session stays. */
  readonly reset: (shardId: number) => Immediate
  /** Makes the connection half-open: the server stops reading and sending, and does not even answer a close frame. */
  readonly pauseSocket: (shardId: number) => Immediate
  /** Sends a close frame, which is empty without a code. 4004, 4007 and 4009 to 4014 also end the session. */
  readonly close: (shardId: number, code?: number) => Immediate
  /** Sends op 7: reconnect and resume. */
  readonly reconnect: (shardId: number) => Immediate
  /** Sends op 9. Unless resumable, the session ends. */
  readonly invalidSession: (shardId: number, resumable: boolean) => Immediate
  /** Sends op 1, which asks for a heartbeat at once. */
  readonly requestHeartbeat: (shardId: number) => Immediate
  /** Sends any payload. */
  readonly send: (shardId: number, payload: unknown) => Immediate
  /** Sends text that is not JSON, correctly compressed if the connection is compressed. */
  readonly invalidJson: (shardId: number) => Immediate
  /** Sends bytes that neither a decompressor nor a JSON parser accepts. */
  readonly corruptFrame: (shardId: number) => Immediate
  /** Ends a session behind the bot's back: its next RESUME is refused with op 9 false. */
  readonly expireSession: (shardId: number) => Effect.Effect<void>
  /** Drops the events that a session keeps for a RESUME: the next RESUME is refused if it missed any. */
  readonly loseEvents: (shardId: number) => Effect.Effect<void>
  /** Resets the bot token: every connection is closed with 4004, and REST answers with 401. */
  readonly resetToken: Effect.Effect<void>
  /** Sets how many IDENTIFYs are left in the budget. */
  readonly setIdentifiesLeft: (count: number) => Effect.Effect<void>

  /** Arms any action at any point. */
  readonly at: (point: Point, action: Action, when?: When) => Armed

  /** Takes a host down: cuts connections and refuses new ones. `clear` brings it back on the same port. */
  readonly refuseConnections: (host?: Host) => Armed
  /** Answers upgrades with an HTTP status, for example 429, 503 or Cloudflare's 520. */
  readonly upgradeStatus: (status: number, when?: When) => Armed
  /** Accepts the connections of upgrades, and never answers them. */
  readonly stallUpgrade: (when?: When) => Armed
  /** Cuts the TCP connection instead of answering an upgrade. */
  readonly dropUpgrade: (when?: When) => Armed

  /** Sends HELLO late. */
  readonly helloDelay: (duration: Duration.Input, when?: When) => Armed
  /** Never sends HELLO. */
  readonly helloNever: (when?: When) => Armed
  /** Sends op 7, then HELLO. */
  readonly op7BeforeHello: (when?: When) => Armed
  /** Sends op 7 instead of HELLO. */
  readonly op7InsteadOfHello: (when?: When) => Armed
  /** Closes the connection instead of sending HELLO. The close frame is empty without a code. */
  readonly closeBeforeHello: (code?: number, when?: When) => Armed

  /** Does not acknowledge heartbeats, by default until withdrawn. */
  readonly muteAcks: (when?: When) => Armed
  /** Acknowledges heartbeats late, by default until withdrawn. */
  readonly lateAcks: (duration: Duration.Input, when?: When) => Armed

  /** Sends READY late. */
  readonly readyDelay: (duration: Duration.Input, when?: When) => Armed
  /** The guilds that READY names follow late. */
  readonly guildsDelay: (duration: Duration.Input, when?: When) => Armed
  /** Never sends READY. */
  readonly readyNever: (when?: When) => Armed
  /** Closes the connection on IDENTIFY. The close frame is empty without a code. */
  readonly closeOnIdentify: (code: number | undefined, when?: When) => Armed
  /** Answers IDENTIFY with op 9. */
  readonly invalidSessionOnIdentify: (resumable: boolean, when?: When) => Armed

  /** Replays the missed events at once, but sends RESUMED late. */
  readonly resumedDelay: (duration: Duration.Input, when?: When) => Armed
  /** Replays the missed events, but never sends RESUMED. */
  readonly resumedNever: (when?: When) => Armed
  /** Closes the connection on RESUME. The close frame is empty without a code. */
  readonly closeOnResume: (code: number | undefined, when?: When) => Armed
  /** Answers RESUME with op 9. */
  readonly invalidSessionOnResume: (resumable: boolean, when?: When) => Armed
  /** Replays each missed event twice. */
  readonly duplicateReplay: (when?: When) => Armed
  /** Leaves every second missed event out of the replay. */
  readonly gapInReplay: (when?: When) => Armed

  /** Answers op 8 with RATE_LIMITED. `retryAfter` is in seconds. */
  readonly rateLimitMembers: (retryAfter: number, when?: When) => Armed
  /** Never answers op 8. */
  readonly membersNever: (when?: When) => Armed
  /** Splits compressed payloads into websocket messages of `bytes` bytes, on all connections, until withdrawn. */
  readonly splitFrames: (bytes: number) => Armed

  /** Answers requests with a status. Default body: `{ message, code: 0 }`. */
  readonly restStatus: (
    requests: RequestPattern,
    status: number,
    when?: When & { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> | undefined }
  ) => Armed
  /** Answers requests with 429. `retryAfter` is in seconds. */
  readonly restRateLimit: (
    requests: RequestPattern,
    retryAfter: number,
    when?: When & {
      /** Default: `user`. */
      readonly scope?: "user" | "global" | "shared" | undefined
    }
  ) => Armed
  /** Answers requests as the edge before Discord does: without any of Discord's headers, and mostly without JSON. */
  readonly restEdge: (
    requests: RequestPattern,
    status: EdgeStatus,
    when?: When & {
      /** Default: `html`. */
      readonly form?: EdgeForm | undefined
      /** In seconds, for the forms `json` and `1015`. Default: 1. */
      readonly retryAfter?: number | undefined
    }
  ) => Armed
  /** Blocks the bot's address, as too many invalid requests do: 429, `error code: 1015`, and `retry-after` in seconds. */
  readonly cloudflareBan: (retryAfter: number, when?: When) => Armed
  /** Answers requests with 403 and a page of the edge's, as its firewall does. */
  readonly cloudflareBlock: (requests: RequestPattern, when?: When) => Armed
  /** Answers requests with a page of the edge's that says that Discord is away. Default: 502. */
  readonly cloudflareError: (requests: RequestPattern, status?: Exclude<EdgeStatus, 403 | 429>, when?: When) => Armed
  /** Handles and answers requests late. */
  readonly restDelay: (requests: RequestPattern, duration: Duration.Input, when?: When) => Armed
  /** Handles requests at once, but answers late. */
  readonly restSlowAnswer: (requests: RequestPattern, duration: Duration.Input, when?: When) => Armed
  /** Handles requests, and resets their connections instead of answering. */
  readonly restLoseAnswer: (requests: RequestPattern, when?: When) => Armed
  /** Ignores requests: they are neither handled nor answered. */
  readonly restHang: (requests: RequestPattern, when?: When) => Armed
  /** Resets the connections of requests without handling them. */
  readonly restReset: (requests: RequestPattern, when?: When) => Armed
  /** Answers `GET /gateway/bot` with a status. */
  readonly gatewayBotStatus: (status: number, when?: When) => Armed

  /** Withdraws all armed faults, and brings both hosts back. */
  readonly clear: Effect.Effect<void>
}
