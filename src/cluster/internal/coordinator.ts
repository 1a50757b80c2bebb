/**
 * The coordinator: one in the cluster, wherever Effect Cluster lets it run. It looks who lives, decides who runs which
 * shard, and tells them.
 *
 * It keeps nothing that it could not learn again from the members, except the total, without which the first member
 * after a stop of the whole cluster could not resume. No socket depends on it: members go on with what they were told.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RunnerStorage } from "effect/cluster/RunnerStorage"
import type { KeyValueStore, KeyValueStoreError } from "effect/persistence/KeyValueStore"
import { identifyInterval } from "../../discord/gatewayNumbers.ts"
import { fromReason, type GatewayError, InvalidOptions } from "../../gateway/GatewayError.ts"
import type { GatewayInfo } from "../../gateway/GatewayInfo.ts"
import type { IdentifyBudget } from "../../gateway/IdentifyBudget.ts"
import type { IdentifyQueue, Options as IdentifyQueueOptions, Request } from "../../gateway/IdentifyQueue.ts"
import { range, type ShardId } from "../../gateway/ShardId.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { Moved } from "../../internal/Moved.ts"
import { type Peers, nameOf } from "./peers.ts"
import * as Placement from "./placement.ts"
import type { Assignment, Peer, Status } from "./protocol.ts"

// Milliseconds. How often members are looked at when nothing is known to have changed.
const interval = 500
// What a member may take to say how it is, and to stop shards.
const statusTimeout = 1000
const assignTimeout = 15_000
// A member that has not answered for this long is gone, or cannot do its work.
const goneAfter = 2000
// Before the first assignment of all, members that start together are waited for.
const settle = 1000
const replacedLogInterval = 10_000

// Milliseconds. Not those of a calendar: a machine whose clock is set would wait for hours, or lose all members at once.
const elapsed: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(() => Elapsed.millis(clock)))

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
}

interface Known {
  /** What it said last, brought up to date by what it was told since. */
  status: Status
  /** When it has answered last, by `elapsed`. */
  answeredAt: number
  /** The peers and the shards that it was told of last. Some may have been taken over since. */
  told: string
}

/** A coordinator at work. Only its own loop writes to it, and calls from members that say so. */
export interface Coordinator {
  readonly options: Options
  readonly term: number
  readonly members: Map<string, Known>
  /** When a registered member was first seen that does not answer, while it is registered. */
  readonly silent: Map<string, number>
  /** Members that have asked for their shards to be moved. */
  readonly leaving: Set<string>
  /** When the set of members changed last. */
  changedAt: number
  /** How many shards there are to be. None until the first assignment. */
  total: number | undefined
  /** When it was logged last that there is a newer coordinator, by `elapsed`. */
  replacedLoggedAt: number | undefined
  /** Why a reshard could not be begun. */
  refused: GatewayError | undefined
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
  const last = yield* lastOf(options)
  const now = yield* elapsed
  const coordinator: Coordinator = {
    options,
    term: (last?.term ?? 0) + 1,
    opensAt: last === undefined ? now : now + Duration.toMillis(options.identify.interval ?? identifyInterval),
    members: new Map(),
    silent: new Map(),
    leaving: new Set(),
    changedAt: now,
    total: last === undefined || last.total === 0 ? undefined : last.total,
    replacedLoggedAt: undefined,
    refused: undefined,
    wake: new Moved(),
    done: new Moved()
  }
  yield* remember(coordinator)
  return coordinator
})

const placeOf = ({ prefix }: Options) => `${prefix}coordinator`

const lastOf = (options: Options) =>
  Effect.map(options.store.get(placeOf(options)), (text) =>
    Option.getOrUndefined(Schema.decodeUnknownOption(Stored)(text))
  )

const remember = ({ options, term, total }: Coordinator): Effect.Effect<void, KeyValueStoreError> =>
  options.store.set(placeOf(options), JSON.stringify({ term, total: total ?? 0 }))

/** Does the work until it is interrupted. Trouble of a round is logged, and the next one goes on. */
export const run = (self: Coordinator): Effect.Effect<never> => {
  const step = Effect.suspend(() => {
    const woken = self.wake.until(afterOneCall())
    return round(self).pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterrupts(cause)
          ? Effect.failCause(cause as Cause.Cause<never>)
          : Effect.logWarning("The coordinator could not finish a round, and tries again", cause)
      ),
      Effect.andThen(Effect.sync(() => self.done.notify())),
      Effect.andThen(Effect.timeoutOption(woken, interval))
    )
  })
  return Effect.forever(step)
}

// A condition that holds at the next notification.
const afterOneCall = (): (() => Effect.Effect<void> | undefined) => {
  let calls = 0
  return () => (calls++ === 0 ? undefined : Effect.void)
}

const round = Effect.fnUntraced(function* (
  self: Coordinator
): Effect.fn.Return<void, KeyValueStoreError | GatewayError> {
  if (yield* isReplaced(self)) return
  yield* look(self)
  const now = yield* elapsed
  if (self.members.size === 0 || isAnyoneAwaited(self, now)) return
  const has = held(self)
  const isFirst = [...self.members.values()].every(({ status }) => status.assigned.length === 0)
  if (isFirst && now - self.changedAt < settle && self.leaving.size === 0) return
  const info = yield* self.options.info.get
  if (self.total === undefined || (isFirst && self.options.total !== "auto")) {
    self.total = self.options.total === "auto" ? info.shards : self.options.total
    yield* remember(self)
  }
  const total = self.total
  if ([...self.members.values()].some(({ status }) => isOfAnotherTotal(status, total)))
    return yield* reshardAll(self, total)
  const plan = planOf(self, { has, total, maxConcurrency: info.sessionStartLimit.maxConcurrency })
  yield* carryOut(self, plan, has)
})

// Two that give shards to different members would have them taken from each other. Without the storage, nobody else can
// have taken office.
const isReplaced = Effect.fnUntraced(function* (self: Coordinator) {
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

// What a registered member runs that has not said so yet is not given to others. One that goes on being silent is gone.
const isAnyoneAwaited = ({ silent }: Coordinator, now: number): boolean =>
  [...silent.values()].some((since) => now - since <= goneAfter)

// Who is there, and what each member does. Without the storage, those that are known are asked.
const look = Effect.fnUntraced(function* (self: Coordinator) {
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
          Effect.map((status) => [name, status] as const)
        ),
    { concurrency: "unbounded" }
  )
  const now = yield* elapsed
  for (const [name, status] of statuses) note(self, name, Option.getOrUndefined(status), now)
  for (const name of self.silent.keys()) if (!names.has(name)) self.silent.delete(name)
})

const note = (self: Coordinator, name: string, status: Status | undefined, now: number): void => {
  const known = self.members.get(name)
  if (status === undefined) {
    if (known !== undefined && now - known.answeredAt > goneAfter) {
      forget(self, name)
      self.changedAt = now
    }
    if (known === undefined && !self.silent.has(name)) self.silent.set(name, now)
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

/** The shards that each member holds. Of two that claim the same one, the one that is connected does. */
const held = ({ members, total }: Coordinator): Map<string, ReadonlyArray<ShardId>> => {
  const owners = new Map<ShardId, string>()
  for (const [name, { status }] of members) {
    if (status.total !== total && status.assigned.length > 0 && total !== undefined) continue
    for (const id of status.assigned) {
      const other = owners.get(id)
      if (other === undefined || status.connected.includes(id)) owners.set(id, name)
    }
  }
  return new Map(
    [...members].map(([name, { status }]) => [name, status.assigned.filter((id) => owners.get(id) === name)])
  )
}

type Plan = ReadonlyMap<string, ReadonlyArray<ShardId>>

const planOf = (
  self: Coordinator,
  options: { readonly has: Plan; readonly total: number; readonly maxConcurrency: number }
): Plan => {
  const { has, maxConcurrency, total } = options
  if ([...self.members.keys()].every((name) => self.leaving.has(name))) return has
  const plan = Placement.place({
    total,
    maxConcurrency,
    members: [...self.members].map(([name, { status }]) => ({
      name,
      weight: self.leaving.has(name) ? 0 : status.weight,
      has: has.get(name) ?? []
    }))
  }) as Plan
  const isCalm = [...self.members].every(([name, { status }]) =>
    (has.get(name) ?? []).every((id) => status.connected.includes(id))
  )
  if (isCalm || self.leaving.size > 0) return plan
  // A shard that is about to IDENTIFY would do so again elsewhere: what is held stays until all are connected.
  const owned = new Set([...has.values()].flat())
  return new Map(
    [...plan].map(([name, ids]) => [
      name,
      [...(has.get(name) ?? []), ...ids.filter((id) => !owned.has(id))].sort((a, b) => a - b)
    ])
  )
}

// A shard is taken from a member before it is given to another, so that it is closed once and resumed once.
const carryOut = Effect.fnUntraced(function* (self: Coordinator, plan: Plan, has: Plan) {
  const shrinking = [...plan].flatMap(([name, ids]) => {
    const kept = (has.get(name) ?? []).filter((id) => ids.includes(id))
    return kept.length < (self.members.get(name)?.status.assigned.length ?? 0) ? [{ name, kept }] : []
  })
  const stuck = new Set<ShardId>()
  yield* Effect.forEach(
    shrinking,
    ({ kept, name }) =>
      Effect.map(tell(self, name, kept), (done) => {
        if (!done) for (const id of has.get(name) ?? []) stuck.add(id)
      }),
    { concurrency: "unbounded", discard: true }
  )
  const peers = peersOf(self)
  yield* Effect.forEach(
    plan,
    ([name, planned]) => {
      const known = self.members.get(name)
      const ids = planned.filter((id) => !stuck.has(id) || known?.status.assigned.includes(id))
      const knows =
        known?.told === JSON.stringify([peers, ids]) &&
        known.status.term === self.term &&
        known.status.total === self.total
      return knows && equals(ids, known.status.assigned) ? Effect.void : tell(self, name, ids)
    },
    { concurrency: "unbounded", discard: true }
  )
})

const equals = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): boolean =>
  one.length === other.length && one.every((id) => other.includes(id))

const peersOf = ({ members }: Coordinator): ReadonlyArray<Peer> =>
  [...members].map(([name, { status }]) => ({ name, mark: status.mark }))

const assignmentOf = (self: Coordinator, shards: ReadonlyArray<ShardId>): Assignment => ({
  coordinator: self.options.name,
  term: self.term,
  total: self.total ?? 0,
  shards,
  peers: peersOf(self)
})

// Whether the member has done it. One that has not is asked again in the next round.
const tell = (self: Coordinator, name: string, shards: ReadonlyArray<ShardId>): Effect.Effect<boolean> => {
  const assignment = assignmentOf(self, shards)
  return said(self, name, assignment, () =>
    self.options.peers.call(name, (client) => client.Assign(assignment), assignTimeout)
  )
}

const said = (
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

const isOfAnotherTotal = ({ assigned, total }: Status, wanted: number): boolean =>
  assigned.length > 0 && total !== wanted

// Each member replaces its own shards, so that both shards of a guild are heard by the same process meanwhile.
const reshardAll = Effect.fnUntraced(function* (self: Coordinator, total: number) {
  const late = [...self.members].filter(([, { status }]) => isOfAnotherTotal(status, total))
  const before = late[0]?.[1].status.total ?? total
  const results = yield* Effect.forEach(
    late,
    ([name, { status }]) => {
      const mine = new Set<number>(status.assigned)
      const shards = range(0, total).filter((id) => mine.has(id % status.total))
      const assignment = assignmentOf(self, shards)
      const call = self.options.peers.call(name, (client) => client.Reshard(assignment))
      return said(self, name, assignment, () =>
        Effect.tapError(call, (error) =>
          Effect.sync(() => (self.refused = error._tag === "GatewayError" ? error : self.refused))
        )
      )
    },
    { concurrency: "unbounded" }
  )
  // Once a member has the new total, the others follow it as soon as they can.
  const areSome = [...self.members.values()].some(
    ({ status }) => status.assigned.length > 0 && !isOfAnotherTotal(status, total)
  )
  if (results.some((done) => done) || areSome) return
  self.total = before
  yield* remember(self)
})

/** Completes when a shard of any member may IDENTIFY. */
export const takeIdentify = (self: Coordinator, request: Request): Effect.Effect<void> =>
  Effect.flatMap(elapsed, (now) =>
    Effect.andThen(Effect.sleep(Math.max(0, self.opensAt - now)), self.options.queue.take(request))
  )

/** Makes the cluster have another total. Completes when all members have it; fails when none could. */
export const reshard = (self: Coordinator, total: number): Effect.Effect<void, GatewayError> =>
  Effect.gen(function* () {
    const before = self.total
    if (before === undefined || total === before) return
    if (total < 1 || total % before !== 0) {
      const detail = `has to be a multiple of ${before} in a cluster, and is ${total}`
      return yield* fromReason(new InvalidOptions({ option: "total", detail }))
    }
    yield* self.options.budget.require(total)
    self.refused = undefined
    self.total = total
    yield* Effect.orDie(remember(self))
    self.wake.notify()
    yield* self.done.until(() => {
      if (self.total !== total) return self.refused === undefined ? Effect.void : Effect.fail(self.refused)
      const isDone = [...self.members.values()].every(({ status }) => !isOfAnotherTotal(status, total))
      return isDone ? Effect.void : undefined
    })
  })

/** Moves all shards of a member to others. Completes when it has none, or there is no other member. */
export const leave = (self: Coordinator, name: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.leaving.add(name)
    self.wake.notify()
    // A coordinator that has just taken office knows nobody, until it has looked.
    let hasLooked = self.members.has(name)
    return self.done.until(() => {
      if (!hasLooked) {
        hasLooked = true
        return undefined
      }
      const others = [...self.members.keys()].some((other) => !self.leaving.has(other))
      const hasNone = self.members.get(name)?.status.assigned.length === 0
      return hasNone || !others || !self.members.has(name) ? Effect.void : undefined
    })
  })
