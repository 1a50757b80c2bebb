/** What connections send, read and survive. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import type * as ShardManager from "../../../src/gateway/ShardManager.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) => FakeDiscord.layerServer({ identifyInterval: 0, ...options })
const entries = <T extends FakeDiscord.Tag>(tag: T) =>
  FakeDiscord.FakeDiscord.use((discord) => Effect.map(discord.log, (log) => log.filter(is(tag))))
const one = { index: 0, count: 1, total: 1 }
const large = { activities: [{ name: "x".repeat(5000) }] }
const presenceOf = FakeDiscord.FakeDiscord.use((discord) =>
  Effect.map(discord.sessions, (sessions) => sessions.find(({ connected }) => connected)?.presence)
)

/** What is logged, by level. */
const logs = () => {
  const lines: Array<string> = []
  const layer = Logger.layer([
    Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel}: ${String(message)}`)
    })
  ])
  return { layer, lines }
}

describe("a presence that Discord would refuse", () => {
  it.live("is refused when it is set, and when the layer is built", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start({ presence: { status: "idle" } })
      const shard = bot.manager.shard(Gateway.shard0)
      const error = yield* Effect.flip(shard.setPresence(large))
      assert.deepInclude(error.reason, { _tag: "PayloadRejected", op: 3 })
      assert.strictEqual(
        (yield* Effect.flip(shard.setActivity({ name: "y".repeat(5000) }))).reason._tag,
        "PayloadRejected"
      )
      // One that fits alone, but not into IDENTIFY.
      assert.isTrue(Exit.isFailure(yield* Effect.exit(shard.setPresence({ activities: [{ name: "z".repeat(3700) }] }))))
      assert.deepInclude(yield* presenceOf, { status: "idle" })
      const exit = yield* Effect.exit(Gateway.make({ presence: large }))
      assert.isTrue(Exit.isFailure(exit) && Cause.pretty(exit.cause).includes("option presence"))
      yield* shard.setPresence({ activities: [{ name: "z".repeat(3400) }] })
      yield* bot.manager.restart(Gateway.shard0, { session: "new" })
      yield* bot.manager.awaitReady
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  for (const code of [4001, 4002]) {
    const { layer, lines } = logs()
    it.live(`is dropped with one error after a close with ${code}, and sent no more`, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const bot = yield* Gateway.start()
        yield* bot.manager.shard(Gateway.shard0).setPresence({ status: "dnd", activities: [{ name: "refused" }] })
        yield* discord.awaitLog(is("Received", ({ op }) => op === 3))
        yield* discord.faults.close(0, code)
        yield* Gateway.untilRecovered(bot, 0)
        yield* Effect.sleep("100 millis")
        assert.strictEqual((yield* entries("Received")).length, 1)
        const errors = lines.filter((line) => line.includes("is dropped"))
        assert.strictEqual(errors.length, 1)
        assert.match(errors[0] ?? "", /^Error: .*refused/)
        assert.strictEqual((yield* entries("Identify")).length, 1)
      }).pipe(Effect.provide(Layer.merge(fake(), layer)))
    )
  }

  it.live("is dropped after a close of the IDENTIFY that carried it: the next one goes without", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.closeOnIdentify(4002)
      yield* Gateway.start({ shards: one, presence: { status: "dnd" } })
      assert.isUndefined(yield* presenceOf)
      assert.strictEqual((yield* entries("Opened")).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("is not blamed for a close that has nothing to do with it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ presence: { status: "dnd" } })
      yield* discord.faults.close(0, 4002)
      yield* Gateway.untilRecovered(bot, 0)
      yield* bot.manager.restart(Gateway.shard0, { session: "new" })
      yield* bot.manager.awaitReady
      assert.deepInclude(yield* presenceOf, { status: "dnd" })
    }).pipe(Effect.provide(fake()))
  )
})

describe("heartbeats", () => {
  it.live("that Discord asks for all the time make no zombie, however late they are acknowledged", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.lateAcks("200 millis")
      for (let n = 0; n < 40; n++) {
        yield* discord.faults.requestHeartbeat(0)
        yield* Effect.sleep("40 millis")
      }
      assert.notInclude(Gateway.stagesOf(bot, 0), "Disconnected")
    }).pipe(Effect.provide(fake({ heartbeatInterval: "400 millis" })))
  )

  it.live("that Discord asks for count: a flood after them stays inside the limit", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ sendLimit: { limit: 30, window: "1 minute" } })
      for (let n = 0; n < 8; n++) yield* discord.faults.requestHeartbeat(0)
      yield* discord.awaitLog(is("Heartbeat"), { count: 8 })
      const shard = bot.manager.shard(Gateway.shard0)
      yield* Effect.forkScoped(
        Effect.forEach(
          Array.from({ length: 50 }, (_, n) => n),
          (n) => shard.send({ op: 31, d: { guild_ids: [`${n}`] } }),
          { concurrency: "unbounded" }
        )
      )
      // 30 less 12 heartbeats of the minute, one to spare, IDENTIFY, and 8 that were asked for.
      yield* discord.awaitLog(is("Received"), { count: 8 })
      yield* Effect.sleep("100 millis")
      assert.strictEqual((yield* entries("Received")).length, 8)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ heartbeatInterval: "5 seconds", sendLimit: 30 })))
  )
})

describe("a session", () => {
  it.live("outlives connections that break after RESUME, and no event that Discord still has is lost", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const closing = yield* discord.faults.closeOnResume(undefined, { times: 6 })
      yield* discord.faults.dropConnection(0)
      for (let n = 0; n < 10; n++) yield* Gateway.number(discord, n)
      yield* Gateway.until("the events", () => Gateway.numbers(bot).length === 10)
      assert.strictEqual(yield* closing.hits, 6)
      assert.strictEqual((yield* entries("Identify")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("is given up when RESUME stays unanswered for resumedTimeout on three connections", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ resumedTimeout: "60 millis" })
      yield* discord.faults.resumedNever({ times: Infinity })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilStages(bot, 0, ["Resuming", "Resuming", "Resuming", "Identifying", "Connected"])
      assert.strictEqual((yield* entries("Resume")).length, 3)
    }).pipe(Effect.provide(fake()))
  )

  it.live("that is lost while REST is down is replaced with what is known: URL, max_concurrency and budget", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ gatewayInfo: GatewayInfo.layer({ timeToLive: "1 millis" }) })
      yield* discord.faults.gatewayBotStatus(503, { times: Infinity })
      const mark = yield* discord.mark
      yield* discord.faults.invalidSession(0, false)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Identifying", "Connected"])
      assert.isEmpty((yield* discord.log).filter(is("Request", ({ index }) => index >= mark)))
    }).pipe(Effect.provide(fake()))
  )

  it.live("that is new gets the requests for members again that the old one was asked", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.user("alice")
      const bot = yield* Gateway.start({ intents: ["Guilds", "GuildMembers"] })
      yield* discord.faults.membersNever()
      const request = bot.manager.shard(Gateway.shard0).requestMembers({ guildId: discord.guild.id, query: "alice" })
      const asking = yield* Effect.forkChild(Stream.runCollect(request), { startImmediately: true })
      yield* discord.awaitLog(is("Received", ({ op }) => op === 8))
      yield* discord.faults.invalidSession(0, false)
      const members = yield* Effect.timeout(Fiber.join(asking), "1 minute")
      assert.strictEqual(members.length, 1)
    }).pipe(Effect.provide(fake()))
  )
})

describe("IDENTIFY", () => {
  it.live("follows its turn at once, however long the budget takes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      let asked = 0
      const slow = IdentifyBudget.IdentifyBudget.of({
        // The first is answered long after the second.
        take: Effect.suspend(() => Effect.sleep(asked++ === 0 ? "1030 millis" : "30 millis")),
        giveBack: Effect.void,
        require: () => Effect.void
      })
      yield* Gateway.start({
        shards: { index: 0, count: 3, total: 3 },
        identifyQueue: IdentifyQueue.layerMemory({ interval: "100 millis", margin: "400 millis" })
      }).pipe(Effect.provideService(IdentifyBudget.IdentifyBudget, slow))
      assert.strictEqual(asked, 3)
      assert.strictEqual((yield* discord.log).filter(is("Identify")).length, 3)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ identifyInterval: "100 millis" })))
  )

  it.live("that was taken and not sent is used by the next attempt, or put back", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      let left = 0
      const counting = IdentifyBudget.IdentifyBudget.of({
        take: Effect.sync(() => void left--),
        giveBack: Effect.sync(() => void left++),
        require: () => Effect.void
      })
      const bot = yield* Gateway.make({
        shards: one,
        identifyQueue: Layer.succeed(IdentifyQueue.IdentifyQueue, { take: () => Effect.never })
      }).pipe(Effect.provideService(IdentifyBudget.IdentifyBudget, counting))
      yield* bot.manager.initialize
      yield* Gateway.untilStages(bot, 0, ["Queued"])
      yield* discord.stop()
      yield* discord.start()
      yield* Gateway.untilStages(bot, 0, ["Queued", "Disconnected", "Queued"])
      assert.strictEqual(left, -1)
      yield* bot.manager.shutdownAll()
      assert.strictEqual(left, 0)
    }).pipe(Effect.provide(fake()))
  )
})

describe("options", () => {
  it.live("an infinite duration is refused by the name of its option", () =>
    Effect.gen(function* () {
      const infinite = Duration.infinity
      const wrong: ReadonlyArray<Partial<ShardManager.Options>> = [
        { closeTimeout: infinite },
        { handshakeTimeout: infinite },
        { helloTimeout: infinite },
        { invalidSessionWait: ["1 second", infinite] },
        { presenceInterval: infinite },
        { readyTimeout: infinite },
        { reshardOverlap: infinite },
        { resumedTimeout: infinite },
        { sendLimit: { limit: 120, window: infinite } },
        { shutdownTimeout: infinite },
        { stableAfter: infinite }
      ]
      for (const options of wrong) {
        const exit = yield* Effect.exit(Gateway.make(options))
        const [name] = Object.keys(options)
        assert.isTrue(Exit.isFailure(exit) && Cause.pretty(exit.cause).includes(`option ${name}`), name)
      }
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const request = { guildId: discord.guild.id, query: "a", timeout: infinite }
      const error = yield* Effect.flip(Stream.runCollect(bot.manager.shard(Gateway.shard0).requestMembers(request)))
      assert.strictEqual(error.reason._tag, "InvalidOptions")
    }).pipe(Effect.provide(fake()))
  )
})
