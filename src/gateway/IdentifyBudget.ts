/**
 * How many IDENTIFYs are left today. A bot may start a limited number of sessions in 24 hours, over all shards and
 * processes; one that goes over it loses every session and its token. The usual cause is a loop of crashes, so the
 * count is Discord's own, taken anew when it runs low, and a reserve is never touched: there must be something left to
 * start the repaired bot with. Source: Discord, "Session Start Limit Object".
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { DiscordConfig } from "../DiscordConfig.ts"
import * as GatewayError from "./GatewayError.ts"
import { GatewayInfo } from "./GatewayInfo.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import * as SafeStore from "./internal/safeStore.ts"
import { type Budget, fingerprint, SessionStore } from "./SessionStore.ts"

/** The service. */
export class IdentifyBudget extends Context.Service<
  IdentifyBudget,
  {
    /**
     * Takes one IDENTIFY out of the budget, right before it is sent; with enough known to be left, in this very call.
     * Fails with `SessionLimitExhausted` when only the reserve is left, and as {@link GatewayInfo} does when Discord
     * cannot be asked.
     */
    readonly take: Effect.Effect<void, GatewayError.GatewayError>
    /** Fails like {@link take} when fewer than `count` are left above the reserve. Takes nothing. */
    readonly require: (count: number) => Effect.Effect<void, GatewayError.GatewayError>
  }
>()("fibercord/gateway/IdentifyBudget") {}

/** Options of {@link make}. */
export interface Options {
  /** The part of the total that is never used, from 0 to 1, rounded down. Default: 0.05. */
  readonly reserve?: number | undefined
}

// `until` is when it is full again, in milliseconds of `elapsed`: a clock that is set back must not cost a day.
interface Known {
  readonly budget: Budget
  readonly until: number
}

/** A budget over `GatewayInfo`. */
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

  // Discord may not have counted what it refused, and we cannot know what other processes did: of the same day, the
  // lower count is right.
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

  const require = (count: number) =>
    one.withPermits(1)(
      Effect.gen(function* () {
        if (sufficient(count) !== undefined) return
        known = yield* ask()
        if (isEnough(known.budget, count)) return
        const { remaining, resetAt, total } = known.budget
        return yield* GatewayError.fail(new GatewayError.SessionLimitExhausted({ remaining, resetAt, total }))
      })
    )

  // Written behind: an IDENTIFY whose turn has come must not wait for a disk.
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

  return IdentifyBudget.of({ require, take })
})

// Discord names no time where no budget is running yet.
const minute = 60_000

/**
 * The budget as `GatewayInfo` tells it, counted down in between. `ShardManager` makes itself one when none is provided:
 * provide it where several managers of one process share it.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<IdentifyBudget, never, DiscordConfig | GatewayInfo | SessionStore> =>
  Layer.effect(IdentifyBudget, make(options))
