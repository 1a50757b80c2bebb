/**
 * What a shard is doing, as others may see it: its stage, which moves only along legal transitions, and the numbers
 * beside it. The record is written by the shard's own fiber and the connection it holds, and by nobody else.
 *
 * The stages are serenity's `ConnectionStage` (Connected, Connecting, Disconnected, Handshake, Identifying, Resuming)
 * and four that it lacks: Queued, Backoff, Fatal and Stopped.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type * as CloseCode from "./CloseCode.ts"
import type { GatewayError } from "./GatewayError.ts"
import type { ShardId } from "./ShardId.ts"

/** Times are milliseconds since 1970. */
export type Stage =
  /** Not started yet, or greeted by Discord and waiting for its turn to IDENTIFY. */
  | { readonly _tag: "Queued" }
  /** The socket is opening. */
  | { readonly _tag: "Connecting" }
  /** The socket is open, HELLO has not come. */
  | { readonly _tag: "Handshake" }
  /** IDENTIFY was sent, READY has not come. */
  | { readonly _tag: "Identifying" }
  /** RESUME was sent; missed events are being replayed until RESUMED comes. */
  | { readonly _tag: "Resuming" }
  /** READY or RESUMED came, and the connection is alive. */
  | { readonly _tag: "Connected" }
  /** The connection ended, and what to do next is being decided. */
  | { readonly _tag: "Disconnected"; readonly end: CloseCode.End }
  /** The next attempt starts at `until`. */
  | { readonly _tag: "Backoff"; readonly until: number; readonly end: CloseCode.End }
  /** It cannot go on, and its fiber has ended. */
  | { readonly _tag: "Fatal"; readonly error: GatewayError }
  /** It was told to stop, and its fiber has ended. */
  | { readonly _tag: "Stopped" }

/** The name of a stage. */
export type StageName = Stage["_tag"]

/** From each stage, the stages that may follow it. */
export const legal: { readonly [from in StageName]: ReadonlyArray<StageName> } = {
  Queued: ["Connecting", "Identifying", "Disconnected", "Backoff", "Fatal", "Stopped"],
  Connecting: ["Handshake", "Disconnected", "Fatal", "Stopped"],
  Handshake: ["Queued", "Resuming", "Disconnected", "Stopped"],
  Identifying: ["Connected", "Disconnected", "Stopped"],
  Resuming: ["Connected", "Disconnected", "Stopped"],
  Connected: ["Disconnected", "Stopped"],
  Disconnected: ["Backoff", "Connecting", "Fatal", "Stopped"],
  Backoff: ["Connecting", "Fatal", "Stopped"],
  // A shard that ended may be started again.
  Fatal: ["Queued"],
  Stopped: ["Queued"]
}

/** Whether the shard is on its way to Connected. Source: serenity's `ConnectionStage::is_connecting`. */
export const isConnecting = (stage: Stage): boolean =>
  stage._tag === "Connecting" ||
  stage._tag === "Handshake" ||
  stage._tag === "Queued" ||
  stage._tag === "Identifying" ||
  stage._tag === "Resuming"

/** Whether the shard's fiber has ended. */
export const isEnded = (stage: Stage): boolean => stage._tag === "Fatal" || stage._tag === "Stopped"

/** One step of one shard. */
export interface Change {
  readonly shard: ShardId
  /** Of how many: while a bot is resharded, two shards may have the same number. */
  readonly total: number
  readonly from: Stage
  readonly to: Stage
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** What is known of a shard now. Times are milliseconds since 1970. */
export interface ShardRunnerInfo {
  readonly id: ShardId
  readonly total: number
  readonly stage: Stage
  /** From the last heartbeat to its acknowledgement. None before the first of this connection. */
  readonly latency: Option.Option<Duration.Duration>
  /** The average of the last five latencies, over connections. */
  readonly averageLatency: Option.Option<Duration.Duration>
  /** When the last heartbeat was sent. */
  readonly lastHeartbeatAt: Option.Option<number>
  /** When the last event came. */
  readonly lastDispatchAt: Option.Option<number>
  /** How old the session is: since its READY, also over resumes and restarts of the process. */
  readonly sessionAge: Option.Option<Duration.Duration>
  /** The sequence number of the last event; 0 without a session. */
  readonly sequence: number
  /** IDENTIFYs sent since the shard was started. */
  readonly identifies: number
  /** RESUMEs sent since the shard was started. */
  readonly resumes: number
  /** How the last connection ended. */
  readonly lastEnd: Option.Option<CloseCode.End>
}

/** The writable record behind a `ShardRunnerInfo`. Plain fields, because some change with every event. */
export class ShardStatus {
  readonly id: ShardId
  readonly total: number
  stage: Stage = { _tag: "Queued" }
  latencies: ReadonlyArray<number> = []
  /** Whether the newest latency belongs to the current connection. */
  latencyIsCurrent = false
  lastHeartbeatAt: number | undefined = undefined
  lastDispatchAt: number | undefined = undefined
  sessionStartedAt: number | undefined = undefined
  sequence = 0
  identifies = 0
  resumes = 0
  lastEnd: CloseCode.End | undefined = undefined
  readonly #onChange: (change: Change) => void

  constructor(id: ShardId, total: number, onChange: (change: Change) => void) {
    this.id = id
    this.total = total
    this.#onChange = onChange
  }

  /** Moves to another stage. An illegal step is a defect of this library, and throws. */
  transition(to: Stage, at: number): void {
    const from = this.stage
    if (!legal[from._tag].includes(to._tag)) {
      throw new Error(`fibercord: shard ${this.id} cannot go from ${from._tag} to ${to._tag}`)
    }
    this.stage = to
    if (to._tag === "Disconnected") {
      this.lastEnd = to.end
      this.latencyIsCurrent = false
    }
    this.#onChange({ shard: this.id, total: this.total, from, to, at })
  }

  /** Adds the time, in milliseconds, that an acknowledgement took. */
  addLatency(millis: number): void {
    this.latencies = [...this.latencies.slice(-4), millis]
    this.latencyIsCurrent = true
  }

  /** What others see, at `now`. */
  snapshot(now: number): ShardRunnerInfo {
    const last = this.latencies.at(-1)
    const sum = this.latencies.reduce((total, each) => total + each, 0)
    return {
      id: this.id,
      total: this.total,
      stage: this.stage,
      latency: last === undefined || !this.latencyIsCurrent ? Option.none() : Option.some(Duration.millis(last)),
      averageLatency: last === undefined ? Option.none() : Option.some(Duration.millis(sum / this.latencies.length)),
      lastHeartbeatAt: Option.fromUndefinedOr(this.lastHeartbeatAt),
      lastDispatchAt: Option.fromUndefinedOr(this.lastDispatchAt),
      sessionAge:
        this.sessionStartedAt === undefined
          ? Option.none()
          : Option.some(Duration.millis(Math.max(0, now - this.sessionStartedAt))),
      sequence: this.sequence,
      identifies: this.identifies,
      resumes: this.resumes,
      lastEnd: Option.fromUndefinedOr(this.lastEnd)
    }
  }
}
