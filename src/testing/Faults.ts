/**
 * Faults: what goes wrong between a bot and Discord, on demand.
 *
 * Those that act on a shard at once wait, within the fake's patience, for a connection to act on. Those that lie in wait
 * act at the next occasions, as often as {@link When.times} says; the oldest acts first, so several at one point form a
 * script. Each of these gives a {@link Fault} that can be counted and withdrawn. Delays follow `Clock`.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { AwaitTimeout } from "./FakeDiscordError.ts"
import type { Host } from "./Log.ts"

/**
 * Where a fault can lie in wait, each time before the server does its normal work: answers an upgrade, sends HELLO, looks
 * at an IDENTIFY, sends READY, looks at a RESUME, sends RESUMED (after the replay), sends an ACK, answers op 8, answers a
 * REST request.
 */
export type Point = "upgrade" | "hello" | "identify" | "ready" | "resume" | "resumed" | "ack" | "members" | "request"

/** What a fault does. Unless said otherwise, the server's normal work is left out. */
export type Action =
  /** The normal work is done later. */
  | { readonly _tag: "Delay"; readonly duration: Duration.Input }
  /** Nothing is done, and nothing ever comes. */
  | { readonly _tag: "Never" }
  /** A close frame; without a code an empty one. */
  | { readonly _tag: "Close"; readonly code?: number | undefined }
  /** The TCP connection is ended without a close frame: with a FIN, or with `reset` a RST. */
  | { readonly _tag: "Drop"; readonly reset?: boolean | undefined }
  /** Nothing is read and nothing is sent any more, and the TCP connection stays open. */
  | { readonly _tag: "Freeze" }
  /** Op 7. With `proceed` the normal work follows. */
  | { readonly _tag: "Reconnect"; readonly proceed?: boolean | undefined }
  /** Op 9. */
  | { readonly _tag: "InvalidSession"; readonly resumable: boolean }
  /** An HTTP answer, for upgrades and REST requests. A string is sent as it is. */
  | {
      readonly _tag: "Status"
      readonly status: number
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly body?: unknown
    }
  /** Op 8 is answered with RATE_LIMITED; in seconds. */
  | { readonly _tag: "RateLimited"; readonly retryAfter: number }

/** How often and where a fault acts. */
export interface When {
  /** Default: once; `Infinity` means until it is withdrawn. */
  readonly times?: number | undefined
  /** Only this shard. Before IDENTIFY or RESUME no connection has a shard. Default: all. */
  readonly shard?: number | undefined
  /** Only one of the two gateway hosts. Default: both. */
  readonly host?: Host | undefined
}

/**
 * Which REST requests: `METHOD /route` as in the log (`GET /gateway/bot`, `POST /interactions/:id/:token/callback`), or a
 * pattern for `METHOD /path`.
 */
export type RequestPattern = string | RegExp

/** A fault that lies in wait. */
export interface Fault {
  /** How often it has acted. */
  readonly hits: Effect.Effect<number>
  /** Withdraws it. */
  readonly clear: Effect.Effect<void>
}

type Now = Effect.Effect<void, AwaitTimeout>
type Lying = Effect.Effect<Fault>

/** The faults of one fake. */
export interface Faults {
  /** Ends the TCP connection without a close frame; the session stays. The client sees 1006. */
  readonly dropConnection: (shardId: number) => Now
  /** The same with a TCP reset. */
  readonly reset: (shardId: number) => Now
  /** Makes the connection half-open: nothing is read or sent any more, not even an answer to a close frame. */
  readonly pauseSocket: (shardId: number) => Now
  /** Sends a close frame, without a code an empty one. 4004, 4007 and 4009 to 4014 also end the session. */
  readonly close: (shardId: number, code?: number) => Now
  /** Sends op 7: reconnect and resume. */
  readonly reconnect: (shardId: number) => Now
  /** Sends op 9. Unless resumable, the session is gone. */
  readonly invalidSession: (shardId: number, resumable: boolean) => Now
  /** Sends op 1, which asks for a heartbeat at once. */
  readonly requestHeartbeat: (shardId: number) => Now
  /** Sends any payload. */
  readonly send: (shardId: number, payload: unknown) => Now
  /** Sends text that is no JSON, properly compressed where the connection is. */
  readonly invalidJson: (shardId: number) => Now
  /** Sends bytes that no decompressor and no parser understands. */
  readonly corruptFrame: (shardId: number) => Now
  /** Ends a session behind the bot's back: its next RESUME is refused with op 9 false. */
  readonly expireSession: (shardId: number) => Effect.Effect<void>
  /** Loses the events that a session keeps for a RESUME: the next one is refused, if it missed any. */
  readonly loseEvents: (shardId: number) => Effect.Effect<void>
  /** Resets the bot token: every connection is closed with 4004, REST answers 401. */
  readonly resetToken: Effect.Effect<void>
  /** Sets what is left of the daily budget of IDENTIFYs. */
  readonly setIdentifiesLeft: (count: number) => Effect.Effect<void>

  /** Any action at any point. */
  readonly at: (point: Point, action: Action, when?: When) => Lying

  /** Takes a host down: connections are cut, new ones refused. `clear` brings it back on the same port. */
  readonly refuseConnections: (host?: Host) => Lying
  /** Answers upgrades with an HTTP status, for example 429, 503 or Cloudflare's 520. */
  readonly upgradeStatus: (status: number, when?: When) => Lying
  /** Takes upgrades and never answers them. */
  readonly stallUpgrade: (when?: When) => Lying
  /** Cuts the TCP connection instead of answering an upgrade. */
  readonly dropUpgrade: (when?: When) => Lying

  readonly helloDelay: (duration: Duration.Input, when?: When) => Lying
  readonly helloNever: (when?: When) => Lying
  /** Op 7, then HELLO. */
  readonly op7BeforeHello: (when?: When) => Lying
  /** Op 7, and no HELLO. */
  readonly op7InsteadOfHello: (when?: When) => Lying
  /** Closes instead of sending HELLO; without a code with an empty close frame. */
  readonly closeBeforeHello: (code?: number, when?: When) => Lying

  /** Heartbeats are not acknowledged. Default times: until withdrawn. */
  readonly muteAcks: (when?: When) => Lying
  /** Heartbeats are acknowledged late. Default times: until withdrawn. */
  readonly lateAcks: (duration: Duration.Input, when?: When) => Lying

  readonly readyDelay: (duration: Duration.Input, when?: When) => Lying
  readonly readyNever: (when?: When) => Lying
  readonly closeOnIdentify: (code: number | undefined, when?: When) => Lying
  readonly invalidSessionOnIdentify: (resumable: boolean, when?: When) => Lying

  /** RESUMED comes late; the missed events come at once. */
  readonly resumedDelay: (duration: Duration.Input, when?: When) => Lying
  /** RESUMED never comes, the missed events do. */
  readonly resumedNever: (when?: When) => Lying
  readonly closeOnResume: (code: number | undefined, when?: When) => Lying
  readonly invalidSessionOnResume: (resumable: boolean, when?: When) => Lying
  /** Missed events are sent twice each. */
  readonly duplicateReplay: (when?: When) => Lying
  /** Every second missed event is left out. */
  readonly gapInReplay: (when?: When) => Lying

  /** Op 8 is answered with RATE_LIMITED; in seconds. */
  readonly rateLimitMembers: (retryAfter: number, when?: When) => Lying
  /** Op 8 is not answered. */
  readonly membersNever: (when?: When) => Lying
  /** Slices compressed payloads into websocket messages of so many bytes, on every connection, until withdrawn. */
  readonly splitFrames: (bytes: number) => Lying

  /** Answers requests with a status. Default body: `{ message, code: 0 }`. */
  readonly restStatus: (
    requests: RequestPattern,
    status: number,
    when?: When & { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> | undefined }
  ) => Lying
  /** Answers requests with 429; `retryAfter` in seconds. */
  readonly restRateLimit: (
    requests: RequestPattern,
    retryAfter: number,
    when?: When & {
      /** Default: `user`. */
      readonly scope?: "user" | "global" | "shared" | undefined
    }
  ) => Lying
  /** Answers requests late. What they do is done then, too. */
  readonly restDelay: (requests: RequestPattern, duration: Duration.Input, when?: When) => Lying
  /** Never answers requests, and does nothing. */
  readonly restHang: (requests: RequestPattern, when?: When) => Lying
  /** Resets the connection of requests, and does nothing. */
  readonly restReset: (requests: RequestPattern, when?: When) => Lying
  /** `GET /gateway/bot` fails with a status. */
  readonly gatewayBotStatus: (status: number, when?: When) => Lying

  /** Withdraws every fault that lies in wait, and brings both hosts back. */
  readonly clear: Effect.Effect<void>
}
