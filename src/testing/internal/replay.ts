/** Faults of the replay after a RESUME. */
import type { Kept } from "./session.ts"

/** A fault of a replay. */
export interface ReplayFault {
  readonly shardId: number | undefined
  readonly kind: "duplicates" | "gap"
  /** How often it may still act. */
  left: number
  /** How often it has acted. */
  hits: number
}

/** The armed faults, oldest first. */
export class ReplayFaults {
  readonly #faults = new Set<ReplayFault>()

  add(fault: ReplayFault): void {
    this.#faults.add(fault)
  }

  delete(fault: ReplayFault): void {
    this.#faults.delete(fault)
  }

  clear(): void {
    this.#faults.clear()
  }

  /** The events that are actually replayed to a shard. */
  apply(shardId: number, events: ReadonlyArray<Kept>): ReadonlyArray<Kept> {
    for (const fault of this.#faults) {
      if (fault.shardId !== undefined && fault.shardId !== shardId) continue
      fault.hits++
      if (--fault.left <= 0) this.#faults.delete(fault)
      return fault.kind === "gap"
        ? events.filter((_, index) => index % 2 === 0)
        : events.flatMap((event) => [event, event])
    }
    return events
  }
}
