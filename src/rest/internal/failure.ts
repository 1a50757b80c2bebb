/** Turns what `@discordjs/rest` throws, or would throw, into `DiscordRestError`. */
import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest"
import * as Predicate from "effect/Predicate"
import { STATUS_CODES } from "node:http"
import { Api, DiscordRestError, RateLimited, Timeout, Transport } from "../DiscordRestError.ts"
import { type Answer, TooLate } from "./callback.ts"

// A token in a path is a credential: an interaction's is valid for 15 minutes, a webhook's forever.
const tokenInPath = /\/(interactions|webhooks)\/(\d+)\/[^/?]+/

const routeOf = (url: string): string => {
  const path = url.replace(/^https?:\/\/[^/]+/, "").replace(/^.*?\/v\d+(?=\/)/, "")
  return path.replace(/\?.*$/, "").replace(tokenInPath, "/$1/$2/:token")
}

// An interrupted call never looks at its error, so an abort seen here is the deadline of @discordjs/rest.
const isTimeout = (cause: unknown): boolean =>
  cause instanceof TooLate || (cause instanceof Error && cause.name === "AbortError")

/** The error for what was thrown. `limit` is the time that the call had, in milliseconds. */
export const fromUnknown = (cause: unknown, limit: number): DiscordRestError => {
  if (cause instanceof DiscordAPIError) {
    const { code, message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof HTTPError) {
    const { message, method, status, url } = cause
    return new DiscordRestError({ reason: new Api({ code: 0, message, method, route: routeOf(url), status }) })
  }
  if (cause instanceof RateLimitError) {
    const { global, method, retryAfter, url } = cause
    return new DiscordRestError({ reason: new RateLimited({ global, method, retryAfter, route: routeOf(url) }) })
  }
  return new DiscordRestError({ reason: isTimeout(cause) ? new Timeout({ limit }) : new Transport({ cause }) })
}

const problemOf = (text: string): { readonly code: number; readonly message: string } | undefined => {
  try {
    const problem: unknown = JSON.parse(text)
    return Predicate.hasProperty(problem, "code") && Predicate.hasProperty(problem, "message")
      ? (problem as { readonly code: number; readonly message: string })
      : undefined
  } catch {
    return undefined
  }
}

const alreadyAcknowledged = 40_060

/** Whether Discord says that the interaction already has its initial response. */
export const isAcknowledged = ({ status, text }: Answer): boolean =>
  status === 400 && problemOf(text)?.code === alreadyAcknowledged

/** Whether the connection broke before there was a response. */
export const isReset = (cause: unknown): boolean =>
  Predicate.hasProperty(cause, "code") &&
  (cause.code === "UND_ERR_SOCKET" || cause.code === "ECONNRESET" || cause.code === "EPIPE")

/** The error for an unsuccessful response to a POST. */
export const fromAnswer = ({ status, text }: Answer, route: string): DiscordRestError => {
  const nothing = { body: undefined, files: undefined }
  const problem = status < 500 ? problemOf(text) : undefined
  return fromUnknown(
    problem === undefined
      ? new HTTPError(status, STATUS_CODES[status] ?? "", "POST", route, nothing)
      : new DiscordAPIError(problem, problem.code, status, "POST", route, nothing),
    0
  )
}
