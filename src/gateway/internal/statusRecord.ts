/**
 * The writable record behind a `ShardRunnerInfo`. Its stage moves only along legal steps. The shard's own fiber and its
 * connection write it, and nobody else does.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type * as CloseCode from "../CloseCode.ts"
import type { ShardId } from "../ShardId.ts"
import type { Change, ShardRunnerInfo, Stage, StageName } from "../ShardStatus.ts"

/** The stages that may follow each stage. */
export const legal: { readonly [from in StageName]: ReadonlyArray<StageName> } = {
  Queued: ["Connecting", "Identifying", "Disconnected", "Backoff", "Fatal", "Stopped"],
  Connecting: ["Handshake", "Disconnected", "Fatal", "Stopped"],
  Handshake: ["Queued", "Resuming", "Disconnected", "Fatal", "Stopped"],
  Identifying: ["Connected", "Disconnected", "Fatal", "Stopped"],
  Resuming: ["Connected", "Disconnected", "Fatal", "Stopped"],
  Connected: ["Disconnected", "Fatal", "Stopped"],
  Disconnected: ["Backoff", "Connecting", "Fatal", "Stopped"],
  Backoff: ["Connecting", "Fatal", "Stopped"],
  // A shard that ended may be started again.
  Fatal: ["Queued"],
  Stopped: ["Queued"]
}

const none: ReadonlyArray<number> = []

/** The record of one shard. Plain fields, because some change with every event. */
export class StatusRecord {
  readonly id: ShardId
  readonly total: number
  stage: Stage = { _tag: "Queued" }
  latencies: ReadonlyArray<number> = none
  /** Whether the newest latency belongs to the current connection. */
  latencyIsCurrent = false
  lastHeartbeatAt: number | undefined = undefined
  lastDispatchAt: number | undefined = undefined
  sessionStartedAt: number | undefined = undefined
  sequence = 0
  /** Events that nobody wanted. */
  unwanted = 0
  identifies = 0
  resumes = 0
  lastEnd: CloseCode.End | undefined = undefined
  readonly #onChange: (change: Change) => void

  constructor(id: ShardId, total: number, onChange: (change: Change) => void) {
    this.id = id
    this.total = total
    this.#onChange = onChange
  }

  /** Moves to another stage. Throws when the step is illegal, which is a defect of this library. */
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

  /** Adds a latency, in milliseconds. */
  addLatency(millis: number): void {
    this.latencies = [...this.latencies.slice(-4), millis]
    this.latencyIsCurrent = true
  }

  /** What the bot sees at `now`. */
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
