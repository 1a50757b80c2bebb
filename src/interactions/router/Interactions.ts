/**
 * The router: finds for each interaction the definition that handles it and the Runtime that it belongs to, and sees to
 * it that it ends with exactly one answer, whatever handlers do.
 */
import type { APIInteraction } from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as Forks from "../../internal/Forks.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import type { Expiration } from "../../runtime/Expiration.ts"
import { type Handle, Runtime } from "../../runtime/Runtime.ts"
import * as Runtimes from "../../runtime/Runtimes.ts"
import * as Command from "../definitions/Command.ts"
import * as CustomId from "../wire/CustomId.ts"
import type * as Definition from "../definitions/Definition.ts"
import * as ErrorReply from "../replies/ErrorReply.ts"
import {
  CurrentInteraction,
  Interaction,
  interactionType,
  type Provided,
  type RawInteraction
} from "../replies/Interaction.ts"
import * as Answers from "./internal/answers.ts"
import * as AutoDefer from "../replies/internal/autoDefer.ts"
import { admit, conversation, find, handlerOf } from "../replies/internal/boundComponents.ts"
import { disable } from "../wire/componentTree.ts"
import { BoundUse } from "../replies/internal/boundUse.ts"
import * as Metrics from "./internal/metrics.ts"
import { Responder, type SendInitial } from "../replies/internal/responder.ts"
import { isAnswerable, problemOf } from "../wire/validateInteraction.ts"
import { type OnEnd, remember } from "../replies/internal/endedComponents.ts"
import type { ReplyDefaults } from "../replies/Message.ts"

/** Two definitions of one bot have the same name, so that one of them would never be used. */
export class DuplicateDefinition extends Schema.TaggedError<DuplicateDefinition>("fibercord/DuplicateDefinition")(
  "DuplicateDefinition",
  { kind: Schema.String, name: Schema.String }
) {
  override get message() {
    return `Two definitions are ${this.kind}s of the name "${this.name}". Give one of them another name.`
  }
}

/** The router. */
export class Interactions extends Context.Service<
  Interactions,
  {
    /**
     * Takes an interaction, in this call and without waiting. Never throws. The initial response goes to `sendInitial`,
     * if that is given, instead of being posted to Discord.
     */
    readonly handle: (raw: APIInteraction, sendInitial?: SendInitial) => void
  }
>()("fibercord/interactions/Interactions") {}

/** Answers to all errors that handlers may fail with, by tag. */
export type OnErrorByTag<E> = {
  readonly [Tag in E extends { readonly _tag: infer T extends string } ? T : never]: (
    error: Extract<E, { readonly _tag: Tag }>
  ) => Answers.Answer
}

/** Answers to errors: one function for all of them, or one for each tag. */
export type OnError<E> = ((error: E) => Answers.Answer) | OnErrorByTag<E>

/** `onError`, required as soon as handlers have errors of their own. */
export type OnErrorOption<E> = [Exclude<E, Definition.AnsweredByDefault>] extends [never]
  ? { readonly onError?: OnError<E> | Partial<OnErrorByTag<E>> | undefined }
  : {
      readonly onError:
        | ((error: E) => Answers.Answer)
        | (OnErrorByTag<Exclude<E, Definition.AnsweredByDefault>> & Partial<OnErrorByTag<Definition.AnsweredByDefault>>)
    }

/** Options of {@link layer} that do not depend on the definitions' types. */
export interface BaseOptions {
  /** Lifetime of Runtimes whose definition names none. Default: 15 minutes after creation. */
  readonly expiration?: Expiration | undefined
  /** Bounds of the Runtimes. */
  readonly runtimes?: Omit<Runtimes.Options, "expiration"> | undefined
  /** Replaces texts that users are told, by locale if it is a function. Default: {@link ErrorReply.defaultTexts}. */
  readonly texts?: ErrorReply.Translations | undefined
  /** What replies are unless the command or the reply says otherwise, field by field. Default: Discord's. */
  readonly replies?: ReplyDefaults | undefined
  /**
   * What becomes of the bound components of a conversation's messages when it ends. Removing falls back to disabling
   * where nothing would be left of a message. Default: `"disable"`.
   */
  readonly endedComponents?: OnEnd | undefined
  /** Called with components and modals that are not of this library. Default: they are ignored, and left to others. */
  readonly onForeign?: ((raw: RawInteraction) => Effect.Effect<unknown>) | undefined
}

/** Options of {@link layer}. */
export type Options<D extends ReadonlyArray<Definition.Any>> = BaseOptions & {
  readonly interactions: D
} & OnErrorOption<Definition.Errors<D[number]>>

type Kind = Definition.Any["kind"]
type Handler = Effect.Effect<unknown, unknown, Provided>

const tabulate = Effect.fnUntraced(function* (definitions: ReadonlyArray<Definition.Any>) {
  const tables: Readonly<Record<Kind, Map<string, Definition.Any>>> = { Command: new Map(), Component: new Map() }
  for (const definition of definitions) {
    const table = tables[definition.kind]
    const { kind, name } = definition
    if (table.has(name)) return yield* new DuplicateDefinition({ kind, name })
    table.set(name, definition)
  }
  return tables
})

const router = <const D extends ReadonlyArray<Definition.Any>>(
  options: Options<D>
): Layer.Layer<
  Interactions,
  DuplicateDefinition,
  DiscordRest | Runtimes.Runtimes | AutoDefer.AutoDefer | Definition.Requirements<D[number]>
> =>
  Layer.effect(
    Interactions,
    Effect.gen(function* () {
      const base = yield* Effect.context<Definition.Requirements<D[number]>>()
      const clock = yield* Clock.Clock
      const rest = yield* DiscordRest
      const runtimes = yield* Runtimes.Runtimes
      const autoDefer = yield* AutoDefer.AutoDefer
      const tables = yield* tabulate(options.interactions)
      const answers = Answers.make((options.onError ?? {}) as Answers.OnError, options.texts)
      const forks = yield* Forks.make("An interaction could not be handled")
      const fork = (effect: Effect.Effect<unknown>): void => void forks.fork(effect)
      // Where nobody collects spans they would only cost.
      const isTraced = Context.getOrUndefined(base, Tracer.Tracer) !== undefined
      const traced = (effect: Effect.Effect<void>, { raw }: Responder): Effect.Effect<void> =>
        isTraced
          ? Effect.withSpan(effect, "fibercord.interaction", {
              attributes: { interaction: raw.id },
              captureStackTrace: false
            })
          : effect

      const offer = (runtime: Handle, responder: Responder, handler: Handler, event?: BoundUse): void => {
        responder.onSent = (sent) => remember(rest, runtime, sent, options.endedComponents ?? "disable")
        const interaction = new CurrentInteraction(responder)
        // What the types alone know, such as OpenModal, needs no value.
        const context = base.pipe(
          Context.add(Runtime, runtime),
          Context.add(Scope.Scope, runtime.scope),
          Context.add(Interaction, interaction)
        ) as Context.Context<never>
        const answered = Effect.uninterruptibleMask((restore) =>
          Effect.matchCauseEffect(restore(handler as Effect.Effect<unknown, unknown>), {
            // A handler may have moved on to an interaction that it has waited for.
            onFailure: (cause) => answers.failed(interaction.responder, cause, runtime.closeReason),
            onSuccess: () => answers.completed(interaction.responder)
          })
        )
        runtime.offer({
          event,
          context,
          run: traced(answered, responder),
          refuse: (reason) => refuse(responder, reason)
        })
      }

      const open = (responder: Responder, definition: Definition.Any): void => {
        responder.defaults = { ...options.replies, ...definition.replies }
        const runtime = runtimes.openUnsafe(definition.expiration)
        if (runtime === undefined) return fork(answers.say(responder, "Overloaded"))
        const { raw } = responder
        const own = runtime.local(conversation)
        own.base = base as Context.Context<never>
        own.openerId = raw.member?.user.id ?? raw.user?.id ?? ""
        own.replies = definition.replies
        offer(runtime, responder, definition.handler as Handler)
      }

      // Whoever clicks on what is over gets one answer, and the dead components of that message are disabled.
      const refuse = (responder: Responder, reason: ErrorReply.Reason): Effect.Effect<void> => {
        const components =
          reason === "Overloaded"
            ? undefined
            : disable(responder.message?.components, (customId) => {
                const id = CustomId.decode(customId)
                return id?._tag === "Bound" && Option.isNone(runtimes.get(id.runtime))
              })
        const said = answers.say(responder, reason)
        return components === undefined
          ? said
          : Effect.andThen(answers.quietly(responder, responder.update({ components })), said)
      }

      const useBound = (runtime: Handle, key: string, responder: Responder): void => {
        const component = find(runtime, key)
        if (component === undefined) return fork(refuse(responder, "Unknown"))
        if (!admit(component, new CurrentInteraction(responder), runtime)) {
          const denied = component.use?.denied
          return fork(
            denied === undefined
              ? answers.say(responder, "Denied")
              : answers.tell(responder, ErrorReply.ephemeral(denied))
          )
        }
        responder.defaults = { ...options.replies, ...runtime.local(conversation).replies }
        // Without a handler it is for one that waits; if none does, its question is over.
        const handler = handlerOf(component) ?? Effect.suspend(() => refuse(responder, "Closed"))
        offer(runtime, responder, handler, new BoundUse(key, responder))
      }

      const routeComponent = (responder: Responder, customId: string): void => {
        const id = CustomId.decode(customId)
        if (id === undefined) {
          const { onForeign } = options
          if (onForeign !== undefined) fork(Effect.suspend(() => onForeign(responder.raw)))
          return
        }
        autoDefer.watch(responder)
        if (id._tag === "Independent") {
          const definition = tables.Component.get(id.name)
          if (definition === undefined) fork(refuse(responder, "Unknown"))
          else open(responder, definition)
          return
        }
        const runtime = Option.getOrUndefined(runtimes.get(id.runtime))
        if (runtime === undefined) fork(refuse(responder, runtimes.absence(id.runtime)))
        else useBound(runtime, id.handler, responder)
      }

      // No Runtime: an autocompletion lives for one answer, and the next keystroke makes it stale.
      const completions = yield* FiberMap.make<string>()
      const runCompletion = yield* FiberMap.runtime(completions)<never>()
      const suggest = (responder: Responder, definition: Definition.Any | undefined): void => {
        const { raw } = responder
        const { autocomplete } = definition ?? {}
        if (autocomplete === undefined) return fork(answers.quietly(responder, responder.choices([])))
        autoDefer.watch(responder)
        const context = Context.add(base, Interaction, new CurrentInteraction(responder))
        const run = Effect.scoped(Effect.provideContext(autocomplete as Handler, context as Context.Context<Provided>))
        const user = raw.member?.user.id ?? raw.user?.id ?? ""
        runCompletion(
          `${user} ${definition?.name ?? ""}`,
          Effect.matchCauseEffect(run, {
            onFailure: (cause) =>
              Effect.andThen(
                cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error instanceof ErrorReply.Denied)
                  ? Effect.void
                  : Effect.logError("An autocompletion failed", cause),
                answers.quietly(responder, responder.choices([]))
              ),
            onSuccess: () => Effect.void
          })
        )
      }

      // Attributes are hoisted, so that an interaction costs one update of a counter.
      const counters = new Map<number, Metric.Counter<number>>(
        Object.entries(interactionType).map(([kind, type]) => [type, Metric.withAttributes(Metrics.received, { kind })])
      )

      const route = (responder: Responder): void => {
        const { raw } = responder
        counters.get(raw.type)?.updateUnsafe(1, base)
        switch (raw.type) {
          case interactionType.command: {
            autoDefer.watch(responder)
            const definition = tables.Command.get(Command.keyOf(raw.data.type, raw.data.name))
            if (definition === undefined) fork(refuse(responder, "Unknown"))
            else open(responder, definition)
            return
          }
          case interactionType.component:
          case interactionType.modalSubmit:
            return routeComponent(responder, raw.data.custom_id)
          case interactionType.autocomplete:
            return suggest(responder, tables.Command.get(Command.keyOf(Command.commandType.chatInput, raw.data.name)))
          default:
            // A type that Discord added after this was written: nothing is known of how to answer it.
            fork(Effect.logWarning(`An interaction of unknown type ${String((raw as { type: unknown }).type)}`))
        }
      }

      const known = new Set<string>()
      const noteMalformed = (problem: string): void => {
        fork(Metric.update(Metric.withAttributes(Metrics.malformed, { problem }), 1))
        if (known.has(problem)) return
        known.add(problem)
        fork(
          Effect.logWarning(`An interaction is not what Discord documents: ${problem}. Further ones are only counted`)
        )
      }

      return Interactions.of({
        handle: (raw, sendInitial) => {
          if (raw.type === interactionType.ping) return
          const problem = problemOf(raw)
          if (problem !== undefined) noteMalformed(problem)
          // Without a token there is nobody to answer.
          if (!isAnswerable(raw)) return
          const responder = new Responder(raw as RawInteraction, clock.currentTimeMillisUnsafe(), rest, sendInitial)
          if (problem !== undefined) return fork(answers.say(responder, "Unknown"))
          try {
            route(responder)
          } catch (error) {
            // A predicate of the user's threw.
            fork(Effect.suspend(() => answers.failed(responder, Cause.die(error), undefined)))
          }
        }
      })
    })
  )

/**
 * Provides the router for these definitions, and the Runtimes that it opens. The definitions' requirements become the
 * layer's.
 */
export const layer = <const D extends ReadonlyArray<Definition.Any>>(
  options: Options<D>
): Layer.Layer<
  Interactions | Runtimes.Runtimes,
  DuplicateDefinition,
  DiscordRest | Definition.Requirements<D[number]>
> =>
  router(options).pipe(
    Layer.provideMerge(Runtimes.layer({ ...options.runtimes, expiration: options.expiration })),
    // Ends last: while the Runtimes drain, what waits in them is still promised an answer in time.
    Layer.provide(AutoDefer.layer)
  )
