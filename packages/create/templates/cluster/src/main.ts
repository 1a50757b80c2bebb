/**
 * One member of the cluster: start this program as often as you like. Its environment:
 *
 * - DISCORD_TOKEN: the bot's token
 * - DATABASE_URL: a PostgreSQL, by which the members find each other
 * - HOST: the address under which other members reach this one; not needed if all are on one machine
 * - CLUSTER_PORT, 34431 by default, and HEALTH_PORT, 8080 by default: members on one machine need their own
 * - POD_LABELS: on Kubernetes, the labels of the pods that are members
 */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Config, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { Bot, Health } from "fibercord"
import { ClusterBot } from "fibercord/cluster"
import { HealthRoutes } from "fibercord/http"
import { createServer } from "node:http"
import { gateway, interactions, Waves } from "./bot.ts"

const { CLUSTER_PORT = "34431", HEALTH_PORT = "8080", HOST, POD_LABELS } = process.env

const Member = ClusterBot.layer({
  interactions,
  gateway,
  cluster: {
    host: HOST,
    port: Number(CLUSTER_PORT),
    health: POD_LABELS === undefined ? "ping" : { k8s: { labelSelector: POD_LABELS } }
  }
})

/** GET /health/ready and /health/live. */
const Probes = HttpRouter.serve(HealthRoutes.layer()).pipe(
  Layer.provide([NodeHttpServer.layer(createServer, { port: Number(HEALTH_PORT) }), Health.layer()])
)

Layer.merge(Waves, Probes).pipe(
  Layer.provideMerge(Member),
  Layer.provide(PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })),
  Layer.provide(Bot.layerDiscord),
  Bot.launch,
  NodeRuntime.runMain
)
