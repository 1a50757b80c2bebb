import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = FakeDiscord.layerServer({ identifyInterval: 0, replayLimit: 5000 })
const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)
const padding = "synthetic padding ".repeat(40)

describe.each(["zlib-stream", "zstd-stream"] as const)("%s", (compression) => {
  it.live("is requested and understood on every connection", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ compression })
      for (let round = 0; round < 3; round++) {
        yield* discord.dispatch(0, "TYPING_START", { n: round, text: "é\u{1F600}".repeat(5000) })
        yield* discord.faults.dropConnection(0)
        yield* Gateway.untilStages(
          bot,
          0,
          Array.from({ length: round + 1 }, () => "Connected" as const)
        )
      }
      assert.deepStrictEqual(Gateway.numbers(bot), [0, 1, 2])
      const opened = (yield* theLog).filter(is("Opened"))
      assert.isTrue(opened.every(({ url }) => url === `/?v=10&encoding=json&compress=${compression}`))
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 1)
    }).pipe(Effect.provide(fake))
  )

  it.live("loses and repeats no event when connections break in a flood of events", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ compression })
      const total = 3000
      for (let n = 0; n < total; n++) {
        yield* discord.dispatch(0, "TYPING_START", { n, padding })
        if (n % 750 === 400) yield* discord.faults.reset(0)
        if (n % 750 === 700) yield* discord.faults.reconnect(0)
        if (n % 100 === 0) yield* Effect.sleep("1 millis")
      }
      yield* Gateway.until("all events", () => Gateway.numbers(bot).length >= total)
      assert.isTrue(Gateway.numbers(bot).every((n, i) => n === i))
      assert.strictEqual(Gateway.numbers(bot).length, total)
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 1)
    }).pipe(Effect.provide(fake))
  )

  it.live("resumes after a corrupt frame, or a payload that is not JSON", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ compression })
      for (const fault of [discord.faults.corruptFrame(0), discord.faults.invalidJson(0)]) {
        const since = bot.changes.length
        yield* fault
        yield* Gateway.number(discord, since)
        yield* Gateway.untilRecovered(bot, 0, since)
        const lost = bot.changes.slice(since).find(({ to }) => to._tag === "Disconnected")?.to
        assert.strictEqual(lost?._tag === "Disconnected" ? lost.end._tag : "", "Corrupt")
      }
      assert.strictEqual(Gateway.numbers(bot).length, 2)
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 1)
    }).pipe(Effect.provide(fake))
  )
})

describe("zlib-stream", () => {
  it.live("allows a payload to arrive in several messages", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.splitFrames(7)
      const bot = yield* Gateway.start({ compression: "zlib-stream" })
      for (let n = 0; n < 20; n++) yield* discord.dispatch(0, "TYPING_START", { n, padding })
      yield* Gateway.until("all events", () => Gateway.numbers(bot).length === 20)
      assert.deepStrictEqual(
        Gateway.numbers(bot),
        Array.from({ length: 20 }, (_, n) => n)
      )
    }).pipe(Effect.provide(fake))
  )
})

describe("without compression", () => {
  it.live("a shard resumes after a frame that is not JSON", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.corruptFrame(0)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* theLog).filter(is("Identify")).length, 1)
    }).pipe(Effect.provide(fake))
  )

  it.live("events that nobody wants advance the sequence too", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      // The harness listens to everything; this bot listens to one event.
      const bot = yield* Gateway.start({ quiet: true })
      const seen: Array<unknown> = []
      yield* bot.events.listen("TYPING_START", (data) => seen.push(data))
      for (let n = 0; n < 50; n++) yield* discord.dispatch(0, "PRESENCE_UPDATE", { n, padding })
      yield* Gateway.number(discord, 1)
      yield* Gateway.until("the wanted event", () => seen.length === 1)
      const session = (yield* discord.sessions)[0]
      assert.strictEqual((yield* Gateway.info(bot, 0)).sequence, session?.seq)
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      const resumed = (yield* theLog).find(is("Resume"))
      assert.strictEqual(resumed?.seq, session?.seq)
      assert.strictEqual(seen.length, 1)
    }).pipe(Effect.provide(fake))
  )
})
