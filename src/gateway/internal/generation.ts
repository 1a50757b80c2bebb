/**
 * The shards of one total, with one supervised fiber for each that runs. A manager has one generation, and a second one
 * while it reshards.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import type * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import * as Backoff from "../../internal/backoff.ts"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { EventShard, GatewayEvents } from "../GatewayEvents.ts"
import type * as ShardId from "../ShardId.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import type { Shards } from "./assignment.ts"
import * as Errors from "./errors.ts"
import type { Outboxes } from "./outboxes.ts"
import * as Shard from "./shard.ts"
import type { StatusRecord } from "./statusRecord.ts"

/** What a generation is made of. */
export interface Options {
  readonly assignment: Shards
  readonly config: Shard.Config
  readonly services: Omit<Shard.Services, "events">
  readonly events: GatewayEvents["Service"]
  readonly outboxes: Outboxes
  /** Called when a shard cannot go on. Runs in the shard's fiber, and may be interrupted with it. */
  readonly onFatal: (of: Generation, id: ShardId.ShardId, error: GatewayError) => Effect.Effect<void>
  /** Called when the fiber of a shard has ended and is no longer found. */
  readonly onEnded: (of: Generation, id: ShardId.ShardId) => void
  /** What shards run in, whoever starts them. */
  readonly context: Context.Context<never>
  readonly repeats: Repeats
  readonly kept: Kept
}

/**
 * Whether an event that a shard of this total receives was published before, for a generation of another total. There
 * is one for each take-over of which a shard has not caught up. Kept for the next generation of the same total.
 */
export type Repeats = Array<(shard: EventShard, payload: GatewayDispatchPayload) => boolean>

/**
 * The shards of one total whose sessions may be kept for this manager, with the time, in milliseconds of `Elapsed`, since
 * when it is not responsible for them. `undefined` while it is.
 */
export type Kept = Map<ShardId.ShardId, number | undefined>

/** Where the events of a generation go. Its members are replaced while shards run. */
export type Tap = { -readonly [K in keyof GatewayEvents["Service"]]: GatewayEvents["Service"][K] }

/** A generation. */
export interface Generation {
  readonly options: Options
  readonly total: number
  /** The numbers of the shards that are to run. Those of others may still be stopping. Changed by {@link assign}. */
  ids: ReadonlyArray<ShardId.ShardId>
  readonly tap: Tap
  /** What its shards use. */
  readonly services: Shard.Services
  readonly onTaken: Shard.OnTaken
  readonly scope: Scope.Closeable
  /**
   * The shards that run. A map and not a `FiberMap`, whose observer of each fiber would be a second one beside that of
   * {@link start}: there are many shards.
   */
  readonly fibers: Map<ShardId.ShardId, Fiber.Fiber<void>>
  /** The newest shard of each number, running or ended. One that is not to run is forgotten when it has ended. */
  readonly shards: Map<ShardId.ShardId, Shard.Shard>
  /** Where in `ids` the search for a shard that is not Connected begins: at the one that was found last. */
  firstAway: number
  /** Done when another generation may take over from it, while the last take-over has not settled. */
  settling: Deferred.Deferred<void> | undefined
}

/** Makes a generation in which nothing runs yet. It is disposed of with `parent` at the latest. */
export const make = (options: Options, parent: Scope.Scope): Effect.Effect<Generation> =>
  Effect.gen(function* () {
    const { assignment } = options
    const scope = yield* Scope.fork(parent)
    const { shards } = options.events
    const tap: Tap = {
      ...options.events,
      shards: {
        started: shards.started,
        // One that was assigned away is for another process.
        stopped: (shard, session, isTaken) => shards.stopped(shard, session, isTaken || !self.ids.includes(shard.id))
      }
    }
    const self: Generation = {
      options,
      total: assignment.total,
      ids: assignment.ids,
      tap,
      services: { ...options.services, events: tap },
      onTaken: (taken) => leave(self, taken),
      scope,
      fibers: new Map(),
      shards: new Map(),
      firstAway: 0,
      settling: undefined
    }
    yield* Scope.addFinalizer(scope, interruptAll(self))
    return self
  })

/** Whether the shard's fiber lives. */
export const isRunning = (self: Generation, id: ShardId.ShardId): boolean => self.fibers.has(id)

/** Whether the fiber of any shard lives. */
export const isAnyRunning = (self: Generation): boolean => self.fibers.size > 0

/** The numbers of the shards whose fibers live, in order. */
export const running = (self: Generation): ReadonlyArray<ShardId.ShardId> =>
  [...self.shards.keys()].filter((id) => isRunning(self, id)).sort((a, b) => a - b)

/** The stage of a shard that was started. */
export const stageOf = (self: Generation, id: ShardId.ShardId): ShardStatus.Stage | undefined =>
  self.shards.get(id)?.status.stage

/** Whether all shards are Connected. Asked after each step of each shard, so it does not look at all of them each time. */
export const areConnected = (self: Generation): boolean => {
  const { ids } = self
  for (let n = 0; n < ids.length; n++) {
    const at = (self.firstAway + n) % ids.length
    if (stageOf(self, ids[at] as ShardId.ShardId)?._tag === "Connected") continue
    self.firstAway = at
    return false
  }
  return true
}

// Discord documents no limit. It is a matter of minutes.
const resumableFor = 10 * 60_000

/**
 * Whether all shards are Connected, and none that has left may come back with a session from before. `now` is in
 * milliseconds of `Elapsed`.
 */
export const areCaughtUp = (self: Generation, now: number): boolean =>
  areConnected(self) &&
  [...self.options.kept.values()].every((leftAt) => leftAt === undefined || now - leftAt > resumableFor)

/** Whether all shards that run are Connected: one that has ended is not awaited. */
export const noneIsAway = (self: Generation): boolean =>
  self.ids.every((id) => !isRunning(self, id) || stageOf(self, id)?._tag === "Connected")

/** Why one of the shards that were started has ended; nothing while all of them run. */
export const whyEnded = (self: Generation): GatewayError | undefined => {
  // Asked after each step of each shard.
  if (self.fibers.size === self.shards.size) return undefined
  const ended = self.ids.filter((id) => self.shards.has(id) && !isRunning(self, id))
  const [first] = ended
  const stages = ended.map((id) => stageOf(self, id))
  return (
    stages.find((stage) => stage?._tag === "Fatal")?.error ??
    (first === undefined ? undefined : Errors.notRunning(first))
  )
}

/** The record of the newest shard of each number. */
export const statuses = (self: Generation): ReadonlyArray<StatusRecord> =>
  [...self.shards.values()].map(({ status }) => status)

/** Starts a shard, unless it runs. */
export const start = (self: Generation, id: ShardId.ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (isRunning(self, id)) return Effect.void
    if (self.scope.state._tag === "Closed") return Effect.interrupt
    // Made now, so that it can be told to stop before its fiber has begun.
    const shard = makeShard(self, id)
    const fiber = Effect.runForkWith(self.options.context)(supervise(self, shard))
    self.fibers.set(id, fiber)
    fiber.addObserver(() => {
      if (self.fibers.get(id) === fiber) self.fibers.delete(id)
      self.options.onEnded(self, id)
      forgetLeft(self, id)
    })
    return Effect.void
  })

const interruptAll = ({ fibers }: Generation): Effect.Effect<void> =>
  Effect.suspend(() => {
    const all = [...fibers.values()]
    // From now on none runs, however long it takes to stop.
    fibers.clear()
    return Fiber.interruptAll(all)
  })

/**
 * Makes these the numbers of the shards that are to run. Starts and stops none, and returns those that run and are not
 * to.
 */
export const assign = (self: Generation, ids: ReadonlyArray<ShardId.ShardId>): ReadonlyArray<ShardId.ShardId> => {
  self.ids = ids
  for (const id of self.shards.keys()) forgetLeft(self, id)
  return running(self).filter((id) => !ids.includes(id))
}

const forgetLeft = (self: Generation, id: ShardId.ShardId): void => {
  if (!isRunning(self, id) && !self.ids.includes(id)) self.shards.delete(id)
}

/** Waits for those of the shards that are being stopped, so that they can be started again. */
export const awaitStopping = (self: Generation, ids: ReadonlyArray<ShardId.ShardId>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const stopping = ids.filter((id) => isRunning(self, id) && self.shards.get(id)?.isStopping() === true)
    return Effect.forEach(stopping, (id) => ended(self, id), { concurrency: "unbounded", discard: true })
  })

/** Stops a shard and waits for it. Returns false when it does not run. */
export const stop = (self: Generation, id: ShardId.ShardId, code: number): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const fiber = self.fibers.get(id)
    const shard = self.shards.get(id)
    if (fiber === undefined || shard === undefined) return Effect.succeed(false)
    shard.stopWith(code)
    return Effect.as(Effect.andThen(Fiber.interrupt(fiber), shard.stopped), true)
  })

/** Stops all shards at the same time. */
export const stopAll = (self: Generation, code: number): Effect.Effect<void> => stopWhere(self, code, () => true)

/** The same with those that have not been told yet. */
export const stopRest = (self: Generation, code: number): Effect.Effect<void> =>
  stopWhere(self, code, (shard) => !shard.isStopping())

const stopWhere = (self: Generation, code: number, where: (shard: Shard.Shard) => boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    const ids = [...self.shards.values()].filter(where).map(({ id }) => id)
    return Effect.forEach(ids, (id) => stop(self, id, code), { concurrency: "unbounded", discard: true })
  })

/** Completes when the shard has ended; immediately when it does not run. */
export const ended = (self: Generation, id: ShardId.ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    const fiber = self.fibers.get(id)
    return fiber === undefined ? Effect.void : Effect.asVoid(Fiber.await(fiber))
  })

/** Interrupts what still runs, and releases everything. */
export const dispose = (self: Generation): Effect.Effect<void> => Scope.close(self.scope, Exit.void)

// A shard failed outside an attempt. Failures inside attempts have policies of their own.
class Crash {
  readonly _tag = "Crash"
}

const crashPolicy = Backoff.exponential("1 second", "1 minute")

// One frame around a shard that runs, because there are many.
const supervise = (self: Generation, shard: Shard.Shard): Effect.Effect<void> =>
  Effect.catchCause(shard.run, (cause) => onEnd(self, shard.id, cause))

const onEnd = (self: Generation, id: ShardId.ShardId, cause: Cause.Cause<GatewayError>): Effect.Effect<void> => {
  const defect = Cause.findDefect(cause)
  const after: Effect.Effect<never, Crash | GatewayError> = Result.isSuccess(defect)
    ? Effect.andThen(logCrash(id, defect.success), runAgain(self, id))
    : Effect.failCause(cause)
  return Effect.catch(after, (error) => (error._tag === "Crash" ? Effect.void : self.options.onFatal(self, id, error)))
}

const makeShard = (self: Generation, id: ShardId.ShardId): Shard.Shard => {
  const { config, outboxes } = self.options
  const { services, total } = self
  const shard = Shard.make({
    config,
    services,
    id,
    total,
    outbox: outboxes.of(id),
    onTaken: self.onTaken
  })
  self.shards.set(id, shard)
  return shard
}

// Not waited for: the session store is told by the end of the shard that it has the session back.
const leave = (self: Generation, shard: Shard.Shard): void => {
  if (self.shards.get(shard.id) !== shard) return
  Effect.runForkWith(self.options.context)(stop(self, shard.id, CloseCode.resumable))
}

const logCrash = (id: ShardId.ShardId, defect: unknown): Effect.Effect<void> =>
  Effect.logError(`The fiber of shard ${id} crashed, and will be restarted`, Cause.die(defect))

// The policy begins with the first crash: a shard that never crashes keeps nothing of it.
const runAgain = (self: Generation, id: ShardId.ShardId): Effect.Effect<never, Crash | GatewayError> => {
  let next: Effect.Effect<never, Crash | GatewayError> = Effect.fail(new Crash())
  const step = Effect.suspend(() => {
    const now = next
    next = Effect.suspend(() =>
      Effect.catchDefect(makeShard(self, id).run, (defect) =>
        Effect.andThen(logCrash(id, defect), Effect.fail(new Crash()))
      )
    )
    return now
  })
  return Effect.retry(step, { while: (error) => error._tag === "Crash", schedule: crashPolicy })
}
