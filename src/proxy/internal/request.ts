/** Reads what a program sent, and refuses what cannot be passed on. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Schema from "effect/Schema"
import { isPrivate, nameOf } from "../../internal/privateName.ts"
import { Method, type RestRequest } from "../../rest/RestRequest.ts"
import { refuse, type Refused } from "./refusal.ts"

type Incoming = HttpServerRequest.HttpServerRequest

/** Where a request goes: below the version, and the query. */
interface Target {
  readonly path: string
  readonly query: string
}

const target = /^\/api\/v10(\/[^?#]*)(?:\?([^#]*))?/

// They would be resolved, and lead to another path than the one whose limits are kept.
const dots = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

const readTarget = (url: string): Effect.Effect<Target, Refused> => {
  const [, path, query = ""] = target.exec(url.replace(/^https?:\/\/[^/]+/i, "")) ?? []
  if (path === undefined || path.includes("//") || path.includes("\\") || dots.test(path)) {
    return refuse("path", "Only paths below /api/v10 are passed on")
  }
  return Effect.succeed({ path, query })
}

const isMethod = Schema.is(Method)

// What these need is in their path, or in a form. With a token they would count towards the bot's global limit.
const withoutToken = /^\/(?:webhooks\/\d+\/[^/]+|interactions\/\d+\/[^/]+\/callback|oauth2\/token)(?:\/|$)/

interface Authorization {
  readonly isAuthorized: boolean
  readonly header: string | undefined
}

const readAuthorization = (
  header: string | undefined,
  path: string,
  token: string
): Effect.Effect<Authorization, Refused> => {
  if (header === undefined) return Effect.succeed({ isAuthorized: !withoutToken.test(path), header: undefined })
  const [scheme = "", value = ""] = header.trim().split(/\s+/)
  if (/^(?:Bearer|Basic)$/i.test(scheme)) return Effect.succeed({ isAuthorized: false, header })
  return scheme === "Bot" && value === token
    ? Effect.succeed({ isAuthorized: true, header: undefined })
    : refuse("token", "This proxy has the token of one bot, and passes on no other's: send this one, or none")
}

/** What the body of a request may be. */
export interface Limits {
  readonly token: string
  /** Public names by which it may be called, in lower case. */
  readonly hosts: ReadonlySet<string>
  /** In bytes. */
  readonly maxBodySize: number
  /** For the whole request, in milliseconds. */
  readonly timeout: number
  readonly rateLimits: "wait" | "tell"
}

const tooLarge = (limit: number): Effect.Effect<never, Refused> =>
  refuse("tooLarge", `The body is larger than ${limit} bytes`)

// Who sends nothing for so long keeps a place that others need. In milliseconds.
const patience = 60_000

const readBody = (request: Incoming, limit: number, timeout: number): Effect.Effect<Uint8Array, Refused> =>
  request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.bytes(limit)),
    Effect.catch(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge(limit)
        : refuse("body", "The body could not be read")
    ),
    Effect.timeoutOrElse({
      duration: Math.min(timeout, patience),
      orElse: () => refuse("body", "The body did not arrive in time")
    }),
    Effect.map((buffer) => new Uint8Array(buffer))
  )

const passedOn = ["content-type", "x-audit-log-reason", "accept-language"] as const

const headersOf = (request: Incoming, authorization: string | undefined): Record<string, string> => {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  for (const name of passedOn) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = value
  }
  return headers
}

// A page in a browser of this machine could otherwise use the bot's token without anybody's knowledge.
const isOfPage = ({ headers }: Incoming): boolean =>
  headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined

const isCalledByStranger = ({ headers: { host } }: Incoming, hosts: ReadonlySet<string>): boolean =>
  !isPrivate(host) && !hosts.has(nameOf(host))

/** The request as it is passed on. `hold` is told how large its body is, before and after it is read. */
export const read = Effect.fnUntraced(function* (
  request: Incoming,
  limits: Limits,
  hold: (bytes: number) => Effect.Effect<void, Refused>
): Effect.fn.Return<RestRequest, Refused> {
  if (isOfPage(request)) return yield* refuse("browser", "Pages in browsers cannot use this proxy")
  if (isCalledByStranger(request, limits.hosts)) {
    return yield* refuse("host", "This proxy is called by a public name: if it is its own, add it to hosts")
  }
  const { path, query } = yield* readTarget(request.originalUrl)
  const { method } = request
  if (!isMethod(method)) return yield* refuse("method", `Discord's API has no ${method}`)
  const { header, isAuthorized } = yield* readAuthorization(request.headers["authorization"], path, limits.token)
  const announced = Number(request.headers["content-length"] ?? 0)
  if (announced > limits.maxBodySize) return yield* tooLarge(limits.maxBodySize)
  yield* hold(announced)
  const body = method === "GET" ? undefined : yield* readBody(request, limits.maxBodySize, limits.timeout)
  yield* hold(body?.byteLength ?? 0)
  return {
    method,
    path,
    query,
    headers: headersOf(request, header),
    ...(body === undefined ? {} : { body }),
    isAuthorized,
    timeout: limits.timeout,
    waits: limits.rateLimits === "wait"
  }
})
