/**
 * What a shard does after its connection ended: one pure table.
 *
 * Sources: Discord, "Gateway Close Event Codes" (which codes may be reconnected, which start a new session), and where
 * Discord is silent, what the libraries of the field agree on.
 */
import * as GatewayError from "./GatewayError.ts"
import type { ShardId } from "./ShardId.ts"

/** What to do next. */
export type Decision =
  /**
   * Connect again and RESUME. After `refusals` RESUMEs in a row that Discord did not answer with RESUMED, the session
   * is given up. `wait` is a minimum pause.
   */
  | { readonly _tag: "Resume"; readonly refusals: number; readonly wait: Wait }
  /** The session is gone: connect again and IDENTIFY. */
  | { readonly _tag: "Identify"; readonly wait: Wait }
  /** The same would happen again: stop, and tell why. */
  | { readonly _tag: "Fatal"; readonly reason: FatalReason }

/** A minimum pause before the next attempt. */
export type Wait =
  /** None beyond the policy's own. */
  | "none"
  /** 1 to 5 seconds at random, as Discord asks after op 9. */
  | "invalid-session"
  /** One whole window of the send limit, after 4008. */
  | "send-window"
  /** A time, in milliseconds since 1970. */
  | { readonly until: number }

/** The reasons of a `GatewayError` that a close code can mean. */
export type FatalReason =
  | "AuthenticationFailed"
  | "InvalidShard"
  | "ShardingRequired"
  | "InvalidApiVersion"
  | "InvalidIntents"
  | "DisallowedIntents"

/** How one connection ended. `error` is the transport's own, where there was one. */
export type End =
  /** It was open, and the peer or the network closed it; without a code where there was no close frame. */
  | { readonly _tag: "Closed"; readonly code: number | undefined; readonly error?: unknown }
  /** It never opened: refused, timed out, TLS, or an HTTP status instead of an upgrade. */
  | { readonly _tag: "Unreachable"; readonly error: unknown }
  /** Op 7. */
  | { readonly _tag: "ReconnectRequested" }
  /** Op 9. */
  | { readonly _tag: "InvalidSession"; readonly resumable: boolean }
  /** A heartbeat was not acknowledged within its interval. */
  | { readonly _tag: "Zombie" }
  /** An answer did not come in time. */
  | { readonly _tag: "TimedOut"; readonly waitingFor: "HELLO" | "READY" | "RESUMED" }
  /** A frame could not be decompressed or parsed. */
  | { readonly _tag: "Corrupt"; readonly error: unknown }
  /** No IDENTIFY is left in the budget before `resetAt`, in milliseconds since 1970. */
  | { readonly _tag: "SessionLimitExhausted"; readonly resetAt: number }
  /** Our own code failed. */
  | { readonly _tag: "Crashed"; readonly error: unknown }

/** How many RESUMEs in a row Discord may leave unanswered or refuse before the session is given up. */
export const maxRefusals = 3

const resume: Decision = { _tag: "Resume", refusals: maxRefusals, wait: "none" }
const identify: Decision = { _tag: "Identify", wait: "none" }
const fatal = (reason: FatalReason): Decision => ({ _tag: "Fatal", reason })

const table: { readonly [code: number]: Decision } = {
  // Clients end sessions with 1000; from Discord's side it is undocumented. One RESUME finds out.
  1000: { _tag: "Resume", refusals: 1, wait: "none" },
  1001: resume,
  4000: resume,
  4001: resume,
  4002: resume,
  // Also sent when the session was invalidated, for example by a change of token or intents.
  4003: identify,
  4004: fatal("AuthenticationFailed"),
  4005: identify,
  4006: identify,
  4007: identify,
  4008: { _tag: "Resume", refusals: maxRefusals, wait: "send-window" },
  4009: identify,
  4010: fatal("InvalidShard"),
  4011: fatal("ShardingRequired"),
  4012: fatal("InvalidApiVersion"),
  4013: fatal("InvalidIntents"),
  4014: fatal("DisallowedIntents")
}

/** Codes that Discord sends only when this library did something wrong. They are logged as errors. */
export const isDefect = (code: number | undefined): boolean =>
  code === 4001 || code === 4002 || code === 4003 || code === 4005 || code === 4008

/** What to do after a close with `code`, or without one. Unknown codes are resumed. */
export const decide = (code: number | undefined): Decision => (code === undefined ? resume : (table[code] ?? resume))

/** What to do after `end`, whatever it was. */
export const decideEnd = (end: End): Decision => {
  switch (end._tag) {
    case "Closed":
      return decide(end.code)
    case "InvalidSession":
      return end.resumable
        ? { _tag: "Resume", refusals: maxRefusals, wait: "invalid-session" }
        : { _tag: "Identify", wait: "invalid-session" }
    case "SessionLimitExhausted":
      return { _tag: "Identify", wait: { until: end.resetAt } }
    default:
      return resume
  }
}

/** Whether a close of ours with `code` ends the session at Discord. Any other code leaves it to be resumed. */
export const endsSession = (code: number): boolean => code === 1000 || code === 1001

/** Whether a client may close a websocket with `code`. Source: RFC 6455, 7.4. */
export const isSendable = (code: number): boolean =>
  Number.isInteger(code) && (code === 1000 || code === 1001 || (code >= 3000 && code <= 4999))

/** The code we close with when the session is to be resumed. Discord keeps the session for any but 1000 and 1001. */
export const resumable = 4200

/** The code we close with when the session is to end: the bot goes offline at once. */
export const normal = 1000

/** One line for logs and errors. Never holds a token. */
export const describe = (end: End): string => {
  switch (end._tag) {
    case "Closed":
      return end.code === undefined ? "closed without a code" : `closed with ${end.code}`
    case "Unreachable":
      return `not reached: ${message(end.error)}`
    case "ReconnectRequested":
      return "asked to reconnect (op 7)"
    case "InvalidSession":
      return `session invalidated (op 9, ${end.resumable ? "resumable" : "not resumable"})`
    case "Zombie":
      return "heartbeat not acknowledged"
    case "TimedOut":
      return `no ${end.waitingFor} in time`
    case "Corrupt":
      return `unreadable frame: ${message(end.error)}`
    case "SessionLimitExhausted":
      return `no IDENTIFY left until ${new Date(end.resetAt).toISOString()}`
    case "Crashed":
      return `crashed: ${message(end.error)}`
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The `GatewayError` of a fatal decision, with what the shard knows. */
export const toError = (
  reason: FatalReason,
  context: { readonly shard: ShardId; readonly total: number; readonly intents: number }
): GatewayError.GatewayError => {
  switch (reason) {
    case "AuthenticationFailed":
      return GatewayError.fail(new GatewayError.AuthenticationFailed())
    case "InvalidShard":
      return GatewayError.fail(new GatewayError.InvalidShard({ shard: context.shard, total: context.total }))
    case "ShardingRequired":
      return GatewayError.fail(new GatewayError.ShardingRequired({ total: context.total }))
    case "InvalidApiVersion":
      return GatewayError.fail(new GatewayError.InvalidApiVersion())
    case "InvalidIntents":
      return GatewayError.fail(new GatewayError.InvalidIntents({ intents: context.intents }))
    case "DisallowedIntents":
      return GatewayError.fail(new GatewayError.DisallowedIntents({ intents: context.intents }))
  }
}
