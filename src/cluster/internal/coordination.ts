/**
 * What a coordinator knows, and how it talks to members. It keeps nothing that it could not learn again from the members,
 * except the total, without which the first member after a stop of the whole cluster could not resume.
 */
import * as Cause from "effect/Cause"
import type * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import type { KeyValueStore, KeyValueStoreError } from "effect/persistence/KeyValueStore"
import { identifyInterval } from "../../discord/gatewayNumbers.ts"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import type { GatewayInfo } from "../../gateway/GatewayInfo.ts"
import type { IdentifyBudget } from "../../gateway/IdentifyBudget.ts"
import type { IdentifyQueue, Options as IdentifyQueueOptions } from "../../gateway/IdentifyQueue.ts"
import type { ShardId } from "../../gateway/ShardId.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { Moved } from "../../internal/Moved.ts"
import { type Peers, nameOf } from "./peers.ts"
import type { Assignment, Peer, Status } from "./protocol.ts"

// Milliseconds. What a member may take to say how it is.
const statusTimeout = 1000
// A member that has not answered for this long is gone, or cannot do its work.
const goneAfter = 2000
const replacedLogInterval = 10_000
/** Milliseconds. For how long an answer of the storage that nobody else has taken office is enough to give a turn. */
export const inOfficeFor = 1000

/** Milliseconds. Not those of a calendar: a machine whose clock is set would wait for hours, or lose all members at once. */
export const elapsed: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(() => Elapsed.millis(clock)))

/** What a coordinator is made of. */
export interface Options {
  readonly name: string
  readonly peers: Peers
  readonly storage: RunnerStorage["Service"]
  readonly store: KeyValueStore
  readonly info: GatewayInfo["Service"]
  /** Notes that a member was heard of. */
  readonly touch: (name: string) => Effect.Effect<void>
  /** Whether it is known of a member that has not answered that it will not do so soon. */
  readonly isLost: (name: string) => Effect.Effect<boolean>
  /** Those of the whole cluster. */
  readonly queue: IdentifyQueue["Service"]
  readonly budget: IdentifyBudget["Service"]
  /** How many shards there are to be, unless there are some already. */
  readonly total: number | "auto"
  readonly prefix: string
  readonly identify: IdentifyQueueOptions
  /** Before the first assignment of all, members that start together are waited for. */
  readonly settle: Duration.Input
}

/** What is known of a member. */
export interface Known {
  /** What it said last, brought up to date by what it was told since. */
  status: Status
  /** When it has answered last, by {@link elapsed}. */
  answeredAt: number
  /** The peers and the shards that it was told of last. Some may have been taken over since. */
  told: string
}

/** A change of the total that is under way. */
export interface Resharding {
  readonly from: number
  readonly to: number
  /** How many listen to its progress. When all have gone, it is taken back if it still can be. */
  listeners: number
  /** Completed when it is to be taken back. */
  readonly abort: Deferred.Deferred<void>
  /** Why a member could not do it. */
  refused: GatewayError | undefined
  /** How often members were told that could not do it, and when they are told again, in milliseconds. */
  tries: number
  nextAt: number
}

/** A coordinator at work. Only its own loop writes to it, and calls from members that say so. */
export interface Coordinator {
  readonly options: Options
  readonly term: number
  readonly members: Map<string, Known>
  /** When a registered member was first seen that has never answered. */
  readonly silent: Map<string, number>
  /** Members that have asked for their shards to be moved. */
  readonly leaving: Set<string>
  /** When the set of members changed last. */
  changedAt: number
  /** How many shards there are to be. None until the first assignment. */
  total: number | undefined
  /** When it was logged last that there is a newer coordinator, by {@link elapsed}. */
  replacedLoggedAt: number | undefined
  /** What is under way to get another total. */
  resharding: Resharding | undefined
  /** When shards may IDENTIFY: the last coordinator may have let one do so just before it was replaced. */
  opensAt: number
  /** Wakes the loop. */
  readonly wake: Moved
  /** Notified after each round. */
  readonly done: Moved
}

const Stored = Schema.fromJsonString(Schema.Struct({ term: Schema.Int, total: Schema.Int }))

/** Takes office: the next term, and the total of the last one. */
export const make = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Coordinator, KeyValueStoreError> {
  const last = yield* lastOf(options)
  const now = yield* elapsed
  const coordinator: Coordinator = {
    options,
    term: (last?.term ?? 0) + 1,
    opensAt: now,
    members: new Map(),
    silent: new Map(),
    leaving: new Set(),
    changedAt: now,
    total: last === undefined || last.total === 0 ? undefined : last.total,
    replacedLoggedAt: undefined,
    resharding: undefined,
    wake: new Moved(),
    done: new Moved()
  }
  yield* remember(coordinator)
  // From here on, the last one learns that it has been replaced: what it gave before may be used for so long.
  if (last !== undefined) coordinator.opensAt = (yield* elapsed) + inOfficeFor + spacingOf(options.identify)
  return coordinator
})

const spacingOf = ({ interval, margin }: IdentifyQueueOptions): number =>
  Duration.toMillis(interval ?? identifyInterval) + Duration.toMillis(margin ?? 0)

// The rest of the margin is for the ways to Discord, which are not equally long.
/** How long a member may take to use its turn, in milliseconds, from the moment on that it was certain to be given. */
export const turnLasts = ({ margin }: IdentifyQueueOptions): number => 0.8 * Duration.toMillis(margin ?? 0)

const placeOf = ({ prefix }: Options) => `${prefix}coordinator`

const lastOf = (options: Options) =>
  Effect.map(options.store.get(placeOf(options)), (text) =>
    Option.getOrUndefined(Schema.decodeUnknownOption(Stored)(text))
  )

/**
 * Whether another process has taken office since. Two that give shards to different members would have them taken from each
 * other. Without the storage, nobody else can have taken office.
 */
export const isReplaced = Effect.fnUntraced(function* (self: Coordinator) {
  const last = yield* Effect.catchCause(Effect.timeout(lastOf(self.options), statusTimeout), () => Effect.undefined)
  if (last === undefined || last.term <= self.term) return false
  const now = yield* elapsed
  if (now - (self.replacedLoggedAt ?? -Infinity) < replacedLogInterval) return true
  self.replacedLoggedAt = now
  const { name } = self.options
  yield* Effect.logError(
    `${name} does not coordinate the cluster any more (term ${self.term}), because another process does (term ${last.term}). If this is logged again, two processes have the same address: each needs a host and a port of its own, under which all others reach it`
  )
  return true
})

/** Whether no other process has taken office since. Not known without the storage. */
export const isInOffice = (self: Coordinator): Effect.Effect<boolean | undefined> =>
  Effect.catchCause(
    Effect.map(
      Effect.timeout(lastOf(self.options), statusTimeout),
      (last) => last !== undefined && last.term <= self.term
    ),
    () => Effect.undefined
  )

/** Keeps the total for the next coordinator, unless there is one already. */
export const remember = (self: Coordinator): Effect.Effect<void, KeyValueStoreError> =>
  Effect.flatMap(lastOf(self.options), (last) =>
    last !== undefined && last.term > self.term
      ? Effect.void
      : self.options.store.set(placeOf(self.options), JSON.stringify({ term: self.term, total: self.total ?? 0 }))
  )

/** Learns who is there, and what each member does. Without the storage, those that are known are asked. */
export const look = Effect.fnUntraced(function* (self: Coordinator) {
  const { peers, storage } = self.options
  const registered = yield* storage.getRunners.pipe(
    Effect.map((runners) => runners.flatMap(([runner, healthy]) => (healthy ? [nameOf(runner.address)] : []))),
    Effect.timeout(statusTimeout),
    Effect.catchCause(() => Effect.succeed([]))
  )
  const names = new Set([...registered, ...self.members.keys()])
  const statuses = yield* Effect.forEach(
    names,
    (name) =>
      peers
        .call(name, (client) => client.Status({ from: self.options.name }), statusTimeout)
        .pipe(
          Effect.tap(self.options.touch(name)),
          Effect.asSome,
          // One that answers what cannot be read, such as another version, must not hold up what the others need.
          Effect.catchCause(() => Effect.succeedNone),
          Effect.flatMap((status) =>
            Effect.map(
              Option.isNone(status) && self.members.has(name) ? self.options.isLost(name) : Effect.succeed(false),
              (isLost) => ({ name, isLost, status: Option.getOrUndefined(status) })
            )
          )
        ),
    { concurrency: "unbounded" }
  )
  const now = yield* elapsed
  for (const each of statuses) note(self, each, now)
  for (const name of self.silent.keys()) if (!names.has(name)) self.silent.delete(name)
})

/** What a look at one member has shown. */
interface Seen {
  readonly name: string
  readonly status: Status | undefined
  readonly isLost: boolean
}

const note = (self: Coordinator, { isLost, name, status }: Seen, now: number): void => {
  const known = self.members.get(name)
  if (status === undefined) {
    if (known !== undefined && (isLost || now - known.answeredAt > goneAfter)) {
      forget(self, name)
      self.changedAt = now
    }
    if (known !== undefined) return
    if (!self.silent.has(name)) self.silent.set(name, now)
    return
  }
  self.silent.delete(name)
  // Its bot is being built. If it was built before, that was another process.
  if (status.mark === "") return forget(self, name)
  if (known === undefined || known.status.mark !== status.mark) self.changedAt = now
  // What has left was the process that had the same address before.
  if (known === undefined ? status.weight > 0 : known.status.mark !== status.mark) self.leaving.delete(name)
  if (known === undefined) self.members.set(name, { status, answeredAt: now, told: "" })
  else {
    known.status = status
    known.answeredAt = now
  }
}

const forget = (self: Coordinator, name: string): void => {
  self.members.delete(name)
  self.leaving.delete(name)
}

/** The members, as others find them. */
export const peersOf = ({ members }: Coordinator): ReadonlyArray<Peer> =>
  [...members].map(([name, { status }]) => ({ name, mark: status.mark }))

/** What a member is told. */
export const assignmentOf = (self: Coordinator, shards: ReadonlyArray<ShardId>): Assignment => ({
  coordinator: self.options.name,
  term: self.term,
  total: self.total ?? 0,
  shards,
  peers: peersOf(self)
})

/** Tells a member something, and whether it has done it. One that has not is told again in a later round. */
export const said = (
  self: Coordinator,
  name: string,
  assignment: Assignment,
  call: () => Effect.Effect<void, unknown>
): Effect.Effect<boolean> =>
  Effect.suspend(call).pipe(
    Effect.as(true),
    Effect.tap(() =>
      Effect.sync(() => {
        const known = self.members.get(name)
        if (known === undefined) return
        const { shards: assigned, term, total } = assignment
        known.status = { ...known.status, assigned, term, total }
        known.told = JSON.stringify([assignment.peers, assigned])
      })
    ),
    Effect.catchCause((cause) => {
      const why = String(Cause.squash(cause))
      return Effect.as(Effect.logWarning(`${name} did not do what the coordinator said: ${why}`), false)
    })
  )

/** Whether a member runs shards of another total. */
export const isOfAnotherTotal = ({ assigned, total }: Status, wanted: number): boolean =>
  assigned.length > 0 && total !== wanted
