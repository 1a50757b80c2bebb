/**
 * How a bot is: whether it can serve users, and whether it should be restarted. For probes of an orchestrator, which
 * `HealthRoutes` of `fibercord/http` answers.
 *
 * A shard that does not come back is told from an event loop that is blocked: while the process computes without a
 * pause, no shard can answer Discord, and that is no fault of the shards.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import type { ShardId } from "../gateway/ShardId.ts"
import { ShardManager } from "../gateway/ShardManager.ts"
import * as ShardStatus from "../gateway/ShardStatus.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import * as Observed from "../internal/Observed.ts"
import { Health, type Problem, type Report, type StalledShard } from "./internal/report.ts"

export { describe, Health } from "./internal/report.ts"
export type { Problem, Report, StalledShard } from "./internal/report.ts"

/** Options of {@link layer}. */
export interface Options {
  /** For how long a shard may be away. Default: 5 minutes, which outages of Discord stay below mostly. */
  readonly stalledAfter?: Duration.Input | undefined
  /** For how long the event loop may be blocked. Default: 10 seconds. */
  readonly blockedAfter?: Duration.Input | undefined
}

// How often the event loop is looked at, and for how many looks a delay is remembered: probes come every ten seconds.
const every = 1000
const remembered = 30

/** The delays of the event loop in the last half minute. */
class Loop {
  readonly #clock: Clock.Clock
  readonly #delays: Array<number> = []
  #expectedAt: number

  constructor(clock: Clock.Clock) {
    this.#clock = clock
    this.#expectedAt = Elapsed.millis(clock) + every
  }

  /** The delay since the last look, if it is late. */
  get #now(): number {
    return Math.max(0, Elapsed.millis(this.#clock) - this.#expectedAt)
  }

  readonly watch: Effect.Effect<never> = Effect.suspend(() => {
    this.#expectedAt = Elapsed.millis(this.#clock) + every
    return Effect.sleep(every)
  }).pipe(
    Effect.andThen(
      Effect.sync(() => {
        this.#delays.push(this.#now)
        if (this.#delays.length > remembered) this.#delays.shift()
      })
    ),
    Effect.forever
  )

  /** The longest delay, that of right now included. */
  get longest(): number {
    return Math.max(this.#now, ...this.#delays)
  }

  /** All of them together: for how long shards could do nothing. */
  get lost(): number {
    return this.#delays.reduce((sum, delay) => sum + delay, this.#now)
  }
}

const make = Effect.fnUntraced(function* (options: Options) {
  const manager = yield* ShardManager
  const clock = yield* Clock.Clock
  const stalledAfter = Duration.toMillis(options.stalledAfter ?? "5 minutes")
  const blockedAfter = Duration.toMillis(options.blockedAfter ?? "10 seconds")
  const loop = new Loop(clock)
  // When each shard was first seen away. Looked at by the watch too, so that it is known without probes.
  const awaySince = new Map<ShardId, number>()

  const look = Effect.map(manager.runners, (runners) => {
    const now = Elapsed.millis(clock)
    const infos = [...HashMap.values(runners)]
    for (const { id, stage } of infos) {
      // To restart this process would take the shard from the one that runs it.
      if (stage._tag === "Connected" || ShardStatus.isTakenOver(stage)) awaySince.delete(id)
      else if (!awaySince.has(id)) awaySince.set(id, now)
    }
    for (const id of awaySince.keys()) if (!infos.some((info) => info.id === id)) awaySince.delete(id)
    return infos
  })
  yield* Effect.forkScoped(loop.watch)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(every))))
  yield* Observed.add({
    id: "fibercord_event_loop_delay",
    type: "Gauge",
    description: "Milliseconds for which the event loop was blocked at most in the last half minute",
    get: () => loop.longest
  })

  // A manager that is assigned no shards is ready, and one that has not been initialized is not: only it can tell.
  const isReady = Effect.gen(function* () {
    const waiting = yield* Effect.forkChild(manager.awaitReady, { startImmediately: true })
    const exit = waiting.pollUnsafe()
    yield* Fiber.interrupt(waiting)
    return exit !== undefined && Exit.isSuccess(exit)
  })

  const check = Effect.zipWith(look, isReady, (infos, isReady): Report => {
    const now = Elapsed.millis(clock)
    const stages: Partial<Record<ShardStatus.StageName, number>> = {}
    for (const { stage } of infos) stages[stage._tag] = (stages[stage._tag] ?? 0) + 1
    const stalled = infos.flatMap(({ id, stage }): ReadonlyArray<StalledShard> => {
      const stalledFor = now - (awaySince.get(id) ?? now)
      return stalledFor - loop.lost > stalledAfter ? [{ id, stage: stage._tag, stalledFor }] : []
    })
    const delay = loop.longest
    const problems: ReadonlyArray<Problem> = [
      ...(delay > blockedAfter ? [{ _tag: "EventLoopBlocked", delay } as const] : []),
      ...(stalled.length > 0 ? [{ _tag: "ShardsStalled", shards: stalled } as const] : [])
    ]
    return {
      isReady,
      isAlive: problems.length === 0,
      problems,
      stages,
      eventLoopDelay: delay
    }
  })
  return Health.of({ check })
})

/** Watches the shards of the `ShardManager` and the event loop, once a second. */
export const layer = (options: Options = {}): Layer.Layer<Health, never, ShardManager> =>
  Layer.effect(Health, make(options))
