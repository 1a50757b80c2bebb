/**
 * # Health and metrics for an orchestrator
 *
 * Serves `/health/ready`, `/health/live` and `/metrics`, so that Kubernetes restarts what is stuck and Prometheus draws
 * what happens.
 *
 * `HealthRoutes` answer from `Health`, which watches the shards and the event loop. fibercord counts events,
 * Runtimes and calls as [metrics](../operating/metrics.md) of Effect; a counter of your own appears beside them.
 *
 * ## What to watch out for
 *
 * - A bot whose shards reconnect is alive. Restarting it costs IDENTIFYs, of which there are a thousand a day. `Health`
 * takes a shard for stuck only after `stalledAfter`, five minutes by default.
 * - `/metrics` is for your network, not for the world. Bind it to an address that only Prometheus reaches.
 * - Labels multiply: never use ids of users or servers.
 */
import { Effect, Layer, Metric } from "effect"
import { HttpRouter } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { Command, Health, Options, Reply } from "fibercord"
import { HealthRoutes } from "fibercord/http"

const teas = Metric.counter("bot_teas_total", { description: "Cups of tea", incremental: true })

export const tea = Command.slash(
  "tea",
  { description: "A cup of tea", options: { kind: Options.string("Which", { choices: ["green", "black"] }) } },
  Effect.fn("tea")(function* ({ kind }) {
    yield* Metric.update(Metric.withAttributes(teas, { kind }), 1)
    yield* Reply.send({ content: `A cup of ${kind} tea.` })
  })
)

/** Give it an `HttpServer`, and the bot: `probes.pipe(Layer.provideMerge(BotLive))`. */
export const probes = HttpRouter.serve(Layer.merge(PrometheusMetrics.layerHttp(), HealthRoutes.layer()), {
  disableLogger: true
}).pipe(Layer.provide(Health.layer()))
