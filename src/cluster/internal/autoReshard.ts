/** More shards by themselves, before there are too few of them. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { guildsPerRecommendedShard, maxGuildsPerShard } from "../../discord/gatewayNumbers.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { type Coordinator, isAwaiting } from "./coordination.ts"
import * as Resharding from "./resharding.ts"

// Milliseconds. Shards are not waited for when none of them has connected for so long.
const patience = 300_000

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
  yield* untilCalm(self)
  const { total } = self
  if (total === undefined) return
  const next = wanted({ recommended, threshold, total })
  if (next === undefined) return
  yield* Effect.logInfo(`Discord recommends ${recommended} shards, and there are ${total}: there will be ${next}`)
  // One that does not get on is taken back, if it still can be: meanwhile nothing else moves.
  yield* Stream.runDrain(Stream.timeout(Resharding.reshard(self, next), patience))
})

// Shards that are away or about to move would make it take long, and fail. But some may never connect, and then the others
// fill up all the same.
const untilCalm = (self: Coordinator): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    let most = -1
    let grownAt = 0
    return self.done.until(() => {
      const count = connectedOf(self)
      const now = Elapsed.millis(clock)
      if (count > most) {
        most = count
        grownAt = now
      }
      const isCalm = count === self.total || now - grownAt >= patience
      return isCalm && isQuiet(self) ? Effect.void : undefined
    })
  })

const connectedOf = ({ members, total }: Coordinator): number =>
  [...members.values()].reduce((sum, { status }) => sum + (status.total === total ? status.connected.length : 0), 0)

const isQuiet = (self: Coordinator): boolean =>
  self.resharding === undefined && !isAwaiting(self) && self.leaving.size === 0 && self.total !== undefined
