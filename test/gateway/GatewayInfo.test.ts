import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { Api, DiscordRestError, RateLimited } from "../../src/rest/DiscordRestError.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"

const answer = {
  url: "wss://gateway.discord.gg",
  shards: 9,
  session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 2 }
}
const failure = (status: number) =>
  new DiscordRestError({ reason: new Api({ status, code: 0, message: "x", method: "GET", route: "/gateway/bot" }) })

/** A REST API that gives these answers one by one, and then repeats the last one. */
const rest = (...answers: ReadonlyArray<unknown>) => {
  const calls = { count: 0 }
  const layer = Layer.succeed(DiscordRest.DiscordRest, {
    use: () =>
      Effect.suspend(() => {
        const next = answers[Math.min(calls.count++, answers.length - 1)] ?? 500
        if (next instanceof DiscordRestError) return Effect.fail(next)
        return typeof next === "number" ? Effect.fail(failure(next)) : Effect.succeed(next as never)
      }),
    request: () => Effect.die("not passed on"),
    respond: () => Effect.die("not an interaction")
  })
  return { calls, layer }
}

describe("GatewayInfo", () => {
  it.effect("caches the answer of Discord for a short time", () =>
    Effect.gen(function* () {
      const { calls, layer } = rest(answer)
      yield* Effect.gen(function* () {
        const info = yield* GatewayInfo.GatewayInfo
        const asked = yield* Effect.all([info.get, info.get, info.get], { concurrency: "unbounded" })
        assert.deepStrictEqual(asked[2], {
          url: "wss://gateway.discord.gg",
          shards: 9,
          sessionStartLimit: { total: 1000, remaining: 999, resetAfter: 14_400_000, maxConcurrency: 2 }
        })
        assert.strictEqual(calls.count, 1)
        yield* TestClock.adjust("30 seconds")
        yield* info.get
        assert.strictEqual(calls.count, 2)
        yield* info.refresh
        assert.strictEqual(calls.count, 3)
      }).pipe(Effect.provide(Layer.provide(GatewayInfo.layer(), layer)))
    })
  )

  it.effect("retries a temporary failure, and never guesses", () =>
    Effect.gen(function* () {
      const { calls, layer } = rest(500, 502, answer)
      yield* Effect.gen(function* () {
        const asking = yield* Effect.forkChild(GatewayInfo.GatewayInfo.use((info) => info.get))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* Fiber.join(asking)).shards, 9)
        assert.strictEqual(calls.count, 3)
      }).pipe(Effect.provide(Layer.provide(GatewayInfo.layer(), layer)))
    })
  )

  it.effect("fails with GatewayUnavailable when the retries end, and can be asked again", () =>
    Effect.gen(function* () {
      const { layer } = rest(500, 500, 500, answer)
      yield* Effect.gen(function* () {
        const info = yield* GatewayInfo.GatewayInfo
        const error = yield* Effect.flip(info.get)
        assert.strictEqual(error.reason._tag, "GatewayUnavailable")
        assert.strictEqual((yield* info.get).shards, 9)
      }).pipe(Effect.provide(Layer.provide(GatewayInfo.layer({ retry: Schedule.recurs(2) }), layer)))
    })
  )

  it.effect("asks again when the answer is malformed", () =>
    Effect.gen(function* () {
      const limit = answer.session_start_limit
      const nonsense = [
        null,
        [],
        "<html>",
        {},
        { ...answer, url: 5 },
        { ...answer, shards: "9" },
        { ...answer, shards: 0 },
        { ...answer, session_start_limit: { ...limit, remaining: undefined } },
        { ...answer, session_start_limit: null }
      ]
      const { calls, layer } = rest(...nonsense, answer)
      yield* Effect.gen(function* () {
        const asking = yield* Effect.forkChild(GatewayInfo.GatewayInfo.use((info) => info.get))
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual((yield* Fiber.join(asking)).shards, 9)
        assert.strictEqual(calls.count, nonsense.length + 1)
      }).pipe(Effect.provide(Layer.provide(GatewayInfo.layer(), layer)))
      const error = yield* Effect.flip(GatewayInfo.GatewayInfo.use((info) => info.get)).pipe(
        Effect.provide(GatewayInfo.layer({ retry: Schedule.recurs(0) }).pipe(Layer.provide(rest({}).layer)))
      )
      assert.strictEqual(error.reason._tag, "GatewayUnavailable")
      assert.match(error.message, /url/)
    })
  )

  it.effect("a rate limit is waited for, and is not called network trouble when that takes too long", () =>
    Effect.gen(function* () {
      const limited = (retryAfter: number) =>
        new DiscordRestError({
          reason: new RateLimited({ global: true, method: "GET", retryAfter, route: "/gateway/bot" })
        })
      const { calls, layer } = rest(limited(30_000), answer, limited(600_000))
      yield* Effect.gen(function* () {
        const info = yield* GatewayInfo.GatewayInfo
        const asking = yield* Effect.forkChild(info.get, { startImmediately: true })
        yield* TestClock.adjust("29 seconds")
        assert.strictEqual(calls.count, 1)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* Fiber.join(asking)).shards, 9)
        const { message } = yield* Effect.flip(info.refresh)
        assert.include(message, "rate limited for 600000 ms")
        assert.notInclude(message, "network")
        assert.strictEqual(calls.count, 3)
      }).pipe(Effect.provide(Layer.provide(GatewayInfo.layer(), layer)))
    })
  )

  it.effect("fails with AuthenticationFailed at once when Discord refuses the token", () =>
    Effect.gen(function* () {
      const { calls, layer } = rest(401)
      const error = yield* Effect.flip(GatewayInfo.GatewayInfo.use((info) => info.get)).pipe(
        Effect.provide(Layer.provide(GatewayInfo.layer(), layer))
      )
      assert.strictEqual(error.reason._tag, "AuthenticationFailed")
      assert.strictEqual(calls.count, 1)
    })
  )

  it.live("asks Discord over a real socket", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const services = GatewayInfo.layer().pipe(
        Layer.provide(DiscordRest.layer()),
        Layer.provide(DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl }))
      )
      const info = yield* GatewayInfo.GatewayInfo.use((info) => info.get).pipe(Effect.provide(services))
      assert.strictEqual(info.url, discord.gatewayUrl)
      assert.deepInclude(info, { shards: 5 })
      assert.deepInclude(info.sessionStartLimit, { total: 1000, remaining: 1000, maxConcurrency: 3 })
    }).pipe(Effect.provide(FakeDiscord.layerServer({ shards: 5, maxConcurrency: 3 })))
  )
})
