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
import { inBytes } from "./bodyBytes.ts"
import { type Answer, type Request, type Sent, TooLate, type Waiting } from "./dispatch.ts"
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

  const toRequest = (path: string, { data, type }: InitialResponse): Request<string> => {
    const json = JSON.stringify({ type, data })
    return { origin, path: pathname + path, method: "POST", headers: jsonHeaders, body: json }
  }

  const withFiles = (delivery: Delivery, files: ReadonlyArray<RawFile>): Tried => {
    const { body, ...request } = delivery.request
    const form = { ...request, headers: agent, body: toForm(String(body), files) }
    return Effect.flatMap(
      Effect.promise(() => inBytes(form)),
      (inBytes) => {
        delivery.request = inBytes
        return delivery.run
      }
    )
  }

  return ({ id, token }, response, { isRepeated = false, within, withResponse = false } = {}) => {
    const delivered = Effect.callback<Made, DiscordRestError>((resume) => {
      const route = `/interactions/${id}/${token}/callback`
      const limit = Math.min(options.limit, Math.max(millisOf(within), shortest))
      let request: Request<string>
      try {
        request = toRequest(withResponse ? `${route}?with_response=true` : route, response)
      } catch (cause) {
        // The response has no JSON form.
        resume(Effect.fail(new DiscordRestError({ reason: new Transport({ cause }) })))
        return undefined
      }
      const { files } = response
      const delivery = new Delivery(options, { id, isRepeated, limit, route, withResponse }, request)
      if (files === undefined || files.length === 0) return delivery.begin(resume)
      resume(withFiles(delivery, files))
      return undefined
    })
    return options.isTraced ? traced(delivered) : delivered
  }
}

const millisOf = (within: Duration.Input | undefined): number => {
  if (within === undefined) return interactionLifetime.initialResponse
  return Number.isFinite(within) ? (within as number) : Duration.toMillis(Duration.fromInputUnsafe(within))
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
  readonly limit: number
  readonly route: string
  readonly withResponse: boolean
  /** Whether another response may have arrived before. */
  readonly isRepeated: boolean
}

type Tried = Effect.Effect<Made, DiscordRestError>

/**
 * One initial response on its way. It is called back by what sends it, and not an effect of many steps: every interaction
 * goes this way.
 */
class Delivery implements Waiting {
  request: Request
  private readonly options: Options
  private readonly parcel: Parcel
  private deadline = Infinity
  private sentAt = 0
  private note: Inspected.Note | undefined
  private resume: ((next: Tried) => void) | undefined
  /** Of a try that Discord may have read without saying so: reset, unanswered, or answered by a proxy in trouble. */
  private doubt: DiscordRestError | undefined
  /** Tries that had no answer at all. */
  private unanswered = 0
  private limits = 0
  private troubles = 0

  constructor(options: Options, parcel: Parcel, request: Request) {
    this.options = options
    this.parcel = parcel
    this.request = request
  }

  /** Tries, and goes on with what came of it. */
  get run(): Tried {
    return Effect.callback((resume) => this.begin(resume))
  }

  /** The same for who is called back. Returns what abandons the try. The time begins with the first one. */
  begin(resume: (next: Tried) => void): Effect.Effect<void> | undefined {
    const { gate } = this.options
    const now = gate.now()
    if (this.deadline === Infinity) this.deadline = now + this.parcel.limit
    const wait = gate.pass(true, now)
    if (wait > 0) {
      resume(this.later(wait, this.limited(wait, true)))
      return undefined
    }
    this.resume = resume
    const sent = this.try(now)
    return Effect.sync(() => sent.abandon())
  }

  private get left(): number {
    return this.deadline - this.options.gate.now()
  }

  private try(sentAt: number): Sent {
    const { noted, sender } = this.options
    const { id, route } = this.parcel
    this.sentAt = sentAt
    this.note = noted?.takes === true ? noteOf("POST", route, sentAt, id, this.request.body) : undefined
    if (this.note !== undefined) noted?.push(this.note)
    const isFirst = this.unanswered === 0
    const left = this.deadline - sentAt
    return sender.post(this.request, isFirst ? Math.min(patience, left / 2) : left, !isFirst, this)
  }

  onAnswer(answer: Answer): void {
    let next: Tried
    try {
      next = this.answered(answer)
    } catch (defect) {
      // It is the fiber's, and not of what has called this.
      next = Effect.die(defect)
    }
    this.resume?.(next)
  }

  onFailure(cause: unknown): void {
    this.resume?.(Effect.suspend(() => this.failed(cause)))
  }

  // Sending the response twice is safe: Discord takes one, and its refusal of the second means that it has the first.
  private failed(cause: unknown): Tried {
    const { gate } = this.options
    if (this.note !== undefined) unanswered(this.note, gate.now(), cause)
    gate.answered(kind, this.sentAt, undefined)
    const failure = fromUnknown(cause, this.parcel.limit)
    const isLost = cause instanceof TooLate || isReset(cause)
    if (isLost) this.doubt = failure
    return isLost && this.unanswered++ === 0 && this.left > 0 ? this.run : Effect.fail(failure)
  }

  private answered(answer: Answer): Tried {
    const { gate } = this.options
    const { isRepeated, route } = this.parcel
    const { status, text } = answer
    const sentAt = this.sentAt
    if (this.note !== undefined) answered(this.note, gate.now(), status, (name) => answer.header(name))
    if (status === 429) {
      const told = readLimit((name) => answer.header(name), text)
      gate.answered(kind, sentAt, status, told.scope)
      const wait = gate.limited(told, this.limits++, sentAt)
      return this.later(wait, this.limited(wait, told.scope === "global" || told.scope === "edge"))
    }
    gate.answered(kind, sentAt, status)
    if (status >= 200 && status < 300) return this.delivered(status, text)
    if (this.doubt !== undefined && !isRepeated && isAcknowledged(answer)) return Effect.undefined
    const failure = fromAnswer(answer, route)
    if (status < 500) return failure.code === 0 ? this.refused(failure) : Effect.fail(failure)
    this.doubt = failure
    return this.later(firstPause * 2 ** this.troubles++, failure)
  }

  private delivered(status: number, text: string): Tried {
    const { route, withResponse } = this.parcel
    if (status === 204 || (!withResponse && text === "")) return Effect.undefined
    const fault = faultOf(text)
    if (fault !== undefined) return Effect.fail(unexpected("POST", route, status, fault))
    return withResponse ? Effect.succeed(JSON.parse(text) as Made) : Effect.undefined
  }

  /** Tries again after a wait, if there is time for it; otherwise fails with this. */
  private later(wait: number, failure: DiscordRestError): Tried {
    return wait < this.left ? Effect.andThen(Effect.sleep(wait), this.run) : this.refused(failure)
  }

  // Who refuses this try without Discord's own code says nothing about an earlier one, which may have arrived.
  private refused(failure: DiscordRestError): Tried {
    return Effect.fail(this.doubt ?? failure)
  }

  private limited(wait: number, isGlobal: boolean): DiscordRestError {
    return rateLimited("POST", this.parcel.route, wait, isGlobal)
  }
}
