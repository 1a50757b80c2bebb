/**
 * The coordinator: one in the cluster, wherever Effect Cluster lets it run. It looks who lives, decides who runs which
 * shard, and tells them. No socket depends on it: members go on with what they were told. What it knows is in
 * `coordination.ts`.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KeyValueStoreError } from "effect/persistence/KeyValueStore"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import type { Request } from "../../gateway/IdentifyQueue.ts"
import type { ShardId } from "../../gateway/ShardId.ts"
import {
  assignmentOf,
  type Coordinator,
  elapsed,
  inOfficeFor,
  isInOffice,
  isReplaced,
  look,
  peersOf,
  remember,
  said,
  turnLasts
} from "./coordination.ts"
import * as Placement from "./placement.ts"
import { type GivenTurn, NotCoordinator } from "./protocol.ts"
import * as Resharding from "./resharding.ts"

// Milliseconds. How often members are looked at when nothing is known to have changed.
const interval = 500
// A member that has never answered this coordinator holds it up for so long, beside the time for its first answer.
const silentFor = 1000
// Until the storage is asked again whether this is still the coordinator.
const again = 250
// How long Discord is waited for when nothing depends on its answer.
const patience = 1000
// What a member may take to stop shards.
const assignTimeout = 5000

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
  // One that was registered by a process that is gone, or hangs, is not waited for: its shards wait too.
  const mayAnswer = [...self.silent.values()].some((since) => now - since <= silentFor)
  if (self.members.size === 0 || mayAnswer) return
  const has = held(self)
  const isFirst = [...self.members.values()].every(({ status }) => status.assigned.length === 0)
  const isSettled = now - self.changedAt >= Duration.toMillis(self.options.settle)
  if (isFirst && !isSettled && self.leaving.size === 0) return
  if (self.total === undefined || (isFirst && self.options.total !== "auto")) {
    self.total = self.options.total === "auto" ? (yield* self.options.info.get).shards : self.options.total
    yield* remember(self)
  }
  yield* Resharding.begin(self)
  const total = self.total
  if (Resharding.isMixed(self, total)) return yield* Resharding.carryOut(self, total)
  const plan = planOf(self, { has, total, maxConcurrency: yield* maxConcurrency(self) })
  yield* carryOut(self, plan, has)
})

// Shards move without Discord's REST API, which may be down: they RESUME. This only says which of them would IDENTIFY together.
const maxConcurrency = Effect.fnUntraced(function* ({ options: { info } }: Coordinator) {
  const known =
    (yield* info.last) ??
    (yield* Effect.timeoutOrElse(
      Effect.orElseSucceed(info.get, () => undefined),
      {
        duration: patience,
        orElse: () => Effect.undefined
      }
    ))
  return known?.sessionStartLimit.maxConcurrency ?? 1
})

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

// Whether the member has done it. One that has not is asked again in the next round.
const tell = (self: Coordinator, name: string, shards: ReadonlyArray<ShardId>): Effect.Effect<boolean> => {
  const assignment = assignmentOf(self, shards)
  return said(self, name, assignment, () =>
    self.options.peers.call(name, (client) => client.Assign(assignment), assignTimeout)
  )
}

/**
 * Completes when a shard of any member may IDENTIFY. The turn is over before the next one of its key is given, here or by
 * the next coordinator, even if this process pauses in any place.
 */
export const takeIdentify = Effect.fnUntraced(function* (
  self: Coordinator,
  request: Request
): Effect.fn.Return<GivenTurn, NotCoordinator> {
  const askedAt = yield* elapsed
  yield* Effect.sleep(Math.max(0, self.opensAt - askedAt))
  let missed = request.missed
  while (true) {
    const turn = yield* self.options.queue.take({ ...request, missed })
    const isLate = yield* confirmed(self)
    const now = yield* elapsed
    if (!isLate(now) && turn.use()) return { waited: now - askedAt, lasts: turnLasts(self.options.identify) }
    missed = true
  }
})

/**
 * Completes when no other process has taken office, and returns whether that may have changed since, at another time of
 * `elapsed`. Without the storage, another one may have.
 */
const confirmed = Effect.fnUntraced(function* (
  self: Coordinator
): Effect.fn.Return<(now: number) => boolean, NotCoordinator> {
  while (true) {
    const askedAt = yield* elapsed
    const isIn = yield* isInOffice(self)
    if (isIn === false) return yield* new NotCoordinator()
    if (isIn === true) return (now) => now - askedAt > inOfficeFor
    yield* Effect.sleep(again)
  }
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
