/**
 * Says it: the calls to Discord that answer one interaction, and what is known of it after each. Which of them may be made
 * when is decided by the responder.
 */
import type { API } from "@discordjs/core/http-only"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Discord from "../../../discord/Discord.ts"
import { callbackType, errorCode, interactionLifetime } from "../../../discord/numbers.ts"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../../rest/DiscordRestError.ts"
import type { RawInteraction } from "../../wire/rawInteraction.ts"
import type { InitialResponse, SendInitial } from "../InitialResponse.ts"
import { AnsweredElsewhere, ReplyError, Rest, TokenExpired, TooLate } from "../ReplyError.ts"
import { asMessage, isMessage } from "./answered.ts"
import { logElsewhere } from "./elsewhere.ts"
import { type Body, withFiles } from "./messageBody.ts"
import { type Answered, type Deferred, isPrivate, noOriginal, type State, stateFrom } from "./responseState.ts"
import { SentMessage } from "./sent.ts"
import { type Known, patiently } from "./sentMessage.ts"

/** What a reply returns. */
export type Replied<A = void> = Effect.Effect<A, ReplyError>

/** One reply on its way. */
export interface Call<A = void> {
  /** Its function in `Reply`. */
  readonly operation: string
  /** Decides anew, for a state that has turned out to be another one. */
  readonly again: () => Replied<A>
}

/** Who is told of messages. */
export interface Keeper {
  /** Remembers a message with these components. */
  readonly remember: (address: Known, components: ReadonlyArray<unknown>) => Effect.Effect<void>
}

/** Fails with a `ReplyError`. */
export const failWith = (reason: ReplyError["reason"]): Replied<never> => Effect.fail(new ReplyError({ reason }))

// Whether Discord has surely not done what it was asked for. After a success that is not Discord's JSON it may have.
const isRefusal = ({ reason }: DiscordRestError): boolean =>
  reason._tag === "RateLimited" || (reason._tag === "Api" && reason.status >= 300 && reason.status < 500)

const unanswered: State = { _tag: "Unanswered" }

/**
 * The calls for one interaction, of which one may be on its way at a time.
 *
 * A call that is interrupted or lost may have arrived. Its outcome is kept among the attempts, and `settle` asks
 * Discord what there is. Discord's answer to a second initial response says the same.
 */
export abstract class InteractionCalls {
  readonly raw: RawInteraction
  /** When the process received it, in milliseconds of the clock. */
  readonly receivedAt: number
  /** The same in milliseconds of `Elapsed`. */
  readonly arrivedAt: number
  /** How many milliseconds ago another process had received it when it came here. */
  readonly elapsed: number
  private readonly clock: Clock.Clock
  private readonly tokenEndsAt: number
  // Private when it runs too: who prints an interaction does not print the whole client.
  readonly #rest: DiscordRest["Service"]
  private readonly sendInitial: SendInitial | undefined
  /** Told of every message with components that a reply makes or changes. */
  keeper: Keeper | undefined
  /** Told of the kind of the initial response, and how many milliseconds Discord had to wait for it. */
  onResponse: ((callback: number, took: number) => void) | undefined
  /** Its initial response, as soon as it has been accepted. */
  response: InitialResponse | undefined
  /** How many milliseconds Discord had to wait for it. */
  took: number | undefined
  /** What watches it until it has its initial response, or can have none any more. */
  watch: { readonly end: () => void } | undefined
  /** Called when it has its initial response or can have none any more, and at every change after that. */
  onAnswered: (() => void) | undefined
  /** Whether another process is expected to answer. */
  isSomebodyElses = false
  /** What is known to have been said. */
  protected state: State = unanswered
  /** What else may have been said, by calls whose outcome is unknown. */
  private attempts: ReadonlyArray<State> | undefined

  /**
   * `times` says when it arrived and when Discord made the interaction, in milliseconds of `Elapsed`, and, if it arrived
   * at another process, how many milliseconds ago.
   */
  constructor(
    raw: RawInteraction,
    clock: Clock.Clock,
    times: { readonly arrivedAt: number; readonly createdAt: number; readonly elapsed?: number | undefined },
    rest: DiscordRest["Service"],
    sendInitial?: SendInitial
  ) {
    this.raw = raw
    this.elapsed = times.elapsed ?? 0
    this.receivedAt = clock.currentTimeMillisUnsafe() - this.elapsed
    this.arrivedAt = times.arrivedAt
    this.clock = clock
    this.tokenEndsAt = times.createdAt + interactionLifetime.token
    this.#rest = rest
    this.sendInitial = sendInitial
  }

  /** Whether no other process can have got the interaction, because it came by HTTP. */
  get isAskedAlone(): boolean {
    return this.sendInitial !== undefined
  }

  /** The source message of a component, or of a modal that a component opened. */
  get message(): Discord.Message | undefined {
    return "message" in this.raw ? this.raw.message : undefined
  }

  /** Whether more may have been said, by calls whose outcome is unknown. */
  protected get isUncertain(): boolean {
    return this.attempts !== undefined
  }

  private now(): number {
    return Elapsed.millis(this.clock)
  }

  private become(state: State): void {
    this.state = state
    this.attempts = undefined
    this.watch?.end()
    this.watch = undefined
    this.onAnswered?.()
  }

  /** Goes to a state without a call. */
  protected to(state: State): Effect.Effect<void> {
    return Effect.sync(() => this.become(state))
  }

  /** Asks Discord what has become of calls whose outcome is unknown. */
  protected settle(call: Call<unknown>): Replied {
    return Effect.matchEffect(this.getMessage(call, "@original"), {
      onSuccess: (message) => {
        this.become(stateFrom(message, this.message, [this.state, ...(this.attempts ?? [])]))
        const body = { data: { components: message.components ?? [] }, files: undefined }
        return Effect.asVoid(this.sent(message, body, "@original"))
      },
      onFailure: (error) => {
        if (isCode(error, errorCode.unknownWebhook)) return Effect.void
        if (!isUnknownMessage(error)) return Effect.fail(error)
        const state = this.state
        return this.to(state._tag === "Deferred" ? { ...state, promise: "withdrawn" } : noOriginal)
      }
    })
  }

  /** Gives the initial response, now, which leads to a state, and goes on with the message that Discord made of it. */
  protected respond<A>(
    call: Call<A>,
    response: InitialResponse,
    next: State,
    then: (made: Discord.Message | undefined) => Effect.Effect<A>
  ): Replied<A> {
    const now = this.now()
    if (now >= this.tokenEndsAt) return failWith(new TokenExpired({ operation: call.operation }))
    const isFirst = this.attempts === undefined
    this.attempts = isFirst ? [next] : [...(this.attempts ?? []), next]
    const within = Math.max(0, this.arrivedAt + interactionLifetime.initialResponse - now)
    const sending = this.sendInitial?.(response, within) ?? this.postCallback(response, within, !isFirst)
    return Effect.matchEffect(sending, {
      onSuccess: (message) => {
        const took = this.now() - this.arrivedAt
        this.response = response
        this.took = took
        this.onResponse?.(response.type, took)
        this.become(next)
        return then(message)
      },
      onFailure: (error) => this.refused(call, error, isFirst)
    })
  }

  private refused<A>(call: Call<A>, error: DiscordRestError, isFirst: boolean): Replied<A> {
    const { operation } = call
    if (isRefusal(error)) this.forgetAttempt()
    if (error.code === errorCode.alreadyAcknowledged) {
      if (isFirst) {
        const lost = this.lose(operation, AnsweredElsewhere)
        return this.isSomebodyElses ? lost : Effect.andThen(logElsewhere(this.#rest), lost)
      }
      return Effect.flatMap(this.settle(call), () =>
        this.state._tag === "Unanswered" ? Effect.fail(this.errorOf(operation, error)) : Effect.suspend(call.again)
      )
    }
    return error.code === errorCode.unknownInteraction
      ? this.lose(operation, TooLate)
      : Effect.fail(this.errorOf(operation, error))
  }

  private lose(operation: string, Reason: typeof AnsweredElsewhere | typeof TooLate): Replied<never> {
    return Effect.suspend(() => {
      this.become({ _tag: "Lost", Reason })
      return failWith(new Reason({ operation }))
    })
  }

  private forgetAttempt(): void {
    const others = this.attempts?.slice(0, -1)
    this.attempts = others?.length === 0 ? undefined : others
  }

  // The id of a new message is asked for only where its components may have to be disabled one day.
  private postCallback(
    response: InitialResponse,
    within: number,
    isRepeated: boolean
  ): Effect.Effect<Discord.Message | undefined, DiscordRestError> {
    const withResponse = response.type === callbackType.message && hasComponents(response.data)
    const sent = this.#rest.respond(this.raw, response, { withResponse, isRepeated, within })
    return withResponse
      ? Effect.map(sent, (made) => (isMessage(made?.resource?.message) ? made.resource.message : undefined))
      : (sent as Effect.Effect<undefined, DiscordRestError>)
  }

  /** The message that an initial response has made. */
  protected created(
    call: Call<SentMessage>,
    made: Discord.Message | undefined,
    body: Body
  ): Effect.Effect<SentMessage> {
    return made === undefined && hasComponents(body.data)
      ? this.rememberOriginal(call, body)
      : this.sent(made, body, "@original")
  }

  // Discord has the message, but what it said about it was lost. Without it, the next click disables the components.
  private rememberOriginal(call: Call<SentMessage>, body: Body): Effect.Effect<SentMessage> {
    return Effect.matchEffect(this.getMessage(call, "@original"), {
      onFailure: () => this.sent(undefined, body, "@original"),
      onSuccess: (message) => this.sent(message, body, "@original")
    })
  }

  /** One more message, which leads to a state if `next` is given. */
  protected postMessage(call: Call<SentMessage>, body: Body, next?: Deferred | Answered): Replied<SentMessage> {
    return this.attempt(call, next, (api) =>
      api.interactions.followUp(this.raw.application_id, this.raw.token, withFiles(body)).then(asMessage)
    ).pipe(Effect.flatMap((message) => this.sent(message, body, message.id)))
  }

  /** Changes a message, which leads to a state if `next` is given. */
  protected changeMessage(call: Call<SentMessage>, body: Body, target: string, next?: Answered): Replied<SentMessage> {
    return this.attempt(call, next, (api) =>
      api.interactions.editReply(this.raw.application_id, this.raw.token, withFiles(body), target).then(asMessage)
    ).pipe(Effect.flatMap((message) => this.sent(message, body, target)))
  }

  /** Reads a message. */
  protected getMessage({ operation }: Call<unknown>, target: string): Replied<Discord.Message> {
    const { application_id: application, token } = this.raw
    return Effect.mapError(
      this.use((api) => api.webhooks.getMessage(application, token, target).then(asMessage)),
      (error) => this.errorOf(operation, error)
    )
  }

  /** Deletes the initial response, if it is still there, which leads to a state. */
  protected deleteOriginal(call: Call<unknown>, next: State): Replied {
    return Effect.catchIf(
      this.attempt(call, next, (api) => api.interactions.deleteReply(this.raw.application_id, this.raw.token)),
      isUnknownMessage,
      () => this.to(next)
    )
  }

  /** The message that was sent or changed. Whoever remembers it is told if it was given components. */
  protected sent(message: Discord.Message | undefined, { data }: Body, target: string): Effect.Effect<SentMessage> {
    const address = {
      id: message?.id,
      channelId: message?.channel_id,
      isEphemeral: message === undefined ? isPrivate(data) : isPrivate(message),
      applicationId: this.raw.application_id,
      token: this.raw.token,
      tokenEndsAt: this.tokenEndsAt,
      target,
      isOnItsWay: this.sendInitial !== undefined,
      threadId: undefined
    }
    const sent = new SentMessage(address)
    if (this.keeper === undefined || message === undefined || data.components === undefined) return Effect.succeed(sent)
    const { channel_id: channelId, id } = message
    return Effect.as(this.keeper.remember({ ...address, channelId, id }, data.components), sent)
  }

  /** Makes a call which, if `next` is given, leads to another state. */
  private attempt<A>({ operation }: Call<unknown>, next: State | undefined, f: (api: API) => Promise<A>): Replied<A> {
    return this.whileValid(operation, () => {
      if (next !== undefined) this.attempts = [...(this.attempts ?? []), next]
      return Effect.matchEffect(this.use(f), {
        onSuccess: (value) => {
          if (next !== undefined) this.become(next)
          return Effect.succeed(value)
        },
        onFailure: (error) => {
          if (next !== undefined && isRefusal(error)) this.forgetAttempt()
          return Effect.fail(this.errorOf(operation, error))
        }
      })
    })
  }

  private use<A>(f: (api: API) => Promise<A>): Effect.Effect<A, DiscordRestError> {
    return patiently(this.#rest, this.sendInitial !== undefined, f)
  }

  private errorOf(operation: string, error: DiscordRestError): ReplyError {
    return new ReplyError({ reason: new Rest({ operation, error }) })
  }

  private whileValid<A>(operation: string, call: () => Replied<A>): Replied<A> {
    return Effect.suspend(() => (this.now() < this.tokenEndsAt ? call() : failWith(new TokenExpired({ operation }))))
  }
}

const hasComponents = (data: InitialResponse["data"]): boolean =>
  "components" in data && data.components !== undefined && data.components.length > 0

const isCode = ({ reason }: ReplyError, code: number): boolean => reason._tag === "Rest" && reason.error.code === code

const isUnknownMessage = (error: ReplyError): boolean => isCode(error, errorCode.unknownMessage)
