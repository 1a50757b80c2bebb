import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { createServer } from "node:http"
import * as Bot from "../../src/Bot.ts"
import * as ShardManager from "../../src/gateway/ShardManager.ts"
import * as HealthRoutes from "../../src/http/HealthRoutes.ts"
import * as Health from "../../src/observability/Health.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const withBot = (options: Health.Options) =>
  Effect.provide(
    Health.layer(options).pipe(
      Layer.provideMerge(Bot.layer({ interactions: [], gateway: { shards: { index: 0, count: 2, total: 2 } } })),
      Layer.provideMerge(FakeDiscord.layer({ identifyInterval: "10 millis" }))
    )
  )

/** Computes without a pause. */
const block = (millis: number) =>
  Effect.sync(() => {
    const begin = performance.now()
    while (performance.now() - begin < millis);
  })

const check = Health.Health.use((health) => health.check)

const untilAway = Effect.repeat(check, {
  until: ({ stages }) => stages.Connected === undefined,
  schedule: Schedule.spaced("10 millis")
}).pipe(Effect.andThen(check))

describe("the health of a bot", () => {
  it.live("is ready while all shards are connected, and alive while they come back in time", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const good = yield* check
      assert.deepStrictEqual([good.isReady, good.isAlive, good.stages], [true, true, { Connected: 2 }])
      yield* discord.faults.refuseConnections()
      const away = yield* untilAway
      assert.deepStrictEqual([away.isReady, away.isAlive], [false, true])
    }).pipe(withBot({}))
  )

  it.live("is ready when no shards are assigned, and not before they are started", () =>
    Effect.gen(function* () {
      const manager = yield* ShardManager.ShardManager
      assert.isTrue((yield* check).isReady)
      yield* manager.assign([])
      const idle = yield* check
      assert.deepStrictEqual([idle.isReady, idle.isAlive, idle.stages], [true, true, {}])
      yield* manager.setShards({ ids: [], total: 2 })
      assert.isFalse((yield* check).isReady)
      yield* manager.initialize
      assert.isTrue((yield* check).isReady)
    }).pipe(withBot({}))
  )

  it.live("names the shards that do not come back, and for how long", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const fault = yield* discord.faults.refuseConnections()
      yield* untilAway
      yield* Effect.sleep("700 millis")
      const { isAlive, isReady, problems } = yield* check
      assert.deepStrictEqual([isReady, isAlive], [false, false])
      const [problem] = problems
      if (problem?._tag !== "ShardsStalled") return assert.fail(`found ${problem?._tag}`)
      assert.deepStrictEqual(problem.shards.map(({ id }) => id).toSorted(), [0, 1])
      for (const { stalledFor } of problem.shards) assert.isAbove(stalledFor, 500)
      assert.match(Health.describe(problem), /^these shards are not connected: \d \(/)
      yield* fault.clear
    }).pipe(withBot({ stalledAfter: "500 millis" }))
  )

  it.live("tells a blocked event loop from stalled shards", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.refuseConnections()
      yield* untilAway
      yield* block(2500)
      const { eventLoopDelay, problems } = yield* check
      assert.isAtLeast(eventLoopDelay, 1000)
      assert.deepStrictEqual(
        problems.map(({ _tag }) => _tag),
        ["EventLoopBlocked"]
      )
    }).pipe(withBot({ stalledAfter: "2 seconds", blockedAfter: "1 second" }))
  )

  it.live("is two routes, with 200 or 503 and the report", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { address } = yield* HttpServer.HttpServer
      const port = "port" in address ? address.port : 0
      const get = (path: string) =>
        Effect.promise(async () => {
          const answer = await fetch(`http://127.0.0.1:${port}${path}`)
          return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
        })
      const ready = yield* get("/health/ready")
      assert.strictEqual(ready.status, 200)
      assert.deepInclude(ready.body, { isReady: true, isAlive: true, stages: { Connected: 2 } })
      assert.strictEqual((yield* get("/health/live")).status, 200)
      yield* discord.faults.refuseConnections()
      yield* untilAway
      assert.strictEqual((yield* get("/health/ready")).status, 503)
      yield* Effect.sleep("600 millis")
      const live = yield* get("/health/live")
      assert.strictEqual(live.status, 503)
      assert.include(JSON.stringify(live.body), "these shards are not connected")
    }).pipe(
      Effect.provide(
        HttpRouter.serve(HealthRoutes.layer(), { disableLogger: true, disableListenLog: true }).pipe(
          Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
        )
      ),
      withBot({ stalledAfter: "500 millis" })
    )
  )
})
