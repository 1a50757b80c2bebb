/** The answers to one interaction: which calls Discord still accepts, made one at a time. */
import type { API } from "@discordjs/core/http-only"
import type * as Discord from "../../../discord/Discord.ts"
import type {
  APIApplicationCommandOptionChoice,
  APIModalInteractionResponseCallbackData
} from "../../../discord/DiscordApi.ts"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import { callbackType, errorCode, interactionLifetime, interactionType, messageFlag } from "../../../discord/numbers.ts"
import type { RawInteraction } from "../../wire/rawInteraction.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../../rest/DiscordRestError.ts"
import { AlreadyAnswered, ModalOnModal, NoMessage, NotAnswered, ReplyError, Rest, TokenExpired } from "../ReplyError.ts"
import { type Body, toBody, withFiles } from "./messageBody.ts"
import { orInvalid, validBody } from "./validBody.ts"
import type { InitialResponse, SendInitial } from "../InitialResponse.ts"
import type { Message, ReplyDefaults } from "../Message.ts"
import { keepComponents, keepSelections } from "../../wire/keepOnUpdate.ts"

/**
 * - `Unanswered`: Discord waits for the initial response;
 * - `Deferred`: it was promised; `update` says that it will change the message of the component;
 * - `Answered`: it was given; `update` as above;
 * - `Gone`: Discord has forgotten the interaction, or another process answered it.
 */
type State =
  | { readonly _tag: "Unanswered" }
  | { readonly _tag: "Deferred"; readonly update: boolean; readonly automatic: boolean; readonly ephemeral: boolean }
  | { readonly _tag: "Answered"; readonly update: boolean }
  | { readonly _tag: "Gone" }

/** A message that a reply sent or changed, and what it takes to change it again. */
export interface Sent {
  /** Discord's id of the message. */
  readonly id: string
  readonly channelId: string
  readonly isEphemeral: boolean
  readonly components: Array<Discord.TopLevelComponent>
  readonly applicationId: string
  /** Of the interaction, received at `receivedAt` in milliseconds of the clock. */
  readonly token: string
  readonly receivedAt: number
  /** What the token calls the message: its id, or `@original`. */
  readonly target: string
}

/**
 * Replaces the components of a message: by the interaction's token while that is valid, else as the bot where that is
 * possible.
 */
export const setComponents = (
  rest: DiscordRest["Service"],
  sent: Sent,
  components: Array<Discord.TopLevelComponent>
): Effect.Effect<unknown, DiscordRestError | ReplyError> =>
  Effect.flatMap(isValid(sent.receivedAt), (valid): Effect.Effect<unknown, DiscordRestError | ReplyError> => {
    if (valid) {
      return rest.use((api) => api.interactions.editReply(sent.applicationId, sent.token, { components }, sent.target))
    }
    return sent.isEphemeral
      ? Effect.fail(new ReplyError({ reason: new TokenExpired({ operation: "edit" }) }))
      : rest.use((api) => api.channels.editMessage(sent.channelId, sent.id, { components }))
  })

const isValid = (receivedAt: number): Effect.Effect<boolean> =>
  Effect.map(Clock.currentTimeMillis, (now) => now - receivedAt < interactionLifetime.token)

// Discord may not have read an initial response that went another way when the next call comes.
const untilKnown = {
  while: ({ code }: DiscordRestError) => code === errorCode.unknownWebhook || code === errorCode.unknownMessage,
  schedule: Schedule.exponential("50 millis").pipe(Schedule.upTo({ duration: "2 seconds" }))
}

/** One interaction's state machine. Calls from several fibers are made one after the other. */
export class Responder {
  readonly raw: RawInteraction
  /** When the process received it, in milliseconds of the clock. */
  readonly receivedAt: number
  readonly #rest: DiscordRest["Service"]
  readonly #sendInitial: SendInitial | undefined
  /** What its replies are unless they say otherwise. */
  defaults: ReplyDefaults = {}
  /** Told of every message with components that a reply makes or changes. */
  onSent: ((sent: Sent) => Effect.Effect<void>) | undefined
  /** What watches it until it has its initial response, or can have none any more. */
  watch: { responder: Responder | undefined } | undefined
  readonly #lock = Semaphore.makeUnsafe(1)
  #state: State = { _tag: "Unanswered" }

  constructor(raw: RawInteraction, receivedAt: number, rest: DiscordRest["Service"], sendInitial?: SendInitial) {
    this.raw = raw
    this.receivedAt = receivedAt
    this.#rest = rest
    this.#sendInitial = sendInitial
  }

  get isAnswered(): boolean {
    return this.#state._tag !== "Unanswered"
  }

  /** Whether Discord still shows that the bot is thinking. */
  get isPending(): boolean {
    return this.#state._tag === "Deferred" && !this.#state.update
  }

  /** Whether that was promised for the handler, and not by it. */
  get isAutoDeferred(): boolean {
    return this.#state._tag === "Deferred" && this.#state.automatic
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
  send(message: Message): Effect.Effect<void, ReplyError> {
    return this.#exclusive("send", (operation) => {
      const body = this.#body(message, true)
      const state = this.#state
      if (state._tag === "Unanswered") return this.#initial(operation, callbackType.message, body)
      if (state._tag !== "Deferred" || state.update) return this.#followUp(operation, body)
      const answered = this.#to({ _tag: "Answered", update: false })
      // Whether a promised message is ephemeral was decided with the promise. An automatic promise that differs from what
      // the handler wants gives way to a message of its own.
      const isEphemeral = ((body.data.flags ?? 0) & messageFlag.ephemeral) !== 0
      return state.automatic && state.ephemeral !== isEphemeral
        ? Effect.andThen(this.#delete(operation), Effect.andThen(answered, this.#followUp(operation, body)))
        : Effect.andThen(this.#edit(operation, body), answered)
    })
  }

  /** Changes the message whose component was used. */
  update(message: Message): Effect.Effect<void, ReplyError> {
    return this.#exclusive("update", (operation) => {
      const source = this.message
      if (source === undefined) return Effect.fail(new ReplyError({ reason: new NoMessage({ operation }) }))
      const body = this.#updateBody(message, source)
      if (this.#state._tag === "Unanswered") return this.#initial(operation, callbackType.update, body)
      const isOriginal = this.#state._tag !== "Gone" && this.#state.update
      return Effect.andThen(
        this.#edit(operation, body, isOriginal ? "@original" : source.id),
        isOriginal ? this.#to({ _tag: "Answered", update: true }) : Effect.void
      )
    })
  }

  /** Opens a modal. */
  modal(data: APIModalInteractionResponseCallbackData): Effect.Effect<void, ReplyError> {
    return this.#exclusive("modal", (operation) => {
      if (this.raw.type === interactionType.modalSubmit) {
        return Effect.fail(new ReplyError({ reason: new ModalOnModal() }))
      }
      if (this.#state._tag !== "Unanswered") {
        return Effect.fail(new ReplyError({ reason: new AlreadyAnswered({ operation }) }))
      }
      return Effect.andThen(
        this.#callback(operation, { type: callbackType.modal, data, files: undefined }),
        this.#to({ _tag: "Answered", update: false })
      )
    })
  }

  /** Deletes the initial response. */
  delete(): Effect.Effect<void, ReplyError> {
    return this.#exclusive("delete", (operation) =>
      this.#state._tag === "Unanswered"
        ? Effect.fail(new ReplyError({ reason: new NotAnswered({ operation }) }))
        : this.#delete(operation)
    )
  }

  /** Changes the initial response. */
  edit(message: Message): Effect.Effect<void, ReplyError> {
    return this.#exclusive("edit", (operation) => {
      const state = this.#state
      if (state._tag === "Unanswered") return Effect.fail(new ReplyError({ reason: new NotAnswered({ operation }) }))
      return Effect.andThen(
        this.#edit(operation, this.#body(message)),
        state._tag === "Deferred" ? this.#to({ _tag: "Answered", update: state.update }) : Effect.void
      )
    })
  }

  /** One more message after the answer. */
  followUp(message: Message): Effect.Effect<void, ReplyError> {
    return this.#exclusive("followUp", (operation) =>
      this.#state._tag === "Unanswered"
        ? Effect.fail(new ReplyError({ reason: new NotAnswered({ operation }) }))
        : this.#followUp(operation, this.#body(message, true))
    )
  }

  /** Promises a message (`update: false`) or a change of the component's message. Does nothing if that was promised. */
  defer(options: { readonly update: boolean; readonly ephemeral?: boolean | undefined; readonly automatic: boolean }) {
    return this.#exclusive(options.update ? "deferUpdate" : "defer", (operation): Effect.Effect<void, ReplyError> => {
      const { automatic, update } = options
      if (this.#state._tag === "Deferred" && this.#state.update === update) {
        return this.#to({ ...this.#state, automatic: automatic && this.#state.automatic })
      }
      if (this.#state._tag !== "Unanswered") {
        return automatic ? Effect.void : Effect.fail(new ReplyError({ reason: new AlreadyAnswered({ operation }) }))
      }
      const ephemeral = options.ephemeral ?? this.defaults.ephemeral ?? false
      const data = ephemeral && !update ? { flags: messageFlag.ephemeral } : {}
      return Effect.andThen(
        this.#callback(operation, {
          type: update ? callbackType.deferUpdate : callbackType.deferMessage,
          data,
          files: undefined
        }),
        this.#to({ _tag: "Deferred", update, automatic, ephemeral })
      )
    })
  }

  /** Suggests values for the option that the user is typing into; at most 25. */
  choices(choices: ReadonlyArray<APIApplicationCommandOptionChoice>): Effect.Effect<void, ReplyError> {
    return this.#exclusive("autocomplete", (operation) =>
      this.#state._tag === "Unanswered"
        ? Effect.andThen(
            this.#callback(operation, {
              type: callbackType.choices,
              data: { choices: [...choices] },
              files: undefined
            }),
            this.#to({ _tag: "Answered", update: false })
          )
        : Effect.fail(new ReplyError({ reason: new AlreadyAnswered({ operation }) }))
    )
  }

  #body(message: Message, isNew = false): Body {
    return toBody({ ...this.defaults, ...message }, isNew)
  }

  #updateBody(message: Message, source: Discord.Message): Body {
    const body = this.#body(message)
    const merged = { ...this.defaults, ...message }
    const { data } = body
    let components = data.components
    if (merged.keepComponents === true && components !== undefined) {
      components = keepComponents(components, source.components)
    }
    if (merged.keepSelections === true) {
      components = keepSelections(components ?? source.components ?? [], this.raw)
    }
    return components === data.components || components === undefined
      ? body
      : validBody({ ...body, data: { ...data, components } }, false)
  }

  #delete(operation: string): Effect.Effect<void, ReplyError> {
    return this.#call(operation, (api) => api.interactions.deleteReply(this.raw.application_id, this.raw.token))
  }

  #become(state: State): void {
    this.#state = state
    if (this.watch !== undefined) this.watch.responder = undefined
    this.watch = undefined
  }

  #exclusive<A>(
    operation: string,
    f: (operation: string) => Effect.Effect<A, ReplyError>
  ): Effect.Effect<A, ReplyError> {
    return this.#lock.withPermits(1)(orInvalid(() => f(operation)))
  }

  #to(state: State): Effect.Effect<void> {
    return Effect.sync(() => this.#become(state))
  }

  #initial(operation: string, type: 4 | 7, body: Body): Effect.Effect<void, ReplyError> {
    return this.#callback(operation, { type, ...body }).pipe(
      Effect.tap(this.#to({ _tag: "Answered", update: type === callbackType.update })),
      Effect.flatMap((message) =>
        this.#sent(message ?? (type === callbackType.update ? this.message : undefined), body, "@original")
      )
    )
  }

  #callback(operation: string, response: InitialResponse): Effect.Effect<Discord.Message | undefined, ReplyError> {
    return this.#guard(operation, this.#sendInitial?.(response) ?? this.#postCallback(response))
  }

  // The id of a new message is asked for only where its components may have to be disabled one day.
  #postCallback({ data, files, type }: InitialResponse): Effect.Effect<Discord.Message | undefined, DiscordRestError> {
    const withResponse = type === callbackType.message && "components" in data && data.components?.length !== 0
    const sent = this.#rest.respond(this.raw, { type, data, files }, { withResponse })
    return withResponse ? Effect.map(sent, (made) => made?.resource?.message) : Effect.as(sent, undefined)
  }

  #followUp(operation: string, body: Body): Effect.Effect<void, ReplyError> {
    return this.#call(operation, (api) =>
      api.interactions.followUp(this.raw.application_id, this.raw.token, withFiles(body))
    ).pipe(Effect.flatMap((message) => this.#sent(message, body, message.id)))
  }

  #edit(operation: string, body: Body, target = "@original"): Effect.Effect<void, ReplyError> {
    return this.#call(operation, (api) =>
      api.interactions.editReply(this.raw.application_id, this.raw.token, withFiles(body), target)
    ).pipe(Effect.flatMap((message) => this.#sent(message, body, target)))
  }

  #sent(message: Discord.Message | undefined, { data }: Body, target: string): Effect.Effect<void> {
    if (this.onSent === undefined || message === undefined || data.components === undefined) return Effect.void
    return this.onSent({
      id: message.id,
      channelId: message.channel_id,
      isEphemeral: ((message.flags ?? 0) & messageFlag.ephemeral) !== 0,
      components: data.components,
      applicationId: this.raw.application_id,
      token: this.raw.token,
      receivedAt: this.receivedAt,
      target
    })
  }

  #call<A>(operation: string, f: (api: API) => Promise<A>): Effect.Effect<A, ReplyError> {
    const call = this.#rest.use(f)
    return this.#guard(operation, this.#sendInitial === undefined ? call : Effect.retry(call, untilKnown))
  }

  #guard<A>(operation: string, call: Effect.Effect<A, DiscordRestError>): Effect.Effect<A, ReplyError> {
    return Effect.flatMap(isValid(this.receivedAt), (valid) =>
      valid
        ? Effect.mapError(call, (error) => {
            if (error.code === errorCode.unknownInteraction || error.code === errorCode.alreadyAcknowledged)
              this.#become({ _tag: "Gone" })
            return new ReplyError({ reason: new Rest({ operation, error }) })
          })
        : Effect.fail(new ReplyError({ reason: new TokenExpired({ operation }) }))
    )
  }
}
