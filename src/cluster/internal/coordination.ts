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
import * as Forks from "../../internal/Forks.ts"
import { Moved } from "../../internal/Moved.ts"
import { timeout } from "../../internal/timeout.ts"
import { type Peers, nameOf } from "./peers.ts"
import type { Assignment, Peer, Status } from "./protocol.ts"

// Milliseconds. What a member may take to say how it is, and the storage what it has.
const statusTimeout = 1000
// What all others wait for its answer. Then they go on with what it said last.
const answerTimeout = 250
// A member is gone that has not answered for this long, if its machine says that nobody listens there.
const goneAfter = 2000
// A coordinator that has not looked for longer cannot say that others have not answered.
const stalledAfter = 2000
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
  /** How long a member that does not answer may still run its shards. */
  readonly lease: Duration.Input
}

/** What is known of a member. */
export interface Known {
  /** What it said last, brought up to date by what it was told since. */
  status: Status
  /** When it has answered last, by {@link elapsed}. */
  answeredAt: number
  /** Whether its machine has said since that nobody listens there. */
  isRefused: boolean
  /** The peers and the shards that it was told of last. Some may have been taken over since. */
  told: string
  /** The shards that it was told to have, until it is known whether it has them. */
  pending: ReadonlyArray<ShardId> | undefined
  /** Whether it is being told something: one thing at a time, and then what is wished by then. */
  isBusy: boolean
  /** Grows with all that it is told, and has done. What it was asked before says nothing about that. */
  version: number
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
  /** The member that was lost meanwhile, for which it is taken back. */
  lost: string | undefined
  /** How often members were told that could not do it, and when they are told again, by {@link elapsed}. */
  tries: number
  nextAt: number
}

/**
 * A coordinator at work. Its loop writes to it, and so do calls: those from members that say so, and the answers to its own,
 * each in a fiber of its own, so that no member waits for another one's.
 */
export interface Coordinator {
  readonly options: Options
  /** Of all that it says. Only {@link rise} changes it, before anybody has heard of it. */
  term: number
  /** Whether it has told a member something, under this term. */
  hasSpoken: boolean
  readonly members: Map<string, Known>
  /** Members that were registered when it took office, and have not answered since. They may run shards. */
  readonly silent: Map<string, Silent>
  /** Members that are being asked how they are, and those of them for whose answer nobody waits any more. */
  readonly asked: Set<string>
  readonly late: Set<string>
  /** When it has looked last. Never before the first time. */
  lookedAt: number | undefined
  /** Whether it has read who is registered. */
  hasRead: boolean
  /** The calls under way, which end with its work. */
  readonly forks: Forks.Forks
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
  /** How often the loop was woken, and what wakes it. See {@link wake}. */
  wakes: number
  readonly woken: Moved
  /** Notified of each answer to a question. */
  readonly answered: Moved
  /** Notified after each round, and when a member has done what it was told. */
  readonly done: Moved
}

/** What is known of a member that has not answered. */
interface Silent {
  /** Since when. */
  readonly since: number
  /** Whether its machine has said that nobody listens there. */
  isRefused: boolean
}

/** Has the loop begin a round at once, or one more if it is in one. */
export const wake = (self: Coordinator): void => {
  self.wakes++
  self.woken.notify()
}

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Stored = Schema.fromJsonString(Schema.Struct({ term: Count, total: Count }))

/** Takes office: the next term, and the total of the last one. */
export const make = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Coordinator, KeyValueStoreError> {
  const text = yield* options.store.get(placeOf(options))
  const last = read(text)
  if (text !== undefined && last === undefined) {
    yield* Effect.logWarning(
      `What the last coordinator has stored cannot be read: ${options.name} learns from the members how many shards there are`
    )
  }
  const now = yield* elapsed
  const coordinator: Coordinator = {
    options,
    term: (last?.term ?? 0) + 1,
    hasSpoken: false,
    opensAt: now,
    members: new Map(),
    silent: new Map(),
    asked: new Set(),
    late: new Set(),
    lookedAt: undefined,
    hasRead: false,
    forks: yield* Effect.map(Effect.context<never>(), (context) =>
      Forks.makeUnsafe<never>(context, "A call of the coordinator has failed")
    ),
    leaving: new Set(),
    changedAt: now,
    total: last === undefined || last.total === 0 ? undefined : last.total,
    replacedLoggedAt: undefined,
    resharding: undefined,
    wakes: 0,
    woken: new Moved(),
    answered: new Moved(),
    done: new Moved()
  }
  yield* remember(coordinator)
  // From here on, the last one learns that it has been replaced: what it gave before may be used for so long.
  if (last !== undefined) coordinator.opensAt = yield* whenFree(options)
  return coordinator
})

const spacingOf = ({ interval, margin }: IdentifyQueueOptions): number =>
  Duration.toMillis(interval ?? identifyInterval) + Duration.toMillis(margin ?? 0)

// When a turn is over, and spaced from the next one, that another coordinator gave before it could learn of this one.
const whenFree = ({ identify }: Options): Effect.Effect<number> =>
  Effect.map(elapsed, (now) => now + inOfficeFor + spacingOf(identify))

// The rest of the margin is for the ways to Discord, which are not equally long.
/** How long a member may take to use its turn, in milliseconds, from the moment on that it was certain to be given. */
export const turnLasts = ({ margin }: IdentifyQueueOptions): number => 0.8 * Duration.toMillis(margin ?? 0)

const placeOf = ({ prefix }: Options) => `${prefix}coordinator`

const read = (text: string | undefined) => Option.getOrUndefined(Schema.decodeUnknownOption(Stored)(text))

const lastOf = (options: Options) => Effect.map(options.store.get(placeOf(options)), read)

/**
 * Whether no other process has taken office since. Two that give shards to different members would have them taken from each
 * other. Not known without the storage: this process may be the one that is cut off.
 */
export const mayAssign = Effect.fnUntraced(function* (self: Coordinator): Effect.fn.Return<boolean> {
  const reading = timeout(lastOf(self.options), statusTimeout)
  const last = yield* Effect.catchCause(reading, () => Effect.succeed("unknown" as const))
  if (last === "unknown") return false
  if (last === undefined || last.term <= self.term) return true
  const now = yield* elapsed
  if (now - (self.replacedLoggedAt ?? -Infinity) < replacedLogInterval) return false
  self.replacedLoggedAt = now
  const { name } = self.options
  yield* Effect.logError(
    `${name} does not coordinate the cluster any more (term ${self.term}), because another process does (term ${last.term}). If this is logged again, two processes have the same address: each needs a host and a port of its own, under which all others reach it`
  )
  return false
})

/**
 * Takes a higher term than that of any member, when the storage knows of none: it was restored from a backup, or is empty.
 * Members would obey no lower one, and know better how many shards there are.
 */
export const rise = Effect.fnUntraced(function* (self: Coordinator): Effect.fn.Return<void, KeyValueStoreError> {
  const statuses = [...self.members.values()].map(({ status }) => status)
  const highest = Math.max(0, ...statuses.map(({ term }) => term))
  if (self.hasSpoken ? highest <= self.term : highest < self.term) return
  // Read after the members have answered: another process that is in office since has written its term before it spoke.
  const last = yield* lastOf(self.options)
  if (last !== undefined && last.term > self.term) return
  const running = statuses.filter(({ assigned }) => assigned.length > 0).map(({ total }) => total)
  // Of a reshard that some have done, the others follow.
  const total = self.hasSpoken || running.length === 0 ? self.total : Math.max(...running)
  const term = highest + 1
  yield* self.options.store.set(placeOf(self.options), JSON.stringify({ term, total: total ?? 0 }))
  self.term = term
  self.total = total
  self.opensAt = Math.max(self.opensAt, yield* whenFree(self.options))
  yield* Effect.logWarning(
    `${self.options.name} coordinates with term ${term}, because members have heard term ${highest}: the database is older than they are`
  )
})

/** Whether no other process has taken office since. Not known without the storage. */
export const isInOffice = (self: Coordinator): Effect.Effect<boolean | undefined> =>
  Effect.catchCause(
    Effect.map(timeout(lastOf(self.options), statusTimeout), (last) => last !== undefined && last.term <= self.term),
    () => Effect.undefined
  )

/** Keeps the total for the next coordinator, unless there is one already. */
export const remember = (self: Coordinator): Effect.Effect<void, KeyValueStoreError> =>
  Effect.flatMap(lastOf(self.options), (last) =>
    last !== undefined && last.term > self.term
      ? Effect.void
      : self.options.store.set(placeOf(self.options), JSON.stringify({ term: self.term, total: self.total ?? 0 }))
  )

/**
 * Learns who is there, and what each member does. Without the storage, those that are known are asked. Answers that are
 * late count when they come.
 */
export const look = Effect.fnUntraced(function* (self: Coordinator) {
  const registered = yield* self.options.storage.getRunners.pipe(
    // Also those that Effect Cluster could not reach: they may run shards.
    Effect.map((runners) => runners.map(([runner]) => nameOf(runner.address))),
    (reading) => timeout(reading, statusTimeout),
    Effect.catchCause(() => Effect.undefined)
  )
  const now = yield* elapsed
  if (registered !== undefined) noteRegistered(self, new Set(registered), now)
  extendLeases(self, now)
  const names = [...new Set([...(registered ?? []), ...self.members.keys(), ...self.silent.keys()])]
  for (const name of self.late) if (!names.includes(name)) self.late.delete(name)
  const waited = names.filter((name) => !self.asked.has(name) && !self.late.has(name))
  for (const name of names) if (!self.asked.has(name)) self.forks.fork(ask(self, name))
  yield* Effect.timeoutOption(
    self.answered.until(() => (waited.some((name) => self.asked.has(name)) ? undefined : Effect.void)),
    answerTimeout
  )
  for (const name of waited) if (self.asked.has(name)) self.late.add(name)
  forgetGone(self, yield* elapsed)
})

// One that registers later runs no shards, until this coordinator gives it some. One that does not any more is gone.
const noteRegistered = (self: Coordinator, names: ReadonlySet<string>, now: number): void => {
  for (const name of self.silent.keys()) if (!names.has(name)) self.silent.delete(name)
  if (self.hasRead) return
  self.hasRead = true
  for (const name of names) if (!self.members.has(name)) self.silent.set(name, { since: now, isRefused: false })
}

// While it did not look itself, because its process was frozen or what a round needs was away, nobody could answer.
const extendLeases = (self: Coordinator, now: number): void => {
  const lost = now - (self.lookedAt ?? now) - stalledAfter
  self.lookedAt = now
  if (lost > 0) for (const known of self.members.values()) known.answeredAt += lost
}

// The sockets of a member that does not answer may well: it goes on until its lease is over, or its machine says that it
// is gone.
const forgetGone = (self: Coordinator, now: number): void => {
  const lease = Duration.toMillis(self.options.lease)
  const isOver = (since: number, isRefused: boolean) => now - since > (isRefused ? Math.min(goneAfter, lease) : lease)
  for (const [name, { answeredAt, isRefused }] of self.members) {
    if (!isOver(answeredAt, isRefused)) continue
    forget(self, name)
    self.changedAt = now
  }
  for (const [name, { isRefused, since }] of self.silent) if (isOver(since, isRefused)) self.silent.delete(name)
}

const ask = (self: Coordinator, name: string): Effect.Effect<void> =>
  Effect.flatMap(elapsed, (askedAt) => {
    self.asked.add(name)
    const known = self.members.get(name)
    const version = known?.version
    return self.options.peers
      .call(name, (client) => client.Status({ from: self.options.name }), statusTimeout)
      .pipe(
        // One that answers what cannot be read, such as another version, must not hold up what the others need.
        Effect.catchCause(() => silenceOf(self, name, askedAt)),
        Effect.zip(elapsed),
        Effect.map(([answer, now]) => {
          if ("isRefused" in answer) noteSilence(self, name, answer, now)
          else note(self, name, { status: answer, now, isOutdated: known?.version !== version })
        }),
        Effect.ensuring(
          Effect.sync(() => {
            self.asked.delete(name)
            self.answered.notify()
          })
        )
      )
  })

/** What others say of a member that has not answered. */
interface Silence {
  readonly isRefused: boolean
  readonly isLost: boolean
}

const silenceOf = Effect.fnUntraced(function* (self: Coordinator, name: string, askedAt: number) {
  // If this process was frozen meanwhile, the member may have answered in time.
  const isOwnFault = (yield* elapsed) - askedAt > stalledAfter
  const mayBeLost = !isOwnFault && (self.members.has(name) || self.silent.has(name))
  const isLost = mayBeLost ? self.options.isLost(name) : Effect.succeed(false)
  return yield* Effect.all({ isRefused: self.options.peers.nobodyListens(name), isLost }, { concurrency: 2 })
})

const noteSilence = (self: Coordinator, name: string, { isLost, isRefused }: Silence, now: number): void => {
  const known = self.members.get(name)
  const silent = known ?? self.silent.get(name)
  if (silent === undefined) return
  silent.isRefused = isRefused
  if (!isLost) return
  self.silent.delete(name)
  if (known !== undefined) {
    forget(self, name)
    self.changedAt = now
  }
  wake(self)
}

const note = (
  self: Coordinator,
  name: string,
  { isOutdated, now, status }: { readonly status: Status; readonly now: number; readonly isOutdated: boolean }
): void => {
  const wasSilent = self.silent.delete(name)
  // Others have not waited for this.
  if (self.late.delete(name) || wasSilent) wake(self)
  // Its bot is being built. If it was built before, that was another process.
  if (status.mark === "") return forget(self, name)
  const known = self.members.get(name)
  if (known !== undefined && known.status.mark === status.mark) {
    known.answeredAt = now
    known.isRefused = false
    if (isOutdated) return
    known.status = status
    if (!known.isBusy) known.pending = undefined
    return
  }
  self.changedAt = now
  // What has left was the process that had the same address before.
  if (known === undefined ? status.weight > 0 : known.status.mark !== status.mark) self.leaving.delete(name)
  self.members.set(name, {
    status,
    answeredAt: now,
    isRefused: false,
    told: "",
    pending: undefined,
    isBusy: false,
    version: 0
  })
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
  Effect.suspend(() => {
    const known = self.members.get(name)
    if (known === undefined) return Effect.succeed(false)
    const { shards: assigned, term, total } = assignment
    const before = known.status
    self.hasSpoken = true
    known.isBusy = true
    known.pending = assigned
    known.version++
    return Effect.suspend(call).pipe(
      Effect.as(true),
      Effect.catchCause((cause) => {
        const why = String(Cause.squash(cause))
        return Effect.as(Effect.logWarning(`${name} did not do what the coordinator said: ${why}`), false)
      }),
      Effect.tap((isDone) =>
        Effect.sync(() => {
          if (!isDone) return
          known.status = { ...known.status, assigned, term, total }
          known.told = JSON.stringify([assignment.peers, assigned])
          known.pending = undefined
        })
      ),
      Effect.ensuring(
        Effect.sync(() => {
          known.isBusy = false
          known.version++
          // Others may have waited for what it has released.
          if (known.pending === undefined && !isWithin(before.assigned, assigned)) wake(self)
          self.done.notify()
        })
      )
    )
  })

const isWithin = (some: ReadonlyArray<ShardId>, all: ReadonlyArray<ShardId>): boolean => {
  const set = new Set(all)
  return some.every((id) => set.has(id))
}

/** Whether members are waited for that may run shards. */
export const isAwaiting = ({ hasRead, silent }: Coordinator): boolean => !hasRead || silent.size > 0

/** Whether a member runs shards of another total. */
export const isOfAnotherTotal = ({ assigned, total }: Status, wanted: number): boolean =>
  assigned.length > 0 && total !== wanted
