/** What docs/guide/http.md shows, played. */
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { FakeDiscord } from "fibercord/testing"
import { createServer } from "node:http"
import { freePort } from "../../cluster/support/freePort.ts"
import { page } from "../support/page.ts"
import { environment, makeLog, until } from "../support/play.ts"

const load = page("docs/guide/http.md")

const { Events } = await load<{ Events: Layer.Layer<never, never, HttpRouter.HttpRouter> }>("events.ts")

describe("docs/guide/http.md", () => {
  it.live("Discord accepts its endpoint, which responds to a command", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const port = yield* freePort
      process.env["PORT"] = String(port)
      const { BotLive } = yield* Effect.promise(() => load<{ BotLive: Layer.Layer<never> }>("server.ts"))
      delete process.env["PORT"]
      yield* Layer.build(Layer.provide(BotLive, environment))
      yield* discord.interactionsEndpoint(`http://127.0.0.1:${port}/interactions`)
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("ping")).content, "pong")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
  )

  it.live("its handlers hear of purchases and of those who leave", () => {
    const log = makeLog()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const port = yield* freePort
      const Server = HttpRouter.serve(Events).pipe(
        Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port })),
        Layer.provide(environment)
      )
      yield* Layer.build(Server)
      const endpoint = yield* discord.webhookEndpoint(`http://127.0.0.1:${port}/webhook-events`)
      yield* endpoint.send("ENTITLEMENT_CREATE", { sku_id: "7", user_id: "8" } as never)
      yield* endpoint.send("APPLICATION_DEAUTHORIZED", { user: { id: "8" } } as never)
      yield* until(() => log.lines.includes("8 bought 7") && log.lines.includes("8 has left"))
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(FakeDiscord.layerServer(), log.layer)))
  })
})
