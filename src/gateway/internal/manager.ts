/**
 * The shards of this process: the state of a manager, and the operations that start and stop its shards. One that
 * replaces them without a gap is in `reshard.ts`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { DiscordConfig } from "../../DiscordConfig.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { Moved } from "../../internal/Moved.ts"
import { Readers } from "../../internal/Readers.ts"
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
import { Pacemaker } from "./pacemaker.ts"
import { requireIntents } from "./requiredIntents.ts"
import * as SafeStore from "./safeStore.ts"
import * as Shard from "./shard.ts"
import * as TakeOver from "./takeOver.ts"

/** The services that a manager uses. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly events: GatewayEvents["Service"]
  readonly info: GatewayInfo["Service"]
  readonly pacemaker: Pacemaker
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
  readonly changes: Readers<ShardStatus.Change>
  /** Notified after each step of a shard, and whenever a shard or an operation has ended. */
  readonly moved: Moved
  readonly operations: Operations
  readonly outcome: Outcome
  wanted: Assignments.Shards | "auto"
  /** The generation that runs. None until the assignment has been resolved. */
  current: Generation.Generation | undefined
  /** The generation that is to replace the current one. */
  pending: Generation.Generation | undefined
  /** The outboxes of the current generation. */
  outboxes: Outboxes
  /** By their total. */
  readonly kept: Map<number, Generation.Kept>
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
  const wanted = yield* Assignments.parse(options.shards)
  const config = yield* DiscordConfig
  const context = yield* Effect.context<never>()
  const provided = yield* Effect.serviceOption(IdentifyBudget)
  const services: Services = {
    budget: Option.isSome(provided) ? provided.value : yield* Budget.make({ reserve: options.identifyReserve }),
    events: yield* GatewayEvents,
    info: yield* GatewayInfo,
    pacemaker: new Pacemaker(context),
    queue: yield* IdentifyQueue,
    store: SafeStore.make(yield* SessionStore)
  }
  // Closed after the shards have been stopped, because a scope runs its newest finalizer first.
  const scope = yield* Scope.fork(yield* Effect.scope)
  const changes = new Readers<ShardStatus.Change>(changesBuffer)
  yield* Effect.addFinalizer(() => Effect.sync(() => changes.end()))
  const moved = new Moved()
  const settings = resolve(options, config, (change) => {
    changes.tell(change)
    moved.notify()
  })
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
    wanted,
    current: undefined,
    pending: undefined,
    outboxes: new Outboxes(settings.outbox, (outboxes, id) => {
      if (outboxes === self.outboxes) for (const notify of self.newSessions) notify(id)
    }),
    kept: new Map(),
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
  const mayEnd = self.operations.isIdle && !self.isBetween && noneRuns(self)
  if (mayEnd && !isIdle(self) && !isLeft(self)) self.outcome.noneRuns()
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
  assignment: Assignments.Shards,
  outboxesFor: (ids: ReadonlyArray<ShardId>) => Outboxes
): Effect.Effect<Generation.Generation> => {
  const { events, ...services } = self.services
  const { ids, total } = assignment
  const kept = keep(self, assignment)
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
      kept,
      services
    },
    self.scope
  )
}

/** The manager is responsible for these shards of the total, and not for others any more. */
export const keep = ({ context, kept }: Manager, { ids, total }: Assignments.Shards): Generation.Kept => {
  const now = Elapsed.millis(Context.get(context, Clock.Clock))
  const all = kept.get(total) ?? new Map<ShardId, number | undefined>()
  kept.set(total, all)
  for (const [id, leftAt] of all) all.set(id, leftAt ?? now)
  for (const id of ids) all.set(id, undefined)
  return all
}

const noneRuns = ({ current }: Manager): boolean => current === undefined || !Generation.isAnyRunning(current)

// It has been given no shards, and may be given some later.
const isIdle = ({ current }: Manager): boolean => current?.ids.length === 0

// A process that ended because another one runs its shards would be started anew by most supervisors, and take them
// back. It waits to be stopped instead.
const isLeft = ({ current }: Manager): boolean =>
  current !== undefined && current.ids.some((id) => ShardStatus.isTakenOver(Generation.stageOf(current, id)))

const isOurs = ({ current }: Manager, of: Generation.Generation, id: ShardId): boolean =>
  of === current && of.ids.includes(id)

const onEnded = (self: Manager, of: Generation.Generation, id: ShardId): void => {
  const stage = Generation.stageOf(of, id)
  const error = stage?._tag === "Fatal" ? stage.error : undefined
  if (ShardStatus.isTakenOver(stage)) Effect.runForkWith(self.context)(Effect.logWarning(`${error?.message}`))
  if (isOurs(self, of, id)) self.outcome.shardEnded(error)
  onMoved(self)
}

const onFatal = Effect.fnUntraced(function* (
  self: Manager,
  of: Generation.Generation,
  id: ShardId,
  error: GatewayError
) {
  yield* Effect.logError(`Shard ${id} of ${of.total} cannot go on: ${error.message}`)
  // What this means for a generation that is to take over, or was replaced, is decided by the reshard, and for a shard
  // that leaves by whoever runs it next.
  if (!isOurs(self, of, id)) return
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
      Effect.tap((made) => forgetOthers(self, made.total)),
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
      : Effect.succeed(self.current.total)
  )

/** The messenger of a shard's number. */
export const messenger = (self: Manager, id: ShardId): ShardMessenger.ShardMessenger =>
  Messenger.make(id, {
    events: self.services.events,
    outbox: () => self.outboxes.of(id),
    outboxServing: (guildId) => {
      const total = self.current?.total
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
  yield* requireAllIntents(self)
  // When this fails, nobody is left who would start shards.
  self.isBetween = false
  const generation = yield* assigned(self)
  const ids = yield* missing(self, generation, generation)
  yield* Effect.forEach(ids, (id) => start(self, generation, id), { discard: true })
})

/** Fails when a handler would wait in vain for an event. */
export const requireAllIntents = ({ services, settings }: Manager): Effect.Effect<void, GatewayError> =>
  Effect.flatMap(services.events.required, (required) => requireIntents(settings.shard.intents, required))

/**
 * Those that do not run, once those that are being stopped have ended. Fails when there is not one IDENTIFY for each of
 * them without a session.
 */
export const missing = Effect.fnUntraced(function* (
  self: Manager,
  generation: Generation.Generation | undefined,
  { ids, total }: Assignments.Shards
) {
  const { budget, store } = self.services
  if (generation !== undefined) yield* Generation.awaitStopping(generation, ids)
  const missing = ids.filter((id) => generation === undefined || !Generation.isRunning(generation, id))
  const sessions = yield* Effect.forEach(missing, (id) => store.load(sessionKey(self, id, total)), { concurrency: 16 })
  const identifies = sessions.filter((session) => session === undefined).length
  if (identifies > 0) yield* budget.require(identifies)
  return missing
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
      if (session === "new") yield* self.services.store.remove(sessionKey(self, id, generation.total))
      yield* start(self, generation, id)
    })
  )

/** Starts a shard, unless it runs. */
export const start = (self: Manager, generation: Generation.Generation, id: ShardId): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.isBetween = false
    self.outcome.started()
    return Generation.start(generation, id)
  })

const sessionKey = ({ settings }: Manager, id: ShardId, total: number): SessionKey =>
  Shard.sessionKey(settings.shard, id, total)

/** Stops all shards and makes the manager responsible for others. Starts none. */
export const setShards = Effect.fnUntraced(function* (self: Manager, next: Assignment | "auto") {
  const wanted = yield* Assignments.parse(next)
  const sameTotal = wanted !== "auto" && wanted.total === self.current?.total
  // Discord ends the sessions of another total. Those of the same total may be resumed, also by another process.
  const code = sameTotal ? CloseCode.resumable : CloseCode.normal
  yield* stopping(self, "setShards", code, (operation) =>
    Effect.gen(function* () {
      yield* replaceAssignment(self, wanted)
      // Nobody is left who would start the others.
      self.isBetween = !operation.isAbandoned
    })
  )
})

/** Forgets the current generation, of which nothing is to run, and becomes responsible for others. */
export const replaceAssignment = Effect.fnUntraced(function* (self: Manager, next: Assignments.Shards | "auto") {
  const old = self.current
  self.wanted = next
  self.current = undefined
  if (old !== undefined) yield* Generation.dispose(old)
  yield* forgetOthers(self, next === "auto" ? undefined : next.total)
})

/** Forgets the sessions of other totals, also of shards that had ended: what they miss is handled by others. */
export const forgetOthers = (self: Manager, total: number | undefined): Effect.Effect<void> =>
  Effect.suspend(() => {
    const others = [...self.kept].filter(([each]) => each !== total)
    for (const [each] of others) {
      self.kept.delete(each)
      self.repeats.delete(each)
    }
    return Effect.forEach(others, ([total, ids]) => forgetSessions(self, { ids: [...ids.keys()], total }), {
      discard: true
    })
  })

/** Forgets the sessions of these shards, of which none runs. */
export const forgetSessions = (self: Manager, { ids, total }: Assignments.Shards): Effect.Effect<void> =>
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
