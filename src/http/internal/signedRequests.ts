/** Requests that Discord signs: what every endpoint checks before it believes them, and how it refuses others. */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import type * as Config from "effect/Config"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import { InvalidConfig } from "../../DiscordConfig.ts"
import * as Signature from "./signature.ts"

/** Why a request was refused. */
export type Problem =
  | "unsigned"
  | "stale"
  | "too large"
  | "unreadable"
  | "forged"
  | "replayed"
  | "malformed"
  | "overloaded"

const statuses: Readonly<Record<Problem, number>> = {
  unsigned: 401,
  stale: 401,
  "too large": 413,
  unreadable: 400,
  forged: 401,
  replayed: 401,
  malformed: 400,
  overloaded: 503
}

/** The request gets an error as its response. */
export class Refused extends Data.TaggedError("Refused")<{ readonly problem: Problem }> {}

/** Refuses a request. */
export const refuse = (problem: Problem): Effect.Effect<never, Refused> => Effect.fail(new Refused({ problem }))

/** Makes the response to a refused request, and counts it by its problem. `endpoint` is for log lines. */
export const refusals = (endpoint: string, counter: Metric.Counter<number>) => {
  const counters = new Map(
    Object.keys(statuses).map((problem) => [problem, Metric.withAttributes(counter, { problem })] as const)
  )
  return ({ problem }: Refused): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
    Metric.update(counters.get(problem) ?? counter, 1).pipe(
      Effect.andThen(Effect.logDebug(`A request to ${endpoint} was refused: ${problem}`)),
      Effect.as(HttpServerResponse.text(problem, { status: statuses[problem] }))
    )
}

/** The application's public key, as the options of an endpoint give it. */
export type PublicKey = string | Redacted.Redacted | Config.Config<string | Redacted.Redacted>

const readKey = Effect.fnUntraced(function* (publicKey: PublicKey) {
  const given = Effect.isEffect(publicKey)
    ? yield* Effect.mapError(
        publicKey,
        ({ message }) => new InvalidConfig({ setting: "publicKey", detail: `cannot be read: ${message}` })
      )
    : publicKey
  return yield* Signature.importKey((typeof given === "string" ? given : Redacted.value(given)).trim())
})

/** Reads JSON, or refuses the request. */
export const parse = (body: Uint8Array): Effect.Effect<unknown, Refused> =>
  Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)),
    catch: () => new Refused({ problem: "malformed" })
  })

/** A request that Discord signed. */
export interface Signed {
  readonly body: Uint8Array
  readonly signature: string
  /** When it was received, in milliseconds of the clock. */
  readonly now: number
}

/** Makes the check of an endpoint. `tolerance` is in milliseconds, `deadline` is how long Discord waits. */
export const makeReader = Effect.fnUntraced(function* (options: {
  readonly publicKey: PublicKey
  readonly tolerance: number
  readonly maxBodySize: number
  readonly deadline: Duration.Duration
}) {
  const key = yield* readKey(options.publicKey)
  const maxBodySize = ByteSize.bytes(options.maxBodySize)

  const readBody = (request: HttpServerRequest.HttpServerRequest) =>
    request.arrayBuffer.pipe(
      Effect.provideService(HttpServerRequest.MaxBodySize, maxBodySize),
      Effect.mapError(({ reason }) => {
        const isTooLarge = reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        return new Refused({ problem: isTooLarge ? "too large" : "unreadable" })
      }),
      Effect.timeoutOrElse({ duration: options.deadline, orElse: () => refuse("unreadable") }),
      Effect.map((buffer) => new Uint8Array(buffer))
    )

  return Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest
  ): Effect.fn.Return<Signed, Refused, never> {
    const signature = request.headers["x-signature-ed25519"]
    const timestamp = request.headers["x-signature-timestamp"]
    if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp) || !Signature.isSignature(signature)) {
      return yield* refuse("unsigned")
    }
    const now = yield* Clock.currentTimeMillis
    if (Math.abs(now - Number(timestamp) * 1000) > options.tolerance) return yield* refuse("stale")
    const body = yield* readBody(request)
    if (!(yield* Signature.verify(key, signature, timestamp, body))) return yield* refuse("forged")
    return { body, signature, now }
  })
})
