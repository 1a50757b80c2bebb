/** What the REST client counts. */
import * as Metric from "effect/Metric"

/** Answers of Discord's REST API. */
export const requests = {
  id: "fibercord_rest_requests",
  description: "Requests to Discord's REST API, by method, route and status; without an answer the status is none"
}

/** The time from a request to the end of its answer. */
export const durations = {
  id: "fibercord_rest_request_duration",
  description: "Milliseconds from a request to Discord's REST API to its answer, without waits for rate limits",
  boundaries: [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]
}

/** Answers of 429, by scope. */
export const rateLimits = Metric.counter("fibercord_rest_rate_limited", {
  description: "Answers of 429, by scope: user, global, shared, or edge for a block before Discord",
  incremental: true
})

/** What counts towards Discord's limit of invalid requests. */
export const invalidRequests = Metric.gauge("fibercord_rest_invalid_requests", {
  description: "Answers of 401, 403 and 429 in the last ten minutes, of which Discord allows 10,000"
})
