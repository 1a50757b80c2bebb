/**
 * The way of an interaction: from Discord's payload to the definition that handles it and the Runtime that it belongs to.
 * A record that the layer makes once, and functions over it.
 */
import type { APIInteraction } from "../../../discord/DiscordApi.ts"
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { commandType, interactionType } from "../../../discord/numbers.ts"
import type { Forks } from "../../../internal/Forks.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import { type Handle, Runtime } from "../../../runtime/Runtime.ts"
import type { Runtimes } from "../../../runtime/Runtimes.ts"
import type * as Definition from "../../definitions/Definition.ts"
import type { EndedComponents } from "../../replies/Bound.ts"
import * as ErrorReply from "../../replies/ErrorReply.ts"
import { Interaction, type Provided, type RawInteraction } from "../../replies/Interaction.ts"
import type { AutoDefer } from "../../replies/internal/autoDefer.ts"
import { admit, find, handlerOf, runtimeState } from "../../replies/internal/boundComponents.ts"
import { BoundUse } from "../../replies/internal/boundUse.ts"
import { CurrentInteraction } from "../../replies/internal/currentInteraction.ts"
import { remember } from "../../replies/internal/endedComponents.ts"
import { Responder } from "../../replies/internal/responder.ts"
import type { SendInitial } from "../../replies/InitialResponse.ts"
import type { ReplyDefaults } from "../../replies/Message.ts"
import { commandKey } from "../../wire/commandKey.ts"
import { disable } from "../../wire/componentTree.ts"
import { decode } from "../../wire/customIdCodec.ts"
import { userIdOf } from "../../wire/rawInteraction.ts"
import { isAnswerable, problemOf } from "../../wire/validateInteraction.ts"
import type { Answers } from "./answers.ts"
import type { Completions } from "./completions.ts"
import type { Tables } from "./tables.ts"
import { inTurn, type Turns } from "./turns.ts"

type Handler = Effect.Effect<unknown, unknown, Provided>

/** What routing needs. */
export interface Router {
  /** The services of the bot, which handlers get. */
  readonly base: Context.Context<never>
  readonly clock: Clock.Clock
  readonly rest: DiscordRest["Service"]
  readonly runtimes: Runtimes["Service"]
  readonly autoDefer: AutoDefer["Service"]
  readonly tables: Tables
  readonly answers: Answers
  readonly completions: Completions
  readonly forks: Forks
  readonly turns: Turns
  /** Where nobody collects spans they would only cost. */
  readonly isTraced: boolean
  /** Counts an interaction of a type. */
  readonly count: (type: number) => void
  /** Notes that an interaction is not what Discord documents. */
  readonly noteMalformed: (problem: string) => void
  readonly replies: ReplyDefaults | undefined
  readonly endedComponents: EndedComponents
  readonly onUnknownComponent: ((raw: RawInteraction) => Effect.Effect<unknown>) | undefined
}

const traced = (router: Router, effect: Effect.Effect<void>, { raw }: Responder): Effect.Effect<void> =>
  router.isTraced
    ? Effect.withSpan(effect, "fibercord.interaction", {
        attributes: { interaction: raw.id },
        captureStackTrace: false
      })
    : effect

const fork = (router: Router, effect: Effect.Effect<unknown>): void => void router.forks.fork(effect)

/** Puts an interaction into the mailbox of a Runtime. Its handler runs when its turn comes, and it ends with an answer. */
const offer = (router: Router, runtime: Handle, responder: Responder, handler: Handler, event?: BoundUse): void => {
  responder.onSent = (sent) => remember(router.rest, runtime, sent, router.endedComponents)
  const interaction = new CurrentInteraction(responder)
  // What only the types know, such as OpenModal, needs no value.
  const context = router.base.pipe(
    Context.add(Runtime, runtime),
    Context.add(Scope.Scope, runtime.scope),
    Context.add(Interaction, interaction)
  ) as Context.Context<never>
  const answered = Effect.uninterruptibleMask((restore) =>
    Effect.matchCauseEffect(restore(handler as Effect.Effect<unknown, unknown>), {
      // A handler may have moved on to an interaction that it has waited for.
      onFailure: (cause) => router.answers.failed(interaction.responder, cause, runtime.closeReason),
      onSuccess: () => router.answers.completed(interaction.responder)
    })
  )
  runtime.offer({
    event,
    context,
    run: traced(router, answered, responder),
    refuse: (reason) => refuse(router, responder, reason)
  })
}

/** Opens a Runtime, whose first event is this interaction. */
const open = (router: Router, responder: Responder, definition: Definition.Any): void => {
  responder.defaults = { ...router.replies, ...definition.replies }
  const runtime = router.runtimes.openUnsafe(definition.expiration)
  if (runtime === undefined) return fork(router, router.answers.say(responder, "Overloaded"))
  const own = runtime.local(runtimeState)
  own.base = router.base
  own.openerId = userIdOf(responder.raw)
  own.replies = definition.replies
  offer(router, runtime, responder, inTurn(router.turns, definition, responder.raw, definition.handler as Handler))
}

/** Tells the user why his interaction is not handled, and disables the components of that message whose Runtime is over. */
const refuse = (router: Router, responder: Responder, reason: ErrorReply.Reason): Effect.Effect<void> => {
  const components =
    reason === "Overloaded"
      ? undefined
      : disable(responder.message?.components, (customId) => {
          const id = decode(customId)
          return id?._tag === "Bound" && Option.isNone(router.runtimes.get(id.runtime))
        })
  const said = router.answers.say(responder, reason)
  return components === undefined
    ? said
    : Effect.andThen(router.answers.quietly(responder, responder.update({ components })), said)
}

const useBound = (router: Router, runtime: Handle, key: string, responder: Responder): void => {
  const { answers } = router
  const component = find(runtime, key)
  if (component === undefined) return fork(router, refuse(router, responder, "Unknown"))
  if (!admit(component, new CurrentInteraction(responder), runtime)) {
    const denied = component.use?.denied
    return fork(
      router,
      denied === undefined ? answers.say(responder, "Denied") : answers.tell(responder, ErrorReply.ephemeral(denied))
    )
  }
  responder.defaults = { ...router.replies, ...runtime.local(runtimeState).replies }
  // Without a handler of its own it is for one that waits; if none does, its question is over.
  const handler = handlerOf(component) ?? Effect.suspend(() => refuse(router, responder, "Closed"))
  offer(router, runtime, responder, handler, new BoundUse(key, responder))
}

const routeComponent = (router: Router, responder: Responder, customId: string): void => {
  const id = decode(customId)
  if (id === undefined) {
    const { onUnknownComponent } = router
    if (onUnknownComponent !== undefined)
      fork(
        router,
        Effect.suspend(() => onUnknownComponent(responder.raw))
      )
    return
  }
  router.autoDefer.watch(responder)
  if (id._tag === "Independent") return openOrRefuse(router, responder, router.tables.Component.get(id.name))
  const runtime = Option.getOrUndefined(router.runtimes.get(id.runtime))
  if (runtime === undefined) fork(router, refuse(router, responder, router.runtimes.absence(id.runtime)))
  else useBound(router, runtime, id.handler, responder)
}

const openOrRefuse = (router: Router, responder: Responder, definition: Definition.Any | undefined): void => {
  if (definition === undefined) fork(router, refuse(router, responder, "Unknown"))
  else open(router, responder, definition)
}

const suggest = (router: Router, responder: Responder, definition: Definition.Any | undefined): void => {
  const { autocomplete, key } = definition ?? {}
  if (autocomplete === undefined || key === undefined) {
    return fork(router, router.answers.quietly(responder, responder.choices([])))
  }
  router.autoDefer.watch(responder)
  router.completions.run(key, autocomplete as Handler, responder)
}

const route = (router: Router, responder: Responder): void => {
  const { raw } = responder
  router.count(raw.type)
  switch (raw.type) {
    case interactionType.command:
      router.autoDefer.watch(responder)
      return openOrRefuse(router, responder, router.tables.Command.get(commandKey(raw.data.type, raw.data.name)))
    case interactionType.component:
    case interactionType.modalSubmit:
      return routeComponent(router, responder, raw.data.custom_id)
    case interactionType.autocomplete:
      return suggest(router, responder, router.tables.Command.get(commandKey(commandType.chatInput, raw.data.name)))
    default:
      // A type that Discord added after this was written: nothing is known about how to answer it.
      fork(
        router,
        Effect.logWarning(
          `Received an interaction of unknown type ${String((raw as { type: unknown }).type)}, and ignored it`
        )
      )
  }
}

/** Takes an interaction. Never throws. */
export const handle = (router: Router, raw: APIInteraction, sendInitial: SendInitial | undefined): void => {
  if (raw.type === interactionType.ping) return
  const problem = problemOf(raw)
  if (problem !== undefined) router.noteMalformed(problem)
  // Without a token there is nobody to answer.
  if (!isAnswerable(raw)) return
  const responder = new Responder(raw, router.clock.currentTimeMillisUnsafe(), router.rest, sendInitial)
  if (problem !== undefined) return fork(router, router.answers.say(responder, "Unknown"))
  try {
    route(router, responder)
  } catch (error) {
    // A predicate of the user's threw.
    fork(
      router,
      Effect.suspend(() => router.answers.failed(responder, Cause.die(error), undefined))
    )
  }
}

/** Counts interactions by kind. The attributes are hoisted, so that an interaction costs one update of a counter. */
export const counterOf = (
  received: Metric.Counter<number>,
  context: Context.Context<never>
): ((type: number) => void) => {
  const counters = new Map<number, Metric.Counter<number>>(
    Object.entries(interactionType).map(([kind, type]) => [type, Metric.withAttributes(received, { kind })])
  )
  return (type) => counters.get(type)?.updateUnsafe(1, context)
}
