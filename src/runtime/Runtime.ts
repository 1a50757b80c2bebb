/**
 * A Runtime: a `Scope` that holds a queue of interaction events. (It is unrelated to Effect's `Runtime`, which runs
 * effects.)
 *
 * Events of one Runtime are handled one after the other, each in a fiber of its own; many Runtimes run in parallel. A
 * Runtime closes by its `Expiration`, by {@link close}, or because the process drains. Closing means: it takes no new
 * events, events that still wait are refused with the reason, the running handler finishes, and then the scope closes
 * and its finalizers run.
 *
 * An idle Runtime is a scope and a deadline. It has no fiber, no timer and no queue until there is work.
 *
 * Source: JDA-Commands, "Runtime Concept".
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Turn from "./internal/turn.ts"

/** Why a Runtime closed: it expired, `close` was called, or the process is ending. */
export type CloseReason = "Expired" | "Closed" | "Shutdown"

/** Why an event was refused: its Runtime is closed or closing, or its mailbox is full. */
export type RefuseReason = CloseReason | "Overloaded"

/** An effect was not run in a Runtime: that is closed or closing, or its mailbox is full. */
export class Refused extends Schema.TaggedError<Refused>("fibercord/runtime/Refused")("RuntimeRefused", {
  /** The id of the Runtime; empty if none could be opened. */
  runtime: Schema.String,
  /** Why: the reason for which the Runtime closed, or `Overloaded`. */
  reason: Schema.Literals(["Expired", "Closed", "Shutdown", "Overloaded"])
}) {
  override get message() {
    if (this.reason !== "Overloaded") {
      return `The Runtime ${this.runtime} is closed (${this.reason}), so nothing runs in it. Open a new one.`
    }
    return this.runtime === ""
      ? "No Runtime was opened, because the maximum number is open. Raise `maxRuntimes`, or try again later."
      : `The mailbox of the Runtime ${this.runtime} is full. Raise \`mailboxCapacity\`, or try again later.`
  }
}

/** One event on its way through a Runtime. */
export interface Task {
  /** What the event is, for a handler that {@link take}s it. */
  readonly event?: unknown
  /** Handles the event. It should deal with its own failures; any that escape are logged. */
  readonly run: Effect.Effect<unknown>
  /** What `run` needs. Default: the context that the registry was built in. */
  readonly context?: Context.Context<never> | undefined
  /** Runs instead of `run` when the event is refused, outside the Runtime. */
  readonly refuse: (reason: RefuseReason) => Effect.Effect<unknown>
}

/** Options of {@link take}. */
export interface TakeOptions {
  /**
   * Whether other events wait until the event has arrived. Default: `false`: they are handled meanwhile, and the
   * handler continues when its turn comes.
   */
  readonly hold?: boolean | undefined
}

/** A name for a value that lives as long as a Runtime; see {@link state}. */
export interface Key<A> {
  readonly name: string
  readonly initial: () => A
}

/** A Runtime, as its handlers and its owner see it. */
export interface Handle {
  /** Unique among all Runtimes of all processes of this bot. */
  readonly id: string
  /** Closes with the Runtime. */
  readonly scope: Scope.Scope
  /**
   * Puts an event into the mailbox, and starts it at once if the Runtime is idle. A refused event runs its `refuse`.
   */
  readonly offer: (task: Task) => void
  /** Begins to close, and completes immediately, even when called from a handler of this Runtime; see `closed`. */
  readonly close: (reason: CloseReason) => Effect.Effect<void>
  /** Completes when the Runtime has closed and its finalizers have run. */
  readonly closed: Effect.Effect<CloseReason>
  /** Why it closes or closed, `undefined` while it is open. */
  readonly closeReason: CloseReason | undefined
  /**
   * Waits for the first event for which `select` returns a value, among those that wait and those to come. The caller
   * must respond to it. A handler that waits gives up its turn: other events are handled meanwhile, each in its turn,
   * and the handler continues in the turn of its event. A fork that takes an event has the turn from then on, until it
   * takes again or ends. If the Runtime closes, the wait is interrupted. `select` is called for each event and must not
   * throw.
   */
  readonly take: <A>(select: (event: unknown) => A | undefined, options?: TakeOptions) => Effect.Effect<A>
  /** Runs an effect in this Runtime's turn, and returns its result; see `Runtimes.run`. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Refused, R>
  /** Moves a fixed deadline by this much into the future. Does nothing without a fixed deadline. */
  readonly extend: (by: Duration.Input) => Effect.Effect<void>
  /** The value of a key in this Runtime, made when it is first used. */
  readonly local: <A>(key: Key<A>) => A
}

/** The Runtime that the current handler belongs to. */
export class Runtime extends Context.Service<Runtime, Handle>()("fibercord/runtime/Runtime") {}

/** The Runtime of this handler. */
export const current: Effect.Effect<Handle, never, Runtime> = Runtime

/** The id of this handler's Runtime. */
export const id: Effect.Effect<string, never, Runtime> = Runtime.useSync((runtime) => runtime.id)

/** The scope of this handler's Runtime: what is acquired in it is released when the Runtime closes. */
export const scope: Effect.Effect<Scope.Scope, never, Runtime> = Runtime.useSync((runtime) => runtime.scope)

/**
 * Closes this Runtime. The handler that calls it runs to its end; events that wait behind it are refused as `Closed`.
 */
export const close: Effect.Effect<void, never, Runtime> = Runtime.use((runtime) => runtime.close("Closed"))

/**
 * Prolongs this Runtime: moves the deadline of a strategy such as `Expiration.afterCreation`. The tokens of its
 * interactions still expire after fifteen minutes.
 */
export const extend = (by: Duration.Input): Effect.Effect<void, never, Runtime> =>
  Runtime.use((runtime) => runtime.extend(by))

/**
 * Waits inside a handler for this Runtime's next event for which `select` returns a value. Combine it with
 * `Effect.timeout` for a wait that may fail. Most handlers want `Reply.ask` or `Modal.ask` instead.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Reply, Runtime, RuntimeEvents } from "fibercord"
 *
 * const echo = Command.slash("echo", { description: "Repeats what the Runtime is told" }, () =>
 *   Effect.gen(function* () {
 *     const id = yield* Runtime.id
 *     yield* Reply.send({ content: `This is ${id}` })
 *     const text = yield* Runtime.take((event) => (typeof event === "string" ? event : undefined))
 *     yield* Reply.send({ content: text })
 *     return yield* Runtime.scope
 *   })
 * )
 * ```
 */
export const take = <A>(
  select: (event: unknown) => A | undefined,
  options?: TakeOptions
): Effect.Effect<A, never, Runtime> => Runtime.use((runtime) => runtime.take(select, options))

/** Adds a finalizer that receives the reason why the Runtime closed. */
export const onClose = <R>(
  finalizer: (reason: CloseReason) => Effect.Effect<unknown, never, R>
): Effect.Effect<void, never, Runtime | R> =>
  Effect.contextWith((context: Context.Context<Runtime | R>) => {
    const runtime = Context.get(context, Runtime)
    return Scope.addFinalizer(
      runtime.scope,
      Effect.suspend(() => finalizer(runtime.closeReason ?? "Closed")).pipe(Effect.provideContext(context))
    )
  })

/**
 * Starts work in the background that may run until the Runtime closes. A failure is logged, and affects nothing else.
 */
export const fork = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Fiber.Fiber<A, E>, never, Runtime | R> =>
  Runtime.use((runtime) =>
    Effect.withFiber((parent) => {
      const turn = Turn.make(runtime, false, Turn.turnOf(parent))
      const logged = Effect.tapCause(effect, (cause) =>
        Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError("A fiber of a Runtime failed", cause)
      )
      return Turn.begin(turn, logged).pipe(
        Effect.provideService(Turn.CurrentTurn, turn),
        Effect.annotateLogs("runtime", runtime.id),
        Effect.forkIn(runtime.scope, { startImmediately: true })
      )
    })
  )

/** Names a value that each Runtime has for itself. `initial` runs when the value is first used in a Runtime. */
export const key = <A>(name: string, initial: () => A): Key<A> => ({ name, initial })

/** This Runtime's value of a key, for code that does not share a closure with the handler that made it. */
export const state = <A>(key: Key<A>): Effect.Effect<A, never, Runtime> =>
  Runtime.useSync((runtime) => runtime.local(key))
