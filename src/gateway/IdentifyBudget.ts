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

/** A budget over `GatewayInfo`. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const info = yield* GatewayInfo
  const store = SafeStore.make(yield* SessionStore)
  const application = fingerprint((yield* DiscordConfig).token)
  const one = yield* Semaphore.make(1)
  const changed = yield* Latch.make()
  let known = yield* store.loadBudget(application)

  // Discord may not have counted what it refused, and we cannot know what other processes did: the lower count is
  // right.
  const ask = Effect.fnUntraced(function* (now: number) {
    const { sessionStartLimit } = yield* info.refresh
    const resetAt = now + (sessionStartLimit.resetAfter > 0 ? sessionStartLimit.resetAfter : minute)
    const ours = known !== undefined && known.resetAt > now ? known.remaining : Infinity
    return { total: sessionStartLimit.total, remaining: Math.min(sessionStartLimit.remaining, ours), resetAt }
  })

  const isEnough = (budget: Budget, count: number) =>
    budget.remaining - Math.floor(budget.total * (options.reserve ?? 0.05)) >= count

  const sufficient = (count: number, now: number): Budget | undefined =>
    known !== undefined && known.resetAt > now && isEnough(known, count) ? known : undefined

  const require = (count: number) =>
    one.withPermits(1)(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (sufficient(count, now) !== undefined) return
        known = yield* ask(now)
        if (isEnough(known, count)) return
        const { remaining, resetAt, total } = known
        return yield* GatewayError.fail(new GatewayError.SessionLimitExhausted({ remaining, resetAt, total }))
      })
    )

  // Written behind: an IDENTIFY whose turn has come must not wait for a disk.
  let isWritten = true
  const write = Effect.suspend(() => {
    isWritten = true
    return known === undefined ? Effect.void : store.setBudget(application, known)
  })
  yield* Effect.addFinalizer(() => (isWritten ? Effect.void : write))
  yield* changed.await.pipe(
    Effect.andThen(Effect.sync(() => changed.closeUnsafe())),
    Effect.andThen(write),
    Effect.forever,
    Effect.forkScoped
  )

  const take: Effect.Effect<void, GatewayError.GatewayError> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const budget = sufficient(1, now)
    if (budget === undefined) return Effect.flatMap(require(1), () => take)
    known = { ...budget, remaining: budget.remaining - 1 }
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
