/** What operators count. Names begin with `fibercord_gateway_`. */
import * as Metric from "effect/Metric"

/** IDENTIFYs that were sent. */
export const identifies = Metric.counter("fibercord_gateway_identifies", {
  description: "IDENTIFYs sent, of which Discord allows a daily budget",
  incremental: true
})

/** RESUMEs that were sent. */
export const resumes = Metric.counter("fibercord_gateway_resumes", { description: "RESUMEs sent", incremental: true })

/** Connections that ended, by the tag of their end. */
export const disconnects = Metric.counter("fibercord_gateway_disconnects", {
  description: "Connections that ended, by how",
  incremental: true
})

/** Payloads that were ignored, by kind. */
export const malformed = Metric.counter("fibercord_gateway_malformed", {
  description: "Payloads from the gateway that are none of Discord's, and were ignored",
  incremental: true
})

/** Events that wait because a handler runs as often as it may, by event. */
export const waiting = Metric.gauge("fibercord_gateway_events_waiting", {
  description: "Gateway events that wait because a handler runs as often as it may"
})

/** Events that were dropped because too many were waiting, by event. */
export const dropped = Metric.counter("fibercord_gateway_events_dropped", {
  description: "Gateway events that were dropped because too many were waiting",
  incremental: true
})
