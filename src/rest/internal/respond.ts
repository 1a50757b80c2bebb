/**
 * Initial responses: what Discord takes for three seconds only, and only one of. They go out at once, are tried again as
 * long as there is time, and are never sent after it.
 */
import { DefaultUserAgent, type RawFile, type REST } from "@discordjs/rest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { interactionLifetime } from "../../discord/numbers.ts"
import type * as Inspection from "../../internal/Inspection.ts"
import type { DiscordRest, InitialResponse, Made } from "../DiscordRest.ts"
import type * as Inspected from "../inspected.ts"
import { DiscordRestError, Transport } from "../DiscordRestError.ts"
import { faultOf, readLimit } from "./answers.ts"
import { type Answer, type Request, TooLate } from "./dispatch.ts"
import { fromAnswer, fromUnknown, isAcknowledged, isReset, rateLimited, unexpected } from "./failure.ts"
import type { Gate } from "./gate.ts"
import { answered, noteOf, unanswered } from "./noting.ts"
import { attributesOf, type Kind } from "./routes.ts"
import type { Sender } from "./sender.ts"

type Respond = DiscordRest["Service"]["respond"]

/** What initial responses need. */
export interface Options {
  readonly rest: REST
  readonly gate: Gate
  readonly sender: Sender
  /** Longest time that a call may take, in milliseconds. */
  readonly limit: number
  /** Whether somebody collects spans. */
  readonly isTraced: boolean
  /** Where requests are noted, if anybody looks. */
  readonly noted: Inspection.Ring<Inspected.Note> | undefined
}

/**
 * How long the first try may go without an answer, in milliseconds, before the response is sent once more, and not more
 * than half of the time: connections that are kept alive die silently. Source: issue 11554 of discord.js.
 */
const patience = 1000

// A late one is sent all the same, because Discord may have noticed the interaction later than this process's clock.
const shortest = 500

// After a 5xx, in milliseconds, doubled each time.
const firstPause = 100

const kind: Kind = { method: "POST", template: "/interactions/:id/:token/callback" }

const toForm = (json: string, files: ReadonlyArray<RawFile>): FormData => {
  const form = new FormData()
  for (const [index, { contentType, data, key, name }] of files.entries()) {
    const part = data instanceof Uint8Array ? new Uint8Array(data) : `${data as string | number | boolean}`
    const type = contentType ?? "application/octet-stream"
    form.append(key ?? `files[${index}]`, new Blob([part], { type }), name)
  }
  form.append("payload_json", json)
  return form
}

/** Makes {@link DiscordRest}'s `respond`. */
export const make = (options: Options): Respond => {
  const { api, userAgentAppendix, version } = options.rest.options
  const { origin, pathname } = new URL(`${api}/v${version}`)
  const agent = { "user-agent": `${DefaultUserAgent} ${userAgentAppendix}`.trim() }
  const jsonHeaders = { ...agent, "content-type": "application/json" }

  const toRequest = (path: string, { data, files, type }: InitialResponse): Request => {
    const json = JSON.stringify({ type, data })
    return files === undefined || files.length === 0
      ? { origin, path: pathname + path, method: "POST", headers: jsonHeaders, body: json }
      : { origin, path: pathname + path, method: "POST", headers: agent, body: toForm(json, files) }
  }

  return ({ id, token }, response, { isRepeated = false, within, withResponse = false } = {}) =>
    Effect.suspend(() => {
      const route = `/interactions/${id}/${token}/callback`
      const given = within === undefined ? interactionLifetime.initialResponse : Duration.toMillis(within)
      const limit = Math.min(options.limit, Math.max(given, shortest))
      try {
        const request = toRequest(withResponse ? `${route}?with_response=true` : route, response)
        const { gate, noted, sender } = options
        const delivery = new Delivery({ id, sender, gate, isRepeated, limit, noted, request, route, withResponse })
        return options.isTraced ? traced(delivery.run) : delivery.run
      } catch (cause) {
        // The response has no JSON form.
        return Effect.fail(new DiscordRestError({ reason: new Transport({ cause }) }))
      }
    })
}

const traced = (delivery: Effect.Effect<Made, DiscordRestError>) =>
  Effect.withSpan(delivery, "fibercord.rest", {
    kind: "client",
    attributes: attributesOf(kind, undefined),
    captureStackTrace: false
  })

interface Parcel {
  /** Of the interaction. */
  readonly id: string
  readonly gate: Gate
  readonly noted: Options["noted"]
  readonly sender: Sender
  readonly limit: number
  readonly request: Request
  readonly route: string
  readonly withResponse: boolean
  /** Whether another response may have arrived before. */
  readonly isRepeated: boolean
}

/** One initial response on its way. */
class Delivery {
  readonly #parcel: Parcel
  #deadline = Infinity
  /** Of a try that Discord may have read without saying so: reset, unanswered, or answered by a proxy in trouble. */
  #doubt: DiscordRestError | undefined
  /** Tries that had no answer at all. */
  #unanswered = 0
  #limits = 0
  #troubles = 0

  constructor(parcel: Parcel) {
    this.#parcel = parcel
  }

  /** The time begins with the first try. */
  get run(): Effect.Effect<Made, DiscordRestError> {
    return Effect.suspend(() => {
      const { gate, limit } = this.#parcel
      const now = gate.now()
      if (this.#deadline === Infinity) this.#deadline = now + limit
      const wait = gate.pass(true, now)
      return wait > 0 ? this.#later(wait, this.#limited(wait, true)) : this.#try(now)
    })
  }

  get #left(): number {
    return this.#deadline - this.#parcel.gate.now()
  }

  #try(sentAt: number): Effect.Effect<Made, DiscordRestError> {
    const { gate, id, noted, request, route, sender } = this.#parcel
    const note = noted?.takes === true ? noteOf("POST", route, sentAt, id, request.body) : undefined
    if (note !== undefined) noted?.push(note)
    const isFirst = this.#unanswered === 0
    const left = this.#deadline - sentAt
    const timeout = isFirst ? Math.min(patience, left / 2) : left
    return Effect.matchEffect(sender.post(request, timeout, !isFirst), {
      onFailure: (cause) => {
        if (note !== undefined) unanswered(note, gate.now(), cause)
        gate.answered(kind, sentAt, undefined)
        return this.#failed(cause)
      },
      onSuccess: (answer) => {
        if (note !== undefined) answered(note, gate.now(), answer.status, answer.header)
        return this.#answered(answer, sentAt)
      }
    })
  }

  // Sending the response twice is safe: Discord takes one, and its refusal of the second means that it has the first.
  #failed(cause: unknown): Effect.Effect<Made, DiscordRestError> {
    const failure = fromUnknown(cause, this.#parcel.limit)
    const isLost = cause instanceof TooLate || isReset(cause)
    if (isLost) this.#doubt = failure
    return isLost && this.#unanswered++ === 0 && this.#left > 0 ? this.run : Effect.fail(failure)
  }

  #answered(answer: Answer, sentAt: number): Effect.Effect<Made, DiscordRestError> {
    const { gate, isRepeated, route } = this.#parcel
    const { header, status, text } = answer
    if (status === 429) {
      const told = readLimit(header, text)
      gate.answered(kind, sentAt, status, told.scope)
      const wait = gate.limited(told, this.#limits++, sentAt)
      return this.#later(wait, this.#limited(wait, told.scope === "global" || told.scope === "edge"))
    }
    gate.answered(kind, sentAt, status)
    if (status >= 200 && status < 300) return this.#delivered(status, text)
    if (this.#doubt !== undefined && !isRepeated && isAcknowledged(answer)) return Effect.undefined
    const failure = fromAnswer(answer, route)
    if (status < 500) return failure.code === 0 ? this.#refused(failure) : Effect.fail(failure)
    this.#doubt = failure
    return this.#later(firstPause * 2 ** this.#troubles++, failure)
  }

  #delivered(status: number, text: string): Effect.Effect<Made, DiscordRestError> {
    const { route, withResponse } = this.#parcel
    if (status === 204 || (!withResponse && text === "")) return Effect.undefined
    const fault = faultOf(text)
    if (fault !== undefined) return Effect.fail(unexpected("POST", route, status, fault))
    return withResponse ? Effect.succeed(JSON.parse(text) as Made) : Effect.undefined
  }

  /** Tries again after a wait, if there is time for it; otherwise fails with this. */
  #later(wait: number, failure: DiscordRestError): Effect.Effect<Made, DiscordRestError> {
    return wait < this.#left ? Effect.andThen(Effect.sleep(wait), this.run) : this.#refused(failure)
  }

  // Who refuses this try without Discord's own code says nothing about an earlier one, which may have arrived.
  #refused(failure: DiscordRestError): Effect.Effect<Made, DiscordRestError> {
    return Effect.fail(this.#doubt ?? failure)
  }

  #limited(wait: number, isGlobal: boolean): DiscordRestError {
    return rateLimited("POST", this.#parcel.route, wait, isGlobal)
  }
}
