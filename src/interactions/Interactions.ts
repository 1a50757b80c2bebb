/**
 * The router: finds for each interaction the definition that handles it and the Runtime that it belongs to, and sees to
 * it that it ends with exactly one answer, whatever handlers do.
 */
import type { APIInteraction } from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { DiscordRest } from "../rest/DiscordRest.ts"
import type { Expiration } from "../runtime/Expiration.ts"
import { type Handle, Runtime } from "../runtime/Runtime.ts"
import * as Runtimes from "../runtime/Runtimes.ts"
import * as Command from "./Command.ts"
import * as CustomId from "./CustomId.ts"
import type * as Definition from "./Definition.ts"
import * as ErrorReply from "./ErrorReply.ts"
import { fromResponder, Interaction, interactionType, type Provided, type RawInteraction } from "./Interaction.ts"
import * as AutoDefer from "./internal/autoDefer.ts"
import { handlers } from "./internal/bound.ts"
import { disable } from "./internal/components.ts"
import { Responder, type SendInitial } from "./internal/responder.ts"
import { remember } from "./internal/sentMessages.ts"
import { InvalidOption } from "./Options.ts"
import type { ReplyError } from "./ReplyError.ts"

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

/** An answer to an error of a handler. */
export type Answer = ErrorReply.ErrorReply | Effect.Effect<ErrorReply.ErrorReply>

/** Answers to all errors that handlers may fail with, by tag. */
export type OnErrorByTag<E> = {
  readonly [Tag in E extends { readonly _tag: infer T extends string } ? T : never]: (
    error: Extract<E, { readonly _tag: Tag }>
  ) => Answer
}

/** Answers to errors: one function for all of them, or one for each tag. */
export type OnError<E> = ((error: E) => Answer) | OnErrorByTag<E>

/** Errors that are answered without being named in `onError`. */
type AnsweredByDefault = ReplyError | ErrorReply.Denied

/** `onError`, required as soon as handlers have errors of their own. */
export type OnErrorOption<E> = [Exclude<E, AnsweredByDefault>] extends [never]
  ? { readonly onError?: OnError<E> | Partial<OnErrorByTag<E>> | undefined }
  : {
      readonly onError:
        | ((error: E) => Answer)
        | (OnErrorByTag<Exclude<E, AnsweredByDefault>> & Partial<OnErrorByTag<AnsweredByDefault>>)
    }

/** Options of {@link layer} that do not depend on the definitions' types. */
export interface BaseOptions {
  /** Lifetime of Runtimes whose definition names none. Default: 15 minutes after creation. */
  readonly expiration?: Expiration | undefined
  /** Bounds of the Runtimes. */
  readonly runtimes?: Omit<Runtimes.Options, "expiration"> | undefined
  /** Replaces texts that users are told. Default: {@link ErrorReply.defaultTexts}. */
  readonly texts?: Partial<ErrorReply.Texts> | undefined
}

/** Options of {@link layer}. */
export type Options<D extends ReadonlyArray<Definition.Any>> = BaseOptions & {
  readonly interactions: D
} & OnErrorOption<Definition.Errors<D[number]>>

type Kind = Definition.Any["kind"]
type Handler = Effect.Effect<unknown, unknown, Provided>
type AnyOnError = ((error: unknown) => Answer) | Readonly<Record<string, ((error: never) => Answer) | undefined>>

// How long an answer on behalf of a handler may take; Discord accepts the first one for three seconds.
const answerLimit = "5 seconds"

const noOnError: AnyOnError = {}

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
      const texts: ErrorReply.Texts = { ...ErrorReply.defaultTexts, ...options.texts }
      const onError = (options.onError ?? noOnError) as AnyOnError
      const fork = yield* FiberSet.makeRuntime<never>()

      const text = (reason: ErrorReply.Reason) => ErrorReply.ephemeral(texts[reason])

      const quietly = (responder: Responder, answer: Effect.Effect<unknown, unknown>): Effect.Effect<void> =>
        Effect.timeout(answer, answerLimit).pipe(
          Effect.catchCause((cause) => Effect.logWarning("An interaction could not be answered", cause)),
          Effect.annotateLogs({ interaction: responder.raw.id }),
          Effect.asVoid
        )

      const tell = (responder: Responder, { content, ephemeral }: ErrorReply.ErrorReply): Effect.Effect<void> =>
        quietly(
          responder,
          responder.raw.type === interactionType.autocomplete
            ? responder.choices([])
            : responder.send({ content, ephemeral })
        )

      const answerTo = (error: unknown): Effect.Effect<ErrorReply.ErrorReply | void> => {
        if (typeof onError === "function") return Effect.suspend(() => asEffect(onError(error)))
        const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : ""
        const handler = Object.hasOwn(onError, tag) ? onError[tag] : undefined
        return handler === undefined ? Effect.void : Effect.suspend(() => asEffect(handler(error as never)))
      }

      const fail = Effect.fnUntraced(function* (responder: Responder, cause: Cause.Cause<unknown>) {
        if (Cause.hasInterruptsOnly(cause)) return yield* tell(responder, text("Shutdown"))
        const failure = cause.reasons.find(Cause.isFailReason)
        if (failure !== undefined) {
          const answer = yield* Effect.catchCause(answerTo(failure.error), (cause) =>
            Effect.as(Effect.logError("onError failed", cause), undefined)
          )
          if (answer !== undefined) return yield* tell(responder, answer)
          if (failure.error instanceof ErrorReply.Denied) {
            const { content, ephemeral } = failure.error
            return yield* tell(responder, ephemeral ? ErrorReply.ephemeral(content) : ErrorReply.visible(content))
          }
        }
        yield* Effect.annotateLogs(Effect.logError("A handler failed", cause), { interaction: responder.raw.id })
        const defect = cause.reasons.find(Cause.isDieReason)?.defect
        const isOutdated = defect instanceof InvalidOption || defect instanceof CustomId.InvalidPayload
        yield* tell(responder, text(isOutdated ? "Unknown" : "Failed"))
      })

      // A handler that completed without an answer: a component's click is taken note of, anything else is confirmed.
      const complete = (responder: Responder): Effect.Effect<void> => {
        if (responder.isAnswered && !(responder.isPending && responder.isAutoDeferred)) return Effect.void
        return responder.raw.type === interactionType.component
          ? quietly(responder, responder.defer({ update: true, automatic: true }))
          : tell(responder, text("Silent"))
      }

      const offer = (runtime: Handle, responder: Responder, handler: Handler): void => {
        responder.onSent = (sent) => remember(runtime, sent)
        const context = base.pipe(
          Context.add(Runtime, runtime),
          Context.add(Scope.Scope, runtime.scope),
          Context.add(Interaction, fromResponder(responder))
        )
        runtime.offer({
          run: Effect.uninterruptibleMask((restore) =>
            Effect.matchCauseEffect(restore(Effect.provideContext(handler, context)), {
              onFailure: (cause) => fail(responder, cause),
              onSuccess: () => complete(responder)
            })
          ),
          refuse: (reason) => refuse(responder, reason)
        })
      }

      const open = (responder: Responder, definition: Definition.Any): void => {
        fork(
          Effect.flatMap(runtimes.open(definition.expiration), (runtime) =>
            Option.isNone(runtime)
              ? tell(responder, text("Overloaded"))
              : Effect.sync(() => offer(runtime.value, responder, definition.handler as Handler))
          )
        )
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
        if (components === undefined) return tell(responder, text(reason))
        return Effect.andThen(quietly(responder, responder.update({ components })), tell(responder, text(reason)))
      }

      const routeComponent = (responder: Responder, customId: string): void => {
        const id = CustomId.decode(customId)
        // Another library's component: it is theirs to answer.
        if (id === undefined) return
        if (id._tag === "Independent") {
          autoDefer.watch(responder)
          const definition = tables.Component.get(id.name)
          if (definition === undefined) fork(refuse(responder, "Unknown"))
          else open(responder, definition)
          return
        }
        autoDefer.watch(responder)
        const runtime = Option.getOrUndefined(runtimes.get(id.runtime))
        const handler = runtime?.local(handlers).get(id.handler)
        if (runtime === undefined) fork(refuse(responder, runtimes.absence(id.runtime)))
        else if (handler === undefined) fork(refuse(responder, "Unknown"))
        else offer(runtime, responder, handler)
      }

      const route = (responder: Responder): void => {
        const { raw } = responder
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
            fork(refuse(responder, "Unknown"))
            return
          default:
            // A type that Discord added after this was written: nothing is known of how to answer it.
            fork(Effect.logWarning(`An interaction of unknown type ${String((raw as { type: unknown }).type)}`))
        }
      }

      return Interactions.of({
        handle: (raw, sendInitial) => {
          if (raw.type === interactionType.ping) return
          const responder = new Responder(raw as RawInteraction, clock.currentTimeMillisUnsafe(), rest, sendInitial)
          try {
            route(responder)
          } catch (error) {
            // Its JSON is not what Discord documents.
            const log = Effect.logError("An interaction is malformed", Cause.die(error))
            fork(Effect.andThen(log, tell(responder, text("Failed"))))
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

const asEffect = (answer: Answer): Effect.Effect<ErrorReply.ErrorReply> =>
  Effect.isEffect(answer) ? answer : Effect.succeed(answer)
