/** What may be said when: each reply to one interaction becomes the call that Discord still accepts, one at a time. */
import * as Effect from "effect/Effect"
import type * as Discord from "../../../discord/Discord.ts"
import type {
  APIApplicationCommandOptionChoice,
  APIModalInteractionResponseCallbackData
} from "../../../discord/DiscordApi.ts"
import { callbackType, interactionType } from "../../../discord/numbers.ts"
import { keepComponents, keepSelections } from "../../wire/keepOnUpdate.ts"
import { acceptable } from "../../wire/suggestions.ts"
import type { InitialResponse } from "../InitialResponse.ts"
import type { Message, ReplyDefaults } from "../Message.ts"
import { AlreadyAnswered, DeferredAutomatically, ModalOnModal, NoMessage, NotAnswered } from "../ReplyError.ts"
import { type Call, failWith, InteractionCalls, type Replied } from "./interactionCalls.ts"
import { type Body, needsAttachments, noDefaults, toBody, toChange, withDefaults } from "./messageBody.ts"
import { OneAtATime } from "./oneAtATime.ts"
import { answered, type Deferred, hasV2, isPrivate, noOriginal, sourceIsOriginal } from "./responseState.ts"
import type { SentMessage } from "./sent.ts"
import { orInvalid, tried, validBody } from "./validBody.ts"

type Sending = Call<SentMessage>

/**
 * One interaction's state machine. Replies from several fibers are made one after the other, and one that depends on calls
 * whose outcome is unknown first asks Discord what there is.
 */
export class Responder extends InteractionCalls {
  /** What its replies are unless they say otherwise. */
  defaults: ReplyDefaults = noDefaults
  /** What the router notes about it, if anybody looks. */
  note: object | undefined
  /** Called instead of `sendInitial` when another process has sent the initial response to Discord. */
  answeredElsewhere: (() => void) | undefined
  /** Whether there is a tracer. Without one, spans would only cost time. */
  isTraced = false
  private readonly calls = new OneAtATime()
  private isSourceDeleted = false

  get isAnswered(): boolean {
    return this.state._tag !== "Unanswered"
  }

  /** Whether nothing more can be said. */
  get isLost(): boolean {
    return this.state._tag === "Lost"
  }

  /** Whether the user still waits for a message that was promised. */
  get isPending(): boolean {
    return this.state._tag === "Deferred" && this.state.promise !== "update"
  }

  /** Whether a response was promised for the handler, and not by it. */
  get isAutoDeferred(): boolean {
    return this.state._tag === "Deferred" && this.state.automatic !== undefined
  }

  /** Whether the initial response can change the message whose component was used. */
  get canUpdate(): boolean {
    return this.message !== undefined && (this.state._tag === "Unanswered" || this.isAutoDeferred)
  }

  /** A new message: the initial response, what a deferral promised, or a follow-up. */
  send(message: Message): Replied<SentMessage> {
    return this.exclusive("send", (call) => this.sendFirst(call, message))
  }

  /** Changes the message whose component was used. */
  update(message: Message): Replied<SentMessage> {
    return this.exclusive("update", (call) => {
      const { operation } = call
      const source = this.message
      if (source === undefined || this.isSourceDeleted) return failWith(new NoMessage({ operation }))
      if (message.ephemeral === true && !isPrivate(source)) return this.sendFirst(call, message)
      if (this.state._tag === "Unanswered") {
        const body = this.updateBody(message, source, source.attachments?.map(({ id }) => id) ?? [])
        const response = { type: callbackType.update, ...body }
        return this.respond(call, response, sourceIsOriginal, (made = source) => this.sent(made, body, "@original"))
      }
      const isOriginal = this.isSourceOriginal
      const target = isOriginal ? "@original" : source.id
      const changed = Effect.flatMap(this.attachments(call, message, target), (ids) =>
        orInvalid(() => this.changeMessage(call, this.updateBody(message, source, ids), target))
      )
      return isOriginal ? Effect.tap(changed, this.to(sourceIsOriginal)) : changed
    })
  }

  /** Opens a modal. */
  modal(data: APIModalInteractionResponseCallbackData): Replied {
    return this.exclusive("modal", (call) => {
      if (this.raw.type === interactionType.modalSubmit) return failWith(new ModalOnModal())
      return this.first(call, { type: callbackType.modal, data, files: undefined })
    })
  }

  /** Launches the application's Activity. */
  launchActivity(): Replied {
    return this.exclusive("launchActivity", (call) =>
      this.first(call, { type: callbackType.launchActivity, data: {}, files: undefined })
    )
  }

  /** A response that must be the first, and makes no message. */
  private first(call: Call, response: InitialResponse): Replied {
    const state = this.state
    if (state._tag === "Unanswered") return this.respond(call, response, noOriginal, done)
    return failWith(
      state._tag === "Deferred" && state.automatic !== undefined
        ? new DeferredAutomatically({ after: state.automatic })
        : new AlreadyAnswered({ operation: call.operation })
    )
  }

  /** Deletes the initial response. */
  delete(): Replied {
    return this.afterAnswer("delete", (call) => {
      const state = this.state
      if (state._tag === "Answered" && state.original === "none") {
        return failWith(new NotAnswered({ operation: call.operation }))
      }
      if (state._tag === "Deferred" && state.promise === "withdrawn") return this.to(noOriginal)
      const isSource = this.isSourceOriginal
      return Effect.andThen(
        this.deleteOriginal(call, noOriginal),
        Effect.sync(() => {
          if (isSource) this.isSourceDeleted = true
        })
      )
    })
  }

  /** Changes the initial response. */
  edit(message: Message): Replied<SentMessage> {
    return this.afterAnswer("edit", (call) => {
      const state = this.state
      if (state._tag === "Deferred" && state.promise !== "update") return this.fill(call, message, state)
      const { message: source } = this
      const place = state._tag === "Answered" ? state.original : "source"
      if (place === "none") return failWith(new NotAnswered({ operation: call.operation }))
      const isSeen = place === "public" || (place === "source" && source !== undefined && !isPrivate(source))
      if (message.ephemeral === true && isSeen) return this.say(call, message)
      const changed = Effect.flatMap(this.attachments(call, message, "@original"), (attachments) =>
        orInvalid(() =>
          this.changeMessage(call, toChange(this.complete(message), this.changed(source, attachments)), "@original")
        )
      )
      return state._tag === "Deferred" ? Effect.tap(changed, this.to(sourceIsOriginal)) : changed
    })
  }

  /** One more message after the answer. */
  followUp(message: Message): Replied<SentMessage> {
    return this.afterAnswer("followUp", (call) => this.say(call, message))
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
    return this.exclusive(update ? "deferUpdate" : "defer", (call) => {
      const { operation } = call
      const state = this.state
      if (update && this.message === undefined) return failWith(new NoMessage({ operation }))
      if (state._tag === "Unanswered") {
        const isPrivate = ephemeral ?? this.defaults.ephemeral ?? false
        const promise = update ? "update" : isPrivate ? "private" : "public"
        const wanted = update || automatic !== undefined ? undefined : isPrivate
        const type = update ? callbackType.deferUpdate : callbackType.deferMessage
        return this.respond(
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
      return this.to({ ...state, automatic: undefined, wanted })
    })
  }

  /** Suggests values for the option that the user is typing into. Those that Discord would refuse are left out. */
  choices(choices: ReadonlyArray<APIApplicationCommandOptionChoice>): Replied {
    const suggested = this.exclusive("autocomplete", (call) =>
      this.state._tag === "Unanswered"
        ? this.respond(
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
    return this.exclusive("relay", (call) => this.first(call, response))
  }

  private get isSourceOriginal(): boolean {
    const state = this.state
    return (
      (state._tag === "Deferred" && state.promise === "update") ||
      (state._tag === "Answered" && state.original === "source")
    )
  }

  private complete(message: Message): Message {
    return withDefaults(message, this.defaults)
  }

  private sendFirst(call: Sending, message: Message): Replied<SentMessage> {
    if (this.state._tag !== "Unanswered") return this.say(call, message)
    const complete = this.complete(message)
    const body = toBody(complete)
    const next = answered(complete.ephemeral === true ? "private" : "public", body.data.flags ?? 0)
    const response = { type: callbackType.message, data: body.data, files: body.files }
    return this.respond(call, response, next, (made) => this.created(call, made, body))
  }

  /** Sends a message of its own. The first one after a promise is the promised message, whatever it says itself. */
  private say(call: Sending, message: Message): Replied<SentMessage> {
    const state = this.state
    if (state._tag !== "Deferred") return this.postMessage(call, toBody(this.complete(message)))
    const wanted = message.ephemeral ?? state.wanted ?? this.defaults.ephemeral ?? false
    const body = toBody(this.complete({ ...message, ephemeral: wanted }))
    const place = wanted ? "private" : "public"
    switch (state.promise) {
      case "update":
        return Effect.tap(
          this.postMessage(call, body),
          Effect.suspend(() => this.to({ ...state, wanted: undefined }))
        )
      case "withdrawn":
        return this.postMessage(call, body, noOriginal)
      case place:
        return this.postMessage(call, body, answered(place, body.data.flags ?? 0))
      default:
        // Who sees the promised message was decided with the promise, and is not what this message wants.
        return Effect.andThen(
          this.deleteOriginal(call, { ...state, promise: "withdrawn" }),
          Effect.suspend(() => this.postMessage(call, body, noOriginal))
        )
    }
  }

  /** Edits the promised message, if that is seen by whom the message is for. */
  private fill(call: Sending, message: Message, state: Deferred): Replied<SentMessage> {
    const wanted = message.ephemeral ?? state.wanted ?? this.defaults.ephemeral ?? false
    const place = wanted ? "private" : "public"
    if (state.promise !== place) return this.say(call, message)
    const body = toChange(this.complete(message), { isV2: true, isPromised: true })
    return this.changeMessage(call, body, "@original", answered(place, body.data.flags ?? 0))
  }

  private changed(source: Discord.Message | undefined, attachments: ReadonlyArray<string> | undefined) {
    const state = this.state
    return this.isSourceOriginal && source !== undefined
      ? { isV2: hasV2(source.flags), source, attachments }
      : { isV2: state._tag === "Answered" && state.isV2, attachments }
  }

  private updateBody(message: Message, source: Discord.Message, attachments: ReadonlyArray<string> | undefined): Body {
    const complete = this.complete(message)
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
  private attachments(
    call: Call<unknown>,
    message: Message,
    target: string
  ): Replied<ReadonlyArray<string> | undefined> {
    return needsAttachments(message)
      ? Effect.map(this.getMessage(call, target), ({ attachments }) => attachments.map(({ id }) => id))
      : Effect.undefined
  }

  private exclusive<A>(operation: string, f: (call: Call<A>) => Replied<A>): Replied<A> {
    const call: Call<A> = {
      operation,
      again: () => {
        const state = this.state
        if (state._tag === "Lost") return failWith(new state.Reason({ operation }))
        // Before the initial response, a second one is the question whether the first has arrived.
        return this.isUncertain && state._tag !== "Unanswered"
          ? Effect.andThen(
              this.settle(call),
              orInvalid(() => f(call))
            )
          : f(call)
      }
    }
    const exclusive = this.calls.run(() => tried(call.again))
    return this.isTraced
      ? Effect.withSpan(exclusive, `fibercord.reply.${operation}`, {
          // A handler may reply to a later interaction than the one that it began with.
          attributes: { interaction: this.raw.id },
          captureStackTrace: false
        })
      : exclusive
  }

  private afterAnswer<A>(operation: string, f: (call: Call<A>) => Replied<A>): Replied<A> {
    const answered = (call: Call<A>): Replied<A> =>
      this.state._tag === "Unanswered" ? failWith(new NotAnswered({ operation })) : f(call)
    return this.exclusive<A>(operation, (call) =>
      this.state._tag === "Unanswered" && this.isUncertain
        ? Effect.andThen(
            this.settle(call),
            orInvalid(() => answered(call))
          )
        : answered(call)
    )
  }
}

const done = () => Effect.void
