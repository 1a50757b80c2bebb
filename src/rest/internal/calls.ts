/**
 * Calls of `@discordjs/rest`: under one deadline, past the gate, with answers that it can rely on, and with repeats where
 * they are safe.
 */
import { API } from "@discordjs/core/http-only"
import {
  BurstHandlerMajorIdKey,
  DiscordAPIError,
  HTTPError,
  type InternalRequest,
  type RateLimitData,
  REST,
  type ResponseLike,
  type RESTOptions
} from "@discordjs/rest"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { DiscordRest } from "../DiscordRest.ts"
import { DiscordRestError, Timeout } from "../DiscordRestError.ts"
import * as Ambient from "./ambient.ts"
import { type Problem, readLimit, readProblem, type Scope } from "./answers.ts"
import { fromUnknown, isReset, rateLimited, unexpected, waitOf } from "./failure.ts"
import type { Gate } from "./gate.ts"
import { HeaderList } from "./headerList.ts"
import type * as Inspection from "../../internal/Inspection.ts"
import type * as Inspected from "../inspected.ts"
import type { RestOwners } from "../RestOwners.ts"
import { answered, interactionOf, noteOf, unanswered } from "./noting.ts"
import type { RestAnswer, RestRequest } from "../RestRequest.ts"
import * as Raw from "./raw.ts"
import { readable } from "./readable.ts"
import * as Remote from "./remote.ts"
import { attributesOf, type Kind, routeOf, templateOf } from "./routes.ts"

/** One use of the API. */
interface Call {
  readonly signal: AbortSignal
  /** In milliseconds of the gate. */
  readonly deadline: number
  /** How many 429s it has had. */
  limits: number
  /** What it waits for, if it waits for a rate limit. */
  waits: { readonly method: string; readonly url: string; readonly until: number; readonly global: boolean } | undefined
  /** The last request. */
  sent: Kind | undefined
  /** The status of its answer. */
  status: number | undefined
  /** Whether it asks for an answer as it is, which is not for `@discordjs/rest` to judge. */
  readonly isRaw: boolean
  /** That answer. */
  answer: RestAnswer | undefined
  /** The interaction in whose handler it is made, if anybody looks. */
  readonly interaction: string | undefined
  /** Whether it may wait for rate limits. */
  readonly waitsForLimits: boolean
  /** As the gate knows it. */
  readonly isUrgent: boolean
}

/** What calls need. */
export interface Options {
  readonly gate: Gate
  readonly token: string
  /** Longest time that a call may take, in milliseconds. */
  readonly limit: number
  readonly limits: "here" | "elsewhere"
  readonly context: Context.Context<never>
  /** Whether somebody collects spans. */
  readonly isTraced: boolean
  /** Where requests are noted, if anybody looks. */
  readonly noted: Inspection.Ring<Inspected.Note> | undefined
  readonly rest: Partial<RESTOptions>
  readonly makeRequest: RESTOptions["makeRequest"]
  /** Who sends requests, if it is not always this process. */
  readonly owners: RestOwners | undefined
}

/** The client, and the way to use it. */
export interface Calls {
  readonly rest: REST
  readonly use: DiscordRest["Service"]["use"]
  readonly request: DiscordRest["Service"]["request"]
}

const fresh = {
  limits: 0,
  sent: undefined,
  status: undefined,
  waits: undefined,
  answer: undefined
}

type Kept = Pick<Call, "isRaw" | "waitsForLimits" | "isUrgent">

const statusesToRepeat = new Set([502, 503, 504])

// How often an idempotent request is sent at most, and the first wait in between in milliseconds. The next is four times
// as long.
const tries = 3
const firstPause = 250

/** Makes a client. Its timers have to be cleared by its owner. */
export const make = (options: Options): Calls => {
  // `@discordjs/rest` does not say on whose behalf it asks or sends.
  const calls = Ambient.make<Call>()
  const sleep = (millis: number, signal: AbortSignal): Promise<void> =>
    Effect.runPromiseWith(options.context)(Effect.sleep(millis), { signal })
  const { gate, limit } = options
  const rest = new REST({
    ...options.rest,
    retries: 0,
    timeout: limit,
    makeRequest: (url, init) => send(options, calls.getStore(), sleep, url, init as Init),
    rejectOnRateLimit: (data) => hasNoTimeFor(options, calls.getStore(), data)
  }).setToken(options.token)
  // On a 401 it would forget its token, and later calls would fail for a misleading reason.
  Object.defineProperty(rest, "setToken", { value: () => rest })
  if (options.limits === "elsewhere") sendAtOnce(rest)

  const remote = options.owners === undefined ? undefined : toRemote(options, options.owners, rest)

  const run = <A>(limit: number, kept: Kept, f: (call: Call) => Promise<A>): Effect.Effect<A, DiscordRestError> =>
    Effect.withFiber((fiber) => {
      const interaction = options.noted && interactionOf(fiber.context)
      const deadline = gate.now() + limit
      let call: Call | undefined
      const done = Effect.tryPromise({
        try: (signal) => {
          const mine: Call = (call = { signal, deadline, interaction, ...fresh, ...kept })
          return calls.run(mine, () => f(mine))
        },
        catch: (cause) => fromUnknown(cause, limit)
      })
      const timed = Effect.timeoutOrElse(done, {
        duration: limit,
        orElse: () => Effect.fail(outOfTime(call?.waits, gate.now(), limit))
      })
      return options.isTraced ? traced(timed, () => call) : timed
    })

  const use: Calls["use"] = (f) =>
    run(limit, ordinary, (call) => f(new API(viewOf(rest, gate, call, sleep, remote)), { signal: call.signal }))

  const request: Calls["request"] = (request) =>
    run(Math.min(request.timeout ?? limit, limit), keptOf(request), async (call) => {
      remote?.share()
      await rest.queueRequest(Raw.toInternal(request, call.signal))
      return call.answer ?? lost()
    })
  return { rest, use, request }
}

const toRemote = ({ context, rest: { globalRequestsPerSecond } }: Options, owners: RestOwners, rest: REST) =>
  Remote.make({
    owners,
    rest,
    context,
    isRepeatable: mayRepeat,
    isDone: isGone,
    globalLimit: globalRequestsPerSecond ?? Infinity
  })

const ordinary: Kept = { isRaw: false, waitsForLimits: true, isUrgent: false }

const keptOf = ({ path, waits = true }: RestRequest): Kept => ({
  isRaw: true,
  waitsForLimits: waits,
  isUrgent: Raw.isCallback(path)
})

const lost = (): never => {
  throw new Error("Requests cannot be sent as they are without AsyncLocalStorage, which this runtime does not have")
}

const traced = <A>(use: Effect.Effect<A, DiscordRestError>, call: () => Call | undefined) => {
  const annotate = Effect.suspend(() => {
    const { sent, status }: Pick<Call, "sent" | "status"> = call() ?? fresh
    return sent === undefined ? Effect.void : Effect.annotateCurrentSpan(attributesOf(sent, status))
  })
  return Effect.withSpan(Effect.ensuring(use, annotate), "fibercord.rest", {
    kind: "client",
    captureStackTrace: false
  })
}

const outOfTime = (waits: Call["waits"], now: number, limit: number): DiscordRestError =>
  waits === undefined || waits.until <= now
    ? new DiscordRestError({ reason: new Timeout({ limit }) })
    : rateLimited(waits.method, waits.url, waits.until - now, waits.global)

// Handlers for bursts send at once, and still wait after a 429.
const sendAtOnce = (rest: REST): void => {
  const internal = rest as unknown as { createHandler: (hash: string, majorParameter: string) => unknown }
  const create = internal.createHandler.bind(rest)
  Object.defineProperty(rest, "createHandler", { value: (hash: string) => create(hash, BurstHandlerMajorIdKey) })
}

/** Asked before each wait for a rate limit. */
const hasNoTimeFor = ({ gate, limit }: Options, call: Call | undefined, data: RateLimitData): boolean => {
  const wait = waitOf(data)
  // Whose call it is is not known everywhere; none has more time than this.
  if (call === undefined) return wait > limit
  const now = gate.now()
  if (!call.waitsForLimits || now + wait > call.deadline) return true
  call.waits = { method: data.method, url: data.url, until: now + wait, global: data.global }
  return false
}

type Sleep = (millis: number, signal: AbortSignal) => Promise<void>

// The position of `{ signal }` differs between the methods of API, so it is injected below them.
const viewOf = (rest: REST, gate: Gate, call: Call, sleep: Sleep, remote: Remote.Remote | undefined): REST => {
  const request = async (given: InternalRequest): Promise<unknown> => {
    const options = { ...given, signal: given.signal ?? call.signal }
    for (let tried = 1; ; tried++) {
      try {
        return await (remote === undefined
          ? rest.request(options)
          : remote.request(options, call.deadline - gate.now(), call))
      } catch (cause) {
        if (tried > 1 && isGone(given, cause)) return undefined
        const pause = firstPause * 4 ** (tried - 1)
        if (tried === tries || !isRepeatable(given, cause) || gate.now() + pause >= call.deadline) throw cause
        await sleep(pause, call.signal)
      }
    }
  }
  return Object.create(rest, { request: { value: request } })
}

// A second POST may do twice what the first has done, and so may a PATCH with files, which are appended.
const mayRepeat = ({ files, method }: InternalRequest): boolean =>
  `${method}` !== "POST" && (files === undefined || files.length === 0)

const isRepeatable = (request: InternalRequest, cause: unknown): boolean => {
  if (!mayRepeat(request)) return false
  if (cause instanceof HTTPError) return statusesToRepeat.has(cause.status)
  // What broke between the owner of the bucket and Discord.
  if (cause instanceof DiscordRestError) return cause.reason._tag === "Transport" && cause.isRetryable
  return isReset(cause)
}

// The first try of this DELETE has done its work, although its answer was lost.
const isGone = ({ method }: InternalRequest, cause: unknown): boolean =>
  `${method}` === "DELETE" && cause instanceof DiscordAPIError && cause.status === 404

type Init = Parameters<RESTOptions["makeRequest"]>[1] & { readonly signal: AbortSignal }

/** Sends one request when the gate lets it, and makes its answer one that `@discordjs/rest` can rely on. */
const send = async (
  { gate, makeRequest, noted }: Options,
  call: Call | undefined,
  sleep: Sleep,
  url: string,
  init: Init
): Promise<ResponseLike> => {
  const method = init.method ?? "GET"
  const kind: Kind = { method, template: templateOf(routeOf(url)) }
  const isUrgent = call?.isUrgent === true
  const isRaw = call?.isRaw === true
  const waitFor = async (wait: number): Promise<void> => {
    const hasTime = call === undefined || (call.waitsForLimits && gate.now() + wait <= call.deadline)
    if (!hasTime) throw rateLimited(method, url, wait, true)
    await sleep(wait, init.signal)
  }
  while (true) {
    for (let wait = gate.pass(isUrgent); wait > 0; wait = gate.pass(isUrgent)) await waitFor(wait)
    const sentAt = gate.now()
    if (call !== undefined) {
      call.sent = kind
      call.status = undefined
      call.waits = undefined
    }
    const note = noted?.takes === true ? noteOf(method, url, sentAt, call?.interaction, init.body) : undefined
    if (note !== undefined) noted?.push(note)
    const { answer, bytes, text } = await exchange(makeRequest, url, init, isRaw).catch((cause: unknown) => {
      if (note !== undefined) unanswered(note, gate.now(), cause)
      gate.answered(kind, sentAt, undefined)
      throw cause
    })
    const { status } = answer
    if (note !== undefined) answered(note, gate.now(), status, (name) => answer.headers.get(name))
    const told = status === 429 ? readLimit((name) => answer.headers.get(name), text) : undefined
    gate.answered(kind, sentAt, status, told?.scope)
    if (call !== undefined) call.status = status
    // What is no answer of HTTP cannot be passed on as one.
    if (call !== undefined && bytes !== undefined && told === undefined && status <= 599) {
      call.answer = Raw.toAnswer(answer, bytes)
      return Raw.accepted(answer)
    }
    if (status < 300) return readable(answer, method, url)
    const problem = readProblem(status, text)
    // What is no error of HTTP is a success for `@discordjs/rest`.
    if (status < 400 || status > 599) throw unexpected(method, url, status, problem.message)
    if (told === undefined) return withBody(answer, problem)
    const wait = gate.limited(told, call?.limits ?? 0, sentAt)
    if (call !== undefined) call.limits++
    // It knows no routes, so it holds this one back here and all others at the gate.
    if (told.scope === "edge") await waitFor(wait)
    else return withBody(limitedBy(answer, wait, told.scope), problem)
  }
}

const exchange = async (
  makeRequest: Options["makeRequest"],
  url: string,
  init: Init,
  isRaw: boolean
): Promise<{ readonly answer: ResponseLike; readonly text: string; readonly bytes?: Uint8Array }> => {
  const answer = await makeRequest(url, init)
  if (isRaw) {
    const bytes = new Uint8Array(await answer.arrayBuffer())
    return { answer, bytes, text: answer.status < 300 ? "" : new TextDecoder().decode(bytes) }
  }
  // Read although its text may not be needed: the connection is free only when the answer has been read.
  return { answer, text: answer.status < 300 ? "" : await answer.text() }
}

/** A 429 that says for how long to wait in the way that `@discordjs/rest` reads. */
const limitedBy = (answer: ResponseLike, wait: number, scope: Scope): ResponseLike => {
  const headers = new HeaderList(answer.headers)
  const seconds = `${wait / 1000}`
  headers.set("retry-after", seconds)
  // A bucket that says it is free earlier would be tried then.
  const reset = Number(headers.get("x-ratelimit-reset-after"))
  if (headers.has("x-ratelimit-reset-after") && !(reset * 1000 >= wait)) headers.set("x-ratelimit-reset-after", seconds)
  if (scope === "global") headers.set("x-ratelimit-global", "true")
  return { ...answer, headers: headers as unknown as ResponseLike["headers"] }
}

const withBody = (answer: ResponseLike, problem: Problem): ResponseLike => {
  const headers = new HeaderList(answer.headers)
  headers.set("content-type", "application/json")
  return {
    ...answer,
    headers: headers as unknown as ResponseLike["headers"],
    statusText: problem.message,
    body: null,
    json: () => Promise.resolve(problem)
  }
}
