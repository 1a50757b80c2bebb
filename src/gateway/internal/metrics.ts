/** Metrics for operators. */
import * as Metric from "effect/Metric"

/** How many IDENTIFYs were sent. */
export const identifies = Metric.counter("fibercord_gateway_identifies", {
  description: "IDENTIFYs sent, for which Discord sets a daily budget",
  incremental: true
})

/** How many RESUMEs were sent. */
export const resumes = Metric.counter("fibercord_gateway_resumes", { description: "RESUMEs sent", incremental: true })

/** How many connections ended, by the tag of their end. */
export const disconnects = Metric.counter("fibercord_gateway_disconnects", {
  description: "Connections that ended, by kind of end",
  incremental: true
})

/** How many malformed payloads were ignored, by kind. */
export const malformed = Metric.counter("fibercord_gateway_malformed", {
  description: "Malformed payloads from the gateway that were ignored, by kind",
  incremental: true
})

/** How many events wait for a handler that has reached its concurrency, by event. */
export const waiting = Metric.gauge("fibercord_gateway_events_waiting", {
  description: "Gateway events that wait for a handler that has reached its concurrency"
})

/** How many events were dropped because too many were waiting, by event. */
export const dropped = Metric.counter("fibercord_gateway_events_dropped", {
  description: "Gateway events that were dropped because too many were waiting",
  incremental: true
})
