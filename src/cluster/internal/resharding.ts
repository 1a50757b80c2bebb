/**
 * How a cluster gets another total: each member replaces its own shards, so that both shards of a guild are heard by the
 * same process meanwhile. Until the first member has the new total, it can be taken back. From then on, the others follow
 * as soon as they can.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { KeyValueStoreError } from "effect/persistence/KeyValueStore"
import { fromReason, type GatewayError, InvalidOptions } from "../../gateway/GatewayError.ts"
import { range } from "../../gateway/ShardId.ts"
import {
  assignmentOf,
  type Coordinator,
  elapsed,
  isOfAnotherTotal,
  look,
  type Resharding,
  remember,
  said,
  wake
} from "./coordination.ts"
import { ReshardAborted, type ReshardProgress, type Status } from "./protocol.ts"

// Milliseconds between two looks at the members meanwhile.
const interval = 250
// Milliseconds. The longest wait before members that could not follow are told again.
const longestWait = 60_000

const make = (from: number, to: number): Resharding => ({
  from,
  to,
  listeners: 0,
  abort: Deferred.makeUnsafe(),
  refused: undefined,
  lost: undefined,
  tries: 0,
  nextAt: -Infinity
})

const statuses = ({ members }: Coordinator): ReadonlyArray<Status> => [...members.values()].map(({ status }) => status)

const isDone = (self: Coordinator): boolean =>
  self.members.size > 0 && self.resharding === undefined && !isMixed(self, self.total ?? 0)

/** In the coordinator's loop: takes up what is asked for, and clears up what is done. */
export const begin = Effect.fnUntraced(function* (self: Coordinator): Effect.fn.Return<void, KeyValueStoreError> {
  const asked = self.resharding
  if (asked === undefined) return
  if (self.total === asked.to) {
    if (!isMixed(self, asked.to)) self.resharding = undefined
    return
  }
  if (Deferred.isDoneUnsafe(asked.abort)) {
    self.resharding = undefined
    return
  }
  yield* Effect.logInfo(`The cluster reshards from ${asked.from} to ${asked.to} shards`)
  self.total = asked.to
  yield* remember(self)
})

/** Whether a member runs shards of another total. */
export const isMixed = (self: Coordinator, total: number): boolean =>
  statuses(self).some((each) => isOfAnotherTotal(each, total))

const hasCut = (self: Coordinator, total: number): boolean =>
  statuses(self).some((each) => each.assigned.length > 0 && each.total === total)

/** In the coordinator's loop: makes all members have the total. */
export const carryOut = Effect.fnUntraced(function* (
  self: Coordinator,
  total: number
): Effect.fn.Return<void, KeyValueStoreError> {
  const late = [...self.members].filter(([, { status }]) => isOfAnotherTotal(status, total))
  // Another coordinator may have begun.
  const current = (self.resharding ??= make(late[0]?.[1].status.total ?? total, total))
  if (current.nextAt > (yield* elapsed)) return
  const all = Effect.forEach(late, ([name]) => Effect.andThen(untilIdle(self, name), replace(self, current, name)), {
    concurrency: "unbounded",
    discard: true
  })
  yield* Effect.raceFirst(all, Effect.forever(lookAgain(self)))
  yield* untilQuiet(self)
  if (!isMixed(self, total)) {
    self.resharding = undefined
    return yield* Effect.logInfo(`The cluster has ${total} shards`)
  }
  if (hasCut(self, total)) {
    current.nextAt = (yield* elapsed) + Math.min(longestWait, interval * 2 ** current.tries++)
    return
  }
  self.total = current.from
  self.resharding = undefined
  yield* remember(self)
  yield* Effect.logWarning(`The cluster keeps its ${current.from} shards, because ${detailOf(current)}`)
})

const untilIdle = (self: Coordinator, name: string): Effect.Effect<void> =>
  self.done.until(() => (self.members.get(name)?.isBusy === true ? undefined : Effect.void))

// A member that does not answer any more is not waited for.
const replace = Effect.fnUntraced(function* (self: Coordinator, current: Resharding, name: string) {
  const status = self.members.get(name)?.status
  if (status === undefined || !isOfAnotherTotal(status, current.to)) return
  const mine = new Set<number>(status.assigned)
  const shards = range(0, current.to).filter((id) => mine.has(id % status.total))
  const assignment = assignmentOf(self, shards)
  const isGone = self.done.until(() => (self.members.has(name) ? undefined : Effect.fail("it does not answer")))
  const isTakenBack = Effect.flatMap(Deferred.await(current.abort), () =>
    hasCut(self, current.to) ? Effect.never : Effect.fail("it was told to take it back")
  )
  const call = self.options.peers
    .call(name, (client) => client.Reshard(assignment))
    .pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "GatewayError") current.refused = error
        })
      )
    )
  yield* said(self, name, assignment, () => Effect.raceAllFirst([call, isGone, isTakenBack]))
  // Its shards could only be resumed with the number that they had.
  if (self.members.has(name) || hasCut(self, current.to)) return
  current.lost = name
  Deferred.doneUnsafe(current.abort, Effect.void)
})

const lookAgain = (self: Coordinator): Effect.Effect<void> =>
  Effect.sleep(interval).pipe(Effect.andThen(look(self)), Effect.andThen(Effect.sync(() => self.done.notify())))

// Those that were told to stop may have been too far to do so.
const untilQuiet = (self: Coordinator): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.andThen(
      lookAgain(self),
      statuses(self).some(({ resharding }) => resharding !== null) ? untilQuiet(self) : Effect.void
    )
  )

/**
 * Makes the cluster have another total, or joins in. Ends when all members have it; fails when none could. When nobody
 * listens any more and no member has it yet, the members take it back.
 */
export const reshard = (
  self: Coordinator,
  total: number
): Stream.Stream<ReshardProgress, GatewayError | ReshardAborted> =>
  Stream.unwrap(
    Effect.map(ask(self, total), (current) => {
      if (current !== undefined) current.listeners++
      return Stream.ensuring(
        progress(self, total, current),
        Effect.sync(() => {
          if (current !== undefined && --current.listeners === 0) Deferred.doneUnsafe(current.abort, Effect.void)
        })
      )
    })
  )

// What is to be listened to: nothing if there is that total already.
const ask = (self: Coordinator, total: number): Effect.Effect<Resharding | undefined, GatewayError> =>
  Effect.gen(function* () {
    yield* self.done.until(() => (self.members.size > 0 && self.total !== undefined ? Effect.void : undefined))
    const { resharding, total: before } = self
    if (resharding !== undefined && Deferred.isDoneUnsafe(resharding.abort)) {
      // It is known soon whether it was taken back in time.
      yield* self.done.until(() => (self.resharding === resharding ? undefined : Effect.void))
      return yield* ask(self, total)
    }
    if (resharding?.to === total || before === undefined || before === total) return resharding
    if (resharding !== undefined)
      return yield* invalid(`cannot be ${total} while a reshard to ${resharding.to} is under way`)
    if (!Number.isInteger(total) || total <= 0 || total % before !== 0) {
      return yield* invalid(`has to be a multiple of ${before} in a cluster, and is ${total}`)
    }
    yield* self.options.budget.require(total)
    if (self.total !== before || self.resharding !== resharding) return yield* ask(self, total)
    self.resharding = make(before, total)
    wake(self)
    return self.resharding
  })

const invalid = (detail: string) => fromReason(new InvalidOptions({ option: "total", detail }))

interface Heard {
  readonly last: string
  readonly isOver: boolean
}

const progress = (
  self: Coordinator,
  total: number,
  current: Resharding | undefined
): Stream.Stream<ReshardProgress, GatewayError | ReshardAborted> =>
  Stream.unfold({ last: "", isOver: false }, (heard: Heard) =>
    heard.isOver
      ? Effect.succeed(undefined)
      : self.done.until(
          (): Effect.Effect<readonly [ReshardProgress, Heard], GatewayError | ReshardAborted> | undefined => {
            const isOver = isDone(self)
            if (isOver && self.total !== total) return Effect.fail(whyKept(self, current))
            const now = progressOf(self, total)
            const text = JSON.stringify(now)
            return isOver || text !== heard.last ? Effect.succeed([now, { last: text, isOver }]) : undefined
          }
        )
  )

const whyKept = (self: Coordinator, current: Resharding | undefined): GatewayError | ReshardAborted =>
  current?.refused ?? new ReshardAborted({ total: self.total ?? 0, detail: detailOf(current) })

const detailOf = (current: Resharding | undefined): string => {
  if (current?.lost !== undefined) return `the member ${current.lost} was lost meanwhile`
  const isTakenBack = current !== undefined && Deferred.isDoneUnsafe(current.abort)
  return isTakenBack ? "whoever asked for others has taken it back" : "no member could replace its own"
}

const progressOf = (self: Coordinator, total: number): ReshardProgress => {
  const busy = statuses(self).filter(({ assigned }) => assigned.length > 0)
  const done = busy.filter((each) => each.total === total)
  const connected = busy.map(({ connected, resharding, total: its }) =>
    its === total ? connected.length : resharding?.total === total ? resharding.connected : 0
  )
  return { total, connected: connected.reduce((sum, count) => sum + count, 0), members: busy.length, done: done.length }
}
