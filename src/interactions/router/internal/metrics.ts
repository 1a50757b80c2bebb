/** The metrics of interactions. */
import * as Metric from "effect/Metric"

/** Interactions received, by kind: command, component, autocomplete, modal. */
export const received = Metric.counter("fibercord_interactions_received", {
  description: "Interactions received",
  incremental: true
})

/** Malformed interactions, by problem. */
export const malformed = Metric.counter("fibercord_interactions_malformed", {
  description: "Interactions that are not what Discord documents",
  incremental: true
})

/** Interactions that got a reply on behalf of a handler, by reason. */
export const answered = Metric.counter("fibercord_interactions_answered_for_handler", {
  description: "Interactions answered on behalf of a handler",
  incremental: true
})
