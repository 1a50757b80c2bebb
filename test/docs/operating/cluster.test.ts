/** What pages show of clusters on PostgreSQL, played on one. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { ShardManager } from "fibercord"
import { Cluster, ClusterBot } from "fibercord/cluster"
import { FakeDiscord } from "fibercord/testing"
import { freePort } from "../../cluster/support/freePort.ts"
import * as Postgres from "../../cluster/support/Postgres.ts"
import { databaseUrl, ownHost } from "../support/database.ts"
import { page } from "../support/page.ts"
import { environmentWith, type Part, run } from "../support/play.ts"

const load = page("docs/operating/cluster.md")
const loadDurable = page("docs/guide/durable.md")
page("docs/operating/deploys.md")

process.env["HOST"] = ownHost
const { BotLive } = await load<{ BotLive: Layer.Layer<Cluster.Cluster> }>("bot.ts")
const { Answers, shards } = await load<{
  Answers: Layer.Layer<never, never, Cluster.Cluster | ShardManager.ShardManager>
  shards: Part
}>("question.ts")
const { double } = await load<{ double: Effect.Effect<void, never, Cluster.Cluster> }>("double.ts")
const many = await loadDurable<{ BotLive: Layer.Layer<never> }>("many.ts")
delete process.env["HOST"]

const fake = (shards: number) =>
  FakeDiscord.layer({ identifyInterval: "10 millis", maxConcurrency: 16, shards, minShards: 1 })

layer(Postgres.layer, { timeout: "1 minute", excludeTestServices: true })("programs on PostgreSQL", (it) => {
  it.effect(
    "that of docs/operating/cluster.md is a member of a cluster, and doubles its shards",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const environment = environmentWith({ DATABASE_URL: yield* databaseUrl })
        const context = yield* Layer.build(Layer.provide(BotLive, environment))
        const alice = yield* discord.user("alice")
        assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
        const total = Effect.map(Context.get(context, Cluster.Cluster).members, ([member]) => member?.total)
        assert.strictEqual(yield* total, 1)
        yield* Effect.provideContext(double, context)
        assert.strictEqual(yield* total, 2)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(Effect.scoped, Effect.provide(fake(1))),
    240_000
  )

  it.effect(
    "that of docs/guide/durable.md begins dialogues",
    () =>
      Effect.gen(function* () {
        const { user, violations } = yield* FakeDiscord.FakeDiscord
        yield* Layer.build(Layer.provide(many.BotLive, environmentWith({ DATABASE_URL: yield* databaseUrl })))
        assert.isTrue(yield* (yield* (yield* user("alice")).slash("nap")).ephemeral)
        assert.deepStrictEqual(yield* violations, [])
      }).pipe(Effect.scoped, Effect.provide(fake(1))),
    240_000
  )

  it.effect(
    "that of docs/operating/deploys.md answers probes",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const env = { DATABASE_URL: yield* databaseUrl, HEALTH_PORT: String(port), HOST: ownHost }
        const ready = Effect.tryPromise(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status)
        yield* run(
          "docs/operating/deploys.md",
          "main.ts",
          (discord) =>
            Effect.gen(function* () {
              yield* discord.awaitLog(FakeDiscord.is("Ready"), { timeout: "1 minute" })
              yield* Effect.sleep("20 millis").pipe(
                Effect.andThen(ready),
                Effect.repeat({ until: (status) => status === 200 }),
                Effect.timeout("1 minute")
              )
            }),
          { env }
        )
      }),
    240_000
  )

  it.effect(
    "every member answers the question of docs/operating/cluster.md",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const bot = ClusterBot.layer({ interactions: [shards as never], cluster: { host: ownHost, settle: 0 } })
        const member = Answers.pipe(
          Layer.provideMerge(bot as unknown as Layer.Layer<Cluster.Cluster | ShardManager.ShardManager>),
          Layer.provide(Layer.orDie(ClusterBot.layerSqlite({ filename: ":memory:" })))
        )
        yield* Layer.build(member)
        const alice = yield* discord.user("alice")
        assert.strictEqual(yield* (yield* alice.slash("shards")).content, `${ownHost}:34431: 2`)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(Effect.scoped, Effect.provide(fake(2))),
    240_000
  )
})
