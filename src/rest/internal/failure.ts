/** Turns what was thrown, or answered instead of what was asked for, into `DiscordRestError`. */
import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest"
import * as Predicate from "effect/Predicate"
import { errorCode } from "../../discord/numbers.ts"
import { Api, DiscordRestError, RateLimited, Timeout, Transport } from "../DiscordRestError.ts"
import { readProblem } from "./answers.ts"
import { type Answer, TooLate } from "./dispatch.ts"
import { routeOf } from "./routes.ts"

// An interrupted call never looks at its error, so an abort seen here is a deadline. undici also calls it one when a
// proxy refuses to connect, with a code of its own.
const isTimeout = (cause: unknown): boolean =>
  cause instanceof TooLate ||
  (cause instanceof Error && cause.name === "AbortError" && (cause as { code?: unknown }).code !== "UND_ERR_ABORTED")

/** The error for what was thrown. `limit` is the time that the call had, in milliseconds. */
export const fromUnknown = (cause: unknown, limit: number): DiscordRestError => {
  if (cause instanceof DiscordRestError) return cause
  if (cause instanceof DiscordAPIError) {
    const { code, message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof HTTPError) {
    const { message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code: 0, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof RateLimitError) {
    const { global, method, url } = cause
    return rateLimited(method, url, waitOf(cause), global)
  }
  return new DiscordRestError({ reason: isTimeout(cause) ? new Timeout({ limit }) : new Transport({ cause }) })
}

/** How long `@discordjs/rest` is going to wait, in milliseconds. */
export const waitOf = (data: {
  readonly retryAfter: number
  readonly timeToReset: number
  readonly sublimitTimeout: number
}): number => Math.max(data.retryAfter, Number.isFinite(data.timeToReset) ? data.timeToReset : 0, data.sublimitTimeout)

/** The error for a wait that a call has no time for. */
export const rateLimited = (method: string, url: string, wait: number, global: boolean): DiscordRestError =>
  new DiscordRestError({
    reason: new RateLimited({ global, method, retryAfter: Math.ceil(wait), route: routeOf(url) })
  })

/** The error for an answer that is not the one that was asked for. */
export const unexpected = (method: string, url: string, status: number, message: string): DiscordRestError =>
  new DiscordRestError({ reason: new Api({ code: 0, message, method, route: routeOf(url), status }) })

/** Whether Discord says that the interaction already has its initial response. */
export const isAcknowledged = ({ status, text }: Answer): boolean =>
  status === 400 && readProblem(status, text).code === errorCode.alreadyAcknowledged

/** Whether the connection broke before there was a response. */
export const isReset = (cause: unknown): boolean =>
  Predicate.hasProperty(cause, "code") &&
  (cause.code === "UND_ERR_SOCKET" || cause.code === "ECONNRESET" || cause.code === "EPIPE")

/** The error for an unsuccessful response to a POST. */
export const fromAnswer = ({ status, text }: Answer, route: string): DiscordRestError =>
  new DiscordRestError({
    reason: new Api({ ...readProblem(status, text), method: "POST", route: routeOf(route), status })
  })
