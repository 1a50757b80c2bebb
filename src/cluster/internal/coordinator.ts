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
  isAwaiting,
  isInOffice,
  type Known,
  look,
  mayAssign,
  peersOf,
  remember,
  rise,
  said,
  turnLasts,
  wake
} from "./coordination.ts"
import * as Placement from "./placement.ts"
import { type GivenTurn, type MayConnect, NotCoordinator, type Permission } from "./protocol.ts"
import * as Resharding from "./resharding.ts"

// Milliseconds. How often members are looked at when nothing is known to have changed.
const interval = 500
// Until the storage is asked again whether this is still the coordinator.
const again = 250
// How long Discord is waited for when nothing depends on its answer.
const patience = 1000
// What a member may take to stop shards.
const assignTimeout = 5000

/** Does the work until it is interrupted, and with it its calls. Trouble of a round is logged, and the next one goes on. */
export const run = (self: Coordinator): Effect.Effect<never> => {
  const step = Effect.suspend(() => {
    const { wakes } = self
    const woken = self.woken.until(() => (self.wakes === wakes ? undefined : Effect.void))
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
  return Effect.ensuring(Effect.forever(step), self.forks.close)
}

const round = Effect.fnUntraced(function* (
  self: Coordinator
): Effect.fn.Return<void, KeyValueStoreError | GatewayError> {
  const [isAllowed] = yield* Effect.all([mayAssign(self), look(self)], { concurrency: 2 })
  if (!isAllowed || self.members.size === 0 || isAwaiting(self)) return
  yield* rise(self)
  const now = yield* elapsed
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
  carryOut(self, total, yield* maxConcurrency(self))
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

type Plan = ReadonlyMap<string, ReadonlyArray<ShardId>>

/**
 * The shards that each member holds, or is about to. Of several that claim the same one, it is one that was told so by this
 * coordinator: another may have been frozen, and not know yet that it has lost it. Else it is the one that is connected.
 */
const held = ({ members, total }: Coordinator): Plan => {
  const owners = new Map<ShardId, { readonly name: string; readonly rank: number }>()
  for (const [name, known] of members) {
    const connected = new Set(known.status.connected)
    for (const id of heldBy(known, total)) {
      const rank = (known.told === "" ? 0 : 2) + (connected.has(id) ? 1 : 0)
      const other = owners.get(id)
      if (other === undefined || rank > other.rank) owners.set(id, { name, rank })
    }
  }
  return new Map(
    [...members].map(([name, known]) => [name, heldBy(known, total).filter((id) => owners.get(id)?.name === name)])
  )
}

const heldBy = ({ pending, status }: Known, total: number | undefined): ReadonlyArray<ShardId> =>
  pending ?? (status.total === total || total === undefined ? status.assigned : [])

/** Who may run a shard, whatever it was told: what was not released is given to nobody else. Undefined for several. */
const holders = ({ members }: Coordinator): ReadonlyMap<ShardId, string | undefined> => {
  const found = new Map<ShardId, string | undefined>()
  for (const [name, { pending, status }] of members) {
    for (const id of new Set([...status.assigned, ...(pending ?? [])])) found.set(id, found.has(id) ? undefined : name)
  }
  return found
}

const planOf = (
  self: Coordinator,
  options: { readonly has: Plan; readonly total: number; readonly maxConcurrency: number }
): Plan => {
  const { has, maxConcurrency, total } = options
  if ([...self.members.keys()].every((name) => self.leaving.has(name))) return has
  return Placement.place({
    total,
    maxConcurrency,
    members: [...self.members].map(([name, { status }]) => {
      const connected = new Set<number>(status.connected)
      const isLeaving = self.leaving.has(name)
      return {
        name,
        weight: isLeaving ? 0 : status.weight,
        has: has.get(name) ?? [],
        // A shard that is about to IDENTIFY would do so again elsewhere.
        isFixed: (id: number) => !isLeaving && !connected.has(id)
      }
    })
  }) as Plan
}

// A shard is taken from a member before it is given to another, so that it is closed once and resumed once. Nobody is waited
// for: whoever has released something begins another round.
const carryOut = (self: Coordinator, total: number, maxConcurrency: number): void => {
  const has = held(self)
  const plan = planOf(self, { has, total, maxConcurrency })
  const holding = holders(self)
  const peers = peersOf(self)
  const wishes = [...plan].flatMap(([name, planned]) => {
    const known = self.members.get(name)
    if (known === undefined || known.isBusy) return []
    const mine = new Set(has.get(name))
    const ids = planned.filter((id) => mine.has(id) || !holding.has(id) || holding.get(id) === name)
    const knows =
      known.told === JSON.stringify([peers, ids]) &&
      known.status.term === self.term &&
      known.status.total === self.total
    return knows && equals(ids, known.status.assigned) ? [] : [{ name, ids }]
  })
  // Some complete in this call.
  for (const { ids, name } of wishes) self.forks.fork(tell(self, name, ids))
}

const equals = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): boolean =>
  one.length === other.length && one.every((id, i) => id === other[i])

// One that has not done it is told again in a later round.
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

/**
 * Milliseconds. How long a member that is permitted to connect a shard again may take, from its question on: it waits for an
 * answer for half of it, and asks again when the connection takes a second.
 */
export const permissionLasts = 3000

/** Whether a shard is that of a member, to which the storage says nothing. If so, the member keeps it for that long. */
export const permit = Effect.fnUntraced(function* (
  self: Coordinator,
  { from, mark, shard, total }: MayConnect
): Effect.fn.Return<Permission> {
  const isIn = yield* isInOffice(self)
  if (isIn === undefined) return "unknown"
  const known = self.members.get(from)
  if (!isIn || known?.status.mark !== mark || known.status.total !== total) return "no"
  if (!(known.pending ?? known.status.assigned).includes(shard)) return "no"
  const leastLease = permissionLasts - Duration.toMillis(self.options.lease)
  known.answeredAt = Math.max(known.answeredAt, (yield* elapsed) + leastLease)
  known.isRefused = false
  return "yes"
})

/** Moves all shards of a member to others. Completes when it has none, or there is no other member. */
export const leave = (self: Coordinator, name: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.leaving.add(name)
    wake(self)
    // A coordinator that has just taken office knows nobody, until it has looked.
    let hasLooked = self.members.has(name)
    return self.done.until(() => {
      if (!hasLooked) {
        hasLooked = true
        return undefined
      }
      const others = [...self.members.keys()].some((other) => !self.leaving.has(other))
      const hasNone = self.members.get(name)?.status.assigned.length === 0
      const isKnown = self.members.has(name) || self.silent.has(name)
      return hasNone || !others || !isKnown ? Effect.void : undefined
    })
  })
