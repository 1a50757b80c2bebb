/**
 * How many IDENTIFYs are left today. A bot may start a limited number of sessions in 24 hours, over all shards and
 * processes; one that goes over it loses every session and its token. The usual cause is a loop of crashes, so the count
 * is Discord's own, taken anew when it runs low, and a reserve is never touched: there must be something left to start
 * the repaired bot with. Source: Discord, "Session Start Limit Object".
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as GatewayError from "./GatewayError.ts"
import { GatewayInfo } from "./GatewayInfo.ts"

/** The service. */
export class IdentifyBudget extends Context.Service<
  IdentifyBudget,
  {
    /**
     * Takes one IDENTIFY out of the budget, right before it is sent. Fails with `SessionLimitExhausted` when only the
     * reserve is left, and as {@link GatewayInfo} does when Discord cannot be asked.
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
  const one = yield* Semaphore.make(1)
  let known: { remaining: number; readonly total: number; readonly resetAt: number } | undefined

  const ask = Effect.gen(function* () {
    const { sessionStartLimit } = yield* info.refresh
    const resetAt = (yield* Clock.currentTimeMillis) + sessionStartLimit.resetAfter
    known = { remaining: sessionStartLimit.remaining, total: sessionStartLimit.total, resetAt }
    return known
  })

  const require = Effect.fnUntraced(function* (count: number) {
    const isEnough = (budget: NonNullable<typeof known>) =>
      budget.remaining - Math.floor(budget.total * (options.reserve ?? 0.05)) >= count
    const now = yield* Clock.currentTimeMillis
    const budget = known !== undefined && known.resetAt > now && isEnough(known) ? known : yield* ask
    if (isEnough(budget)) return budget
    const { remaining, resetAt, total } = budget
    return yield* GatewayError.fail(new GatewayError.SessionLimitExhausted({ remaining, resetAt, total }))
  })

  return IdentifyBudget.of({
    take: one.withPermits(1)(
      Effect.map(require(1), (budget) => {
        budget.remaining--
      })
    ),
    require: (count) => one.withPermits(1)(Effect.asVoid(require(count)))
  })
})

/**
 * The budget as `GatewayInfo` tells it, counted down in between. `ShardManager` makes itself one when none is provided:
 * provide it where several managers of one process share it.
 */
export const layer = (options: Options = {}): Layer.Layer<IdentifyBudget, never, GatewayInfo> =>
  Layer.effect(IdentifyBudget, make(options))
