/**
 * What a coordinator knows, and how it talks to members. It keeps nothing that it could not learn again from the members,
 * except the total, without which the first member after a stop of the whole cluster could not resume.
 */
import * as Clock from "effect/Clock"
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
import { Moved } from "../../internal/Moved.ts"
import { type Peers, nameOf } from "./peers.ts"
import type { Assignment, Peer, Status } from "./protocol.ts"

// Milliseconds. What a member may take to say how it is.
const statusTimeout = 1000
/** A member that has not answered for so many milliseconds is gone, or cannot do its work. */
export const goneAfter = 2000

/** What a coordinator is made of. */
export interface Options {
  readonly name: string
  readonly peers: Peers
  readonly storage: RunnerStorage["Service"]
  readonly store: KeyValueStore
  readonly info: GatewayInfo["Service"]
  /** Notes that a member was heard of. */
  readonly touch: (name: string) => Effect.Effect<void>
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
  /** When it has answered last, in milliseconds. */
  answeredAt: number
  /** The peers that it was told of last. */
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
  /** What is under way to get another total. */
  resharding: Resharding | undefined
  /** When shards may IDENTIFY: the last coordinator may have let one do so just before it was replaced. */
  readonly opensAt: number
  /** Wakes the loop. */
  readonly wake: Moved
  /** Notified after each round. */
  readonly done: Moved
}

const Stored = Schema.fromJsonString(Schema.Struct({ term: Schema.Int, total: Schema.Int }))

/** Takes office: the next term, and the total of the last one. */
export const make = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Coordinator, KeyValueStoreError> {
  const last = yield* load(options)
  const now = yield* Clock.currentTimeMillis
  const coordinator: Coordinator = {
    options,
    term: (last?.term ?? 0) + 1,
    opensAt: last === undefined ? now : now + Duration.toMillis(options.identify.interval ?? identifyInterval),
    members: new Map(),
    silent: new Map(),
    leaving: new Set(),
    changedAt: now,
    total: last === undefined || last.total === 0 ? undefined : last.total,
    resharding: undefined,
    wake: new Moved(),
    done: new Moved()
  }
  yield* remember(coordinator)
  return coordinator
})

const load = (options: Options) =>
  Effect.map(options.store.get(placeOf(options)), (text) =>
    Option.getOrUndefined(Schema.decodeUnknownOption(Stored)(text))
  )

const placeOf = ({ prefix }: Options) => `${prefix}coordinator`

/** Keeps the total for the next coordinator, unless there is one already. */
export const remember = (self: Coordinator): Effect.Effect<void, KeyValueStoreError> =>
  Effect.flatMap(load(self.options), (last) =>
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
          Effect.option,
          Effect.map((status) => [name, status] as const)
        ),
    { concurrency: "unbounded" }
  )
  const now = yield* Clock.currentTimeMillis
  for (const [name, status] of statuses) note(self, name, Option.getOrUndefined(status), now)
  for (const name of self.silent.keys()) if (!names.has(name)) self.silent.delete(name)
})

const note = (self: Coordinator, name: string, status: Status | undefined, now: number): void => {
  const known = self.members.get(name)
  if (status === undefined) {
    if (known !== undefined && now - known.answeredAt > goneAfter) {
      self.members.delete(name)
      self.changedAt = now
    }
    if (known !== undefined) return
    if (!self.silent.has(name)) self.silent.set(name, now)
    return
  }
  self.silent.delete(name)
  // Its bot is being built. If it was built before, that was another process.
  if (status.mark === "") return void self.members.delete(name)
  if (known === undefined || known.status.mark !== status.mark) self.changedAt = now
  if (known === undefined) self.members.set(name, { status, answeredAt: now, told: "" })
  else {
    known.status = status
    known.answeredAt = now
  }
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
        known.told = JSON.stringify(assignment.peers)
      })
    ),
    Effect.catch((error) =>
      Effect.as(Effect.logWarning(`${name} did not do what the coordinator said: ${String(error)}`), false)
    )
  )

/** Whether a member runs shards of another total. */
export const isOfAnotherTotal = ({ assigned, total }: Status, wanted: number): boolean =>
  assigned.length > 0 && total !== wanted
