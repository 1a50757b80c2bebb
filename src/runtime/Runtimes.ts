/**
 * The registry of live Runtimes: opens them, finds them by id, and ends them by their deadlines or when the process
 * drains. All deadlines are kept by one fiber.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Elapsed from "../internal/Elapsed.ts"
import * as Forks from "../internal/Forks.ts"
import * as Expiration from "./Expiration.ts"
import { Entry, type Host, type Step } from "./internal/entry.ts"
import * as Reaper from "./internal/reaper.ts"
import { type CloseReason, type Handle, Runtime } from "./Runtime.ts"

/** What is known of a Runtime that is not open: why it ended, that another process had it, or that there never was one. */
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
     * Opens a Runtime; `None` when the bound on live Runtimes is reached. Default expiration: the layer's. A defect of
     * its schedule is logged and closes it.
     */
    readonly open: (expiration?: Expiration.Expiration) => Effect.Effect<Option.Option<Handle>>
    /** The same in this call, for code that starts fibers itself; `undefined` for `None`. */
    readonly openUnsafe: (expiration?: Expiration.Expiration) => Handle | undefined
    /** The open Runtime with this id. */
    readonly get: (id: string) => Option.Option<Handle>
    /** Why there is no open Runtime with this id. */
    readonly absence: (id: string) => Absence
    /** How many Runtimes are open. */
    readonly size: Effect.Effect<number>
    /** The open Runtimes. */
    readonly list: Effect.Effect<ReadonlyArray<Handle>>
    /** Closes all Runtimes and waits until they have closed. */
    readonly closeAll: Effect.Effect<void>
    /** What happens from now on. A reader that is 1024 changes behind loses the oldest. */
    readonly changes: Stream.Stream<Change>
  }
>()("fibercord/runtime/Runtimes") {}

/** Options of {@link layer}. */
export interface Options {
  /** Default of Runtimes that name none. Default: {@link Expiration.standard}, 15 minutes after creation. */
  readonly expiration?: Expiration.Expiration | undefined
  /** Events that may wait in one Runtime; more are refused as `Overloaded`. Default: 64. */
  readonly mailboxCapacity?: number | undefined
  /** Runtimes that may be open at once. Default: 1,000,000. */
  readonly maxRuntimes?: number | undefined
  /**
   * How long a running handler may go on when its Runtime is closed; then it is interrupted. Default: as long as it
   * takes.
   */
  readonly grace?: Duration.Input | undefined
  /** How long after its deadline a Runtime may still be open. Default: 1 second. */
  readonly resolution?: Duration.Input | undefined
  /** How long running handlers may take when the layer's scope closes, before they are interrupted. Default: 10 seconds. */
  readonly drain?: Duration.Input | undefined
}

// How many Runtimes that were closed by hand are remembered at least, to tell `Closed` from `Expired` at a late click.
const rememberedClosings = 10_000

// How many milliseconds the schedules leave, which are told the time of day.
const stepAll = (steps: ReadonlyArray<Step>, timeOfDay: number, touch: Expiration.Touch): Effect.Effect<number> =>
  Effect.reduce(
    steps,
    () => Infinity,
    (least, step) =>
      step(timeOfDay, touch).pipe(
        Effect.map(([, delay]) => Duration.toMillis(delay)),
        Pull.catchDone(() => Effect.succeed(0)),
        Effect.map((delay) => Math.min(least, delay))
      )
  ).pipe(
    Effect.catchCause((cause) =>
      Effect.as(Effect.logError("An expiration schedule failed; its Runtime closes", cause), 0)
    )
  )

/**
 * Opens a Runtime and runs an effect as its first event, for conversations that do not begin with an interaction, such as
 * the answer to a message. Answers the Runtime at once; `None` when the bound on live Runtimes is reached. What the effect
 * acquires is released when the Runtime closes. A failure is logged.
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

/** Provides the registry. Its scope's end drains it: every Runtime closes with the reason `Shutdown`. */
export const layer = (options?: Options): Layer.Layer<Runtimes> =>
  Layer.effect(
    Runtimes,
    Effect.gen(function* () {
      const standard = options?.expiration ?? Expiration.standard
      const maxRuntimes = options?.maxRuntimes ?? 1_000_000
      const clock = yield* Clock.Clock
      // Not the time of day: a Runtime lives as long when somebody sets the machine's clock.
      const now = () => Elapsed.millis(clock)
      const forks = Forks.makeUnsafe(yield* Effect.context<never>(), "A handler of a Runtime failed")
      // Marks ids of this process, so that a click on a message of a former one can be told from a late one.
      const mark = (yield* Random.nextIntBetween(0, 36 ** 6)).toString(36).padStart(6, "0")
      const entries = new Map<string, Entry>()
      // Two halves, the older of which is forgotten at once: to look for the oldest in one set would take long.
      let closings = new Set<string>()
      let olderClosings = closings
      const ending = new Set<Entry>()
      const changes = yield* PubSub.sliding<Change>(1024)
      let opened = 0
      let draining = false

      const reaper = Reaper.make(
        Duration.toMillis(Duration.fromInputUnsafe(options?.resolution ?? "1 second")),
        (entry) => entry.closeUnsafe("Expired")
      )

      const deadlineOf = (steps: ReadonlyArray<Step>, touch: Expiration.Touch) =>
        Effect.map(stepAll(steps, clock.currentTimeMillisUnsafe(), touch), (delay) => now() + delay)

      const host: Host = {
        mailboxCapacity: options?.mailboxCapacity ?? 64,
        grace: options?.grace === undefined ? Infinity : Duration.toMillis(Duration.fromInputUnsafe(options.grace)),
        fork: forks.fork,
        moved: (entry) => {
          reaper.forget(entry)
          reaper.watch(entry)
        },
        now,
        idle: (entry) => {
          const { quiet, steps } = entry
          entry.idleUntil = quiet === Infinity ? Infinity : now() + quiet
          if (steps === undefined) return reaper.watch(entry)
          // Until its schedules have answered it cannot be due.
          const constant = entry.idleUntil
          entry.idleUntil = Infinity
          forks.fork(
            Effect.map(deadlineOf(steps, "Handled"), (deadline) => {
              entry.idleUntil = Math.min(constant, deadline)
              if (entry.isOpen && !entry.isBusy) settle(entry)
            })
          )
        },
        closing: (entry) => {
          entries.delete(entry.id)
          ending.add(entry)
          reaper.forget(entry)
          if (entry.closeReason !== "Closed") return
          closings.add(entry.id)
          if (closings.size < rememberedClosings) return
          olderClosings = closings
          closings = new Set()
        },
        closed: (entry) => {
          ending.delete(entry)
          PubSub.publishUnsafe(changes, { _tag: "Closed", id: entry.id, reason: entry.closeReason ?? "Closed" })
        }
      }

      const settle = (entry: Entry): void => {
        if (Math.min(entry.endsAt, entry.idleUntil) <= now()) entry.closeUnsafe("Expired")
        else reaper.watch(entry)
      }

      const stepOnce = Effect.fnUntraced(function* (entry: Entry, { resetOnEvent, schedule }: Expiration.Strategy) {
        const step = yield* Schedule.toStep(schedule)
        const deadline = yield* deadlineOf([step], "Opened")
        if (resetOnEvent) {
          entry.steps = entry.steps === undefined ? [step] : [...entry.steps, step]
          entry.idleUntil = Math.min(entry.idleUntil, deadline)
        } else {
          entry.endsAt = Math.min(entry.endsAt, deadline)
        }
        // A schedule may take its time.
        if (entry.isOpen) host.moved(entry)
      })

      const openUnsafe = (expiration: Expiration.Expiration = standard): Handle | undefined => {
        if (draining || entries.size >= maxRuntimes) return undefined
        const entry = new Entry(`${mark}${(opened++).toString(36)}`, host)
        entries.set(entry.id, entry)
        PubSub.publishUnsafe(changes, { _tag: "Opened", id: entry.id })
        const openedAt = now()
        for (const strategy of expiration.strategies) {
          const { constant, resetOnEvent } = strategy
          if (constant === undefined) forks.fork(stepOnce(entry, strategy))
          else if (!resetOnEvent) entry.endsAt = Math.min(entry.endsAt, openedAt + constant)
          else {
            entry.quiet = Math.min(entry.quiet, constant)
            entry.idleUntil = Math.min(entry.idleUntil, openedAt + constant)
          }
        }
        host.moved(entry)
        return entry
      }

      const closeAll = (reason: CloseReason) =>
        Effect.suspend(() => {
          for (const entry of entries.values()) entry.closeUnsafe(reason)
          return Effect.forEach([...ending], (entry) => entry.closed, { concurrency: "unbounded", discard: true })
        })

      const limit = options?.drain ?? "10 seconds"
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          draining = true
          const inTime = yield* Effect.timeoutOption(closeAll("Shutdown"), limit)
          if (Option.isNone(inTime)) {
            yield* Effect.logWarning(
              `${ending.size} Runtimes had running handlers after the drain's limit; interrupted`
            )
            for (const entry of ending) entry.interruptUnsafe()
            yield* closeAll("Shutdown")
          }
          // What is left answers refused events.
          yield* Effect.timeoutOption(Fiber.awaitAll(forks.running()), limit)
          yield* forks.close
        })
      )
      yield* Effect.forkScoped(
        Effect.tapCause(reaper.run, (cause) =>
          Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logFatal("The reaper of Runtimes failed", cause)
        )
      )

      return Runtimes.of({
        open: (expiration) => Effect.sync(() => Option.fromUndefinedOr(openUnsafe(expiration))),
        openUnsafe,
        get: (id) => Option.fromUndefinedOr(entries.get(id)),
        absence: (id) => {
          if (!id.startsWith(mark)) return /^[0-9a-z]{7,16}$/.test(id) ? "Restarted" : "Unknown"
          if (closings.has(id) || olderClosings.has(id)) return "Closed"
          const issued = Number.parseInt(id.slice(mark.length), 36)
          return issued < opened ? (draining ? "Shutdown" : "Expired") : "Unknown"
        },
        changes: Stream.fromPubSub(changes),
        list: Effect.sync(() => [...entries.values()]),
        size: Effect.sync(() => entries.size),
        closeAll: closeAll("Closed")
      })
    })
  )
