/** The metrics of durable dialogues. */
import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const begun = Metric.counter("fibercord_dialogues_begun", {
  description: "Durable dialogues that were begun",
  incremental: true
})

const ended = Metric.counter("fibercord_dialogues_ended", {
  description: "Durable dialogues that have ended, by how",
  incremental: true
})

const held = Metric.gauge("fibercord_dialogues_held", {
  description: "Durable dialogues that wait for code that fits them"
})

const steps = Metric.counter("fibercord_dialogues_steps", {
  description: "Steps that durable dialogues have begun, by kind",
  incremental: true
})

const uses = Metric.counter("fibercord_dialogues_uses", {
  description: "Uses of components of durable dialogues, by what became of them",
  incremental: true
})

const removed = Metric.counter("fibercord_dialogues_removed", {
  description: "Durable dialogues that were removed some time after their end",
  incremental: true
})

const count = (metric: typeof begun, attributes: Readonly<Record<string, string>>): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(metric, attributes), 1)

/** A dialogue was begun. */
export const countBegun = (dialogue: string): Effect.Effect<void> => count(begun, { dialogue })

/** A dialogue has ended. */
export const countEnded = (status: string): Effect.Effect<void> => count(ended, { status })

/** This many dialogues are held. */
export const noteHeld = (dialogues: number): Effect.Effect<void> => Metric.update(held, dialogues)

/** A step has begun. */
export const countStep = (kind: string): Effect.Effect<void> => count(steps, { kind })

/** A component was used: the use was stored, or came too late, or its user may not, or the storage failed. */
export const countUse = (outcome: "stored" | "late" | "refused" | "failed"): Effect.Effect<void> =>
  count(uses, { outcome })

/** A dialogue was removed. */
export const countRemoved: Effect.Effect<void> = count(removed, {})
