/**
 * The shards of this process: the state of a manager, and the operations that start and stop its shards. One that
 * replaces them without a gap is in `reshard.ts`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Scope from "effect/Scope"
import { DiscordConfig } from "../../DiscordConfig.ts"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import { GatewayEvents } from "../GatewayEvents.ts"
import { GatewayInfo } from "../GatewayInfo.ts"
import { IdentifyBudget } from "../IdentifyBudget.ts"
import { IdentifyQueue } from "../IdentifyQueue.ts"
import { type SessionKey, SessionStore } from "../SessionStore.ts"
import type { ShardId } from "../ShardId.ts"
import type { Assignment, Options } from "../ShardManager.ts"
import type * as ShardMessenger from "../ShardMessenger.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import * as Assignments from "./assignment.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"
import * as Budget from "./identifyBudget.ts"
import { resolve, type Settings } from "./managerSettings.ts"
import * as Messenger from "./messenger.ts"
import { Outboxes } from "./outboxes.ts"
import { Outcome } from "./outcome.ts"
import * as SafeStore from "./safeStore.ts"
import * as Shard from "./shard.ts"

/** The services that a manager uses. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly events: GatewayEvents["Service"]
  readonly info: GatewayInfo["Service"]
  readonly queue: IdentifyQueue["Service"]
  /** Guarded by `SafeStore`. */
  readonly store: SessionStore["Service"]
}

/** A manager. Only the functions of this file and of `reshard.ts` write to it. */
export interface Manager {
  readonly options: Options
  readonly settings: Settings
  readonly services: Services
  /** Where generations live. */
  readonly scope: Scope.Scope
  readonly changes: PubSub.PubSub<ShardStatus.Change>
  readonly outcome: Outcome
  wanted: Assignment | "auto"
  /** The generation that runs. None until the assignment has been resolved. */
  current: Generation.Generation | undefined
  /** The generation that is to replace the current one. */
  pending: Generation.Generation | undefined
  /** The outboxes of the current generation. */
  outboxes: Outboxes
  isResharding: boolean
}

// Steps that a reader of `changes` may be behind.
const changesBuffer = 4096

/** Makes a manager that stops its shards when the scope closes. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const config = yield* DiscordConfig
  const provided = yield* Effect.serviceOption(IdentifyBudget)
  const services: Services = {
    budget: Option.isSome(provided) ? provided.value : yield* Budget.make({ reserve: options.identifyReserve }),
    events: yield* GatewayEvents,
    info: yield* GatewayInfo,
    queue: yield* IdentifyQueue,
    store: SafeStore.make(yield* SessionStore)
  }
  // Closed after the shards have been stopped, because a scope runs its newest finalizer first.
  const scope = yield* Scope.fork(yield* Effect.scope)
  const changes = yield* Effect.acquireRelease(PubSub.sliding<ShardStatus.Change>(changesBuffer), PubSub.shutdown)
  const settings = resolve(options, config, (change) => {
    PubSub.publishUnsafe(changes, change)
  })
  const self: Manager = {
    options,
    settings,
    services,
    scope,
    changes,
    outcome: new Outcome(),
    wanted: options.shards,
    current: undefined,
    pending: undefined,
    outboxes: new Outboxes(settings.outbox),
    isResharding: false
  }
  yield* Effect.addFinalizer(() => close(self))
  return self
})

/** Stops all shards; `onClose` says what becomes of their sessions. */
export const close = (self: Manager): Effect.Effect<void> => {
  const { onClose } = self.options
  const { store } = self.services
  return stopAndFlush(self, onClose === undefined ? store.durable : onClose === "resumable")
}

/** Makes a generation of this manager, in which nothing runs yet. */
export const generate = (
  self: Manager,
  assignment: Assignment,
  outboxes: Outboxes
): Effect.Effect<Generation.Generation> => {
  const { events, ...services } = self.services
  return Generation.make(
    {
      assignment,
      config: self.settings.shard,
      events,
      onEnded: (id) => self.outcome.shardEnded(id, () => noneRuns(self)),
      onFatal: (of, id, error) => onFatal(self, of, id, error),
      outboxOf: (id) => outboxes.of(id),
      services,
      shutdownTimeout: self.settings.shutdownTimeout
    },
    self.scope
  )
}

const noneRuns = ({ current }: Manager): boolean => current !== undefined && Generation.running(current).length === 0

const onFatal = Effect.fnUntraced(function* (
  self: Manager,
  of: Generation.Generation,
  id: ShardId,
  error: GatewayError
) {
  yield* Effect.logError(`Shard ${id} of ${of.assignment.total} cannot go on: ${error.message}`)
  // What this means for a generation that is to take over is decided by the reshard.
  if (of !== self.current) return
  if (self.options.onFatal === "stop-shard" && Generation.running(of).some((other) => other !== id)) return
  self.outcome.failWith(id, error)
  yield* stopAll(self, CloseCode.resumable, id)
})

/** The current generation. Resolves the assignment when there is none yet. */
export const assigned = (self: Manager): Effect.Effect<Generation.Generation, GatewayError> =>
  Effect.suspend(() => {
    if (self.current !== undefined) return Effect.succeed(self.current)
    return Assignments.resolve(self.wanted, self.services.info).pipe(
      Effect.flatMap((assignment) => generate(self, assignment, self.outboxes)),
      Effect.map((made) => (self.current ??= made))
    )
  })

/** The messenger of a shard's number. */
export const messenger = (self: Manager, id: ShardId): ShardMessenger.ShardMessenger =>
  Messenger.make(id, { events: self.services.events, outbox: () => self.outboxes.of(id) })

/** Starts the shards of the current generation that do not run. */
export const initialize = Effect.fnUntraced(function* (self: Manager) {
  const { budget, store } = self.services
  const generation = yield* assigned(self)
  const { total } = generation.assignment
  const ids = generation.ids.filter((id) => !Generation.isRunning(generation, id))
  const sessions = yield* Effect.forEach(ids, (id) => store.load(sessionKey(self, id, total)), { concurrency: 16 })
  const identifies = sessions.filter((session) => session === undefined).length
  if (identifies > 0) yield* budget.require(identifies)
  yield* Effect.forEach(ids, (id) => start(self, generation, id), { discard: true })
})

/** Stops a shard, if it runs, and starts it. */
export const restart = Effect.fnUntraced(function* (self: Manager, id: ShardId, session: "resume" | "new") {
  const generation = yield* assigned(self)
  if (!generation.ids.includes(id)) return yield* Errors.notRunning(id)
  yield* Generation.stop(generation, id, session === "new" ? CloseCode.normal : CloseCode.resumable)
  if (session === "new") yield* self.services.store.remove(sessionKey(self, id, generation.assignment.total))
  yield* start(self, generation, id)
})

const start = (self: Manager, generation: Generation.Generation, id: ShardId): Effect.Effect<void, GatewayError> =>
  Effect.suspend(() => {
    const { outcome } = self
    // All shards are being stopped. One that started now would be left running alone.
    if (outcome.failing !== undefined) return Effect.fail(outcome.failing)
    outcome.renew()
    return Generation.start(generation, id)
  })

const sessionKey = ({ settings }: Manager, id: ShardId, total: number): SessionKey =>
  Shard.sessionKey(settings.shard.token, settings.shard.intents, id, total)

/** Stops all shards and makes the manager responsible for others. Starts none. */
export const setShards = Effect.fnUntraced(function* (self: Manager, next: Assignment | "auto") {
  yield* Assignments.validate(next)
  const sameTotal = next !== "auto" && next.total === self.current?.assignment.total
  // Discord ends the sessions of another total. Those of the same total may be resumed, also by another process.
  yield* stopAll(self, sameTotal ? CloseCode.resumable : CloseCode.normal)
  const old = self.current
  self.wanted = next
  self.current = undefined
  if (old !== undefined) yield* Generation.dispose(old)
})

/** Stops a shard and waits for it. Returns false when it does not run. */
export const shutdown = (self: Manager, id: ShardId, code: number): Effect.Effect<boolean> =>
  CloseCode.isSendable(code)
    ? Effect.suspend(() =>
        self.current === undefined ? Effect.succeed(false) : Generation.stop(self.current, id, code)
      )
    : Effect.die(new RangeError(`a client may close with 1000, 1001 or 3000 to 4999, not with ${code}`))

/** Stops all shards, and completes the outcome. */
export const shutdownAll = (self: Manager, resumable: boolean): Effect.Effect<void> =>
  Effect.andThen(
    stopAndFlush(self, resumable),
    Effect.sync(() => self.outcome.complete(Exit.void))
  )

const stopAndFlush = (self: Manager, resumable: boolean): Effect.Effect<void> =>
  Effect.andThen(stopAll(self, resumable ? CloseCode.resumable : CloseCode.normal), self.services.store.flush)

/** Stops all shards of all generations at the same time. */
const stopAll = (self: Manager, code: number, except?: ShardId): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.forEach(
      [self.current, self.pending],
      (each) => (each === undefined ? Effect.void : Generation.stopAll(each, code, except)),
      { concurrency: "unbounded", discard: true }
    )
  )
