/**
 * The router: finds for each interaction the definition that handles it and the Runtime that it belongs to, and makes
 * sure that it gets exactly one initial response, whatever handlers do.
 */
import type { APIInteraction } from "../../discord/DiscordApi.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as Forks from "../../internal/Forks.ts"
import * as Inspection from "../../internal/Inspection.ts"
import * as Observed from "../../internal/Observed.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import type { Expiration } from "../../runtime/Expiration.ts"
import * as Runtimes from "../../runtime/Runtimes.ts"
import { withParts } from "../definitions/Definition.ts"
import type * as Definition from "../definitions/Definition.ts"
import type { AnsweredByDefault, EndedComponents } from "../replies/Bound.ts"
import type * as ErrorReply from "../replies/ErrorReply.ts"
import type { Interaction, Provided, RawInteraction } from "../replies/Interaction.ts"
import * as AutoDefer from "../replies/internal/autoDefer.ts"
import * as BotTexts from "../replies/internal/botTexts.ts"
import * as InteractionAge from "../replies/internal/interactionAge.ts"
import { noDefaults } from "../replies/internal/messageBody.ts"
import type { SendInitial } from "../replies/InitialResponse.ts"
import type { ReplyDefaults } from "../replies/Message.ts"
import * as Inspected from "./inspected.ts"
import type { InvalidDefinition } from "./InvalidDefinition.ts"
import * as Answers from "./internal/answers.ts"
import * as Completions from "./internal/completions.ts"
import * as Forwarding from "./internal/forwarding.ts"
import * as Heard from "./internal/heard.ts"
import * as Metrics from "./internal/metrics.ts"
import { countProblems, definitionProblems, orInvalid } from "./internal/definitionProblems.ts"
import { counter, describe, handle, type Router } from "./internal/router.ts"
import { tabulate } from "./internal/tables.ts"
import * as Turns from "./internal/turns.ts"
import { RuntimeOwners } from "./RuntimeOwners.ts"

export type { InitialResponse, SendInitial } from "../replies/InitialResponse.ts"
export { InvalidDefinition } from "./InvalidDefinition.ts"

/** The router. */
export class Interactions extends Context.Service<
  Interactions,
  {
    /**
     * Takes an interaction in this call, without waiting for anything. Never throws. The initial response goes to
     * `sendInitial`, if that is given, instead of being posted to Discord. Instead of that, `answeredElsewhere` is
     * called when another process, which has the Runtime, has sent it to Discord; see `RuntimeOwners`.
     */
    readonly handle: (raw: APIInteraction, sendInitial?: SendInitial, answeredElsewhere?: () => void) => void
  }
>()("fibercord/interactions/Interactions") {}

/**
 * What a user is told about an error of a handler; an Effect of it may need services `R`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ErrorReply, type Interactions } from "fibercord"
 *
 * const sorry: Interactions.Answer = Effect.as(
 *   Effect.logWarning("The shop is down"),
 *   ErrorReply.ephemeral("The shop is closed. Please try again later.")
 * )
 * ```
 */
export type Answer<R = never> = ErrorReply.ErrorReply | Effect.Effect<ErrorReply.ErrorReply, never, R>

/** Replies to an error of a handler. It gets the interaction that the handler was handling, too. */
export type Answering<E, R = never> = (error: E, interaction: Interaction["Service"]) => Answer<R>

/** Replies to all errors that handlers may fail with, by tag. */
export type OnErrorByTag<E, R = never> = {
  readonly [Tag in E extends { readonly _tag: infer T extends string } ? T : never]: Answering<
    Extract<E, { readonly _tag: Tag }>,
    R
  >
}

/**
 * Replies to errors: one function for all of them, or one for each tag. The one for all is not asked about `Denied`, which
 * says itself what the user is told.
 */
export type OnError<E, R = never> = AnsweringAll<E, R> | OnErrorByTag<E, R>

type AnsweringAll<E, R> = Answering<Exclude<E, ErrorReply.Denied>, R>

/** What `onError` can be, where handlers may fail with `E`. */
export type OnErrorFor<E, R = never> = [Exclude<E, AnsweredByDefault>] extends [never]
  ? OnError<E, R> | Partial<OnErrorByTag<E, R>> | undefined
  : AnsweringAll<E, R> | (OnErrorByTag<Exclude<E, AnsweredByDefault>, R> & Partial<OnErrorByTag<AnsweredByDefault, R>>)

// A tag that no error has is a mistake.
type NoOthers<E, F> = F extends AnyFunction | undefined
  ? unknown
  : { readonly [Tag in Exclude<keyof F, TagOf<E>>]: never }

type TagOf<E> = E | AnsweredByDefault extends { readonly _tag: infer T } ? T : never

/** `onError`, required as soon as handlers have errors of their own. */
export type OnErrorOption<E, F = OnErrorFor<E>> = [Exclude<E, AnsweredByDefault>] extends [never]
  ? {
      /**
       * Replies to errors of handlers, by tag or by one function. Default: none when handlers have no errors of their own;
       * otherwise it is required.
       */
      readonly onError?: (F & NoOthers<E, F>) | undefined
    }
  : { readonly onError: F & NoOthers<E, F> }

type AnyFunction = (...args: ReadonlyArray<never>) => unknown

// Options without `onError` are inferred as their constraint, in which everything is `any`.
type Known<A> = 0 extends 1 & A ? never : A

type NeedsOf<A> = [Known<A>] extends [never]
  ? never
  : A extends Effect.Effect<unknown, unknown, infer R>
    ? Exclude<Known<R>, Provided>
    : never

/** The services that an `onError` needs. */
export type OnErrorRequirements<F> = F extends AnyFunction
  ? NeedsOf<ReturnType<F>>
  : [keyof F] extends [never]
    ? never
    : F extends object
      ? NeedsOfFunction<F[keyof F]>
      : never

type NeedsOfFunction<F> = F extends AnyFunction ? NeedsOf<ReturnType<F>> : never

/** Options of {@link layer} that do not depend on the definitions' types. */
export interface BaseOptions {
  /** Lifetime of Runtimes whose definition names none. Default: 14 minutes and a half after creation. */
  readonly expiration?: Expiration | undefined
  /** Bounds of the Runtimes. Default: those of `Runtimes.layer`. */
  readonly runtimes?: Omit<Runtimes.Options, "expiration"> | undefined
  /**
   * Replaces texts that users see, those of middlewares too; by locale and interaction if it is a function. Default:
   * `ErrorReply.defaultTexts`.
   */
  readonly texts?: ErrorReply.Translations | undefined
  /** Defaults of replies, which the definition and the reply override field by field. Default: Discord's. */
  readonly replies?: ReplyDefaults | undefined
  /**
   * What happens to a Runtime's bound components on its messages when it ends. `"remove"` disables them instead if the
   * message would be empty otherwise. Default: `"disable"`.
   */
  readonly endedComponents?: EndedComponents | undefined
  /** Called with uses of components and modals that fibercord did not make. Default: they are ignored. */
  readonly onUnknownComponent?: ((raw: RawInteraction) => Effect.Effect<unknown>) | undefined
}

/** Options of {@link layer}, with an `onError` of the type `F`. */
export type Options<
  D extends ReadonlyArray<Definition.Any>,
  F = OnErrorFor<Definition.Errors<D[number]>>
> = BaseOptions & {
  /** The commands and the independent components of the bot. */
  readonly interactions: D
} & OnErrorOption<Definition.Errors<D[number]>, F>

/** Any `onError` for these definitions, whatever services it needs. */
// oxlint-disable-next-line typescript/no-explicit-any -- What it needs is inferred.
export type AnyOnError<D extends ReadonlyArray<Definition.Any>> = OnErrorFor<Definition.Errors<D[number]>, any>

/** What the router itself provides to handlers, so that the bot does not require it. */
export type ProvidedByRouter = Interactions | Runtimes.Runtimes

/** What the definitions and `onError` need beside what the router provides. */
export type Needs<D extends ReadonlyArray<Definition.Any>, F> = Exclude<
  Definition.Requirements<D[number]> | OnErrorRequirements<F>,
  ProvidedByRouter
>

/** What the router keeps until the Runtimes have ended: its fibers, and a scope that closes before them. */
class RouterEnd extends Context.Service<RouterEnd, { readonly forks: Forks.Forks; readonly scope: Scope.Scope }>()(
  "fibercord/interactions/RouterEnd"
) {}

const layerEnd = Layer.effect(
  RouterEnd,
  Effect.gen(function* () {
    const forks = yield* Forks.make("An interaction could not be handled")
    return { forks, scope: yield* Effect.scope }
  })
)

const noteMalformed = (forks: Forks.Forks): Router["noteMalformed"] => {
  const known = new Set<string>()
  return (problem) => {
    forks.fork(Metric.update(Metric.withAttributes(Metrics.malformed, { problem }), 1))
    if (known.has(problem)) return
    known.add(problem)
    forks.fork(
      Effect.logWarning(`Received a malformed interaction: ${problem}. Further ones of this kind are only counted`)
    )
  }
}

const make = Effect.fnUntraced(function* (
  options: BaseOptions & { readonly interactions: ReadonlyArray<Definition.Any>; readonly onError?: unknown }
) {
  const context = yield* Effect.context<DiscordRest | Runtimes.Runtimes | AutoDefer.AutoDefer | RouterEnd>()
  const definitions = withParts(options.interactions)
  yield* orInvalid(definitionProblems(definitions))
  const { forks, scope } = yield* RouterEnd
  const textsFor = BotTexts.textsFor(options.texts, (error) =>
    forks.fork(Effect.logError("The option `texts` failed, so the default texts are used", error))
  )
  const answers = Answers.make((options.onError ?? {}) as Answers.OnError, textsFor)
  const service = Interactions.of({
    handle: (raw, sendInitial, answeredElsewhere) => handle(router, raw, { sendInitial, answeredElsewhere })
  })
  const looking = Context.get(context, Inspection.Inspection)
  const services = (looking?.watch(context) ?? context).pipe(
    Context.add(Interactions, service),
    Context.add(BotTexts.BotTexts, textsFor)
  )
  // A context is a chain of up to eight, and then a copy of its map. Each interaction gets five links, so they begin here.
  const base = Context.makeUnsafe<never>(services.mapUnsafe)
  const clock = yield* Clock.Clock
  const rest = yield* DiscordRest
  const runtimes = yield* Runtimes.Runtimes
  const owners = Option.getOrUndefined(yield* Effect.serviceOption(RuntimeOwners))
  const heard = owners === undefined ? undefined : Heard.make(clock)
  const measures = new Metrics.Measures()
  yield* Effect.forEach(measures.series, Observed.add, { discard: true })
  const router: Router = {
    ages: InteractionAge.make(),
    annotations: Context.get(base, References.CurrentLogAnnotations),
    answers,
    autoDefer: yield* AutoDefer.AutoDefer,
    base,
    clock,
    completions: yield* Completions.make(base, answers),
    count: counter(base),
    ending: {
      onEnd: options.endedComponents ?? "disable",
      shutdownBudget: options.runtimes?.drain ?? "10 seconds"
    },
    forks,
    isTraced: Inspection.isTraced(base),
    measures,
    noted: Inspection.ringOf(base, Inspected.interactions, clock),
    noteMalformed: noteMalformed(forks),
    onResponse: (callback, took) => measures.responded(callback, took),
    onUnknownComponent: options.onUnknownComponent,
    replies: options.replies ?? noDefaults,
    heard,
    owners,
    rest,
    runtimes,
    tables: tabulate(definitions),
    turns: Turns.make()
  }
  yield* Inspection.show(Inspected.routers, { describe, isTraced: router.isTraced })
  if (owners !== undefined && heard !== undefined) {
    const { mark } = runtimes
    const receive = Forwarding.receive({
      mark,
      heard,
      rest,
      handle: (raw, elapsed, sendInitial) => handle(router, raw, { elapsed, sendInitial })
    })
    // Until the Runtimes have drained: what is forwarded meanwhile is theirs, or is told that they have ended.
    yield* Scope.provide(owners.own(mark, receive), scope)
  }
  yield* Effect.forEach(definitions, ({ start }) => start?.({ replyTo: answers.replyTo }) ?? Effect.void, {
    discard: true
  }).pipe(Effect.provideContext(Context.add(base, Scope.Scope, yield* Effect.scope)))
  return service
})

/**
 * Checks definitions as {@link layer} does, and that one scope may have as many commands as `registered` has: by default
 * all of them. Useful in a test of the bot's definitions.
 */
export const validate = (
  definitions: ReadonlyArray<Definition.Any>,
  registered: ReadonlyArray<Definition.Any> = definitions
): Effect.Effect<void, InvalidDefinition> =>
  orInvalid([
    ...definitionProblems(
      withParts([...definitions, ...registered.filter((definition) => !definitions.includes(definition))])
    ),
    ...countProblems(registered)
  ])

/**
 * Provides the router for these definitions, and the Runtimes that it opens. The definitions' requirements become the
 * layer's, except for the router and the Runtimes themselves. Fails with `InvalidDefinition` when Discord would refuse a
 * definition, or when two cannot be told apart.
 */
export const layer = <const D extends ReadonlyArray<Definition.Any>, F extends AnyOnError<D>>(
  options: Options<D, F>
): Layer.Layer<
  Interactions | Runtimes.Runtimes,
  InvalidDefinition | Runtimes.InvalidOptions,
  DiscordRest | Needs<D, F>
> =>
  Layer.effect(
    Interactions,
    make(options) as Effect.Effect<
      Interactions["Service"],
      InvalidDefinition,
      DiscordRest | Runtimes.Runtimes | AutoDefer.AutoDefer | RouterEnd | Needs<D, F>
    >
  ).pipe(
    Layer.provideMerge(Runtimes.layer({ ...options.runtimes, expiration: options.expiration })),
    // End last: while the Runtimes drain, what comes is still answered, and what waits is promised an answer in time.
    Layer.provide(Layer.merge(AutoDefer.layer, layerEnd))
  )
