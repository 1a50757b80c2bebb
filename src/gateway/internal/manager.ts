/**
 * The shards of this process: the state of a manager, and the operations that start and stop its shards. One that
 * replaces them without a gap is in `reshard.ts`.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Scope from "effect/Scope"
import { DiscordConfig } from "../../DiscordConfig.ts"
import { Moved } from "../../internal/Moved.ts"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import { GatewayEvents } from "../GatewayEvents.ts"
import { GatewayInfo } from "../GatewayInfo.ts"
import { IdentifyBudget } from "../IdentifyBudget.ts"
import { IdentifyQueue } from "../IdentifyQueue.ts"
import { type SessionKey, SessionStore } from "../SessionStore.ts"
import { fromGuildId, type ShardId } from "../ShardId.ts"
import type { Assignment, Options } from "../ShardManager.ts"
import type * as ShardMessenger from "../ShardMessenger.ts"
import * as ShardStatus from "../ShardStatus.ts"
import * as Assignments from "./assignment.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"
import * as Budget from "./identifyBudget.ts"
import { resolve, type Settings } from "./managerSettings.ts"
import * as Messenger from "./messenger.ts"
import { type Operation, Operations } from "./operations.ts"
import { Outboxes } from "./outboxes.ts"
import { Outcome } from "./outcome.ts"
import { requireIntents } from "./requiredIntents.ts"
import * as SafeStore from "./safeStore.ts"
import * as Shard from "./shard.ts"
import * as TakeOver from "./takeOver.ts"

/** The services that a manager uses. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly events: GatewayEvents["Service"]
  readonly info: GatewayInfo["Service"]
  readonly queue: IdentifyQueue["Service"]
  /** Guarded by `SafeStore`. */
  readonly store: SessionStore["Service"]
}

/** A manager. Only its operations write to it: the functions of this file and of `reshard.ts`. */
export interface Manager {
  readonly options: Options
  readonly settings: Settings
  readonly services: Services
  /** Where generations live. */
  readonly scope: Scope.Scope
  /** What shards and operations run in. */
  readonly context: Context.Context<never>
  readonly changes: PubSub.PubSub<ShardStatus.Change>
  /** Notified after each step of a shard, and whenever a shard or an operation has ended. */
  readonly moved: Moved
  readonly operations: Operations
  readonly outcome: Outcome
  wanted: Assignment | "auto"
  /** The generation that runs. None until the assignment has been resolved. */
  current: Generation.Generation | undefined
  /** The generation that is to replace the current one. */
  pending: Generation.Generation | undefined
  /** The outboxes of the current generation. */
  outboxes: Outboxes
  /** The assignments whose sessions may still be kept. */
  kept: ReadonlyArray<Assignments.Resolved>
  /** What shards may still receive that was published for those of another total, by their own total. */
  readonly repeats: Map<number, Generation.Repeats>
  /** How often all shards were told to stop, and by what the last time. */
  stops: { readonly count: number; readonly newest: string }
  /** Whether `setShards` has stopped all shards, and its caller will start others. */
  isBetween: boolean
  isResharding: boolean
  /** Called when a shard sends IDENTIFY, and with `undefined` when a reshard has replaced all of them. */
  readonly newSessions: Set<(shard: ShardId | undefined) => void>
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
  const moved = new Moved()
  const settings = resolve(options, config, (change) => {
    PubSub.publishUnsafe(changes, change)
    moved.notify()
  })
  const context = yield* Effect.context<never>()
  const self: Manager = {
    options,
    settings,
    services,
    scope,
    context,
    changes,
    moved,
    operations: new Operations(context, () => onMoved(self)),
    outcome: new Outcome(),
    wanted: options.shards,
    current: undefined,
    pending: undefined,
    outboxes: new Outboxes(settings.outbox, (outboxes, id) => {
      if (outboxes === self.outboxes) for (const notify of self.newSessions) notify(id)
    }),
    kept: [],
    repeats: new Map(),
    stops: { count: 0, newest: "" },
    isBetween: false,
    isResharding: false,
    newSessions: new Set()
  }
  yield* Effect.addFinalizer(() => {
    self.operations.close("the end of the scope of ShardManager")
    return close(self)
  })
  return self
})

// The only source of "has ended": no shard runs, and nothing is under way that could start one.
const onMoved = (self: Manager): void => {
  if (self.operations.isIdle && !self.isBetween && noneRuns(self) && !isLeft(self)) self.outcome.noneRuns()
  self.moved.notify()
}

/** Stops all shards; `onClose` says what becomes of their sessions. */
export const close = (self: Manager): Effect.Effect<void> => {
  const { onClose } = self.options
  const { store } = self.services
  return stopEverything(self, "close", onClose === undefined ? store.durable : onClose === "resumable")
}

/** Makes a generation of this manager, in which nothing runs yet. */
export const generate = (
  self: Manager,
  assignment: Assignments.Resolved,
  outboxesFor: (ids: ReadonlyArray<ShardId>) => Outboxes
): Effect.Effect<Generation.Generation> => {
  const { events, ...services } = self.services
  const { ids, total } = assignment
  self.kept = [...self.kept, assignment]
  const repeats = self.repeats.get(total) ?? []
  self.repeats.set(total, repeats)
  return Generation.make(
    {
      assignment,
      config: self.settings.shard,
      events,
      onEnded: (of, id) => onEnded(self, of, id),
      context: self.context,
      onFatal: (of, id, error) => onFatal(self, of, id, error),
      outboxes: outboxesFor(ids),
      repeats,
      services
    },
    self.scope
  )
}

const noneRuns = ({ current }: Manager): boolean => current === undefined || Generation.running(current).length === 0

// A process that ended because another one runs its shards would be started anew by most supervisors, and take them
// back. It waits to be stopped instead.
const isLeft = ({ current }: Manager): boolean =>
  current !== undefined &&
  (current.ids.length === 0 || current.ids.some((id) => ShardStatus.isTakenOver(Generation.stageOf(current, id))))

const onEnded = (self: Manager, of: Generation.Generation, id: ShardId): void => {
  const stage = Generation.stageOf(of, id)
  const error = stage?._tag === "Fatal" ? stage.error : undefined
  if (ShardStatus.isTakenOver(stage)) Effect.runForkWith(self.context)(Effect.logWarning(`${error?.message}`))
  if (of === self.current) self.outcome.shardEnded(error)
  onMoved(self)
}

const onFatal = Effect.fnUntraced(function* (
  self: Manager,
  of: Generation.Generation,
  id: ShardId,
  error: GatewayError
) {
  yield* Effect.logError(`Shard ${id} of ${of.assignment.total} cannot go on: ${error.message}`)
  // What this means for a generation that is to take over, or was replaced, is decided by the reshard.
  if (of !== self.current) return
  if (self.options.onFatal === "stop-shard" && Generation.running(of).some((other) => other !== id)) return
  self.outcome.failWith(error)
  // Not waited for: this is the fiber of a shard that is being stopped. But it is under way from now on.
  const stop = stopAll(self, "a shard that cannot go on", CloseCode.resumable, Effect.void, error)
  yield* Effect.forkIn(stop, self.scope, { startImmediately: true })
})

/** The current generation. Resolves the assignment when there is none yet. Only operations call it. */
export const assigned = (self: Manager): Effect.Effect<Generation.Generation, GatewayError> =>
  Effect.suspend(() => {
    if (self.current !== undefined) return Effect.succeed(self.current)
    return Assignments.resolve(self.wanted, self.services.info).pipe(
      Effect.flatMap((assignment) => generate(self, assignment, (ids) => self.outboxes.extend(ids))),
      Effect.tap((made) => forgetOthers(self, made.assignment.total)),
      Effect.tap((made) => {
        const { moved, services, settings } = self
        return TakeOver.dropRepeats(made, { events: services.events, moved, settle: settings.reshardOverlap })
      }),
      Effect.map((made) => (self.current = made))
    )
  })

/** How many shards all processes have. */
export const total = (self: Manager): Effect.Effect<number, GatewayError> =>
  Effect.suspend(() =>
    self.current === undefined
      ? Effect.map(Assignments.resolve(self.wanted, self.services.info), ({ total }) => total)
      : Effect.succeed(self.current.assignment.total)
  )

/** The messenger of a shard's number. */
export const messenger = (self: Manager, id: ShardId): ShardMessenger.ShardMessenger =>
  Messenger.make(id, {
    events: self.services.events,
    outbox: () => self.outboxes.of(id),
    outboxServing: (guildId) => {
      const total = self.current?.assignment.total
      return self.outboxes.of(total === undefined ? id : fromGuildId(guildId, total))
    },
    onNewSession: (listener) =>
      Effect.acquireRelease(
        Effect.sync(() => self.newSessions.add(listener)),
        () => Effect.sync(() => self.newSessions.delete(listener))
      )
  })

/** An operation that starts shards. Fails at once while all shards are being stopped because one cannot go on. */
export const starting = <A>(
  self: Manager,
  name: string,
  run: (operation: Operation) => Effect.Effect<A, GatewayError>
): Effect.Effect<A, GatewayError> =>
  Effect.suspend(() => {
    const { failing } = self.outcome
    return failing === undefined ? self.operations.start(name, run) : Effect.fail(failing)
  })

/** Starts the shards of the current generation that do not run. */
export const initialize = (self: Manager): Effect.Effect<void, GatewayError> =>
  starting(self, "initialize", () => initializeInTurn(self))

/** The same, within an operation. */
export const initializeInTurn = Effect.fnUntraced(function* (self: Manager) {
  const { events } = self.services
  yield* requireIntents(self.settings.shard.intents, yield* events.required)
  // When this fails, nobody is left who would start shards.
  self.isBetween = false
  const generation = yield* assigned(self)
  const { total } = generation.assignment
  yield* Generation.awaitStopping(generation)
  const ids = generation.ids.filter((id) => !Generation.isRunning(generation, id))
  yield* requireBudget(self, ids, total)
  yield* Effect.forEach(ids, (id) => start(self, generation, id), { discard: true })
})

/** Stops and starts the difference between the shards that there are and these. */
export const assign = (self: Manager, wanted: ReadonlyArray<number>): Effect.Effect<void, GatewayError> =>
  starting(
    self,
    "assign",
    Effect.fnUntraced(function* (operation) {
      const generation = yield* assigned(self)
      const { total } = generation.assignment
      const { ids } = yield* Assignments.resolve({ ids: wanted, total }, self.services.info)
      const removed = generation.ids.filter((id) => !ids.includes(id))
      const added = ids.filter((id) => !Generation.isRunning(generation, id))
      yield* requireBudget(self, added, total)
      operation.commit()
      generation.ids = ids
      self.outboxes.extend(added)
      self.kept = [...self.kept, { ids: added, total }]
      yield* Effect.forEach(removed, (id) => Generation.stop(generation, id, CloseCode.resumable), {
        concurrency: "unbounded",
        discard: true
      })
      for (const id of removed) generation.shards.delete(id)
      yield* Effect.forEach(added, (id) => start(self, generation, id), { discard: true })
    })
  )

const requireBudget = Effect.fnUntraced(function* (self: Manager, ids: ReadonlyArray<ShardId>, total: number) {
  const { budget, store } = self.services
  const sessions = yield* Effect.forEach(ids, (id) => store.load(sessionKey(self, id, total)), { concurrency: 16 })
  const identifies = sessions.filter((session) => session === undefined).length
  if (identifies > 0) yield* budget.require(identifies)
})

/** Stops a shard, if it runs, and starts it. */
export const restart = (self: Manager, id: ShardId, session: "resume" | "new"): Effect.Effect<void, GatewayError> =>
  starting(
    self,
    "restart",
    Effect.fnUntraced(function* (operation) {
      const generation = yield* assigned(self)
      if (!generation.ids.includes(id)) return yield* Errors.notRunning(id)
      operation.commit()
      yield* Generation.stop(generation, id, session === "new" ? CloseCode.normal : CloseCode.resumable)
      if (session === "new") yield* self.services.store.remove(sessionKey(self, id, generation.assignment.total))
      yield* start(self, generation, id)
    })
  )

const start = (self: Manager, generation: Generation.Generation, id: ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.isBetween = false
    self.outcome.started()
    return Generation.start(generation, id)
  })

const sessionKey = ({ settings }: Manager, id: ShardId, total: number): SessionKey =>
  Shard.sessionKey(settings.shard.token, settings.shard.intents, id, total)

/** Stops all shards and makes the manager responsible for others. Starts none. */
export const setShards = Effect.fnUntraced(function* (self: Manager, next: Assignment | "auto") {
  yield* Assignments.validate(next)
  const sameTotal = next !== "auto" && next.total === self.current?.assignment.total
  // Discord ends the sessions of another total. Those of the same total may be resumed, also by another process.
  const code = sameTotal ? CloseCode.resumable : CloseCode.normal
  yield* stopping(self, "setShards", code, (operation) =>
    Effect.gen(function* () {
      yield* replaceAssignment(self, next)
      // Nobody is left who would start the others.
      self.isBetween = !operation.isAbandoned
    })
  )
})

/** Forgets the current generation, of which nothing is to run, and becomes responsible for others. */
export const replaceAssignment = Effect.fnUntraced(function* (self: Manager, next: Assignment | "auto") {
  const old = self.current
  self.wanted = next
  self.current = undefined
  if (old !== undefined) yield* Generation.dispose(old)
  yield* forgetOthers(self, next === "auto" ? undefined : next.total)
})

/** Forgets the sessions of other totals, also of shards that had ended: what they miss is handled by others. */
export const forgetOthers = (self: Manager, total: number | undefined): Effect.Effect<void> =>
  Effect.suspend(() => {
    const others = self.kept.filter((each) => each.total !== total)
    self.kept = self.kept.filter((each) => each.total === total)
    for (const each of others) self.repeats.delete(each.total)
    return Effect.forEach(others, (each) => forgetSessions(self, each), { discard: true })
  })

/** Forgets the sessions of these shards, of which none runs. */
export const forgetSessions = (self: Manager, { ids, total }: Assignments.Resolved): Effect.Effect<void> =>
  Effect.forEach(ids, (id) => self.services.store.remove(sessionKey(self, id, total)), {
    concurrency: 16,
    discard: true
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
  stopEverything(self, "shutdownAll", resumable)

const stopEverything = (self: Manager, name: string, resumable: boolean): Effect.Effect<void> =>
  stopAll(self, name, resumable ? CloseCode.resumable : CloseCode.normal, self.services.store.flush)

// Completes the outcome, also when shards still stop in the background.
const stopAll = (
  self: Manager,
  name: string,
  code: number,
  afterwards: Effect.Effect<void>,
  why?: GatewayError
): Effect.Effect<void> => {
  const complete = Effect.sync(() => {
    self.isBetween = false
    self.outcome.complete(Exit.void)
  })
  return Effect.ignore(stopping(self, name, code, () => Effect.andThen(afterwards, complete), why))
}

// All shards are told at once. Those that an overtaken operation was just starting are told in turn.
const stopping = (
  self: Manager,
  name: string,
  code: number,
  run: (operation: Operation) => Effect.Effect<void, GatewayError>,
  why?: GatewayError
): Effect.Effect<void, GatewayError> =>
  Effect.suspend(() => {
    self.stops = { count: self.stops.count + 1, newest: name }
    return self.operations.stop(name, {
      now: withEach(self, (each) => Generation.stopAll(each, code)),
      run: (operation) =>
        Effect.andThen(
          withEach(self, (each) => Generation.stopRest(each, code)),
          run(operation)
        ),
      why
    })
  })

/** Does something with all generations at the same time, within `shutdownTimeout`. */
const withEach = (self: Manager, use: (each: Generation.Generation) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const generations = [self.current, self.pending].filter((each) => each !== undefined)
    return Effect.forEach(generations, use, { concurrency: "unbounded", discard: true })
  }).pipe(
    Effect.timeoutOrElse({
      duration: self.settings.shutdownTimeout,
      orElse: () => Effect.logWarning("Some shards did not stop in time, and continue to stop in the background")
    })
  )
