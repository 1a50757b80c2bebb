/** What holds for REST where `undici` cannot run. Here `#undici` is what `package.json` says that it is on Bun. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Dispatcher } from "undici"
import { vi } from "vitest"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

vi.mock("#undici", () => import("../../src/rest/internal/noUndici.ts"))

const interaction = { id: "1", token: "interaction-token" }
const pong = { type: 4, data: { content: "pong" } }
const me = /^GET \/users/
const callback = /callback/
const acknowledged = { code: 40_060, message: "Interaction has already been acknowledged." }

const restOf = (options?: DiscordRest.Options) =>
  Effect.gen(function* () {
    const { apiUrl, token } = yield* FakeDiscord.FakeDiscord
    const layer = Layer.provide(DiscordRest.layer(options), DiscordConfig.layer({ token, apiUrl }))
    return Context.get(yield* Layer.build(layer), DiscordRest.DiscordRest)
  })

const ofFake = Effect.provide(FakeDiscord.layerServer())

const getMe = (rest: DiscordRest.DiscordRest["Service"]) => rest.use((api) => api.users.getCurrent())

const statuses = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  return (yield* discord.log).filter(FakeDiscord.is("Request")).map(({ status }) => status)
})

describe("by fetch, a call", () => {
  it.live("has answers and typed errors, also after a 401", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restStatus(me, 401, { body: { code: 0, message: "401: Unauthorized" }, times: 1 })
      assert.strictEqual((yield* Effect.flip(getMe(rest))).reason._tag, "Api")
      assert.isString((yield* getMe(rest)).id)
      const error = yield* Effect.flip(rest.use((api) => api.channels.get("1")))
      assert.strictEqual(error.code, 10_003)
    }).pipe(ofFake)
  )

  it.live("waits for a rate limit, and is sent then", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restRateLimit(me, 0.05)
      yield* getMe(rest)
      assert.deepStrictEqual(yield* statuses, [429, 200])
    }).pipe(ofFake)
  )

  it.live("does not wait for a limit that is longer than its time, although nothing follows it in Workers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { getBuiltinModule } = process
      const rest = yield* Effect.acquireUseRelease(
        Effect.sync(() => void Reflect.deleteProperty(process, "getBuiltinModule")),
        () => restOf(),
        () => Effect.sync(() => void Object.assign(process, { getBuiltinModule }))
      )
      yield* discord.faults.restRateLimit(me, 0.05)
      yield* getMe(rest)
      yield* discord.faults.restRateLimit(me, 120)
      assert.strictEqual((yield* Effect.flip(getMe(rest))).reason._tag, "RateLimited")
    }).pipe(ofFake)
  )

  it.live("that may be repeated is, after a reset", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restReset(me)
      yield* getMe(rest)
      assert.deepStrictEqual(yield* statuses, [undefined, 200])
    }).pipe(ofFake)
  )

  it.live("fails in its time if nobody answers, and with what the system says if nobody listens", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restHang(me)
      const late = yield* Effect.flip(getMe(yield* restOf({ timeout: "100 millis" })))
      assert.strictEqual(late.reason._tag, "Timeout")
      const nobody = DiscordConfig.layer({ token: Redacted.make("x"), apiUrl: "http://127.0.0.1:9999/api" })
      const unheard = yield* DiscordRest.use((api) => api.users.getCurrent()).pipe(
        Effect.flip,
        Effect.provide(Layer.provide(DiscordRest.layer(), nobody))
      )
      if (unheard.reason._tag !== "Transport") return assert.fail(`expected Transport, got ${unheard.reason._tag}`)
      assert.strictEqual((unheard.reason.cause as { code?: unknown }).code, "ECONNREFUSED")
      // fetch throws a TypeError for this, and for what it will never send.
      assert.isTrue(unheard.isRetryable)
    }).pipe(ofFake)
  )
})

describe("by fetch, an initial response", () => {
  it.live("that hangs or is reset is sent once more, and Discord may have read the first", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      for (const fault of [discord.faults.restHang(callback), discord.faults.restReset(callback)]) {
        yield* fault
        yield* discord.faults.restStatus(callback, 400, { body: acknowledged, times: 1 })
        yield* rest.respond(interaction, pong)
      }
      assert.deepStrictEqual(yield* statuses, [undefined, 400, undefined, 400])
    }).pipe(ofFake)
  )

  it.live("is tried again after 5xx and 429, as long as Discord takes it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restStatus(callback, 500, { times: 1 })
      yield* discord.faults.restRateLimit(callback, 0.05)
      yield* discord.faults.restStatus(callback, 204, { times: 1 })
      yield* rest.respond(interaction, pong)
      assert.deepStrictEqual(yield* statuses, [500, 429, 204])
      yield* discord.faults.restHang(callback, { times: 2 })
      const late = yield* Effect.flip(rest.respond(interaction, pong, { within: "500 millis" }))
      assert.strictEqual(late.reason._tag, "Timeout")
    }).pipe(ofFake)
  )

  it.live("is aborted when it is interrupted", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf()
      yield* discord.faults.restHang(callback)
      const fiber = yield* Effect.forkChild(rest.respond(interaction, pong))
      yield* discord.awaitLog(FakeDiscord.is("Request"))
      yield* Fiber.interrupt(fiber)
      yield* Effect.sleep("1200 millis")
      assert.deepStrictEqual(yield* statuses, [undefined])
    }).pipe(ofFake)
  )

  it.live("does not need a dispatcher that cannot be used", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* restOf({ dispatcher: {} as Dispatcher })
      yield* discord.faults.restStatus(callback, 204, { times: 1 })
      yield* rest.respond(interaction, pong)
      yield* getMe(rest)
    }).pipe(ofFake)
  )
})
