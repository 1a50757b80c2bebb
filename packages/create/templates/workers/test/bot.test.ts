import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { CommandSync } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { createServer } from "node:http"
import { interactions } from "../src/bot.ts"
import { Local } from "../src/local.ts"

/** The settings of the fake Discord, where the bot reads those of the real one. */
const Settings = Layer.unwrap(
  FakeDiscord.FakeDiscord.use(({ apiUrl, publicKey, token }) =>
    Effect.succeed(
      ConfigProvider.layer(
        ConfigProvider.fromUnknown({
          DISCORD_API_URL: apiUrl,
          DISCORD_PUBLIC_KEY: publicKey,
          DISCORD_TOKEN: Redacted.value(token)
        })
      )
    )
  )
)

const TestLive = Layer.merge(Local, CommandSync.layer(interactions)).pipe(
  Layer.provide(Settings),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(FakeDiscord.layer())
)

const address = HttpServer.HttpServer.use(({ address }) => Effect.succeed(HttpServer.formatAddress(address)))

it.live("is accepted by Discord, and counts", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const endpoint = yield* discord.interactionsEndpoint(`${yield* address}/interactions`)
    const alice = yield* discord.user("alice")
    const message = yield* alice.slash("counter", { start: 41 })
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "42")
    assert.isUndefined(yield* endpoint.check, "it refuses forged signatures")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(TestLive))
)
