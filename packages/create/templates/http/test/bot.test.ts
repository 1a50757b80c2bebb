import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { CommandSync } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { createServer } from "node:http"
import { interactions, Routes } from "../src/bot.ts"

/** The public key of the fake Discord, where the bot reads that of the real one. */
const Key = Layer.unwrap(
  FakeDiscord.FakeDiscord.use(({ publicKey }) =>
    Effect.succeed(ConfigProvider.layer(ConfigProvider.fromUnknown({ DISCORD_PUBLIC_KEY: publicKey })))
  )
)

const TestLive = HttpRouter.serve(Routes).pipe(
  Layer.merge(CommandSync.layer(interactions)),
  Layer.provide(Key),
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

it.live("says that it is there", () =>
  Effect.gen(function* () {
    const url = yield* address
    const response = yield* Effect.promise(() => fetch(`${url}/health`))
    assert.strictEqual(response.status, 200)
  }).pipe(Effect.provide(TestLive))
)
