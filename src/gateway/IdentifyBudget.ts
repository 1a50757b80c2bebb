/**
 * How many IDENTIFYs are left today. A bot may start a limited number of sessions in 24 hours, counted over all shards
 * and processes. Discord ends all sessions of a bot that exceeds the limit, and resets its token.
 *
 * The usual cause is a process that crashes in a loop. The budget therefore follows Discord's own count, which is
 * requested again when it runs low, and a reserve is never touched, so that the repaired bot can still start. Source:
 * Discord, "Session Start Limit Object".
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { DiscordConfig } from "../DiscordConfig.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { GatewayInfo } from "./GatewayInfo.ts"
import { make } from "./internal/identifyBudget.ts"
import type { SessionStore } from "./SessionStore.ts"

/** The service. */
export class IdentifyBudget extends Context.Service<
  IdentifyBudget,
  {
    /**
     * Takes one IDENTIFY out of the budget, before the shard waits for its turn to send it. Fails with `SessionLimitExhausted` when only the reserve is left, and like `GatewayInfo`
     * when Discord cannot be asked.
     */
    readonly take: Effect.Effect<void, GatewayError>
    /** Puts back one that was taken and will not be sent. */
    readonly giveBack: Effect.Effect<void>
    /** Fails like {@link take} when fewer than `count` are left above the reserve. Takes nothing. */
    readonly require: (count: number) => Effect.Effect<void, GatewayError>
  }
>()("fibercord/gateway/IdentifyBudget") {}

/** Options of {@link layer}. */
export interface Options {
  /** The part of the total that is never used: from 0 to 1, rounded down to whole IDENTIFYs. Default: 0.05. */
  readonly reserve?: number | undefined
}

/**
 * A budget that follows `GatewayInfo`, counted down in between. `ShardManager` makes its own when none is provided:
 * provide one when several managers of a process share the budget.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<IdentifyBudget, never, DiscordConfig | GatewayInfo | SessionStore> =>
  Layer.effect(IdentifyBudget, make(options))
