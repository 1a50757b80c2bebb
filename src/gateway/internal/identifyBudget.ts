/** Counts the daily budget of IDENTIFYs down, and asks Discord anew when it runs low. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Semaphore from "effect/Semaphore"
import { DiscordConfig } from "../../DiscordConfig.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as GatewayError from "../GatewayError.ts"
import { GatewayInfo } from "../GatewayInfo.ts"
import type { IdentifyBudget, Options } from "../IdentifyBudget.ts"
import { type Budget, fingerprint, SessionStore } from "../SessionStore.ts"
import * as SafeStore from "./safeStore.ts"

// `until` is when it is full again, in milliseconds of `Elapsed`: a clock that is set back must not cost a day.
interface Known {
  readonly budget: Budget
  readonly until: number
}

/** Makes the budget. It is written to the session store for the next process. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const info = yield* GatewayInfo
  const store = SafeStore.make(yield* SessionStore)
  const application = fingerprint((yield* DiscordConfig).token)
  const one = yield* Semaphore.make(1)
  const changed = yield* Latch.make()
  const clock = yield* Clock.Clock
  const stored = yield* store.loadBudget(application)
  let known: Known | undefined
  if (stored !== undefined) {
    known = { budget: stored, until: Elapsed.millis(clock) + stored.resetAt - clock.currentTimeMillisUnsafe() }
  }

  // Discord may not have counted what it refused, and other processes may have counted too. Within one day, the lower
  // count is the right one.
  const ask = Effect.fnUntraced(function* () {
    const { sessionStartLimit } = yield* info.refresh
    const { remaining, resetAfter, total } = sessionStartLimit
    const now = Elapsed.millis(clock)
    const left = resetAfter > 0 ? resetAfter : minute
    const until = now + left
    const isSameDay = known !== undefined && known.until > now && until <= known.until + minute
    const ours = known !== undefined && isSameDay ? known.budget.remaining : Infinity
    const resetAt = clock.currentTimeMillisUnsafe() + left
    return { budget: { total, remaining: Math.min(remaining, ours), resetAt }, until }
  })

  const isEnough = (budget: Budget, count: number) =>
    budget.remaining - Math.floor(budget.total * (options.reserve ?? 0.05)) >= count

  const sufficient = (count: number): Known | undefined =>
    known !== undefined && known.until > Elapsed.millis(clock) && isEnough(known.budget, count) ? known : undefined

  // A day that is over has given back its whole budget. Without REST, that is what is known.
  const next = Effect.gen(function* () {
    const last = known
    const isOver = last !== undefined && last.until <= Elapsed.millis(clock)
    if (!isOver) return yield* ask()
    const { total } = last.budget
    const renewed = () =>
      Effect.sync((): Known => {
        const budget = { total, remaining: total, resetAt: clock.currentTimeMillisUnsafe() + day }
        return { budget, until: Elapsed.millis(clock) + day }
      })
    return yield* ask().pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: renewed }),
      Effect.catch((error) => (error.reason._tag === "GatewayUnavailable" ? renewed() : Effect.fail(error)))
    )
  })

  const require = (count: number) =>
    one.withPermits(1)(
      Effect.gen(function* () {
        if (sufficient(count) !== undefined) return
        known = yield* next
        if (isEnough(known.budget, count)) return
        const { remaining, resetAt, total } = known.budget
        return yield* GatewayError.fromReason(new GatewayError.SessionLimitExhausted({ remaining, resetAt, total }))
      })
    )

  // Written in the background: an IDENTIFY whose turn has come must not wait for a disk.
  let isWritten = true
  const write = Effect.suspend(() => {
    isWritten = true
    return known === undefined ? Effect.void : store.setBudget(application, known.budget)
  })
  yield* Effect.addFinalizer(() => (isWritten ? Effect.void : write))
  yield* changed.await.pipe(
    Effect.andThen(Effect.sync(() => changed.closeUnsafe())),
    Effect.andThen(write),
    Effect.forever,
    Effect.forkScoped
  )

  const take: Effect.Effect<void, GatewayError.GatewayError> = Effect.suspend(() => {
    const enough = sufficient(1)
    if (enough === undefined) return Effect.flatMap(require(1), () => take)
    known = { ...enough, budget: { ...enough.budget, remaining: enough.budget.remaining - 1 } }
    isWritten = false
    changed.openUnsafe()
    return Effect.void
  })

  const giveBack = Effect.sync(() => {
    if (known === undefined || known.until <= Elapsed.millis(clock)) return
    const { remaining, total } = known.budget
    known = { ...known, budget: { ...known.budget, remaining: Math.min(total, remaining + 1) } }
    isWritten = false
    changed.openUnsafe()
  })

  return { giveBack, require, take } satisfies IdentifyBudget["Service"]
})

// In milliseconds. How long Discord is waited for when the budget of a day is over.
const patience = 10_000
const day = 24 * 60 * 60_000

// What is assumed when Discord names no time, because no session has been started that day.
const minute = 60_000
