/**
 * The shards of one total, as a set: one supervised fiber for each that runs. A manager has one generation, and a
 * second one while it reshards.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import type * as Outbox from "../Outbox.ts"
import * as Shard from "../Shard.ts"
import * as ShardId from "../ShardId.ts"
import type * as ShardStatus from "../ShardStatus.ts"

/** Which shards run here: `init` of them from number `index` on, of `total` in all processes. */
export interface Assignment {
  readonly index: number
  readonly init: number
  readonly total: number
}

/** What a generation is made of. */
export interface Options {
  readonly assignment: Assignment
  readonly config: Omit<Shard.Config, "id" | "total">
  readonly services: Omit<Shard.Services, "events" | "outbox">
  readonly events: GatewayEvents["Service"]
  readonly outboxOf: (id: ShardId.ShardId) => Outbox.Outbox
  /** Longest time to wait for shards that stop, in milliseconds. */
  readonly shutdownTimeout: number
  /** A shard cannot go on. Runs in its fiber, and may be interrupted there. */
  readonly onFatal: (of: Generation, id: ShardId.ShardId, error: GatewayError) => Effect.Effect<void>
  /** A shard's fiber has ended, and is no longer found. */
  readonly onEnded: (id: ShardId.ShardId) => void
}

/** Where the events of a generation go. Replaced as a whole while shards run. */
export type Tap = { -readonly [K in keyof GatewayEvents["Service"]]: GatewayEvents["Service"][K] }

/** A generation. */
export interface Generation {
  readonly assignment: Assignment
  readonly ids: ReadonlyArray<ShardId.ShardId>
  readonly tap: Tap
  /** Starts a shard, unless it runs. */
  readonly start: (id: ShardId.ShardId) => Effect.Effect<void>
  /** Stops a shard and waits for it; false where none runs. */
  readonly stop: (id: ShardId.ShardId, code: number) => Effect.Effect<boolean>
  /** Stops all at the same time, within the timeout. */
  readonly stopAll: (code: number, except?: ShardId.ShardId) => Effect.Effect<void>
  readonly isRunning: (id: ShardId.ShardId) => boolean
  /** The numbers of the shards that run, in order. */
  readonly running: () => ReadonlyArray<ShardId.ShardId>
  /** Completes when the shard has ended. */
  readonly ended: (id: ShardId.ShardId) => Effect.Effect<void>
  readonly stageOf: (id: ShardId.ShardId) => ShardStatus.Stage | undefined
  /** The newest of each number, alive or ended. */
  readonly statuses: () => ReadonlyArray<ShardStatus.ShardStatus>
  /** Interrupts what still runs, and lets go of everything. */
  readonly dispose: Effect.Effect<void>
}

// A shard whose own code failed outside an attempt; the attempts have their own policies.
class Crash {
  readonly _tag = "Crash"
}
const crashPolicy = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")]).pipe(
  Schedule.jittered
)

/** A generation in which nothing runs yet. It is disposed of with the scope at the latest. */
export const make = (options: Options, parent: Scope.Scope): Effect.Effect<Generation> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(parent)
    const fibers = yield* Scope.provide(FiberMap.make<ShardId.ShardId, void>(), scope)
    const { index, init, total } = options.assignment
    const shards = new Map<ShardId.ShardId, Shard.Shard>()
    const tap: Tap = { ...options.events }
    const isRunning = (id: ShardId.ShardId) => FiberMap.hasUnsafe(fibers, id)

    const runOnce = (id: ShardId.ShardId): Effect.Effect<never, Crash | GatewayError> =>
      Effect.suspend(() => {
        const services = { ...options.services, events: tap, outbox: options.outboxOf(id) }
        const shard = Shard.make({ ...options.config, id, total }, services)
        shards.set(id, shard)
        return shard.run
      }).pipe(
        Effect.catchDefect((defect) =>
          Effect.andThen(
            Effect.logError(`The fiber of shard ${id} crashed and will be restarted`, Cause.die(defect)),
            Effect.fail(new Crash())
          )
        )
      )

    // The policy is stepped from the first crash on: a shard that never crashes keeps nothing of it.
    const retryAfter = (id: ShardId.ShardId, crash: Crash): Effect.Effect<never, Crash | GatewayError> => {
      let next: Effect.Effect<never, Crash | GatewayError> = Effect.fail(crash)
      const step = Effect.suspend(() => {
        const now = next
        next = runOnce(id)
        return now
      })
      return Effect.retry(step, { while: (error) => error._tag === "Crash", schedule: crashPolicy })
    }

    const supervise = (id: ShardId.ShardId): Effect.Effect<void> =>
      runOnce(id).pipe(
        Effect.catchTag("Crash", (crash) => retryAfter(id, crash)),
        Effect.catch((error) => (error._tag === "Crash" ? Effect.void : options.onFatal(generation, id, error)))
      )

    const stop = (id: ShardId.ShardId, code: number): Effect.Effect<boolean> =>
      Effect.suspend(() => {
        const fiber = FiberMap.getUnsafe(fibers, id)
        const shard = shards.get(id)
        if (Option.isNone(fiber) || shard === undefined) return Effect.succeed(false)
        shard.stopWith(code)
        return Effect.as(Fiber.interrupt(fiber.value), true)
      })

    const generation: Generation = {
      assignment: options.assignment,
      ids: ShardId.range(index, init),
      tap,
      start: (id) =>
        Effect.suspend(() => {
          if (isRunning(id)) return Effect.void
          return Effect.map(FiberMap.run(fibers, id, supervise(id)), (fiber) => {
            // After the map's own observer, so that the fiber is no longer found.
            fiber.addObserver(() => options.onEnded(id))
          })
        }),
      stop,
      stopAll: (code, except) =>
        Effect.suspend(() => {
          const ids = [...shards.keys()].filter((id) => id !== except)
          return Effect.forEach(ids, (id) => stop(id, code), { concurrency: "unbounded", discard: true })
        }).pipe(
          Effect.timeoutOrElse({
            duration: options.shutdownTimeout,
            orElse: () => Effect.logWarning("Some shards did not stop in time; they go on stopping by themselves")
          })
        ),
      isRunning,
      running: () => [...shards.keys()].filter(isRunning).sort((a, b) => a - b),
      ended: (id) =>
        Effect.suspend(() =>
          Option.match(FiberMap.getUnsafe(fibers, id), {
            onNone: () => Effect.void,
            onSome: (fiber) => Effect.asVoid(Fiber.await(fiber))
          })
        ),
      stageOf: (id) => shards.get(id)?.status.stage,
      statuses: () => [...shards.values()].map(({ status }) => status),
      dispose: Scope.close(scope, Exit.void)
    }
    return generation
  })
