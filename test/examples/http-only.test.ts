import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { Forecast, HttpOnlyLive, UnknownCity } from "../../examples/bots/http-only.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const SlowForecast = Layer.succeed(Forecast, {
  of: (city) =>
    Effect.delay(
      city === "Atlantis" ? Effect.fail(new UnknownCity({ city })) : Effect.succeed(city === "Bergen" ? "rain" : "sun"),
      "50 millis"
    )
})

const Config = Layer.unwrap(
  FakeDiscord.FakeDiscord.useSync(({ publicKey }) =>
    ConfigProvider.layer(ConfigProvider.fromUnknown({ DISCORD_PUBLIC_KEY: publicKey }))
  )
)

const TestLive = HttpOnlyLive.pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provide([SlowForecast, Config]),
  Layer.provideMerge(FakeDiscord.layer())
)

/** Enters the bot's URLs in the developer portal. */
const portal = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { address } = yield* HttpServer.HttpServer
  const url = "port" in address ? `http://127.0.0.1:${address.port}` : assert.fail(address._tag)
  yield* discord.interactionsEndpoint(`${url}/interactions`)
  const events = yield* discord.webhookEndpoint(`${url}/webhook-events`)
  return { discord, events, url, alice: yield* discord.user("alice"), bob: yield* discord.user("bob") }
})

describe("the bot without a gateway", () => {
  it.live("is not accepted by Discord at a URL that is no endpoint", () =>
    Effect.gen(function* () {
      const { discord, url } = yield* portal
      const refused = yield* Effect.flip(discord.interactionsEndpoint(`${url}/health`))
      assert.include(refused.message, "it gave 404 to a PING, expected 200 with a PONG")
    }).pipe(Effect.provide(TestLive))
  )

  it.live("defers a slow answer, follows up, and refuses a city that it does not know", () =>
    Effect.gen(function* () {
      const { alice, bob, discord } = yield* portal
      const answer = yield* alice.slash("weather", { city: "Bergen" })
      assert.strictEqual(answer.kind, "deferred-message")
      assert.strictEqual(yield* answer.content, "Bergen: rain.")
      const umbrella = yield* answer.awaitFollowUp()
      assert.strictEqual(yield* umbrella.content, "Take an umbrella.")
      assert.isTrue(yield* umbrella.ephemeral)
      const sunny = yield* bob.slash("weather", { city: "Rome" })
      assert.strictEqual(yield* sunny.content, "Rome: sun.")
      const unknown = yield* (yield* bob.slash("weather", { city: "Atlantis" })).awaitFollowUp()
      assert.strictEqual(yield* unknown.content, "I do not know Atlantis.")
      assert.isTrue(yield* unknown.ephemeral)
      assert.deepStrictEqual(yield* discord.sessions, [])
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(TestLive))
  )

  it.live("opens a form whose fields are checked, and counts who agrees", () =>
    Effect.gen(function* () {
      const { alice, bob, discord } = yield* portal
      const form = yield* (yield* alice.slash("feedback")).modal
      const refused = yield* form.submit({ Stars: "9", "Why?": "Nice" })
      assert.include(yield* refused.content, "Give one to five stars.")
      const message = yield* form.submit({ Stars: "3", "Why?": "Nice" })
      assert.strictEqual(yield* message.content, "⭐⭐⭐ Nice")
      yield* bob.click(message, "I agree")
      yield* alice.click(message, "I agree")
      assert.strictEqual(yield* message.content, "⭐⭐⭐ Nice\n2 agree.")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(TestLive))
  )

  it.live("thanks for a purchase once, although Discord tells of it three times, and is healthy", () =>
    Effect.gen(function* () {
      const { alice, discord, events, url } = yield* portal
      const purchase = { id: "71", sku_id: "5", application_id: discord.applicationId, user_id: alice.id, type: 8 }
      const twice = { loseResponses: 2, retryAfter: "5 millis" } as const
      const { statuses } = yield* events.send("ENTITLEMENT_CREATE", { ...purchase, deleted: false }, twice)
      assert.deepStrictEqual(statuses, [204, 204, 204])
      const isThanks = ({ content }: { readonly content: string }) => content === "Thank you for your support!"
      yield* alice.awaitMessage(isThanks, { direct: true })
      assert.strictEqual((yield* alice.messages({ direct: true })).length, 1)
      const health = yield* Effect.promise(async () => (await fetch(`${url}/health`)).text())
      assert.strictEqual(health, "ok")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(TestLive))
  )
})
