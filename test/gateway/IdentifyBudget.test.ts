import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayError from "../../src/gateway/GatewayError.ts"
import * as GatewayInfo from "../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../src/gateway/IdentifyBudget.ts"
import * as SessionStore from "../../src/gateway/SessionStore.ts"
import * as IdentifyBudgetConformance from "../../src/testing/IdentifyBudgetConformance.ts"

const day = 24 * 60 * 60_000

/** Discord's side: its answer, and how often it was asked. */
const makeDiscord = (total: number, remaining: number, resetAfter = day) => {
  const discord = { total, remaining, resetAt: resetAfter, asked: 0 }
  const ask = Effect.map(Clock.currentTimeMillis, (now): GatewayInfo.Info => {
    discord.asked++
    return {
      url: "wss://gateway.discord.gg",
      shards: 1,
      sessionStartLimit: {
        total: discord.total,
        remaining: discord.remaining,
        resetAfter: Math.max(0, discord.resetAt - now),
        maxConcurrency: 1
      }
    }
  })
  const layer = Layer.succeed(GatewayInfo.GatewayInfo, { get: ask, refresh: ask, last: ask })
  return { discord, layer }
}

const config = DiscordConfig.layer({ token: Redacted.make("a.b.c") })
const budgetOn = (info: Layer.Layer<GatewayInfo.GatewayInfo>, store = SessionStore.layerMemory, reserve?: number) =>
  IdentifyBudget.layer({ reserve }).pipe(Layer.provide([info, store, config]), Layer.fresh)

const takeAll = Effect.gen(function* () {
  const budget = yield* IdentifyBudget.IdentifyBudget
  for (let taken = 0; taken < 5000; taken++) {
    const result = yield* Effect.result(budget.take)
    if (result._tag === "Failure") return { taken, reason: result.failure.reason }
  }
  return yield* Effect.die("the budget never ends")
})

describe("IdentifyBudget", () => {
  for (const reserve of [0.05, 0.5]) {
    describe(`conformance with a reserve of ${reserve}`, () => {
      const layer = Layer.provide(IdentifyBudget.layer({ reserve }), [SessionStore.layerMemory, config])
      for (const check of IdentifyBudgetConformance.checks(layer, { reserve })) it.live(check.name, () => check.run)
    })
  }

  it.effect("counts down, and refuses to touch the reserve", () =>
    Effect.gen(function* () {
      const { layer } = makeDiscord(1000, 1000)
      const { reason, taken } = yield* Effect.provide(takeAll, budgetOn(layer))
      assert.strictEqual(taken, 950)
      assert.deepInclude(reason, { _tag: "SessionLimitExhausted", remaining: 50, total: 1000, resetAt: day })
    })
  )

  it.effect("asks Discord again before it refuses, and keeps the lower count", () =>
    Effect.gen(function* () {
      const { discord, layer } = makeDiscord(1000, 1000)
      const { taken } = yield* Effect.gen(function* () {
        const budget = yield* IdentifyBudget.IdentifyBudget
        yield* budget.take
        // Another process of the same bot.
        discord.remaining = 60
        yield* budget.require(900)
        const short = yield* Effect.result(budget.require(950))
        assert.strictEqual(short._tag, "Failure")
        return yield* takeAll
      }).pipe(Effect.provide(budgetOn(layer)))
      assert.strictEqual(taken, 10)
    })
  )

  it.effect("is full again at the time that Discord names", () =>
    Effect.gen(function* () {
      const { discord, layer } = makeDiscord(100, 6)
      yield* Effect.gen(function* () {
        const budget = yield* IdentifyBudget.IdentifyBudget
        assert.strictEqual((yield* takeAll).taken, 1)
        yield* TestClock.adjust(day)
        discord.remaining = 100
        discord.resetAt = 2 * day
        yield* budget.require(95)
        assert.strictEqual((yield* takeAll).taken, 95)
      }).pipe(Effect.provide(budgetOn(layer)))
    })
  )

  it.effect("is full again at that time even if the clock is set back", () =>
    Effect.gen(function* () {
      const { discord, layer } = makeDiscord(100, 6)
      yield* Effect.gen(function* () {
        const budget = yield* IdentifyBudget.IdentifyBudget
        assert.strictEqual((yield* takeAll).taken, 1)
        yield* TestClock.setTime(-10_000)
        yield* TestClock.adjust(day)
        discord.remaining = 100
        discord.resetAt = 2 * day - 10_000
        yield* budget.require(95)
      }).pipe(Effect.provide(budgetOn(layer)))
    })
  )

  it.effect("does not wait for another day when a stored one ends a little later than that of Discord", () =>
    Effect.gen(function* () {
      const { discord, layer } = makeDiscord(100, 6)
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      assert.strictEqual((yield* Effect.provide(takeAll, budgetOn(layer, store))).taken, 1)
      yield* TestClock.adjust(day - 10_000)
      discord.remaining = 100
      discord.resetAt = 2 * day - 10_000
      yield* Effect.provide(
        IdentifyBudget.IdentifyBudget.use((budget) => budget.require(95)),
        budgetOn(layer, store)
      )
    })
  )

  for (const [what, ahead] of [
    ["was assumed while REST was down", 14 * 60 * 60_000],
    ["was written by a clock that was ahead", 10 * 60_000]
  ] as const) {
    it.effect(`believes Discord when the end of a stored day ${what}`, () =>
      Effect.gen(function* () {
        const { layer } = makeDiscord(1000, 1000, 8 * 60 * 60_000)
        const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
        const application = SessionStore.fingerprint(Redacted.make("a.b.c"))
        const wrong = { total: 1000, remaining: 50, resetAt: 8 * 60 * 60_000 + ahead }
        yield* Effect.provide(
          SessionStore.SessionStore.use(({ setBudget }) => setBudget(application, wrong)),
          store
        )
        const require = IdentifyBudget.IdentifyBudget.use((budget) => budget.require(16))
        yield* Effect.provide(require, budgetOn(layer, store))
        const stored = yield* Effect.provide(
          SessionStore.SessionStore.use(({ loadBudget }) => loadBudget(application)),
          store
        )
        assert.deepStrictEqual(stored, { total: 1000, remaining: 1000, resetAt: 8 * 60 * 60_000 })
      })
    )
  }

  it.effect("does not take a stored day for over while REST is down because the clock that wrote it was behind", () =>
    Effect.gen(function* () {
      const down = Effect.fail(GatewayError.fromReason(new GatewayError.GatewayUnavailable({ detail: "down" })))
      const info = Layer.succeed(GatewayInfo.GatewayInfo, { get: down, refresh: down, last: Effect.undefined })
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const behind = 10 * 60_000
      const budget = { total: 1000, remaining: 50, resetAt: 60_000 - behind + 1 }
      yield* Effect.provide(
        SessionStore.SessionStore.use(({ setBudget }) =>
          setBudget(SessionStore.fingerprint(Redacted.make("a.b.c")), budget)
        ),
        store
      )
      yield* Effect.gen(function* () {
        const { require } = yield* IdentifyBudget.IdentifyBudget
        assert.strictEqual((yield* Effect.flip(require(1))).reason._tag, "GatewayUnavailable")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Effect.flip(require(1))).reason._tag, "GatewayUnavailable")
        yield* TestClock.adjust("1 second")
        yield* require(1)
      }).pipe(Effect.provide(budgetOn(info, store)))
    })
  )

  it.effect("stores what Discord said, also when the start fails of it", () =>
    Effect.gen(function* () {
      const { layer } = makeDiscord(1000, 60)
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const require = IdentifyBudget.IdentifyBudget.use((budget) => Effect.flip(budget.require(16)))
      yield* Effect.provide(require, budgetOn(layer, store))
      const stored = yield* Effect.provide(
        SessionStore.SessionStore.use(({ loadBudget }) => loadBudget(SessionStore.fingerprint(Redacted.make("a.b.c")))),
        store
      )
      assert.deepStrictEqual(stored, { total: 1000, remaining: 60, resetAt: day })
    })
  )

  it.effect("survives a loop of crashes, because the session store keeps the count", () =>
    Effect.gen(function* () {
      const { layer } = makeDiscord(1000, 1000)
      const context = yield* Layer.build(SessionStore.layerMemory)
      const store = Layer.succeedContext(context)
      let identifies = 0
      for (let crash = 0; crash < 3000; crash++) {
        // The count of Discord does not change, as when it does not count what it refused.
        const result = yield* Effect.result(IdentifyBudget.IdentifyBudget.use((budget) => budget.take)).pipe(
          Effect.provide(budgetOn(layer, store))
        )
        if (result._tag === "Success") identifies++
      }
      assert.strictEqual(identifies, 950)
    })
  )

  it.effect("asks again within a minute when Discord names no time", () =>
    Effect.gen(function* () {
      const { discord, layer } = makeDiscord(1000, 1000, 0)
      yield* Effect.gen(function* () {
        const budget = yield* IdentifyBudget.IdentifyBudget
        yield* budget.take
        yield* budget.take
        assert.strictEqual(discord.asked, 1)
        yield* TestClock.adjust("1 minute")
        yield* budget.take
        assert.strictEqual(discord.asked, 2)
      }).pipe(Effect.provide(budgetOn(layer)))
    })
  )

  it.effect("has no day that is longer than one, whatever Discord or a store says", () =>
    Effect.gen(function* () {
      const application = SessionStore.fingerprint(Redacted.make("a.b.c"))
      for (const far of [10 * day, 1e18, 1e300]) {
        const { discord, layer } = makeDiscord(100, 6, far)
        const { reason } = yield* Effect.provide(takeAll, budgetOn(layer))
        const now = yield* Clock.currentTimeMillis
        assert.deepInclude(reason, { _tag: "SessionLimitExhausted", resetAt: now + day })
        assert.include(reason.message, new Date(now + day).toISOString())

        const store = Layer.succeedContext(yield* Layer.build(Layer.fresh(SessionStore.layerMemory)))
        yield* Effect.provide(
          SessionStore.SessionStore.use(({ setBudget }) =>
            setBudget(application, { total: 100, remaining: 6, resetAt: far })
          ),
          store
        )
        yield* Effect.gen(function* () {
          const { require } = yield* IdentifyBudget.IdentifyBudget
          yield* require(1)
          discord.remaining = 100
          discord.resetAt = (yield* Clock.currentTimeMillis) + 2 * day
          yield* TestClock.adjust("25 hours")
          yield* require(95)
        }).pipe(Effect.provide(budgetOn(layer, store)))
      }
    })
  )

  it.effect("logs a warning when the store fails", () =>
    Effect.gen(function* () {
      const { layer } = makeDiscord(1000, 1000)
      const broken = Layer.mock(SessionStore.SessionStore, {
        durable: false,
        loadBudget: () => Effect.die("unreachable"),
        setBudget: () => Effect.die("unreachable")
      })
      const { taken } = yield* Effect.provide(takeAll, budgetOn(layer, broken, 0.9))
      assert.strictEqual(taken, 100)
    })
  )
})
