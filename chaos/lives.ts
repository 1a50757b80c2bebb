/** The bot processes of a run, one after the other: each is started, ended as planned or by itself, and judged. */
import { Deferred, Effect, Redacted, type Scope } from "effect"
import type { FakeDiscord } from "fibercord/testing"
import * as Child from "./Child.ts"
import { type Compression, fatalCodes } from "./kinds.ts"
import type { End, Ledger } from "./ledger/Ledger.ts"
import type * as Plan from "./Plan.ts"
import { bounds } from "./settings.ts"
import type { Order, Report } from "./wire.ts"

/** What the processes live in. */
export interface Setting {
  readonly shards: number
  readonly compression: Compression
  /** The folder of their session store. */
  readonly directory: string
  readonly discord: FakeDiscord.FakeDiscord["Service"]
  readonly ledger: Ledger
  /** Called with the kind of each end. */
  readonly count: (kind: string) => void
  /** Called with every line that a process prints. */
  readonly onLine?: ((line: string) => void) | undefined
}

type Sample = Extract<Report, { readonly _tag: "Sample" }>

/** The processes of a run. */
export interface Lives {
  readonly setting: Setting
  /** The last process that was started. */
  current: Child.Child | undefined
  /** How many were started. */
  started: number
  /** The lives that are ending or have ended. */
  readonly ending: Set<number>
  /** Whether the last process has booted. */
  booted: Deferred.Deferred<boolean>
  /** The answer to the last order for a sample. */
  sampled: Deferred.Deferred<Sample>
}

/** Before the first process. */
export const make = (setting: Setting): Lives => ({
  setting,
  current: undefined,
  started: 0,
  ending: new Set(),
  booted: Deferred.makeUnsafe(),
  sampled: Deferred.makeUnsafe()
})

const now = (): number => Date.now()

/** The process that runs and is not about to end. */
export const living = ({ current, ending }: Lives): Child.Child | undefined =>
  current === undefined || ending.has(current.life) ? undefined : current

/** Sends an order to the current process, if there is one. */
export const order = (lives: Lives, order: Order): void => lives.current?.order(order)

/** Starts the next process. */
export const start = (lives: Lives): Effect.Effect<void, never, Scope.Scope> =>
  Effect.suspend(() => {
    const { compression, directory, discord, ledger, onLine, shards } = lives.setting
    const life = ++lives.started
    const booted = Deferred.makeUnsafe<boolean>()
    lives.booted = booted
    const child = Child.start({
      life,
      directory,
      shards,
      compression,
      env: { DISCORD_API_URL: discord.apiUrl, DISCORD_TOKEN: Redacted.value(discord.token) },
      onReport: (report) => {
        ledger.report(life, report)
        if (report._tag === "Booted") Deferred.doneUnsafe(booted, Effect.succeed(true))
        if (report._tag === "BootFailed") Deferred.doneUnsafe(booted, Effect.succeed(false))
        if (report._tag === "Sample") Deferred.doneUnsafe(lives.sampled, Effect.succeed(report))
      },
      onPrinted: (line) => {
        ledger.printed(now(), line)
        onLine?.(line)
      }
    })
    return Effect.map(child, (started) => {
      lives.current = started
    })
  })

/** Waits until the current process has booted. One that would not start is replaced meanwhile. */
export const connected = (lives: Lives): Effect.Effect<void> =>
  Effect.gen(function* () {
    const limit = now() + bounds.recovery
    while (now() < limit) {
      const isBooted = yield* Effect.timeoutOption(Deferred.await(lives.booted), Math.max(1, limit - now()))
      if (isBooted._tag === "Some" && isBooted.value) return
      yield* Effect.sleep("50 millis")
    }
  })

/** Waits for a process that should end by itself. */
const awaitEnd = ({ setting: { ledger } }: Lives, child: Child.Child, wanted: End, why: string | undefined) =>
  Effect.gen(function* () {
    const code = yield* Effect.timeoutOption(child.ended, bounds.exit)
    ledger.exited(child.life, now(), wanted, code._tag === "Some" ? code.value : undefined, why)
    if (code._tag === "None") child.kill()
    yield* child.ended
  })

// A shard without a connection cannot be closed. In that case the next shard is, for some seconds.
const closeFatally = ({ setting: { discord, shards } }: Lives, { code, shard }: Plan.Life) =>
  Effect.firstSuccessOf([0, 1, 2].map((n) => discord.faults.close((shard + n) % shards, code)))

const ends: Readonly<Record<Plan.Life["how"], End>> = { kill: "killed", stop: "stopped", "fatal close": "fatal" }

/** Ends a process, and waits until it has ended. A fatal close that reaches no shard becomes a kill. */
const end = Effect.fnUntraced(function* (lives: Lives, child: Child.Child, planned: Plan.Life) {
  const { count, ledger } = lives.setting
  lives.ending.add(child.life)
  const isClosed = planned.how === "fatal close" && (yield* Effect.isSuccess(closeFatally(lives, planned)))
  const wanted = planned.how === "fatal close" && !isClosed ? "killed" : ends[planned.how]
  const why = wanted === "fatal" ? fatalCodes[planned.code] : undefined
  count(`process: ${why === undefined ? wanted : `${planned.code} ${why}`}`)
  ledger.death(child.life, now(), wanted)
  if (wanted === "killed") child.kill()
  if (wanted === "stopped") child.order({ _tag: "Stop" })
  const ended = awaitEnd(lives, child, wanted, why)
  if (wanted !== "fatal") return yield* ended
  // A close does not reach a shard whose connection is held by another fault, so it is sent again.
  const again = Effect.andThen(Effect.sleep("3 seconds"), Effect.ignore(closeFatally(lives, planned)))
  yield* Effect.raceFirst(ended, Effect.forever(again))
})

/** Stops the current process at the end of a run. */
export const stop = Effect.fnUntraced(function* (lives: Lives) {
  const child = lives.current
  if (child !== undefined) yield* end(lives, child, { at: 0, how: "stop", shard: 0, code: 4004, pause: 0 })
})

/** Judges and replaces processes that end without having been told to. Never ends. */
export const guard = (lives: Lives): Effect.Effect<never, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { ledger } = lives.setting
    while (true) {
      const child = living(lives)
      if (child === undefined) {
        yield* Effect.sleep("50 millis")
        continue
      }
      const code = yield* child.ended
      if (lives.ending.has(child.life)) continue
      lives.ending.add(child.life)
      ledger.death(child.life, now(), "fatal")
      ledger.exited(child.life, now(), undefined, code)
      yield* Effect.sleep("500 millis")
      yield* start(lives)
    }
  })

/** Ends one process after the other as planned, and starts the next. `until` waits for a time of the plan. */
export const supervise = Effect.fnUntraced(function* (
  lives: Lives,
  planned: ReadonlyArray<Plan.Life>,
  until: (at: number) => Effect.Effect<void>
) {
  const { ledger, shards } = lives.setting
  for (const life of planned) {
    yield* until(life.at)
    yield* connected(lives)
    const child = living(lives)
    if (child === undefined || !child.isRunning()) continue
    yield* end(lives, child, life)
    for (let shard = 0; shard < shards; shard++) {
      ledger.recoveries.wounded(`process: ${life.how}`, shard, now(), bounds.recovery)
    }
    yield* Effect.sleep(life.pause)
    yield* start(lives)
  }
})

/** Asks the current process for its heap and its open Runtimes. `undefined`: it did not answer. */
export const sample = (lives: Lives): Effect.Effect<Sample | undefined> =>
  Effect.suspend(() => {
    lives.sampled = Deferred.makeUnsafe()
    order(lives, { _tag: "Sample" })
    return Effect.timeoutOrElse(Deferred.await(lives.sampled), {
      duration: "10 seconds",
      orElse: () => Effect.undefined
    })
  })
