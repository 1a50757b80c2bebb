/**
 * The registry of open Runtimes: opens them, finds them by id, and ends them by their deadlines or when the process
 * drains. All deadlines are kept by one fiber.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as Forks from "../internal/Forks.ts"
import * as Inspection from "../internal/Inspection.ts"
import * as Observed from "../internal/Observed.ts"
import { Readers } from "../internal/Readers.ts"
import * as Expiration from "./Expiration.ts"
import * as Inspected from "./inspected.ts"
import * as Keys from "./internal/keyed.ts"
import * as Metrics from "./internal/metrics.ts"
import { DrainLimit } from "./internal/drainLimit.ts"
import * as Registry from "./internal/registry.ts"
import { type CloseReason, type Handle, Refused, Runtime } from "./Runtime.ts"

/** Why a Runtime is not open: the reason it ended, that another process had it, or that there never was one. */
export type Absence = CloseReason | "Restarted" | "Unknown"

/** A Runtime was opened, or has closed and its finalizers have run. */
export type Change =
  | { readonly _tag: "Opened"; readonly id: string }
  | { readonly _tag: "Closed"; readonly id: string; readonly reason: CloseReason }

/** The registry. */
export class Runtimes extends Context.Service<
  Runtimes,
  {
    /**
     * Opens a Runtime; `None` when the maximum number of Runtimes is open. Default expiration: the layer's. A defect of
     * its schedule is logged and closes it.
     */
    readonly open: (expiration?: Expiration.Expiration) => Effect.Effect<Option.Option<Handle>>
    /** The same synchronously, for code that starts fibers itself; `undefined` instead of `None`. */
    readonly openUnsafe: (expiration?: Expiration.Expiration) => Handle | undefined
    /** What the ids of this registry's Runtimes begin with, as those of no other registry do; see {@link markOf}. */
    readonly mark: string
    /** The open Runtime with this id. */
    readonly get: (id: string) => Option.Option<Handle>
    /** Why there is no open Runtime with this id. */
    readonly absence: (id: string) => Absence
    /** Whether the registry's scope is ending, so that no further Runtime opens. Open ones may `linger`. */
    readonly isDraining: () => boolean
    /** How many Runtimes are open. */
    readonly size: Effect.Effect<number>
    /** The open Runtimes. */
    readonly list: Effect.Effect<ReadonlyArray<Handle>>
    /** Closes all Runtimes that are open when it begins, and waits until they have closed. Gives way in between. */
    readonly closeAll: Effect.Effect<void>
    /** Changes from now on. A reader that is 1024 changes behind loses the oldest. */
    readonly changes: Stream.Stream<Change>
  }
>()("fibercord/runtime/Runtimes") {}

const markLength = 6

/** The mark of the registry, and so of the process, that opened the Runtime with this id. */
export const markOf = (id: string): string => id.slice(0, markLength)

/** Options of {@link layer}. */
export interface Options {
  /** For Runtimes that name none. Default: {@link Expiration.standard}, 14 minutes and a half. */
  readonly expiration?: Expiration.Expiration | undefined
  /** Events that may wait in one Runtime; more are refused as `Overloaded`. Default: 64. */
  readonly mailboxCapacity?: number | undefined
  /** Runtimes that may be open at once; another use is refused as `Overloaded`. Default: 1,000,000. */
  readonly maxRuntimes?: number | undefined
  /**
   * How long a running handler may go on when its Runtime is closed; then it is interrupted. Default: as long as it
   * takes.
   */
  readonly grace?: Duration.Input | undefined
  /** How long after its deadline a Runtime may still be open. Default: 1 second. */
  readonly resolution?: Duration.Input | undefined
  /**
   * How long running handlers may take when the layer's scope closes, before they are interrupted. Default: 10 seconds.
   */
  readonly drain?: Duration.Input | undefined
  /**
   * How long open Runtimes may go on when the layer's scope closes, before they are closed: until they end by
   * themselves, at most for this time, while no new ones are opened. Useful where their events still arrive, for example
   * from other processes by `RuntimeOwners`. Default: 0, they are closed at once.
   */
  readonly linger?: Duration.Input | undefined
}

/**
 * Opens a Runtime that begins without an interaction, for example with a message, and runs an effect as its first
 * event. Returns the Runtime immediately, or `None` when the maximum number of Runtimes is open. Resources that the
 * effect acquires are released when the Runtime closes. A failure is logged.
 */
export const start = Effect.fnUntraced(function* <R>(
  effect: Effect.Effect<unknown, never, R>,
  expiration?: Expiration.Expiration
): Effect.fn.Return<Option.Option<Handle>, never, Runtimes | Exclude<R, Runtime | Scope.Scope>> {
  const runtimes = yield* Runtimes
  const context = yield* Effect.context<Exclude<R, Runtime | Scope.Scope>>()
  const opened = yield* runtimes.open(expiration)
  if (Option.isSome(opened)) {
    const runtime = opened.value
    const provided = context.pipe(Context.add(Runtime, runtime), Context.add(Scope.Scope, runtime.scope))
    runtime.offer({
      run: effect as Effect.Effect<unknown>,
      context: provided as Context.Context<never>,
      refuse: () => Effect.void
    })
  }
  return opened
})

/**
 * Runs an effect in a Runtime's turn: after the events that came before it, and while no handler of that Runtime runs.
 * Returns its result to the caller, whatever it is: a success, a failure, a defect or an interruption. The effect has
 * the caller's services; its `Runtime` and its `Scope` are those of the Runtime, so that what it acquires is released
 * when the Runtime closes. It counts as an event for the Runtime's expiration and for `mailboxCapacity`.
 *
 * From within that Runtime's own turn it runs at once. So does what would otherwise wait forever: a handler keeps its
 * turn while it runs something in another Runtime, and if that runs something in the handler's own Runtime again, or if
 * two handlers run something in the Runtime of the other, it runs while that handler waits. A fork runs in its parent's
 * turn if the parent waits for it already, and otherwise after the parent.
 *
 * An interrupted caller withdraws an effect that waits, and interrupts one that runs. Fails with `Refused` if the
 * Runtime is closed or closes before the effect has begun, or if its mailbox is full.
 */
export const run = <A, E, R>(
  runtime: Handle,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | Refused, Exclude<R, Runtime | Scope.Scope>> =>
  runtime.run(
    Effect.provideContext(effect, Context.make(Runtime, runtime).pipe(Context.add(Scope.Scope, runtime.scope)))
  )

/** The Runtime of a key, and the state that was made for it. */
export interface Opened<out State> {
  readonly runtime: Handle
  readonly state: State
}

/** Runtimes by key; see {@link keyed}. `Key` is what they are asked for by, `R` what it takes to open one. */
export interface Keyed<in Key, out State, out E = never, out R = never> {
  /**
   * The Runtime of this key, which is opened if there is none. Whoever asks while it opens waits and gets the same one.
   * Fails with what `make` fails with, and with `Refused` when no Runtime can be opened.
   */
  readonly get: (key: Key) => Effect.Effect<Opened<State>, E | Refused, R | Runtimes>
  /** The Runtime of this key, if it is open and its state has been made. Opens none. */
  readonly find: (key: Key) => Effect.Effect<Option.Option<Opened<State>>, never, Runtimes>
  /**
   * Runs an effect in the turn of the Runtime of this key, which is opened if there is none, and returns its result; see
   * {@link run}. If the Runtime closes before the effect has begun, it runs in the next one of this key.
   */
  readonly run: <A, E2, R2>(
    key: Key,
    effect: (state: State) => Effect.Effect<A, E2, R2>
  ) => Effect.Effect<A, E | E2 | Refused, R | Runtimes | Exclude<R2, Runtime | Scope.Scope>>
}

/** How often {@link Keyed.run} opens another Runtime, in case one closes as soon as it has opened. */
const maxReopenings = 3

/**
 * Defines Runtimes by key: a player of a guild, a ticket of a thread. `key` names what they are asked for by: what has the
 * same name has the same Runtime. Keys of two definitions have nothing to do with each other. `make` returns the state of a Runtime, in its first turn: it has the Runtime's `Scope`, so
 * that what it acquires is released when the Runtime closes, and the services of whoever asked first.
 *
 * Concurrent callers get the same Runtime. It is opened for all of them: it does not matter to the others if the first
 * is interrupted. If `make` fails, everybody who waits gets that failure, and whoever asks next opens another one. A
 * Runtime that closes is waited for, finalizers included, before the next one of its key is opened; from within the
 * closing one, `get` fails with `Refused`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Expiration, Runtimes } from "fibercord"
 *
 * const Playlist = Runtimes.keyed(
 *   (guildId: string) => guildId,
 *   (): Effect.Effect<Array<string>> => Effect.sync(() => []),
 *   { expiration: Expiration.inactivity("10 minutes") }
 * )
 *
 * const add = (guildId: string, song: string) => Playlist.run(guildId, (songs) => Effect.sync(() => songs.push(song)))
 * ```
 */
export const keyed = <Key, State, E = never, R = never>(
  key: (key: Key) => string,
  make: (key: Key) => Effect.Effect<State, E, R>,
  options?: {
    /** When such a Runtime closes by itself. Default: as any other of the registry. */
    readonly expiration?: Expiration.Expiration | undefined
  }
): Keyed<Key, State, E, Exclude<R, Runtime | Scope.Scope>> => {
  type Rest = Exclude<R, Runtime | Scope.Scope>
  const keys = Keys.make(key, make, options?.expiration)
  const get = (key: Key) => Runtimes.use((runtimes) => keys.get(runtimes, key))
  const attempt = <A, E2, R2>(
    key: Key,
    effect: (state: State) => Effect.Effect<A, E2, R2>,
    reopenings: number
  ): Effect.Effect<A, E | E2 | Refused, Rest | Runtimes | Exclude<R2, Runtime | Scope.Scope>> =>
    Effect.flatMap(get(key), ({ runtime, state }) => {
      let hasBegun = false
      const noted = Effect.suspend(() => {
        hasBegun = true
        return effect(state)
      })
      const hasClosed = (error: unknown): error is Refused =>
        error instanceof Refused && !hasBegun && (error.reason === "Expired" || error.reason === "Closed")
      const result = run(runtime, noted)
      return reopenings === 0 ? result : Effect.catchIf(result, hasClosed, () => attempt(key, effect, reopenings - 1))
    })
  return {
    get,
    find: (key) => Runtimes.useSync((runtimes) => keys.find(runtimes, key)),
    run: (key, effect) => attempt(key, effect, maxReopenings)
  }
}

const millis = (input: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Duration.toMillis(Duration.fromInputUnsafe(input ?? otherwise))

/** An option of the registry is invalid. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>("fibercord/runtime/InvalidOptions")(
  "InvalidRuntimesOptions",
  {
    /** The name of the option. */
    option: Schema.String,
    /** What it may be. */
    expected: Schema.String,
    /** What it is. */
    actual: Schema.String
  }
) {
  override get message() {
    const { actual, expected, option } = this
    return `The option \`${option}\` of Runtimes is ${actual}; expected ${expected}.`
  }
}

const finite = ([option, millis]: readonly [string, number]) =>
  millis > 0 && millis < Infinity ? [] : [{ option, expected: "a finite duration above 0", actual: `${millis} ms` }]

const positive = ([option, value]: readonly [string, number]) =>
  Number.isInteger(value) && value > 0 ? [] : [{ option, expected: "a whole number above 0", actual: String(value) }]

const validate = (settings: Registry.Settings): Effect.Effect<void, InvalidOptions> => {
  const { linger, maxRuntimes, mailboxCapacity, resolution } = settings
  const [problem] = [
    ...finite(["resolution", resolution]),
    ...(linger === Infinity ? finite(["linger", linger]) : []),
    ...positive(["maxRuntimes", maxRuntimes]),
    ...positive(["mailboxCapacity", mailboxCapacity])
  ]
  return problem === undefined ? Effect.void : Effect.fail(new InvalidOptions(problem))
}

const settingsOf = (options: Options | undefined): Registry.Settings => ({
  expiration: options?.expiration ?? Expiration.standard,
  mailboxCapacity: options?.mailboxCapacity ?? 64,
  maxRuntimes: options?.maxRuntimes ?? 1_000_000,
  grace: millis(options?.grace, Duration.infinity),
  resolution: millis(options?.resolution, "1 second"),
  drain: millis(options?.drain, "10 seconds"),
  linger: millis(options?.linger, 0)
})

const make = Effect.fnUntraced(function* (options: Options | undefined) {
  const settings = settingsOf(options)
  yield* validate(settings)
  const context = yield* Effect.context<never>()
  const clock = yield* Clock.Clock
  const parts = {
    clock,
    forks: Forks.makeUnsafe(context, "A handler of a Runtime failed"),
    mark: (yield* Random.nextIntBetween(0, 36 ** markLength)).toString(36).padStart(markLength, "0"),
    changes: new Readers<Change>(1024),
    drainLimit: yield* DrainLimit
  }
  const registry = Registry.make(settings, parts, Inspection.ringOf(context, Inspected.steps, clock))
  yield* Inspection.show(Inspected.registries, Registry.shown(registry))
  const { changes, ended, entries } = registry
  const series = Metrics.seriesOf(ended, {
    open: () => entries.size,
    opened: () => registry.opened,
    waiting: () => Registry.waiting(registry),
    oldest: () => Registry.oldestAge(registry)
  })
  yield* Effect.forEach(series, Observed.add, { discard: true })
  yield* Effect.forkScoped(
    Effect.tapCause(registry.reaper.run, (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.void
        : Effect.logFatal("Runtimes no longer expire, because their reaper failed", cause)
    )
  )
  // Before the reaper ends: some Runtimes may still expire.
  yield* Effect.addFinalizer(() => Registry.drain(registry))
  return Runtimes.of({
    open: (expiration) => Effect.sync(() => Option.fromUndefinedOr(Registry.openUnsafe(registry, expiration))),
    openUnsafe: (expiration) => Registry.openUnsafe(registry, expiration),
    mark: registry.mark,
    get: (id) => Option.fromUndefinedOr(Registry.get(registry, id)),
    absence: (id) => Registry.absenceOf(registry, id),
    changes: changes.stream,
    isDraining: () => registry.isDraining,
    list: Effect.sync(() => entries.oldest(Infinity)),
    size: Effect.sync(() => entries.size),
    closeAll: Registry.closeAll(registry, "Closed")
  })
})

/**
 * Provides the registry. When its scope ends, it drains: every Runtime closes with the reason `Shutdown`, after `linger`. Fails with
 * `InvalidOptions` for invalid bounds.
 *
 * ```ts
 * import { Runtimes } from "fibercord"
 *
 * const RuntimesLive = Runtimes.layer({ mailboxCapacity: 32, grace: "5 seconds" })
 * const process = (id: string) => Runtimes.markOf(id)
 * ```
 */
export const layer = (options?: Options): Layer.Layer<Runtimes, InvalidOptions> => Layer.effect(Runtimes, make(options))
