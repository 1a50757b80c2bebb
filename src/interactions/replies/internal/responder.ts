/** The answers to one interaction: which calls Discord still accepts, made one at a time. */
import type { API } from "@discordjs/core/http-only"
import type * as Discord from "../../../discord/Discord.ts"
import type {
  APIApplicationCommandOptionChoice,
  APIModalInteractionResponseCallbackData
} from "../../../discord/DiscordApi.ts"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { callbackType, errorCode, interactionLifetime, interactionType } from "../../../discord/numbers.ts"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../../rest/DiscordRestError.ts"
import { keepComponents, keepSelections } from "../../wire/keepOnUpdate.ts"
import type { RawInteraction } from "../../wire/rawInteraction.ts"
import { acceptable } from "../../wire/suggestions.ts"
import { orInvalid, tried, validBody } from "./validBody.ts"
import type { InitialResponse, SendInitial } from "../InitialResponse.ts"
import type { Message, ReplyDefaults } from "../Message.ts"
import {
  AlreadyAnswered,
  AnsweredElsewhere,
  DeferredAutomatically,
  ModalOnModal,
  NoMessage,
  NotAnswered,
  ReplyError,
  Rest,
  TokenExpired,
  TooLate
} from "../ReplyError.ts"
import { asMessage, isMessage } from "./answered.ts"
import { logElsewhere } from "./elsewhere.ts"
import { type Body, needsAttachments, noDefaults, toBody, toChange, withDefaults, withFiles } from "./messageBody.ts"
import { OneAtATime } from "./oneAtATime.ts"
import {
  type Answered,
  answered,
  type Deferred,
  hasV2,
  isPrivate,
  noOriginal,
  sourceIsOriginal,
  type State,
  stateFrom
} from "./responseState.ts"
import { SentMessage } from "./sent.ts"
import { type Known, patiently } from "./sentMessage.ts"

type Replied<A = void> = Effect.Effect<A, ReplyError>

/** One reply on its way. */
interface Call<A = void> {
  /** Its function in `Reply`. */
  readonly operation: string
  /** Decides anew, for a state that has turned out to be another one. */
  readonly again: () => Replied<A>
}

type Sending = Call<SentMessage>

// Whether Discord has surely not done what it was asked for. After a success that is not Discord's JSON it may have.
const isRefusal = ({ reason }: DiscordRestError): boolean =>
  reason._tag === "RateLimited" || (reason._tag === "Api" && reason.status >= 300 && reason.status < 500)

const unanswered: State = { _tag: "Unanswered" }

const failWith = (reason: ReplyError["reason"]): Replied<never> => Effect.fail(new ReplyError({ reason }))

/**
 * One interaction's state machine. Calls from several fibers are made one after the other.
 *
 * A call that is interrupted or lost may have arrived. Its outcome is kept among the attempts, and the next reply that
 * depends on it first asks Discord what there is. Discord's answer to a second initial response says the same.
 */
export class Responder {
  readonly raw: RawInteraction
  /** When the process received it, in milliseconds of the clock. */
  readonly receivedAt: number
  /** The same in milliseconds of `Elapsed`. */
  readonly arrivedAt: number
  /** How many milliseconds ago another process had received it when it came here. */
  readonly elapsed: number
  readonly #clock: Clock.Clock
  readonly #tokenEndsAt: number
  readonly #rest: DiscordRest["Service"]
  readonly #sendInitial: SendInitial | undefined
  /** What its replies are unless they say otherwise. */
  defaults: ReplyDefaults = noDefaults
  /** Told of every message with components that a reply makes or changes. */
  onSent: ((address: Known, components: ReadonlyArray<unknown>) => Effect.Effect<void>) | undefined
  /** Told of the kind of the initial response, and how many milliseconds Discord had to wait for it. */
  onResponse: ((callback: number, took: number) => void) | undefined
  /** Its initial response, as soon as it has been accepted. */
  response: InitialResponse | undefined
  /** How many milliseconds Discord had to wait for it. */
  took: number | undefined
  /** What the router notes about it, if anybody looks. */
  note: object | undefined
  /** What watches it until it has its initial response, or can have none any more. */
  watch: { readonly end: () => void } | undefined
  /** Called when it has its initial response or can have none any more, and at every change after that. */
  onAnswered: (() => void) | undefined
  /** Called instead of `sendInitial` when another process has sent the initial response to Discord. */
  answeredElsewhere: (() => void) | undefined
  /** Whether another process is expected to answer. */
  isSomebodyElses = false
  /** Whether there is a tracer. Without one, spans would only cost time. */
  isTraced = false
  readonly #calls = new OneAtATime()
  #state: State = unanswered
  #attempts: ReadonlyArray<State> | undefined
  #isSourceDeleted = false

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
    this.#clock = clock
    this.#tokenEndsAt = times.createdAt + interactionLifetime.token
    this.#rest = rest
    this.#sendInitial = sendInitial
  }

  /** Whether no other process can have got the interaction, because it came by HTTP. */
  get isAskedAlone(): boolean {
    return this.#sendInitial !== undefined
  }

  get isAnswered(): boolean {
    return this.#state._tag !== "Unanswered"
  }

  /** Whether nothing more can be said. */
  get isLost(): boolean {
    return this.#state._tag === "Lost"
  }

  /** Whether the user still waits for a message that was promised. */
  get isPending(): boolean {
    return this.#state._tag === "Deferred" && this.#state.promise !== "update"
  }

  /** Whether a response was promised for the handler, and not by it. */
  get isAutoDeferred(): boolean {
    return this.#state._tag === "Deferred" && this.#state.automatic !== undefined
  }

  /** Whether the initial response can change the message whose component was used. */
  get canUpdate(): boolean {
    return this.message !== undefined && (this.#state._tag === "Unanswered" || this.isAutoDeferred)
  }

  /** The source message of a component, or of a modal that a component opened. */
  get message(): Discord.Message | undefined {
    return "message" in this.raw ? this.raw.message : undefined
  }

  /** A new message: the initial response, what a deferral promised, or a follow-up. */
  send(message: Message): Replied<SentMessage> {
    return this.#exclusive("send", (call) => this.#send(call, message))
  }

  /** Changes the message whose component was used. */
  update(message: Message): Replied<SentMessage> {
    return this.#exclusive("update", (call) => {
      const { operation } = call
      const source = this.message
      if (source === undefined || this.#isSourceDeleted) return failWith(new NoMessage({ operation }))
      if (message.ephemeral === true && !isPrivate(source)) return this.#send(call, message)
      if (this.#state._tag === "Unanswered") {
        const body = this.#updateBody(message, source, source.attachments?.map(({ id }) => id) ?? [])
        const response = { type: callbackType.update, ...body }
        return this.#callback(call, response, sourceIsOriginal, (made = source) => this.#sent(made, body, "@original"))
      }
      const isOriginal = this.#isSourceOriginal
      const target = isOriginal ? "@original" : source.id
      const changed = Effect.flatMap(this.#attachments(call, message, target), (ids) =>
        orInvalid(() => this.#edit(call, this.#updateBody(message, source, ids), target))
      )
      return isOriginal ? Effect.tap(changed, this.#to(sourceIsOriginal)) : changed
    })
  }

  /** Opens a modal. */
  modal(data: APIModalInteractionResponseCallbackData): Replied {
    return this.#exclusive("modal", (call) => {
      if (this.raw.type === interactionType.modalSubmit) return failWith(new ModalOnModal())
      return this.#first(call, { type: callbackType.modal, data, files: undefined })
    })
  }

  /** Launches the application's Activity. */
  launchActivity(): Replied {
    return this.#exclusive("launchActivity", (call) =>
      this.#first(call, { type: callbackType.launchActivity, data: {}, files: undefined })
    )
  }

  /** A response that must be the first, and makes no message. */
  #first(call: Call, response: InitialResponse): Replied {
    const state = this.#state
    if (state._tag === "Unanswered") return this.#callback(call, response, noOriginal, done)
    return failWith(
      state._tag === "Deferred" && state.automatic !== undefined
        ? new DeferredAutomatically({ after: state.automatic })
        : new AlreadyAnswered({ operation: call.operation })
    )
  }

  /** Deletes the initial response. */
  delete(): Replied {
    return this.#afterAnswer("delete", (call) => {
      const state = this.#state
      if (state._tag === "Answered" && state.original === "none") {
        return failWith(new NotAnswered({ operation: call.operation }))
      }
      if (state._tag === "Deferred" && state.promise === "withdrawn") return this.#to(noOriginal)
      const isSource = this.#isSourceOriginal
      return Effect.andThen(
        this.#deleteOriginal(call, noOriginal),
        Effect.sync(() => {
          if (isSource) this.#isSourceDeleted = true
        })
      )
    })
  }

  /** Changes the initial response. */
  edit(message: Message): Replied<SentMessage> {
    return this.#afterAnswer("edit", (call) => {
      const state = this.#state
      if (state._tag === "Deferred" && state.promise !== "update") return this.#fill(call, message, state)
      const { message: source } = this
      const place = state._tag === "Answered" ? state.original : "source"
      if (place === "none") return failWith(new NotAnswered({ operation: call.operation }))
      const isSeen = place === "public" || (place === "source" && source !== undefined && !isPrivate(source))
      if (message.ephemeral === true && isSeen) return this.#say(call, message)
      const changed = Effect.flatMap(this.#attachments(call, message, "@original"), (attachments) =>
        orInvalid(() =>
          this.#edit(call, toChange(this.#complete(message), this.#changed(source, attachments)), "@original")
        )
      )
      return state._tag === "Deferred" ? Effect.tap(changed, this.#to(sourceIsOriginal)) : changed
    })
  }

  /** One more message after the answer. */
  followUp(message: Message): Replied<SentMessage> {
    return this.#afterAnswer("followUp", (call) => this.#say(call, message))
  }

  /**
   * Promises a message (`update: false`) or a change of the component's message. `automatic` says that this is done for the
   * handler, that many milliseconds after the interaction's arrival: then it never takes the place of an answer.
   */
  defer(options: {
    readonly update: boolean
    readonly ephemeral?: boolean | undefined
    readonly automatic?: number | undefined
  }): Replied {
    const { automatic, ephemeral, update } = options
    return this.#exclusive(update ? "deferUpdate" : "defer", (call) => {
      const { operation } = call
      const state = this.#state
      if (update && this.message === undefined) return failWith(new NoMessage({ operation }))
      if (state._tag === "Unanswered") {
        const isPrivate = ephemeral ?? this.defaults.ephemeral ?? false
        const promise = update ? "update" : isPrivate ? "private" : "public"
        const wanted = update || automatic !== undefined ? undefined : isPrivate
        const type = update ? callbackType.deferUpdate : callbackType.deferMessage
        return this.#callback(
          call,
          { type, ...toBody(update ? {} : { ephemeral: isPrivate }) },
          { _tag: "Deferred", promise, automatic, wanted },
          done
        )
      }
      if (automatic !== undefined) return Effect.void
      const isSame = state._tag === "Deferred" && (state.promise === "update") === update
      if (state._tag !== "Deferred" || (!isSame && state.automatic === undefined)) {
        return failWith(new AlreadyAnswered({ operation }))
      }
      const wanted = update ? state.wanted : (ephemeral ?? state.wanted ?? this.defaults.ephemeral ?? false)
      return this.#to({ ...state, automatic: undefined, wanted })
    })
  }

  /** Suggests values for the option that the user is typing into. Those that Discord would refuse are left out. */
  choices(choices: ReadonlyArray<APIApplicationCommandOptionChoice>): Replied {
    const suggested = this.#exclusive("autocomplete", (call) =>
      this.#state._tag === "Unanswered"
        ? this.#callback(
            call,
            { type: callbackType.choices, data: { choices: acceptable(this.raw, choices) }, files: undefined },
            noOriginal,
            done
          )
        : failWith(new AlreadyAnswered({ operation: call.operation }))
    )
    // The user has typed on, and Discord has forgotten this request for suggestions.
    return Effect.catchIf(
      suggested,
      ({ reason }) => reason._tag === "TooLate",
      () => Effect.void
    )
  }

  /** Gives an initial response that another process has made. */
  relay(response: InitialResponse): Replied {
    return this.#exclusive("relay", (call) => this.#first(call, response))
  }

  get #now(): number {
    return Elapsed.millis(this.#clock)
  }

  get #isSourceOriginal(): boolean {
    const state = this.#state
    return (
      (state._tag === "Deferred" && state.promise === "update") ||
      (state._tag === "Answered" && state.original === "source")
    )
  }

  #complete(message: Message): Message {
    return withDefaults(message, this.defaults)
  }

  #send(call: Sending, message: Message): Replied<SentMessage> {
    if (this.#state._tag !== "Unanswered") return this.#say(call, message)
    const complete = this.#complete(message)
    const body = toBody(complete)
    const next = answered(complete.ephemeral === true ? "private" : "public", body.data.flags ?? 0)
    return this.#callback(call, { type: callbackType.message, ...body }, next, (made) =>
      made === undefined && hasComponents(body.data)
        ? this.#rememberOriginal(call, body)
        : this.#sent(made, body, "@original")
    )
  }

  // Discord has the message, but what it said about it was lost. Without it, the next click disables the components.
  #rememberOriginal(call: Sending, body: Body): Effect.Effect<SentMessage> {
    return Effect.matchEffect(this.#get(call, "@original"), {
      onFailure: () => this.#sent(undefined, body, "@original"),
      onSuccess: (message) => this.#sent(message, body, "@original")
    })
  }

  /** Sends a message of its own. The first one after a promise is the promised message, whatever it says itself. */
  #say(call: Sending, message: Message): Replied<SentMessage> {
    const state = this.#state
    if (state._tag !== "Deferred") return this.#followUp(call, toBody(this.#complete(message)))
    const wanted = message.ephemeral ?? state.wanted ?? this.defaults.ephemeral ?? false
    const body = toBody(this.#complete({ ...message, ephemeral: wanted }))
    const place = wanted ? "private" : "public"
    switch (state.promise) {
      case "update":
        return Effect.tap(
          this.#followUp(call, body),
          Effect.suspend(() => this.#to({ ...state, wanted: undefined }))
        )
      case "withdrawn":
        return this.#followUp(call, body, noOriginal)
      case place:
        return this.#followUp(call, body, answered(place, body.data.flags ?? 0))
      default:
        // Who sees the promised message was decided with the promise, and is not what this message wants.
        return Effect.andThen(
          this.#deleteOriginal(call, { ...state, promise: "withdrawn" }),
          Effect.suspend(() => this.#followUp(call, body, noOriginal))
        )
    }
  }

  /** Edits the promised message, if that is seen by whom the message is for. */
  #fill(call: Sending, message: Message, state: Deferred): Replied<SentMessage> {
    const wanted = message.ephemeral ?? state.wanted ?? this.defaults.ephemeral ?? false
    const place = wanted ? "private" : "public"
    if (state.promise !== place) return this.#say(call, message)
    const body = toChange(this.#complete(message), { isV2: true, isPromised: true })
    return this.#edit(call, body, "@original", answered(place, body.data.flags ?? 0))
  }

  #changed(source: Discord.Message | undefined, attachments: ReadonlyArray<string> | undefined) {
    const state = this.#state
    return this.#isSourceOriginal && source !== undefined
      ? { isV2: hasV2(source.flags), source, attachments }
      : { isV2: state._tag === "Answered" && state.isV2, attachments }
  }

  #updateBody(message: Message, source: Discord.Message, attachments: ReadonlyArray<string> | undefined): Body {
    const complete = this.#complete(message)
    const changed = { isV2: hasV2(source.flags), source }
    const named = attachments?.length === 0 && !needsAttachments(message) ? undefined : attachments
    const body = toChange(complete, { ...changed, attachments: named })
    const { data } = body
    let components = data.components
    if (complete.keepComponents === true && components !== undefined) {
      components = keepComponents(components, source.components)
    }
    if (complete.keepSelections === true) {
      components = keepSelections(components ?? source.components ?? [], this.raw)
    }
    return components === data.components || components === undefined
      ? body
      : validBody({ ...body, data: { ...data, components } }, false)
  }

  /** The ids of a message's files, where a change of it cannot be written without them. */
  #attachments(call: Call<unknown>, message: Message, target: string): Replied<ReadonlyArray<string> | undefined> {
    return needsAttachments(message)
      ? Effect.map(this.#get(call, target), ({ attachments }) => attachments.map(({ id }) => id))
      : Effect.undefined
  }

  #get({ operation }: Call<unknown>, target: string): Replied<Discord.Message> {
    const { application_id: application, token } = this.raw
    return Effect.mapError(
      this.#use((api) => api.webhooks.getMessage(application, token, target).then(asMessage)),
      (error) => this.#error(operation, error)
    )
  }

  #deleteOriginal(call: Call<unknown>, next: State): Replied {
    return Effect.catchIf(
      this.#attempt(call, next, (api) => api.interactions.deleteReply(this.raw.application_id, this.raw.token)),
      isUnknownMessage,
      () => this.#to(next)
    )
  }

  #become(state: State): void {
    this.#state = state
    this.#attempts = undefined
    this.watch?.end()
    this.watch = undefined
    this.onAnswered?.()
  }

  #exclusive<A>(operation: string, f: (call: Call<A>) => Replied<A>): Replied<A> {
    const call: Call<A> = {
      operation,
      again: () => {
        const state = this.#state
        if (state._tag === "Lost") return failWith(new state.Reason({ operation }))
        // Before the initial response, a second one is the question whether the first has arrived.
        return this.#attempts !== undefined && state._tag !== "Unanswered"
          ? Effect.andThen(
              this.#settle(call),
              orInvalid(() => f(call))
            )
          : f(call)
      }
    }
    const exclusive = this.#calls.run(() => tried(call.again))
    return this.isTraced
      ? Effect.withSpan(exclusive, `fibercord.reply.${operation}`, {
          // A handler may reply to a later interaction than the one that it began with.
          attributes: { interaction: this.raw.id },
          captureStackTrace: false
        })
      : exclusive
  }

  #afterAnswer<A>(operation: string, f: (call: Call<A>) => Replied<A>): Replied<A> {
    const answered = (call: Call<A>): Replied<A> =>
      this.#state._tag === "Unanswered" ? failWith(new NotAnswered({ operation })) : f(call)
    return this.#exclusive<A>(operation, (call) =>
      this.#state._tag === "Unanswered" && this.#attempts !== undefined
        ? Effect.andThen(
            this.#settle(call),
            orInvalid(() => answered(call))
          )
        : answered(call)
    )
  }

  #to(state: State): Effect.Effect<void> {
    return Effect.sync(() => this.#become(state))
  }

  /** Asks Discord what has become of calls whose outcome is unknown. */
  #settle(call: Call<unknown>): Replied {
    return Effect.matchEffect(this.#get(call, "@original"), {
      onSuccess: (message) => {
        this.#become(stateFrom(message, this.message, [this.#state, ...(this.#attempts ?? [])]))
        const body = { data: { components: message.components ?? [] }, files: undefined }
        return Effect.asVoid(this.#sent(message, body, "@original"))
      },
      onFailure: (error) => {
        if (isCode(error, errorCode.unknownWebhook)) return Effect.void
        if (!isUnknownMessage(error)) return Effect.fail(error)
        const state = this.#state
        return this.#to(state._tag === "Deferred" ? { ...state, promise: "withdrawn" } : noOriginal)
      }
    })
  }

  /** Gives the initial response, now, which leads to a state, and goes on with the message that Discord made of it. */
  #callback<A>(
    call: Call<A>,
    response: InitialResponse,
    next: State,
    then: (made: Discord.Message | undefined) => Effect.Effect<A>
  ): Replied<A> {
    const now = this.#now
    if (now >= this.#tokenEndsAt) return failWith(new TokenExpired({ operation: call.operation }))
    const isFirst = this.#attempts === undefined
    this.#attempts = [...(this.#attempts ?? []), next]
    const within = Math.max(0, this.arrivedAt + interactionLifetime.initialResponse - now)
    const sending = this.#sendInitial?.(response, within) ?? this.#postCallback(response, within, !isFirst)
    return Effect.matchEffect(sending, {
      onSuccess: (message) => {
        const took = this.#now - this.arrivedAt
        this.response = response
        this.took = took
        this.onResponse?.(response.type, took)
        this.#become(next)
        return then(message)
      },
      onFailure: (error) => this.#refused(call, error, isFirst)
    })
  }

  #refused<A>(call: Call<A>, error: DiscordRestError, isFirst: boolean): Replied<A> {
    const { operation } = call
    if (isRefusal(error)) this.#forgetAttempt()
    if (error.code === errorCode.alreadyAcknowledged) {
      if (isFirst) {
        const lost = this.#lose(operation, AnsweredElsewhere)
        return this.isSomebodyElses ? lost : Effect.andThen(logElsewhere(this.#rest), lost)
      }
      return Effect.flatMap(this.#settle(call), () =>
        this.#state._tag === "Unanswered" ? Effect.fail(this.#error(operation, error)) : Effect.suspend(call.again)
      )
    }
    return error.code === errorCode.unknownInteraction
      ? this.#lose(operation, TooLate)
      : Effect.fail(this.#error(operation, error))
  }

  #lose(operation: string, Reason: typeof AnsweredElsewhere | typeof TooLate): Replied<never> {
    return Effect.suspend(() => {
      this.#become({ _tag: "Lost", Reason })
      return failWith(new Reason({ operation }))
    })
  }

  #forgetAttempt(): void {
    const others = this.#attempts?.slice(0, -1)
    this.#attempts = others?.length === 0 ? undefined : others
  }

  // The id of a new message is asked for only where its components may have to be disabled one day.
  #postCallback(
    { data, files, type }: InitialResponse,
    within: number,
    isRepeated: boolean
  ): Effect.Effect<Discord.Message | undefined, DiscordRestError> {
    const withResponse = type === callbackType.message && hasComponents(data)
    const sent = this.#rest.respond(this.raw, { type, data, files }, { withResponse, isRepeated, within })
    return withResponse
      ? Effect.map(sent, (made) => (isMessage(made?.resource?.message) ? made.resource.message : undefined))
      : (sent as Effect.Effect<undefined, DiscordRestError>)
  }

  #followUp(call: Sending, body: Body, next?: Deferred | Answered): Replied<SentMessage> {
    return this.#attempt(call, next, (api) =>
      api.interactions.followUp(this.raw.application_id, this.raw.token, withFiles(body)).then(asMessage)
    ).pipe(Effect.flatMap((message) => this.#sent(message, body, message.id)))
  }

  #edit(call: Sending, body: Body, target: string, next?: Answered): Replied<SentMessage> {
    return this.#attempt(call, next, (api) =>
      api.interactions.editReply(this.raw.application_id, this.raw.token, withFiles(body), target).then(asMessage)
    ).pipe(Effect.flatMap((message) => this.#sent(message, body, target)))
  }

  /** The message that was sent or changed. Whoever remembers it is told if it was given components. */
  #sent(message: Discord.Message | undefined, { data }: Body, target: string): Effect.Effect<SentMessage> {
    const address = {
      id: message?.id,
      channelId: message?.channel_id,
      isEphemeral: message === undefined ? isPrivate(data) : isPrivate(message),
      applicationId: this.raw.application_id,
      token: this.raw.token,
      tokenEndsAt: this.#tokenEndsAt,
      target,
      isOnItsWay: this.#sendInitial !== undefined,
      threadId: undefined
    }
    const sent = new SentMessage(address)
    if (this.onSent === undefined || message === undefined || data.components === undefined) return Effect.succeed(sent)
    const { channel_id: channelId, id } = message
    return Effect.as(this.onSent({ ...address, channelId, id }, data.components), sent)
  }

  /** Makes a call which, if `next` is given, leads to another state. */
  #attempt<A>({ operation }: Call<unknown>, next: State | undefined, f: (api: API) => Promise<A>): Replied<A> {
    return this.#whileValid(operation, () => {
      if (next !== undefined) this.#attempts = [...(this.#attempts ?? []), next]
      return Effect.matchEffect(this.#use(f), {
        onSuccess: (value) => {
          if (next !== undefined) this.#become(next)
          return Effect.succeed(value)
        },
        onFailure: (error) => {
          if (next !== undefined && isRefusal(error)) this.#forgetAttempt()
          return Effect.fail(this.#error(operation, error))
        }
      })
    })
  }

  #use<A>(f: (api: API) => Promise<A>): Effect.Effect<A, DiscordRestError> {
    return patiently(this.#rest, this.#sendInitial !== undefined, f)
  }

  #error(operation: string, error: DiscordRestError): ReplyError {
    return new ReplyError({ reason: new Rest({ operation, error }) })
  }

  #whileValid<A>(operation: string, call: () => Replied<A>): Replied<A> {
    return Effect.suspend(() => (this.#now < this.#tokenEndsAt ? call() : failWith(new TokenExpired({ operation }))))
  }
}

const done = () => Effect.void

const hasComponents = (data: InitialResponse["data"]): boolean =>
  "components" in data && data.components !== undefined && data.components.length > 0

const isCode = ({ reason }: ReplyError, code: number): boolean => reason._tag === "Rest" && reason.error.code === code

const isUnknownMessage = (error: ReplyError): boolean => isCode(error, errorCode.unknownMessage)
