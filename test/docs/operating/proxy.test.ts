/** What docs/operating/proxy.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { freePort } from "../../cluster/support/freePort.ts"
import { page } from "../support/page.ts"
import { environment } from "../support/play.ts"

const load = page("docs/operating/proxy.md")

it.live("the proxy of docs/operating/proxy.md adds the bot's token", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const port = yield* freePort
    process.env["PORT"] = String(port)
    const { ProxyLive } = yield* Effect.promise(() => load<{ ProxyLive: Layer.Layer<never> }>("proxy.ts"))
    delete process.env["PORT"]
    yield* Layer.build(Layer.provide(ProxyLive, environment))
    const url = `http://127.0.0.1:${port}/api/v10/channels/${discord.guild.channelId}/messages`
    const response = yield* Effect.promise(() =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ content: "hello" })
      })
    )
    assert.strictEqual(response.status, 200)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
