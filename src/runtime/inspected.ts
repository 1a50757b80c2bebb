/** What a registry of Runtimes shows to whatever looks into a bot, and what it notes. */
import * as Inspection from "../internal/Inspection.ts"
import type { CloseReason, Key } from "./Runtime.ts"

/** What happened to a Runtime. */
export type Step = "opened" | "queued" | "begun" | "parked" | "resumed" | "handled" | "closing" | "closed"

/** One step of a Runtime. */
export interface Note {
  readonly id: string
  readonly step: Step
  /** In milliseconds of `Elapsed`. */
  readonly at: number
  readonly reason: CloseReason | undefined
}

/** A Runtime as it is now. Times are milliseconds of `Elapsed`; those of what never happens are infinite. */
export interface Snapshot {
  readonly id: string
  /** The value of a key, if it has been made. */
  readonly local: <A>(key: Key<A>) => A | undefined
  /** The key that it was opened for, if there is one. */
  readonly key: string | undefined
  /** In whole seconds. */
  readonly openedAt: number
  /** When it closes if nothing happens; later than this while a handler runs. */
  readonly endsAt: number
  /** How many events wait in its mailbox. */
  readonly depth: number
  /** Whether a handler runs. */
  readonly isRunning: boolean
  /** The interaction that is being handled. */
  readonly interaction: string | undefined
  /** How many handlers wait for an event, and have given their turn away. */
  readonly parked: number
  /** How many fibers wait for an event. */
  readonly waiters: number
}

/** The open Runtimes of a registry. */
export interface Open {
  readonly size: () => number
  /** How many have been opened. */
  readonly opened: () => number
  readonly isDraining: () => boolean
  /** The oldest ones, the oldest first. */
  readonly oldest: (limit: number) => ReadonlyArray<Snapshot>
  /** One of them. */
  readonly get: (id: string) => Snapshot | undefined
  /** Milliseconds of `Elapsed`. */
  readonly now: () => number
}

/** The registries. */
export const registries: Inspection.Topic<Open> = Inspection.topic("runtimes")

/** What happens to Runtimes. */
export const steps: Inspection.Topic<Note> = Inspection.topic("runtime steps")
