/**
 * What a shard is doing, as the bot can see it: its stage, and the numbers beside it.
 *
 * The stages are those of serenity's `ConnectionStage` (Connected, Connecting, Disconnected, Handshake, Identifying,
 * Resuming) and four more: Queued, Backoff, Fatal and Stopped.
 */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type * as CloseCode from "./CloseCode.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { ShardId } from "./ShardId.ts"

/** The stage of a shard. Times are milliseconds since 1970. */
export type Stage =
  /** Not started yet, or greeted by Discord and waiting for its turn to IDENTIFY. */
  | { readonly _tag: "Queued" }
  /** The socket is opening. */
  | { readonly _tag: "Connecting" }
  /** The socket is open, and HELLO has not arrived yet. */
  | { readonly _tag: "Handshake" }
  /** IDENTIFY was sent, and READY has not arrived yet. */
  | { readonly _tag: "Identifying" }
  /** RESUME was sent. Discord replays missed events until RESUMED arrives. */
  | { readonly _tag: "Resuming" }
  /** READY or RESUMED has arrived, and the connection is alive. */
  | { readonly _tag: "Connected" }
  /** The connection has ended, and what to do next is being decided. */
  | { readonly _tag: "Disconnected"; readonly end: CloseCode.End }
  /** The next attempt starts at `until`. */
  | { readonly _tag: "Backoff"; readonly until: number; readonly end: CloseCode.End }
  /** The shard cannot go on, and its fiber has ended. */
  | { readonly _tag: "Fatal"; readonly error: GatewayError }
  /** The shard was told to stop, and its fiber has ended. */
  | { readonly _tag: "Stopped" }

/** The name of a stage. */
export type StageName = Stage["_tag"]

/**
 * Whether the shard is on its way to Connected. Source: serenity's `ConnectionStage::is_connecting`.
 *
 * ```ts
 * import { Effect, HashMap } from "effect"
 * import { ShardManager, ShardStatus } from "fibercord"
 *
 * const counts = Effect.gen(function* () {
 *   const manager = yield* ShardManager.ShardManager
 *   const stages = Array.from(HashMap.values(yield* manager.runners), ({ stage }) => stage)
 *   return {
 *     connecting: stages.filter(ShardStatus.isConnecting).length,
 *     ended: stages.filter(ShardStatus.isEnded).length,
 *     elsewhere: stages.filter(ShardStatus.isTakenOver).length
 *   }
 * })
 * ```
 */
export const isConnecting = (stage: Stage): boolean =>
  stage._tag === "Connecting" ||
  stage._tag === "Handshake" ||
  stage._tag === "Queued" ||
  stage._tag === "Identifying" ||
  stage._tag === "Resuming"

/** Whether the shard's fiber has ended. */
export const isEnded = (stage: Stage): boolean => stage._tag === "Fatal" || stage._tag === "Stopped"

/** Whether another process runs the shard now: the reason is `TakenOver`. */
export const isTakenOver = (stage: Stage | undefined): boolean =>
  stage?._tag === "Fatal" && stage.error.reason._tag === "TakenOver"

/** One step of one shard from a stage to the next. */
export interface Change {
  readonly shard: ShardId
  /** The total that the shard belongs to. During a reshard, two shards may have the same number. */
  readonly total: number
  readonly from: Stage
  readonly to: Stage
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** What is known about a shard now. Times are milliseconds since 1970. */
export interface ShardRunnerInfo {
  readonly id: ShardId
  readonly total: number
  readonly stage: Stage
  /** The time from the last heartbeat to its acknowledgement. None until the first one of this connection. */
  readonly latency: Option.Option<Duration.Duration>
  /** The average of the last five latencies, also those of earlier connections. */
  readonly averageLatency: Option.Option<Duration.Duration>
  /** When the last heartbeat was sent. */
  readonly lastHeartbeatAt: Option.Option<number>
  /** When the last event arrived. */
  readonly lastDispatchAt: Option.Option<number>
  /** The time since the session's READY. Resumes and restarts of the process do not reset it. */
  readonly sessionAge: Option.Option<Duration.Duration>
  /** The sequence number of the last event; 0 without a session. */
  readonly sequence: number
  /** How many IDENTIFYs were sent since the shard was started. */
  readonly identifies: number
  /** How many RESUMEs were sent since the shard was started. */
  readonly resumes: number
  /** How the last connection ended. */
  readonly lastEnd: Option.Option<CloseCode.End>
}
