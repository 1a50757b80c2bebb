/**
 * What a shard does after its connection has ended: one pure table.
 *
 * Sources: Discord, "Gateway Close Event Codes" (which codes allow a reconnect, and which need a new session), and the
 * common practice of other libraries when Discord does not say.
 */
import { instant } from "../internal/instant.ts"
import { textOf } from "../internal/thrown.ts"

/** What to do next. */
export type Decision =
  /** Connect again and RESUME. */
  | { readonly _tag: "Resume"; readonly wait: Wait }
  /** The session is gone: connect again and IDENTIFY. */
  | { readonly _tag: "Identify"; readonly wait: Wait }
  /** The next attempt would end the same way: stop, and report why. */
  | { readonly _tag: "Fatal"; readonly reason: FatalReason }

/** A minimum pause before the next attempt. */
export type Wait =
  /** No pause beyond that of the retry policy. */
  | "none"
  /** 1 to 5 seconds at random, which Discord requires after an invalid session (op 9). */
  | "invalid-session"
  /** One whole window of the send limit, after close code 4008. */
  | "send-window"
  /** Until a time, in milliseconds since 1970. */
  | { readonly until: number }

/** The reasons of a `GatewayError` that a close code can stand for. */
export type FatalReason =
  | "AuthenticationFailed"
  | "InvalidShard"
  | "ShardingRequired"
  | "InvalidApiVersion"
  | "InvalidIntents"
  | "DisallowedIntents"

/** How a connection ended. `error` is the error of the transport, if there was one. */
export type End =
  /** Discord or the network closed the open connection. There is no code when there was no close frame. */
  | { readonly _tag: "Closed"; readonly code: number | undefined; readonly error?: unknown }
  /** It never opened: refused, timed out, failed in TLS, or answered with an HTTP status instead of an upgrade. */
  | { readonly _tag: "Unreachable"; readonly error: unknown }
  /** Discord asked the shard to reconnect (op 7). */
  | { readonly _tag: "ReconnectRequested" }
  /** Discord invalidated the session (op 9). */
  | { readonly _tag: "InvalidSession"; readonly resumable: boolean }
  /** Discord did not acknowledge a heartbeat within the interval. */
  | { readonly _tag: "Zombie" }
  /** An answer did not arrive in time. */
  | { readonly _tag: "TimedOut"; readonly waitingFor: "HELLO" | "READY" | "RESUMED" }
  /** A frame could not be decompressed or parsed. */
  | { readonly _tag: "Corrupt"; readonly error: unknown }
  /** No IDENTIFY is left in the daily budget until `resetAt`, in milliseconds since 1970. */
  | { readonly _tag: "SessionLimitExhausted"; readonly resetAt: number }
  /** The code of this library failed. */
  | { readonly _tag: "Crashed"; readonly error: unknown }

/**
 * How many consecutive RESUMEs may be refused, each on a connection of its own, before the session is given up. Silence
 * counts when it lasts for `resumedTimeout`. Connections that break are an outage, and do not count.
 */
export const maxRefusals = 3

const resume: Decision = { _tag: "Resume", wait: "none" }
const identify: Decision = { _tag: "Identify", wait: "none" }
const fatal = (reason: FatalReason): Decision => ({ _tag: "Fatal", reason })

const table: { readonly [code: number]: Decision } = {
  // Clients end sessions with 1000. What it means from Discord is undocumented, and RESUME finds out.
  1000: resume,
  1001: resume,
  4000: resume,
  4001: resume,
  4002: resume,
  // Also sent when the session was invalidated, for example because the token was changed.
  4003: identify,
  4004: fatal("AuthenticationFailed"),
  4005: identify,
  4006: identify,
  4007: identify,
  4008: { _tag: "Resume", wait: "send-window" },
  4009: identify,
  4010: fatal("InvalidShard"),
  4011: fatal("ShardingRequired"),
  4012: fatal("InvalidApiVersion"),
  4013: fatal("InvalidIntents"),
  4014: fatal("DisallowedIntents")
}

/** Whether Discord sends this code only after a mistake of this library. Such a close is logged as an error. */
export const isDefect = (code: number | undefined): boolean =>
  code === 4001 || code === 4002 || code === 4003 || code === 4005 || code === 4008

/** Whether Discord closes with this code because of a payload that it was sent just before. */
export const isAboutPayload = (code: number | undefined): boolean => code === 4001 || code === 4002

/**
 * What to do after a close with `code`, or without one. After an unknown code, a shard resumes.
 *
 * ```ts
 * import { CloseCode } from "fibercord"
 *
 * const after4004 = CloseCode.decide(4004) // { _tag: "Fatal", reason: "AuthenticationFailed" }
 * const afterOp9 = CloseCode.decideEnd({ _tag: "InvalidSession", resumable: false })
 * const refused = CloseCode.isRefusal({ _tag: "TimedOut", waitingFor: "RESUMED" }) // true
 * const attempts = CloseCode.maxRefusals // 3
 * ```
 */
export const decide = (code: number | undefined): Decision => (code === undefined ? resume : (table[code] ?? resume))

/** What to do after any kind of end. */
export const decideEnd = (end: End): Decision => {
  switch (end._tag) {
    case "Closed":
      return decide(end.code)
    case "InvalidSession":
      return end.resumable ? { _tag: "Resume", wait: "invalid-session" } : { _tag: "Identify", wait: "invalid-session" }
    case "SessionLimitExhausted":
      return { _tag: "Identify", wait: { until: end.resetAt } }
    default:
      return resume
  }
}

/**
 * Whether a RESUME whose connection ended like this was refused: with op 9, with silence, or with what cannot be read, as
 * it could not be the next time.
 */
export const isRefusal = (end: End): boolean =>
  end._tag === "InvalidSession" ||
  (end._tag === "TimedOut" && end.waitingFor === "RESUMED") ||
  end._tag === "Corrupt" ||
  end._tag === "Crashed"

/**
 * Whether closing with `code` ends the session at Discord. After any other code it can be resumed.
 *
 * ```ts
 * import { CloseCode } from "fibercord"
 *
 * const offline = CloseCode.endsSession(CloseCode.normal) // true
 * const kept = CloseCode.endsSession(CloseCode.resumable) // false
 * const allowed = CloseCode.isSendable(CloseCode.resumable) // true
 * const mistakes = [4001, 4004].map((code) => [CloseCode.isDefect(code), CloseCode.isAboutPayload(code)])
 * ```
 */
export const endsSession = (code: number): boolean => code === 1000 || code === 1001

/** Whether a client may close a websocket with `code`. Source: RFC 6455, section 7.4. */
export const isSendable = (code: number): boolean =>
  Number.isInteger(code) && (code === 1000 || code === 1001 || (code >= 3000 && code <= 4999))

/** The code a shard closes with to keep its session. Discord keeps it after any code but 1000 and 1001. */
export const resumable = 4200

/** The code a shard closes with to end its session, so that the bot goes offline at once. */
export const normal = 1000

/** Describes an end in one line, for logs and errors. It never contains the token. */
export const describe = (end: End): string => {
  switch (end._tag) {
    case "Closed":
      return end.code === undefined ? "closed without a close code" : `closed with code ${end.code}`
    case "Unreachable":
      return `could not connect: ${textOf(end.error)}`
    case "ReconnectRequested":
      return "Discord asked for a reconnect (op 7)"
    case "InvalidSession":
      return `Discord invalidated the session (op 9, ${end.resumable ? "resumable" : "not resumable"})`
    case "Zombie":
      return "Discord stopped acknowledging heartbeats"
    case "TimedOut":
      return `${end.waitingFor} did not arrive in time`
    case "Corrupt":
      return `a frame could not be read: ${textOf(end.error)}`
    case "SessionLimitExhausted":
      return `no IDENTIFY is left until ${instant(end.resetAt)}`
    case "Crashed":
      return `fibercord failed: ${textOf(end.error)}`
  }
}
