/**
 * What an operator needs: metrics for Prometheus, probes for an orchestrator, and traces, logs and metrics by OTLP. Run
 * it with DISCORD_TOKEN set; PORT is 9464 by default, and with OTLP_URL, for example http://localhost:4318, everything
 * is sent there as well. `examples/grafana.json` is a dashboard for it.
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer, Option } from "effect"
import { FetchHttpClient, HttpRouter } from "effect/http"
import { Otlp, PrometheusMetrics } from "effect/observability"
import { Bot, Command, Health, Reply } from "fibercord"
import { HealthRoutes } from "fibercord/http"
import { createServer } from "node:http"

const ping = Command.slash(
  "ping",
  { description: "Are you there?" },
  // A span of its own, below that of the interaction.
  Effect.fn("ping")(() => Reply.send({ content: "pong" }))
)

const Server = Layer.unwrap(
  Effect.map(Config.Int("PORT").pipe(Config.withDefault(9464)), (port) => NodeHttpServer.layer(createServer, { port }))
)

// GET /metrics, GET /health/ready and GET /health/live
const Routes = HttpRouter.serve(Layer.merge(PrometheusMetrics.layerHttp(), HealthRoutes.layer()), {
  disableLogger: true
}).pipe(Layer.provide([Server, Health.layer()]))

const Export = Layer.unwrap(
  Effect.map(Config.option(Config.String("OTLP_URL")), (url) =>
    Option.isNone(url)
      ? Layer.empty
      : Otlp.layerJson({ baseUrl: url.value, resource: { serviceName: "my-bot" } }).pipe(
          Layer.provide(FetchHttpClient.layer)
        )
  )
)

Routes.pipe(
  Layer.provideMerge(Bot.layer({ interactions: [ping] })),
  Layer.provide(Bot.layerDiscord),
  // Below the bot, so that all of it is traced.
  Layer.provide(Export),
  Bot.launch,
  NodeRuntime.runMain
)
