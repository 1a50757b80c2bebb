/**
 * The log of a fake Discord: connections, frames, requests, and every rule that a bot has broken, in order. Tests wait
 * for its entries and assert on them.
 */

/** One of the two gateway hosts: that of `/gateway/bot`, or that of `resume_gateway_url`. */
export type Host = "main" | "resume"

/** A rule of Discord that a bot can break. */
export type Rule =
  | "identify-spacing"
  | "session-start-limit"
  | "send-limit"
  | "payload-size"
  | "invalid-payload"
  | "unknown-opcode"
  | "not-authenticated"
  | "authentication-failed"
  | "already-authenticated"
  | "invalid-shard"
  | "sharding-required"
  | "invalid-intents"
  | "disallowed-intents"
  | "invalid-version"
  | "invalid-seq"
  | "no-heartbeat"
  | "rate-limit"
  /** So many invalid requests that Discord blocks the address. */
  | "invalid-requests"
  /** A request to a route that the fake does not have. */
  | "missing-route"
  /** A route of the test's own has failed, or its answer, or that of a fault, cannot be sent. */
  | "failed-route"
  /** An op 8 that Discord does not answer, or answers with less than it asks for. */
  | "members-request"
  /** A guild without the bot, or of another shard, in what was sent to the gateway. */
  | "unknown-guild"

/** A fact, without its place in the log. `connection` is the number of a websocket connection, counted from 1. */
export type Fact =
  | { readonly _tag: "Started"; readonly host: Host }
  | { readonly _tag: "Stopped"; readonly host: Host }
  /** A websocket was opened. */
  | { readonly _tag: "Opened"; readonly connection: number; readonly host: Host; readonly url: string }
  /** An upgrade was refused. Without a status it was never answered. */
  | { readonly _tag: "UpgradeRefused"; readonly host: Host; readonly status: number | undefined }
  /** A websocket was closed. Code 1005 is a close frame without a code, 1006 is no close frame. */
  | {
      readonly _tag: "Closed"
      readonly connection: number
      readonly shardId: number | undefined
      readonly code: number
      readonly reason: string
      readonly by: "client" | "server"
    }
  | {
      readonly _tag: "Identify"
      readonly connection: number
      readonly shardId: number
      readonly shardCount: number
      /** The bucket of max_concurrency: `shard_id % max_concurrency`. */
      readonly key: number
      readonly intents: number
      readonly accepted: boolean
    }
  /** READY was sent. */
  | { readonly _tag: "Ready"; readonly connection: number; readonly shardId: number; readonly session: string }
  | {
      readonly _tag: "Resume"
      readonly connection: number
      readonly shardId: number | undefined
      readonly session: string
      readonly seq: number
      readonly accepted: boolean
    }
  /** RESUMED was sent. */
  | {
      readonly _tag: "Resumed"
      readonly connection: number
      readonly shardId: number
      readonly session: string
      /** The number of replayed events. */
      readonly replayed: number
    }
  | {
      readonly _tag: "Heartbeat"
      readonly connection: number
      readonly shardId: number | undefined
      readonly seq: number | null
    }
  /** The client sent any other frame, for example op 3, 4, 8 or 31. */
  | {
      readonly _tag: "Received"
      readonly connection: number
      readonly shardId: number | undefined
      readonly op: number
      readonly d: unknown
    }
  /** A frame other than a dispatch was sent. */
  | {
      readonly _tag: "Sent"
      readonly connection: number
      readonly shardId: number | undefined
      readonly op: number
      readonly d: unknown
    }
  /** An event was dispatched to a session. Without a connection it is kept for a RESUME. */
  | {
      readonly _tag: "Dispatched"
      readonly connection: number | undefined
      readonly shardId: number
      readonly session: string
      readonly seq: number
      readonly t: string
    }
  /** A session can no longer be resumed. */
  | { readonly _tag: "SessionEnded"; readonly shardId: number; readonly session: string; readonly why: string }
  /** A REST request was answered. */
  | {
      readonly _tag: "Request"
      readonly method: string
      /** The path below `/api/v10`, without the query. */
      readonly path: string
      /** The path with `:id` and `:token` in place of its variable parts. */
      readonly route: string
      readonly query: string
      readonly body: unknown
      /** The reason for the audit log: the header `X-Audit-Log-Reason`, decoded. Absent without one. */
      readonly reason?: string | undefined
      /** `undefined` if the request was never answered. */
      readonly status: number | undefined
      /** Discord's JSON error code, for errors. */
      readonly code: number | undefined
    }
  | {
      readonly _tag: "Violation"
      readonly rule: Rule
      readonly detail: string
      readonly connection: number | undefined
      readonly shardId: number | undefined
    }

/** The kinds of facts. */
export type Tag = Fact["_tag"]

type Placed<F> = F extends Fact ? F & { readonly index: number; readonly at: number } : never

/** A fact with its place in the log: `index` counts from 0, `at` is the time of `Clock` in milliseconds. */
export type Entry = Placed<Fact>

/** An entry of one kind. */
export type EntryOf<T extends Tag> = Extract<Entry, { readonly _tag: T }>

/**
 * A predicate for entries of one kind, for `awaitLog`, `Array.filter` and `Stream.filter`:
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const identified = Effect.flatMap(FakeDiscord.FakeDiscord, (discord) =>
 *   discord.awaitLog(FakeDiscord.is("Identify", (entry) => entry.shardId === 1))
 * )
 * ```
 */
export const is =
  <T extends Tag>(tag: T, where?: (entry: EntryOf<T>) => boolean) =>
  (entry: Entry): entry is EntryOf<T> =>
    entry._tag === tag && (where === undefined || where(entry as EntryOf<T>))

/**
 * Formats an entry as one line of at most 200 characters.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FakeDiscord } from "fibercord/testing"
 *
 * const show = Effect.gen(function* () {
 *   const discord = yield* FakeDiscord.FakeDiscord
 *   for (const entry of yield* discord.log) yield* Effect.log(FakeDiscord.format(entry))
 * })
 * ```
 */
export const format = (entry: Entry): string => {
  const { _tag, at, index, ...rest } = entry
  const body = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const line = `#${index} ${new Date(at).toISOString().slice(11, 23)} ${_tag} ${body.join(" ")}`
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
