/** More shards by themselves, before there are too few of them. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { guildsPerRecommendedShard, maxGuildsPerShard } from "../../discord/gatewayNumbers.ts"
import { type Coordinator, isAwaiting } from "./coordination.ts"
import * as Resharding from "./resharding.ts"

export interface Options {
  /** How often Discord is asked. */
  readonly every: Duration.Input
  /** How full shards may be, as a part of what Discord allows. */
  readonly threshold: number
}

/** The total that there should be instead, if there should be another. */
export const wanted = (options: {
  readonly recommended: number
  readonly threshold: number
  readonly total: number
}): number | undefined => {
  const { recommended, threshold, total } = options
  const fullness = (recommended * guildsPerRecommendedShard) / (total * maxGuildsPerShard)
  return threshold > 0 && fullness > threshold ? total * Math.max(2, Math.ceil(recommended / total)) : undefined
}

/** Looks from time to time, until it is interrupted. */
export const run = (self: Coordinator, { every, threshold }: Options): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      Effect.sleep(every),
      Effect.catch(check(self, threshold), (error) =>
        Effect.logWarning(`The cluster could not see to its number of shards, and tries again later: ${error.message}`)
      )
    )
  )

const check = Effect.fnUntraced(function* (self: Coordinator, threshold: number) {
  const { shards: recommended } = yield* self.options.info.refresh
  // Shards that are away or about to move would make it take long, and fail.
  yield* self.done.until(() => (isCalm(self) ? Effect.void : undefined))
  const { total } = self
  if (total === undefined) return
  const next = wanted({ recommended, threshold, total })
  if (next === undefined) return
  yield* Effect.logInfo(`Discord recommends ${recommended} shards, and there are ${total}: there will be ${next}`)
  yield* Stream.runDrain(Resharding.reshard(self, next))
})

const isCalm = (self: Coordinator): boolean => {
  const { leaving, members, resharding, total } = self
  const connected = [...members.values()].flatMap(({ status }) => (status.total === total ? status.connected : []))
  return (
    resharding === undefined &&
    !isAwaiting(self) &&
    leaving.size === 0 &&
    total !== undefined &&
    connected.length === total
  )
}
