/**
 * The state behind the registry of Runtimes: which are open, which are ending, and what is remembered of those that
 * have ended.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Forks } from "../../internal/Forks.ts"
import type { Readers } from "../../internal/Readers.ts"
import type * as Expiration from "../Expiration.ts"
import type { CloseReason, Handle } from "../Runtime.ts"
import type { Absence, Change } from "../Runtimes.ts"
import { Entry } from "./entry.ts"
import type { Host, Step } from "./host.ts"
import { type Ended, noneEnded } from "./metrics.ts"
import * as Reaper from "./reaper.ts"
import { Table } from "./table.ts"
import * as Turn from "./turn.ts"
import type * as Inspection from "../../internal/Inspection.ts"
import type * as Inspected from "../inspected.ts"

/** The settings of a registry. Times are milliseconds. */
export interface Settings {
  readonly expiration: Expiration.Expiration
  readonly mailboxCapacity: number
  readonly maxRuntimes: number
  readonly grace: number
  readonly linger: number
  readonly resolution: number
  readonly drain: number
}

/** A registry. Only the functions of this file write to it. */
export interface Registry {
  readonly settings: Settings
  readonly clock: Clock.Clock
  readonly forks: Forks
  /** Marks the ids of this process, so that a click on another process's message can be told from a late one. */
  readonly mark: string
  readonly changes: Readers<Change>
  readonly drainLimit: (drain: number) => number
  readonly reaper: Reaper.Reaper
  readonly host: Host
  /** Those that are open. */
  readonly entries: Table
  /** Those that are closing, but for those that end in the call that closes them. */
  readonly ending: Set<Entry>
  /** Those of them in which somebody waits for all to end. */
  readonly closers: Set<Entry>
  /** Those that were last closed by hand, by number, in places that are reused. No Set: it costs most of a short life. */
  readonly closings: Array<number>
  /** How many were closed by hand. */
  closed: number
  /** How many have been opened. */
  opened: number
  /** How long those have lived that have closed. */
  readonly ended: Ended
  isDraining: boolean
  /** Whether it drains and its Runtimes may end by themselves. */
  isLingering: boolean
}

// How many Runtimes that were closed by hand are remembered to tell `Closed` from `Expired` at a late click.
const rememberedClosings = 10_000

// Not the time of day: the lifetime of a Runtime does not change when the machine's clock is set.
const now = (clock: Clock.Clock): number => Elapsed.millis(clock)

// Whole ones, because a small integer costs a Runtime nothing.
const seconds = (millis: number): number => Math.floor(millis / 1000)

/** Makes an empty registry. */
export const make = (
  settings: Settings,
  parts: Pick<Registry, "clock" | "drainLimit" | "forks" | "mark" | "changes">,
  steps?: Inspection.Ring<Inspected.Note>
): Registry => {
  const registry: Registry = {
    ...parts,
    settings,
    entries: new Table(),
    ending: new Set(),
    closers: new Set(),
    closings: [],
    closed: 0,
    opened: 0,
    ended: noneEnded(),
    isDraining: false,
    isLingering: false,
    reaper: Reaper.make(settings.resolution, (entry) => entry.closeUnsafe("Expired")),
    host: {
      mailboxCapacity: settings.mailboxCapacity,
      idOf: (number) => `${parts.mark}${number.toString(36)}`,
      grace: settings.grace,
      fork: (effect, context, onEnd) => parts.forks.fork(effect, context, undefined, onEnd),
      finalize: (entry, finalizers) => finalize(registry, entry, finalizers),
      now: () => now(parts.clock),
      moved: (entry) => registry.reaper.watch(entry),
      idle: (entry) => onIdle(registry, entry),
      closing: (entry) => onClosing(registry, entry),
      closed: (entry) => onClosed(registry, entry),
      note:
        steps &&
        ((entry, step) => {
          if (steps.takes) steps.push({ id: entry.id, step, at: now(parts.clock), reason: entry.closeReason })
        })
    }
  }
  return registry
}

const onIdle = (registry: Registry, entry: Entry): void => {
  const { quiet, steps } = entry
  entry.idleUntil = quiet === undefined ? undefined : now(registry.clock) + quiet
  registry.reaper.watch(entry)
  if (steps === undefined) return
  const stepping = (entry.stepping = {})
  registry.forks.fork(
    Effect.map(deadlineOf(registry, entry, steps, "Handled"), (deadline) => {
      // A later event has stepped them again, and only what that returns counts.
      if (entry.stepping !== stepping) return
      entry.idleUntil = earlier(entry.idleUntil, deadline)
      if (entry.isOpen && !entry.isBusy) settle(registry, entry)
    })
  )
}

const earlier = (known: number | undefined, other: number): number =>
  known === undefined ? other : Math.min(known, other)

const settle = ({ clock, reaper }: Registry, entry: Entry): void => {
  const { endsAt = Infinity, idleUntil = Infinity } = entry
  if (Math.min(endsAt, idleUntil) <= now(clock)) entry.closeUnsafe("Expired")
  else reaper.watch(entry)
}

const onClosing = (registry: Registry, entry: Entry): void => {
  registry.entries.delete(entry)
  if (!entry.isSettled) registry.ending.add(entry)
  registry.reaper.forget(entry)
  if (entry.closeReason === "Closed") registry.closings[registry.closed++ % rememberedClosings] = entry.number
}

// In no owner's hands, so that the drain cannot cut them in half. They are in a turn of their Runtime, so that what waits
// for Runtimes to end knows that it does not wait for this one.
const finalize = ({ ending, forks }: Registry, entry: Entry, finalizers: Effect.Effect<unknown>): void => {
  ending.add(entry)
  const turn = Turn.make(entry, false)
  const inTurn = Turn.begin(turn, Effect.provideService(finalizers, Turn.CurrentTurn, turn))
  forks.forkDetached(Effect.annotateLogs(inTurn, { runtime: entry.id }))
}

const onClosed = ({ changes, clock, ended, ending, host }: Registry, entry: Entry): void => {
  const reason = entry.closeReason ?? "Closed"
  ending.delete(entry)
  ended[reason].add(seconds(now(clock)) - entry.openedAt)
  host.note?.(entry, "closed")
  if (!changes.isEmpty) changes.tell({ _tag: "Closed", id: entry.id, reason })
}

// How many milliseconds remain by the schedules, which use the time of day.
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
      Effect.as(Effect.logError("An expiration schedule failed, so its Runtime closes", cause), 0)
    )
  )

// A schedule that takes its time is not waited for when the Runtime has closed.
const deadlineOf = (
  { clock }: Registry,
  { closed }: Entry,
  steps: ReadonlyArray<Step>,
  touch: Expiration.Touch
): Effect.Effect<number> =>
  Effect.map(
    Effect.raceFirst(stepAll(steps, clock.currentTimeMillisUnsafe(), touch), Effect.as(closed, Infinity)),
    (delay) => now(clock) + delay
  )

const stepOnce = Effect.fnUntraced(function* (
  registry: Registry,
  entry: Entry,
  { resetOnEvent, schedule }: Expiration.Strategy
) {
  const step = yield* Schedule.toStep(schedule)
  const deadline = yield* deadlineOf(registry, entry, [step], "Opened")
  if (resetOnEvent) {
    entry.addStep(step)
    entry.idleUntil = earlier(entry.idleUntil, deadline)
  } else {
    entry.endsAt = earlier(entry.endsAt, deadline + entry.extension)
  }
  // Running the schedule may have taken some time.
  if (entry.isOpen) registry.reaper.watch(entry)
})

/** Opens a Runtime; `undefined` when the maximum number of Runtimes is open, or the registry is draining. */
export const openUnsafe = (
  registry: Registry,
  expiration: Expiration.Expiration = registry.settings.expiration
): Handle | undefined => {
  if (registry.isDraining || registry.entries.size >= registry.settings.maxRuntimes) return undefined
  const entry = new Entry(registry.opened++, registry.host)
  registry.entries.add(entry)
  // Most often nobody reads, for whom an id would be written.
  if (!registry.changes.isEmpty) registry.changes.tell({ _tag: "Opened", id: entry.id })
  registry.host.note?.(entry, "opened")
  const openedAt = now(registry.clock)
  entry.openedAt = seconds(openedAt)
  for (const strategy of expiration.strategies) {
    const { constant, resetOnEvent } = strategy
    if (constant === undefined) registry.forks.fork(stepOnce(registry, entry, strategy))
    else if (!resetOnEvent) entry.endsAt = earlier(entry.endsAt, openedAt + constant)
    else {
      entry.quiet = earlier(entry.quiet, constant)
      entry.idleUntil = earlier(entry.idleUntil, openedAt + constant)
    }
  }
  registry.reaper.watch(entry)
  return entry
}

/** The age of the oldest Runtime that is open, in seconds; 0 if none is. */
export const oldestAge = ({ clock, entries }: Registry): number => {
  const [oldest] = entries.oldest(1)
  return oldest === undefined ? 0 : seconds(now(clock)) - oldest.openedAt
}

/** How many events wait in all mailboxes. */
export const waiting = ({ entries }: Registry): number => {
  let sum = 0
  entries.forEach(({ depth }) => (sum += depth))
  return sum
}

/** What is open, for whoever looks. */
export const shown = (registry: Registry): Inspected.Open => {
  const { clock, entries } = registry
  return {
    size: () => entries.size,
    opened: () => registry.opened,
    isDraining: () => registry.isDraining,
    oldest: (limit) => entries.oldest(limit).map(({ snapshot }) => snapshot),
    get: (id) => get(registry, id)?.snapshot,
    now: () => now(clock)
  }
}

/** The number in an id of this registry; `undefined` if none of its Runtimes has had that id. */
const numberOf = ({ host, mark, opened }: Registry, id: string): number | undefined => {
  const number = Number.parseInt(id.slice(mark.length), 36)
  return number < opened && host.idOf(number) === id ? number : undefined
}

/** The open Runtime with this id. */
export const get = (registry: Registry, id: string): Entry | undefined => {
  const number = numberOf(registry, id)
  return number === undefined ? undefined : registry.entries.get(number)
}

/** Why there is no open Runtime with this id. */
export const absenceOf = (registry: Registry, id: string): Absence => {
  const { closings, isDraining, isLingering, mark } = registry
  if (!id.startsWith(mark)) return /^[0-9a-z]{7,16}$/.test(id) ? "Restarted" : "Unknown"
  const number = numberOf(registry, id)
  if (number === undefined) return "Unknown"
  if (closings.includes(number)) return "Closed"
  return isDraining && !isLingering ? "Shutdown" : "Expired"
}

/**
 * Closes all Runtimes that are open, and waits until they have closed. A handler or a finalizer waits neither for its own
 * nor for those in which others wait for all.
 */
export const closeAll = (registry: Registry, reason: CloseReason): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const { closers, ending } = registry
    const waiting = Effect.suspend(() => {
      const around = [...ending].filter((entry) => entry.runsIn(fiber))
      const own = around.filter((entry) => !closers.has(entry))
      const others = [...ending].filter(
        (entry) => !around.includes(entry) && (around.length === 0 || !closers.has(entry))
      )
      for (const entry of own) closers.add(entry)
      return Effect.ensuring(
        Effect.forEach(others, (entry) => entry.closed, { concurrency: "unbounded", discard: true }),
        Effect.sync(() => {
          for (const entry of own) closers.delete(entry)
        })
      )
    })
    // Whoever calls it may be the handler of one of them, or wait for it no longer. All are closed nevertheless.
    return Effect.andThen(Effect.uninterruptible(closeEach(registry, reason)), waiting)
  })

// Gives way as the reaper does. What is opened meanwhile is left.
const closeEach = Effect.fnUntraced(function* ({ entries, opened }: Registry, reason: CloseReason) {
  let closed = 0
  for (const entry of entries.before(opened)) {
    entry.closeUnsafe(reason)
    if (++closed % Reaper.slice === 0) yield* Effect.yieldNow
  }
})

// No Runtime is opened while it drains. One whose handler drains the registry does not end before that.
const untilEnded = ({ ending, entries }: Registry): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const others = [...entries.oldest(Infinity), ...ending].filter((entry) => !entry.runsIn(fiber))
    return Effect.forEach(others, (entry) => entry.closed, { concurrency: "unbounded", discard: true })
  })

/** How long what is left may take after handlers were interrupted: their answers, and finalizers. */
const leftoverLimit = 5_000

/**
 * Closes all Runtimes, after they had the time to end by themselves. Handlers that take too long are interrupted. What does not end after that, such as a finalizer
 * that hangs, is named in the log and left.
 */
export const drain = Effect.fnUntraced(function* (registry: Registry) {
  const { ending, forks, settings } = registry
  const limit = (): number => registry.drainLimit(settings.drain)
  registry.isDraining = true
  if (settings.linger > 0) {
    registry.isLingering = true
    yield* Effect.timeoutOption(untilEnded(registry), settings.linger)
    registry.isLingering = false
  }
  const inTime = yield* Effect.timeoutOption(closeAll(registry, "Shutdown"), limit())
  if (Option.isNone(inTime)) {
    const running = [...ending].filter((entry) => entry.isRunning)
    if (running.length > 0) {
      yield* Effect.logWarning(
        `Handlers of ${running.length} Runtimes are interrupted, because they took longer than the drain`
      )
    }
    for (const entry of running) entry.interruptUnsafe()
    const rest = yield* Effect.timeoutOption(closeAll(registry, "Shutdown"), Math.min(leftoverLimit, limit()))
    if (Option.isNone(rest)) yield* Effect.logError(`These Runtimes did not end and are left: ${namesOf(ending)}`)
  }
  // The remaining fibers reply to refused events.
  yield* Effect.timeoutOption(Fiber.awaitAll(forks.running()), limit())
  yield* forks.close
})

const namesOf = (entries: ReadonlySet<Entry>): string =>
  [...entries]
    .slice(0, 10)
    .map((entry) => `${entry.id} (${entry.isRunning ? "a handler" : "a finalizer"})`)
    .join(", ") + (entries.size > 10 ? `, and ${entries.size - 10} more` : "")
