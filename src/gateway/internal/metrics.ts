/** Metrics for operators. */
import * as Metric from "effect/Metric"
import { Distribution, type Metered, type Series } from "../../internal/Observed.ts"
import type * as CloseCode from "../CloseCode.ts"
import type { Outbox } from "./outbox.ts"
import type { StatusRecord } from "./statusRecord.ts"

/** How many IDENTIFYs were sent. */
export const identifies = Metric.counter("fibercord_gateway_identifies", {
  description: "IDENTIFYs sent, for which Discord sets a daily budget",
  incremental: true
})

/** How many RESUMEs were sent. */
export const resumes = Metric.counter("fibercord_gateway_resumes", { description: "RESUMEs sent", incremental: true })

const disconnectsOf = new Map<CloseCode.End["_tag"], Metric.Counter<number>>()

/** How many connections ended in this way. One counter for each kind: attributes of an update are merged each time. */
export const disconnects = (end: CloseCode.End["_tag"]): Metric.Counter<number> => {
  const known = disconnectsOf.get(end)
  if (known !== undefined) return known
  const made = Metric.counter("fibercord_gateway_disconnects", {
    description: "Connections that ended, by kind of end",
    attributes: { end },
    incremental: true
  })
  disconnectsOf.set(end, made)
  return made
}

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

/** Events that were handed to handlers, by event. */
export const events: Metered<{ readonly count: number }> = {
  id: "fibercord_gateway_events",
  type: "Counter",
  description: "Gateway events that somebody listens to, by event",
  get: ({ count }) => count
}

/** How long events wait for a handler that has reached its concurrency, by event. */
export const lag = (event: string, waits: Distribution): Series => ({
  id: "fibercord_gateway_dispatch_lag",
  type: "Histogram",
  description: "Milliseconds from the arrival of a gateway event to the start of its handler, by event",
  attributes: { event },
  get: () => waits.state
})

/** For {@link lag}, in milliseconds. */
export const newLag = (): Distribution => new Distribution([1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 60_000])

/** What is left of the daily budget. */
export const identifiesLeft = (get: () => number): Series => ({
  id: "fibercord_gateway_identifies_left",
  type: "Gauge",
  description: "IDENTIFYs left in the daily budget, the reserve included, as far as it is known",
  get
})

/** What is known about a shard while it runs, by shard. */
export const ofShard: ReadonlyArray<Metered<{ readonly status: StatusRecord; readonly outbox: Outbox }>> = [
  {
    id: "fibercord_gateway_connected",
    type: "Gauge",
    description: "Whether a shard is connected: 1 or 0",
    get: ({ status }) => (status.stage._tag === "Connected" ? 1 : 0)
  },
  {
    id: "fibercord_gateway_latency",
    type: "Gauge",
    description: "Milliseconds from the last heartbeat of a shard to its acknowledgement; NaN before the first",
    get: ({ status }) => (status.latencyIsCurrent ? (status.latencies.at(-1) ?? NaN) : NaN)
  },
  {
    id: "fibercord_gateway_outbox_waiting",
    type: "Gauge",
    description: "Payloads that wait to be sent by a shard",
    get: ({ outbox }) => outbox.waiting()
  },
  {
    id: "fibercord_gateway_events_unwanted",
    type: "Counter",
    description: "Gateway events that nobody listens to, which are not parsed, by shard",
    get: ({ status }) => status.unwanted
  }
]
