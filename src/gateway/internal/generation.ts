/**
 * The shards of one total, with one supervised fiber for each that runs. A manager has one generation, and a second one
 * while it reshards.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Backoff from "../../internal/backoff.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { GatewayEvents } from "../GatewayEvents.ts"
import * as ShardId from "../ShardId.ts"
import type { Assignment } from "../ShardManager.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import type { Outbox } from "./outbox.ts"
import * as Shard from "./shard.ts"
import type { StatusRecord } from "./statusRecord.ts"

/** What a generation is made of. */
export interface Options {
  readonly assignment: Assignment
  readonly config: Omit<Shard.Config, "id" | "total">
  readonly services: Omit<Shard.Services, "events" | "outbox">
  readonly events: GatewayEvents["Service"]
  readonly outboxOf: (id: ShardId.ShardId) => Outbox
  /** The longest wait for shards that stop, in milliseconds. */
  readonly shutdownTimeout: number
  /** Called when a shard cannot go on. Runs in the shard's fiber, and may be interrupted with it. */
  readonly onFatal: (of: Generation, id: ShardId.ShardId, error: GatewayError) => Effect.Effect<void>
  /** Called when the fiber of a shard has ended and is no longer found. */
  readonly onEnded: (id: ShardId.ShardId) => void
}

/** Where the events of a generation go. Its members are replaced while shards run. */
export type Tap = { -readonly [K in keyof GatewayEvents["Service"]]: GatewayEvents["Service"][K] }

/** A generation. */
export interface Generation {
  readonly options: Options
  readonly assignment: Assignment
  readonly ids: ReadonlyArray<ShardId.ShardId>
  readonly tap: Tap
  readonly scope: Scope.Closeable
  /** The shards that run. */
  readonly fibers: FiberMap.FiberMap<ShardId.ShardId, void>
  /** The newest shard of each number, running or ended. */
  readonly shards: Map<ShardId.ShardId, Shard.Shard>
}

/** Makes a generation in which nothing runs yet. It is disposed of with `parent` at the latest. */
export const make = (options: Options, parent: Scope.Scope): Effect.Effect<Generation> =>
  Effect.gen(function* () {
    const { assignment } = options
    const scope = yield* Scope.fork(parent)
    return {
      options,
      assignment,
      ids: ShardId.range(assignment.index, assignment.count),
      tap: { ...options.events },
      scope,
      fibers: yield* Scope.provide(FiberMap.make<ShardId.ShardId, void>(), scope),
      shards: new Map()
    }
  })

/** Whether the shard's fiber lives. */
export const isRunning = (self: Generation, id: ShardId.ShardId): boolean => FiberMap.hasUnsafe(self.fibers, id)

/** The numbers of the shards whose fibers live, in order. */
export const running = (self: Generation): ReadonlyArray<ShardId.ShardId> =>
  [...self.shards.keys()].filter((id) => isRunning(self, id)).sort((a, b) => a - b)

/** The stage of a shard that was started. */
export const stageOf = (self: Generation, id: ShardId.ShardId): ShardStatus.Stage | undefined =>
  self.shards.get(id)?.status.stage

/** The record of the newest shard of each number. */
export const statuses = (self: Generation): ReadonlyArray<StatusRecord> =>
  [...self.shards.values()].map(({ status }) => status)

/** Starts a shard, unless it runs. */
export const start = (self: Generation, id: ShardId.ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (isRunning(self, id)) return Effect.void
    return Effect.map(FiberMap.run(self.fibers, id, supervise(self, id)), (fiber) => {
      // Added after the map's own observer, so that the fiber is no longer found.
      fiber.addObserver(() => self.options.onEnded(id))
    })
  })

/** Stops a shard and waits for it. Returns false when it does not run. */
export const stop = (self: Generation, id: ShardId.ShardId, code: number): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const fiber = FiberMap.getUnsafe(self.fibers, id)
    const shard = self.shards.get(id)
    if (Option.isNone(fiber) || shard === undefined) return Effect.succeed(false)
    shard.stopWith(code)
    return Effect.as(Fiber.interrupt(fiber.value), true)
  })

/** Stops all shards at the same time, within the timeout. */
export const stopAll = (self: Generation, code: number, except?: ShardId.ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    const ids = [...self.shards.keys()].filter((id) => id !== except)
    return Effect.forEach(ids, (id) => stop(self, id, code), { concurrency: "unbounded", discard: true })
  }).pipe(
    Effect.timeoutOrElse({
      duration: self.options.shutdownTimeout,
      orElse: () => Effect.logWarning("Some shards did not stop in time, and continue to stop in the background")
    })
  )

/** Completes when the shard has ended; immediately when it does not run. */
export const ended = (self: Generation, id: ShardId.ShardId): Effect.Effect<void> =>
  Effect.suspend(() =>
    Option.match(FiberMap.getUnsafe(self.fibers, id), {
      onNone: () => Effect.void,
      onSome: (fiber) => Effect.asVoid(Fiber.await(fiber))
    })
  )

/** Interrupts what still runs, and releases everything. */
export const dispose = (self: Generation): Effect.Effect<void> => Scope.close(self.scope, Exit.void)

// A shard failed outside an attempt. Failures inside attempts have policies of their own.
class Crash {
  readonly _tag = "Crash"
}

const crashPolicy = Backoff.exponential("1 second", "1 minute")

const supervise = (self: Generation, id: ShardId.ShardId): Effect.Effect<void> =>
  runOnce(self, id).pipe(
    Effect.catchTag("Crash", (crash) => runAgain(self, id, crash)),
    Effect.catch((error) => (error._tag === "Crash" ? Effect.void : self.options.onFatal(self, id, error)))
  )

const runOnce = (self: Generation, id: ShardId.ShardId): Effect.Effect<never, Crash | GatewayError> =>
  Effect.suspend(() => {
    const { assignment, config, outboxOf, services } = self.options
    const shard = Shard.make(
      { ...config, id, total: assignment.total },
      { ...services, events: self.tap, outbox: outboxOf(id) }
    )
    self.shards.set(id, shard)
    return shard.run
  }).pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError(`The fiber of shard ${id} crashed, and will be restarted`, Cause.die(defect)),
        Effect.fail(new Crash())
      )
    )
  )

// The policy begins with the first crash: a shard that never crashes keeps nothing of it.
const runAgain = (self: Generation, id: ShardId.ShardId, crash: Crash): Effect.Effect<never, Crash | GatewayError> => {
  let next: Effect.Effect<never, Crash | GatewayError> = Effect.fail(crash)
  const step = Effect.suspend(() => {
    const now = next
    next = runOnce(self, id)
    return now
  })
  return Effect.retry(step, { while: (error) => error._tag === "Crash", schedule: crashPolicy })
}
