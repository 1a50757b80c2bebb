/** What the proxy says in its own name: an error in the form of Discord's, and why. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"

const statuses = {
  path: 404,
  method: 405,
  token: 403,
  browser: 403,
  host: 403,
  tooLarge: 413,
  body: 400,
  overloaded: 503,
  rateLimited: 503,
  timeout: 504,
  unreachable: 502
} as const

/** The kinds of problems. */
export const Problem = Schema.Literals(Object.keys(statuses) as ReadonlyArray<keyof typeof statuses>)

/** A request was not passed on, or its answer did not come back. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly problem: typeof Problem.Type
  readonly message: string
  /** When to try again, in milliseconds. */
  readonly retryAfter?: number | undefined
  /** For a rate limit, whether it holds everything back. */
  readonly global?: boolean | undefined
}> {}

/** Does not pass a request on. */
export const refuse = (
  problem: typeof Problem.Type,
  message: string,
  retryAfter?: number
): Effect.Effect<never, Refused> => Effect.fail(new Refused({ problem, message, retryAfter }))

const headersOf = ({ global, retryAfter }: Refused, isTold: boolean): Record<string, string> => ({
  ...(retryAfter === undefined ? {} : { "retry-after": `${Math.max(1, Math.ceil(retryAfter / 1000))}` }),
  ...(isTold ? { "x-ratelimit-scope": global === true ? "global" : "user" } : {}),
  ...(isTold && global === true ? { "x-ratelimit-global": "true" } : {})
})

/** The response. Rate limits are told as Discord's 429, or as a 503. */
export const toResponse = (refused: Refused, rateLimits: "wait" | "tell"): HttpServerResponse.HttpServerResponse => {
  const { global = false, message, problem, retryAfter } = refused
  const isTold = problem === "rateLimited" && rateLimits === "tell"
  const told = problem === "rateLimited" && retryAfter !== undefined ? { retry_after: retryAfter / 1000, global } : {}
  return HttpServerResponse.text(JSON.stringify({ code: 0, message, proxy: problem, ...told }), {
    status: isTold ? 429 : statuses[problem],
    contentType: "application/json",
    headers: headersOf(refused, isTold)
  })
}
