/** What docs/guide/rest.md shows, played. */
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { type Bot, type DiscordRest, Permissions } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { createServer, type Server } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { page } from "../support/page.ts"

const load = page("docs/guide/rest.md")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("topic.ts")
const { nameOf } = await load<{
  nameOf: (id: string) => Effect.Effect<string, DiscordRest.DiscordRestError, DiscordRest.DiscordRest>
}>("retry.ts")

it.live("changes a topic with a reason, says what it may not do, and retries what is safe", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    assert.strictEqual(yield* (yield* alice.slash("topic", { text: "Tea" })).content, "Changed.")
    const edits = (yield* discord.log).filter(FakeDiscord.is("Request", ({ method }) => method === "PATCH"))
    assert.deepStrictEqual(
      edits.map(({ body, reason, status }) => ({ body, reason, status })),
      [{ body: { topic: "Tea" }, reason: "/topic by alice", status: 200 }]
    )

    yield* discord.guild.setBotPermissions(Permissions.toBits(["ViewChannel"]))
    const refused = yield* alice.slash("topic", { text: "Coffee" })
    assert.strictEqual(yield* refused.content, "I may not change this channel.")

    const fault = yield* discord.faults.restStatus(/^GET .guilds.\d+$/, 500)
    assert.strictEqual(yield* nameOf(discord.guild.id), "fake guild")
    assert.strictEqual(yield* fault.hits, 1)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(BotLive, FakeDiscord.layer())))
)

/** A proxy, as companies have them: it connects its clients to where they ask. */
const proxy = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly hosts: Array<string>; readonly server: Server }>((resume) => {
    const hosts: Array<string> = []
    const server = createServer()
    server.on("connect", ({ url = "" }, client) => {
      hosts.push(url)
      const [host, port] = url.split(":")
      const target = connect(Number(port), host, () => client.write("HTTP/1.1 200 Connected\r\n\r\n"))
      target.pipe(client).pipe(target)
      for (const socket of [target, client]) socket.on("error", () => void [target.destroy(), client.destroy()])
    })
    server.listen(0, "127.0.0.1", () => {
      resume(Effect.succeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hosts, server }))
    })
  }),
  ({ server }) => Effect.sync(() => server.close())
)

it.live("its bot behind a proxy makes its calls through that", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const { hosts, url } = yield* proxy
    process.env["HTTPS_PROXY"] = url
    const { BotLive: behind } = yield* Effect.promise(() => load<{ BotLive: Layer.Layer<never> }>("through-proxy.ts"))
    delete process.env["HTTPS_PROXY"]
    const env = { DISCORD_TOKEN: Redacted.value(discord.token), DISCORD_API_URL: discord.apiUrl }
    yield* Layer.build(behind.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))))
    yield* discord.awaitLog(FakeDiscord.is("Ready"))
    assert.include(hosts, new URL(discord.apiUrl).host)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer()))
)
