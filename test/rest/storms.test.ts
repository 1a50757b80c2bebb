/** What happens when Discord, its edge or a proxy refuses requests: no storm, and an error that says what it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Metrics from "../../src/rest/internal/metrics.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { unlessPaused } from "../support/paused.ts"

const interaction = { id: "1", token: "interaction-token" }
const pong = { type: 4, data: { content: "pong" } }
const callback = /callback/
const me = /^GET \/users/

const restOf = Effect.fnUntraced(function* (options?: DiscordRest.Options) {
  const discord = yield* FakeDiscord.FakeDiscord
  const config = DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl })
  const rest = yield* Layer.build(Layer.provide(DiscordRest.layer(options), config))
  return Context.get(rest, DiscordRest.DiscordRest)
})

const ofFake = Effect.provide(FakeDiscord.layerServer())

const getMe = (rest: DiscordRest.DiscordRest["Service"]) => rest.use((api) => api.users.getCurrent())

const requests = Effect.fnUntraced(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  return (yield* discord.log).filter(FakeDiscord.is("Request"))
})

/** Collects the messages of log lines. */
const listening = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  return { lines, layer: Logger.layer([logger]) }
}

const limitedOf = (error: { readonly reason: { readonly _tag: string } }) => {
  if (error.reason._tag !== "RateLimited") return assert.fail(`expected RateLimited, got ${error.reason._tag}`)
  return error.reason as unknown as { readonly retryAfter: number; readonly global: boolean }
}

const registryContext = (registry: Metric.MetricRegistry) => Context.make(Metric.MetricRegistry, registry)

const forms = ["html", "json", "date", "empty"] as const

describe.concurrent("a block by Discord's edge", () => {
  it.live.each(forms)("is no storm: an initial response waits, and fails with RateLimited in time (%s)", (form) =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restEdge(callback, 429, { form, retryAfter: 1.2, times: Infinity })
      const { global, retryAfter } = limitedOf(yield* Effect.flip(rest.respond(interaction, pong)))
      assert.isTrue(global)
      assert.isAbove(retryAfter, 1000)
      // A fourth would come after the three seconds.
      assert.isAtMost((yield* requests()).length, 3)
    }).pipe(ofFake)
  )

  it.live.each(forms)("is no storm: a call waits, and fails with RateLimited when it has no time left (%s)", (form) =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({ timeout: "2500 millis" })
      yield* discord.faults.restEdge(me, 429, { form, retryAfter: 1, times: Infinity })
      limitedOf(yield* Effect.flip(getMe(rest)))
      assert.isAtMost((yield* requests()).length, 3)
    }).pipe(ofFake)
  )

  it.live("waits for as long as the body says, and goes on then", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      for (const [pattern, call] of [
        [me, getMe(rest)],
        [callback, Effect.flip(rest.respond(interaction, pong))]
      ] as const) {
        yield* discord.faults.restEdge(pattern, 429, { form: "json", retryAfter: 0.3 })
        const begin = Date.now()
        yield* call as Effect.Effect<unknown, DiscordRest.DiscordRestError>
        assert.isAtLeast(Date.now() - begin, 290)
      }
      assert.deepStrictEqual(
        (yield* requests()).map(({ status }) => status),
        [429, 200, 429, 404]
      )
    }).pipe(ofFake)
  )

  it.live("holds all calls back, whatever their route, with one line in the log", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({ timeout: "2 seconds" })
      yield* discord.faults.restEdge(/./, 429, { form: "json", retryAfter: 60, times: Infinity })
      limitedOf(yield* Effect.flip(getMe(rest)))
      const calls = Array.from({ length: 50 }, (_, n) => [
        Effect.flip(rest.respond({ id: `${n}`, token: "t" }, pong)),
        Effect.flip(rest.use((api) => api.channels.get(`${n}`)))
      ]).flat()
      const errors = yield* Effect.all(calls as ReadonlyArray<Effect.Effect<DiscordRest.DiscordRestError, unknown>>, {
        concurrency: "unbounded"
      })
      for (const error of errors) assert.isTrue(limitedOf(error).global)
      assert.strictEqual((yield* requests()).length, 1)
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", /^Warn Discord's edge refuses requests of this address/)
    }).pipe(ofFake, Effect.provide(layer))
  })

  it.live("is looked at by one request a second when it should be over, however many wait", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({ timeout: "8 seconds" })
      const fault = yield* discord.faults.restEdge(/./, 429, { form: "json", retryAfter: 0.05, times: Infinity })
      const calls = Array.from({ length: 30 }, (_, n) =>
        Effect.exit(rest.use((api) => api.channels.get(`10000000000000000${n}`)))
      )
      const first = yield* Effect.forkChild(getMe(rest))
      yield* discord.awaitLog(FakeDiscord.is("Request", ({ status }) => status === 429))
      // The answer is on its way.
      yield* Effect.sleep("300 millis")
      yield* Fiber.interrupt(first)
      const waiting = yield* Effect.forkChild(Effect.all(calls, { concurrency: "unbounded" }))
      yield* Effect.sleep("1500 millis")
      assert.isAtMost((yield* requests()).length, 8)
      yield* fault.clear
      yield* Fiber.join(waiting)
      const answered = (yield* requests()).filter(({ status }) => status === 404)
      assert.isAbove(answered.length, 20)
    }).pipe(ofFake)
  )
})

describe.concurrent("a rate limit of Discord's", () => {
  it.live("that a call has no time for fails with RateLimited at once, and is not waited for", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // Longer than a test may take: to wait for its end would not pass.
      const timeout = "10 minutes"
      const rest = yield* restOf({ timeout })
      for (const scope of ["user", "shared", "global"] as const) {
        yield* discord.faults.restRateLimit(me, 660, { scope })
        const { global, retryAfter } = limitedOf(yield* Effect.flip(getMe(yield* restOf({ timeout }))))
        assert.strictEqual(global, scope === "global")
        assert.isAtLeast(retryAfter, 660_000)
      }
      yield* discord.faults.restRateLimit(callback, 660)
      assert.isFalse(limitedOf(yield* Effect.flip(rest.respond(interaction, pong))).global)
    }).pipe(ofFake)
  )

  it.live("counts as an invalid request, unless others share it", () => {
    const registry: Metric.MetricRegistry = new Map()
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      const counted = () => Number(Metrics.invalidRequests.valueUnsafe(registryContext(registry)).value)
      yield* discord.faults.restRateLimit(me, 0.01, { scope: "shared" })
      yield* getMe(rest)
      assert.strictEqual(counted(), 0)
      yield* discord.faults.restRateLimit(me, 0.01, { scope: "user" })
      yield* discord.faults.restStatus(me, 403)
      yield* Effect.flip(getMe(rest))
      assert.strictEqual(counted(), 2)
    }).pipe(ofFake, Effect.provideService(Metric.MetricRegistry, registry))
  })

  it.live("is known to the calls that come after it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({ timeout: "2 seconds" })
      yield* discord.faults.restRateLimit(me, 30)
      yield* Effect.flip(getMe(rest))
      const second = limitedOf(yield* Effect.flip(getMe(rest)))
      assert.isAbove(second.retryAfter, 20_000)
      assert.strictEqual((yield* requests()).length, 1)
    }).pipe(ofFake)
  )

  it.live("that says to wait for no time at all is waited for longer each time", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const headers = { "x-ratelimit-scope": "user", "retry-after": "0.001" }
      const rest = yield* restOf({ timeout: "2 seconds" })
      yield* discord.faults.restStatus(/./, 429, { headers, body: { retry_after: 0 }, times: Infinity })
      // Its time may be over while it is sent, instead of between two tries.
      yield* unlessPaused(
        200,
        Effect.gen(function* () {
          limitedOf(yield* Effect.flip(getMe(rest)))
          limitedOf(yield* Effect.flip(rest.respond(interaction, pong)))
        })
      )
      assert.isAtMost((yield* requests()).length, 14)
    }).pipe(ofFake)
  )

  it.live("is left to a proxy with limits: elsewhere, where calls of one route go out together", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const [limits, expected] of [
        ["elsewhere", 5],
        ["here", 1]
      ] as const) {
        const rest = yield* restOf({ limits })
        const mark = (yield* requests()).length
        const hanging = yield* discord.faults.restHang(me, { times: Infinity })
        const calls = yield* Effect.forEach([1, 2, 3, 4, 5], () => Effect.forkChild(getMe(rest)))
        while ((yield* requests()).length < mark + expected) yield* Effect.sleep("5 millis")
        yield* Effect.sleep("300 millis")
        yield* Fiber.interruptAll(calls)
        yield* hanging.clear
        assert.strictEqual((yield* requests()).length - mark, expected)
        if (limits === "here") continue
        yield* discord.faults.restRateLimit(me, 0.1)
        assert.strictEqual((yield* getMe(rest)).username, "fake-bot")
      }
    }).pipe(ofFake)
  )

  it.live("of requests a second is the one that the bot names", () =>
    Effect.gen(function* () {
      const rest = yield* restOf({ globalRequestsPerSecond: 3, timeout: "10 seconds" })
      const begin = Date.now()
      yield* Effect.all(
        Array.from({ length: 5 }, (_, n) => Effect.exit(rest.use((api) => api.channels.get(`10000000000000000${n}`)))),
        { concurrency: "unbounded" }
      )
      assert.isAtLeast(Date.now() - begin, 900)
    }).pipe(ofFake)
  )
})
