/** Counts the daily budget of IDENTIFYs down, and asks Discord anew when it runs low. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Semaphore from "effect/Semaphore"
import { DiscordConfig } from "../../DiscordConfig.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as Observed from "../../internal/Observed.ts"
import * as GatewayError from "../GatewayError.ts"
import { GatewayInfo } from "../GatewayInfo.ts"
import type { IdentifyBudget, Options } from "../IdentifyBudget.ts"
import { type Budget, fingerprint, SessionStore } from "../SessionStore.ts"
import * as Metrics from "./metrics.ts"
import * as SafeStore from "./safeStore.ts"

// `until` is when it is full again, in milliseconds of `Elapsed`: a clock that is set back must not cost a day.
interface Known {
  readonly budget: Budget
  readonly until: number
  /** By how much that may be too early, because another process has written it, by its own clock. */
  readonly doubt: number
}

/** What is known of the budget, and how to learn and keep it. Only the functions of this file write to it. */
interface State {
  readonly info: GatewayInfo["Service"]
  readonly store: SessionStore["Service"]
  readonly application: string
  readonly clock: Clock.Clock
  /** The part that is never used. */
  readonly reserve: number
  /** One request for the budget at a time. */
  readonly one: Semaphore.Semaphore
  /** Open while something is to be written. */
  readonly changed: Latch.Latch
  known: Known | undefined
  isWritten: boolean
}

// Discord may not have counted what it refused, and other processes may have counted too. Within one day, the lower count
// is the right one. A day that ends at another time than Discord's is another day: its end was assumed, or written by a
// clock that was wrong.
const ask = Effect.fnUntraced(function* ({ clock, info, known }: State) {
  const { sessionStartLimit } = yield* info.refresh
  const { remaining, resetAfter, total } = sessionStartLimit
  const now = Elapsed.millis(clock)
  const left = resetAfter > 0 ? Math.min(resetAfter, day) : minute
  const until = now + left
  const isSameDay = known !== undefined && known.until > now && Math.abs(until - known.until) <= minute
  const ours = known !== undefined && isSameDay ? known.budget.remaining : Infinity
  const resetAt = clock.currentTimeMillisUnsafe() + left
  return { budget: { total, remaining: Math.min(remaining, ours), resetAt }, until, doubt: 0 }
})

const isEnough = ({ reserve }: State, budget: Budget, count: number): boolean =>
  budget.remaining - Math.floor(budget.total * reserve) >= count

const sufficient = (self: State, count: number): Known | undefined => {
  const { clock, known } = self
  return known !== undefined && known.until > Elapsed.millis(clock) && isEnough(self, known.budget, count)
    ? known
    : undefined
}

// A day that is over has given back its whole budget. Without REST, that is what is known.
const next = Effect.fnUntraced(function* (self: State) {
  const { clock, known: last } = self
  const isOver = last !== undefined && last.until + last.doubt <= Elapsed.millis(clock)
  if (!isOver) return yield* ask(self)
  const { total } = last.budget
  const renewed = () =>
    Effect.sync((): Known => {
      const budget = { total, remaining: total, resetAt: clock.currentTimeMillisUnsafe() + day }
      return { budget, until: Elapsed.millis(clock) + day, doubt: 0 }
    })
  return yield* ask(self).pipe(
    Effect.timeoutOrElse({ duration: patience, orElse: renewed }),
    Effect.catch((error) => (error.reason._tag === "GatewayUnavailable" ? renewed() : Effect.fail(error)))
  )
})

const update = (self: State, known: Known): void => {
  self.known = known
  self.isWritten = false
  self.changed.openUnsafe()
}

const require = (self: State, count: number): Effect.Effect<void, GatewayError.GatewayError> =>
  self.one.withPermits(1)(
    Effect.gen(function* () {
      if (sufficient(self, count) !== undefined) return
      const known = yield* next(self)
      update(self, known)
      if (isEnough(self, known.budget, count)) return
      const { remaining, resetAt, total } = known.budget
      return yield* GatewayError.fromReason(new GatewayError.SessionLimitExhausted({ remaining, resetAt, total }))
    })
  )

const change = (self: State, known: Known, by: number): void => {
  const { remaining, total } = known.budget
  update(self, { ...known, budget: { ...known.budget, remaining: Math.min(total, remaining + by) } })
}

const take = (self: State): Effect.Effect<void, GatewayError.GatewayError> =>
  Effect.suspend(() => {
    const enough = sufficient(self, 1)
    if (enough === undefined) return Effect.flatMap(require(self, 1), () => take(self))
    change(self, enough, -1)
    return Effect.void
  })

const giveBack = (self: State): Effect.Effect<void> =>
  Effect.sync(() => {
    const { clock, known } = self
    if (known !== undefined && known.until > Elapsed.millis(clock)) change(self, known, 1)
  })

const write = (self: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.isWritten = true
    return self.known === undefined ? Effect.void : self.store.setBudget(self.application, self.known.budget)
  })

const load = Effect.fnUntraced(function* (store: SessionStore["Service"], application: string, clock: Clock.Clock) {
  const stored = yield* store.loadBudget(application)
  if (stored === undefined) return undefined
  const now = clock.currentTimeMillisUnsafe()
  const resetAt = Math.min(stored.resetAt, now + day + skew)
  return { budget: { ...stored, resetAt }, until: Elapsed.millis(clock) + resetAt - now, doubt: skew }
})

/** Makes the budget. It is written to the session store for the next process. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const info = yield* GatewayInfo
  const store = SafeStore.make(yield* SessionStore)
  const application = fingerprint((yield* DiscordConfig).token)
  const clock = yield* Clock.Clock
  const self: State = {
    info,
    store,
    application,
    clock,
    reserve: options.reserve ?? 0.05,
    one: yield* Semaphore.make(1),
    changed: yield* Latch.make(),
    known: yield* load(store, application, clock),
    isWritten: true
  }
  yield* Observed.add(Metrics.identifiesLeft(() => self.known?.budget.remaining ?? NaN))
  yield* Effect.addFinalizer(() => (self.isWritten ? Effect.void : write(self)))
  // Written in the background: an IDENTIFY whose turn has come must not wait for a disk.
  yield* self.changed.await.pipe(
    Effect.andThen(Effect.sync(() => self.changed.closeUnsafe())),
    Effect.andThen(write(self)),
    Effect.forever,
    Effect.forkScoped
  )
  return {
    giveBack: giveBack(self),
    require: (count) => require(self, count),
    take: take(self)
  } satisfies IdentifyBudget["Service"]
})

// In milliseconds. How long Discord is waited for when the budget of a day is over.
const patience = 10_000
const day = 24 * 60 * 60_000
// By how much the clocks of two processes may differ.
const skew = 10 * 60_000

// What is assumed when Discord names no time, because no session has been started that day.
const minute = 60_000
