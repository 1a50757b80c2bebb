/** What is said about the health of a bot. It knows no shards, so that `fibercord/http` runs without a gateway. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ShardId } from "../../gateway/ShardId.ts"
import type * as ShardStatus from "../../gateway/ShardStatus.ts"

/** Why a bot is not alive. */
export type Problem =
  /** Code ran for `delay` milliseconds without letting anything else run. Whatever shards missed meanwhile is excused. */
  | { readonly _tag: "EventLoopBlocked"; readonly delay: number }
  /** These shards have not been connected for longer than they may, or have ended. Times are milliseconds. */
  | { readonly _tag: "ShardsStalled"; readonly shards: ReadonlyArray<StalledShard> }

/** A shard that does not come back. */
export interface StalledShard {
  readonly id: ShardId
  readonly stage: ShardStatus.StageName
  /** For how long it has not been connected, in milliseconds. */
  readonly stalledFor: number
}

/** How the bot is now. */
export interface Report {
  /** Whether every shard that is assigned to this process is connected, also when it is assigned none. */
  readonly isReady: boolean
  /** Whether nothing is wrong that a restart would mend: there are no `problems`. */
  readonly isAlive: boolean
  readonly problems: ReadonlyArray<Problem>
  /** How many shards are in each stage. */
  readonly stages: Readonly<Partial<Record<ShardStatus.StageName, number>>>
  /** The longest time for which the event loop was blocked lately, in milliseconds. */
  readonly eventLoopDelay: number
}

/** The service. */
export class Health extends Context.Service<
  Health,
  {
    /** Looks at the bot. */
    readonly check: Effect.Effect<Report>
  }
>()("fibercord/observability/Health") {}

/**
 * Says what is wrong in a sentence, for logs and probes.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Health } from "fibercord"
 *
 * const warn = Effect.gen(function* () {
 *   const { problems } = yield* Health.Health.use((health) => health.check)
 *   for (const problem of problems) yield* Effect.logWarning(Health.describe(problem))
 * })
 * ```
 */
export const describe = (problem: Problem): string => {
  if (problem._tag === "EventLoopBlocked") {
    return `the event loop was blocked for ${Math.round(problem.delay)} ms: look for code that computes without a pause`
  }
  const shards = problem.shards.map(
    ({ id, stage, stalledFor }) => `${id} (${stage}, for ${Math.round(stalledFor / 1000)} s)`
  )
  return `these shards are not connected: ${shards.join(", ")}`
}
