/** What goes wrong with `@discordjs/ws`, and must not with fibercord. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { Agent } from "node:http"
import { connect } from "node:net"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import type { Payload } from "../../../src/gateway/ShardMessenger.ts"
import * as SessionStore from "../../../src/gateway/SessionStore.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = (options: FakeDiscord.Options = {}) => FakeDiscord.layerServer({ identifyInterval: 0, ...options })
const sound = (n: number): Payload => ({ op: 31, d: { guild_ids: [`${n}`] } })

const theLog = FakeDiscord.FakeDiscord.use((discord) => discord.log)
const entries = <T extends FakeDiscord.Tag>(tag: T) => Effect.map(theLog, (log) => log.filter(is(tag)))

describe("what goes wrong with @discordjs/ws", () => {
  it.live("sends a payload that was sent while Resuming after RESUMED", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.resumedDelay("100 millis")
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Resuming"])
      const sending = yield* Effect.forkChild(bot.manager.shard(Gateway.shard0).send(sound(1)), {
        startImmediately: true
      })
      yield* Effect.sleep("30 millis")
      assert.isUndefined(sending.pollUnsafe())
      yield* Fiber.join(sending)
      const received = yield* discord.awaitLog(is("Received", ({ op }) => op === 31))
      const resumed = yield* discord.awaitLog(is("Resumed"))
      assert.isAbove(received.index, resumed.index)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("loses no payload that is sent while the network is down", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.stop()
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Backoff"])
      const sending = yield* Effect.forEach([1, 2, 3], (n) => bot.manager.shard(Gateway.shard0).send(sound(n)), {
        concurrency: 3
      }).pipe(Effect.forkChild({ startImmediately: true }))
      yield* discord.start()
      yield* Fiber.join(sending)
      yield* discord.awaitLog(is("Received"), { count: 3 })
      const received = yield* entries("Received")
      assert.deepStrictEqual(
        received.map(({ d }) => (d as { guild_ids: ReadonlyArray<string> }).guild_ids[0]),
        ["1", "2", "3"]
      )
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("loses a connection when the identify queue dies, but never sends two IDENTIFYs on one", () =>
    Effect.gen(function* () {
      let asked = 0
      const queue = Layer.succeed(IdentifyQueue.IdentifyQueue, {
        take: () =>
          Effect.suspend(() =>
            ++asked <= 2 ? Effect.die(new Error("the queue is down")) : Effect.succeed({ use: () => true })
          )
      })
      const bot = yield* Gateway.start({ identifyQueue: queue })
      assert.strictEqual((yield* entries("Identify")).length, 1)
      assert.strictEqual((yield* entries("Opened")).length, 3)
      assert.deepInclude(yield* Gateway.info(bot, 0), { identifies: 1 })
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("spaces attempts by the policy in an outage, and keeps the session", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ resume: Schedule.spaced("60 millis") })
      yield* Gateway.number(discord, 1)
      yield* discord.stop()
      yield* Gateway.number(discord, 2)
      const began = Date.now()
      yield* Gateway.untilStages(bot, 0, ["Disconnected", ...Array.from({ length: 6 }, () => "Backoff" as const)])
      assert.isAtLeast(Date.now() - began, 5 * 60 - 5)
      yield* discord.start()
      yield* Gateway.untilRecovered(bot, 0)
      yield* Gateway.number(discord, 3)
      yield* Gateway.until("three events", () => Gateway.numbers(bot).length === 3)
      assert.deepStrictEqual(Gateway.numbers(bot), [1, 2, 3])
      assert.strictEqual((yield* entries("Identify")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("ends after a fatal close, with a typed error and a status", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      yield* discord.faults.close(0, 4014)
      const error = yield* Effect.flip(bot.manager.awaitShutdown)
      assert.deepInclude(error.reason, { _tag: "DisallowedIntents" })
      assert.strictEqual((yield* Gateway.info(bot, 0)).stage._tag, "Fatal")
      assert.isFalse(yield* bot.manager.has(Gateway.shard0))
      assert.strictEqual((yield* entries("Opened")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("waits after a resumable op 9, and resumes on a new connection", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ invalidSessionWait: ["80 millis", "100 millis"] })
      const mark = Date.now()
      yield* discord.faults.invalidSession(0, true)
      yield* Gateway.untilRecovered(bot, 0)
      assert.isAtLeast(Date.now() - mark, 79)
      const resumes = yield* entries("Resume")
      assert.deepStrictEqual(
        resumes.map(({ connection }) => connection),
        [2]
      )
      assert.strictEqual((yield* entries("Identify")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("identifies after three RESUMEs that were answered with a resumable op 9", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start()
      const refusing = yield* discord.faults.invalidSessionOnResume(true, { times: Infinity })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual(yield* refusing.hits, 3)
      assert.strictEqual((yield* entries("Identify")).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("keeps the order of events, the sequence and its heartbeats with a slow session store", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const slow = Layer.effect(
        SessionStore.SessionStore,
        Effect.map(SessionStore.SessionStore, (store) => ({
          ...store,
          load: (key: SessionStore.SessionKey) => Effect.delay(store.load(key), "40 millis"),
          set: (key: SessionStore.SessionKey, session: SessionStore.Session) =>
            Effect.delay(store.set(key, session), "40 millis")
        }))
      ).pipe(Layer.provide(SessionStore.layerMemory))
      const bot = yield* Gateway.start({ sessionStore: slow })
      for (let round = 0; round < 5; round++) {
        for (let n = 0; n < 40; n++) yield* Gateway.number(discord, round * 40 + n)
        yield* discord.faults.reconnect(0)
        yield* Gateway.untilStages(
          bot,
          0,
          Array.from({ length: round + 1 }, () => "Connected" as const)
        )
      }
      yield* Gateway.until("all events", () => Gateway.numbers(bot).length >= 200)
      assert.deepStrictEqual(
        Gateway.numbers(bot),
        Array.from({ length: 200 }, (_, n) => n)
      )
      const mark = yield* discord.mark
      yield* Effect.sleep("650 millis")
      const beats = (yield* discord.log).filter(is("Heartbeat", ({ index }) => index >= mark))
      assert.isAtMost(beats.length, 4)
      assert.strictEqual(new Set(beats.map(({ connection }) => connection)).size, 1)
      assert.strictEqual((yield* entries("Identify")).length, 1)
    }).pipe(Effect.provide(fake({ heartbeatInterval: "200 millis" })))
  )

  it.live("keeps the session when it closes with another code than 1000", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      yield* bot.manager.shutdown(Gateway.shard0, 4200)
      yield* bot.manager.initialize
      yield* bot.manager.awaitReady
      assert.strictEqual((yield* entries("Identify")).length, 1)
      assert.strictEqual((yield* entries("Resumed")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("shares no session with another bot that uses the same store", () =>
    Effect.gen(function* () {
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const one = yield* FakeDiscord.make({ token: "first", identifyInterval: 0 })
      const two = yield* FakeDiscord.make({ token: "second", identifyInterval: 0 })
      for (const discord of [one, two]) {
        yield* Gateway.start({ sessionStore: store, onClose: "resumable" }).pipe(
          Effect.provideService(FakeDiscord.FakeDiscord, discord),
          Effect.scoped
        )
      }
      for (const discord of [one, two]) {
        const log = yield* discord.log
        assert.strictEqual(log.filter(is("Identify")).length, 1)
        assert.strictEqual(log.filter(is("Resume")).length, 0)
      }
    })
  )

  it.live("restarts after a defect in its fiber, which does not affect other shards", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      let broken = true
      const resume = Schedule.spaced("20 millis").pipe(
        Schedule.tap(() =>
          Effect.suspend(() => {
            const die = broken
            broken = false
            return die ? Effect.die(new Error("a policy with a bug")) : Effect.void
          })
        )
      )
      const bot = yield* Gateway.start({ resume })
      yield* discord.stop("resume")
      yield* discord.faults.dropUpgrade({ host: "main" })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Stopped", "Connected"])
      assert.isFalse(broken)
      assert.deepStrictEqual(Gateway.stagesOf(bot, 1).slice(-1), ["Connected"])
      assert.notInclude(Gateway.stagesOf(bot, 1), "Disconnected")
      assert.strictEqual((yield* entries("Identify")).length, 2)
    }).pipe(Effect.provide(fake({ shards: 2, maxConcurrency: 2 })))
  )

  it.live("tries a RESUME that is never answered three times", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ resumedTimeout: "80 millis" })
      yield* discord.faults.at("resume", { _tag: "Never" }, { times: 2 })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* entries("Identify")).length, 1)
      const lost = yield* Gateway.info(bot, 0)
      assert.deepStrictEqual(Option.getOrThrow(lost.lastEnd), { _tag: "TimedOut", waitingFor: "RESUMED" })
      const since = bot.changes.length
      yield* discord.faults.at("resume", { _tag: "Never" }, { times: Infinity })
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0, since)
      assert.strictEqual((yield* entries("Identify")).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("does not time out during a long replay", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ resumedTimeout: "100 millis" })
      yield* discord.faults.resumedDelay("450 millis")
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilStages(bot, 0, ["Disconnected", "Resuming"])
      yield* discord.awaitLog(is("Resume"))
      for (let n = 0; n < 8; n++) {
        yield* Gateway.number(discord, n)
        yield* Effect.sleep("50 millis")
      }
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* entries("Resume")).length, 1)
    }).pipe(Effect.provide(fake()))
  )

  it.live("times out without RESUMED even while events arrive", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ resumedTimeout: "100 millis" })
      yield* discord.faults.resumedNever()
      yield* discord.faults.dropConnection(0)
      yield* discord.awaitLog(is("Resume"))
      let n = 0
      yield* Effect.forkScoped(
        Effect.suspend(() => Gateway.number(discord, n++)).pipe(
          Effect.andThen(Effect.sleep("5 millis")),
          Effect.forever
        )
      )
      yield* discord.awaitLog(is("Resumed"))
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* entries("Resume")).length, 2)
    }).pipe(Effect.provide(fake()))
  )

  it.live("never writes a payload of more than 4096 bytes", () =>
    Effect.gen(function* () {
      const bot = yield* Gateway.start()
      const shard = bot.manager.shard(Gateway.shard0)
      const error = yield* Effect.flip(shard.requestSoundboardSounds(Array.from({ length: 300 }, () => "1".repeat(18))))
      assert.deepInclude(error.reason, { _tag: "PayloadRejected", op: 31 })
      yield* shard.send(sound(1))
      yield* FakeDiscord.FakeDiscord.use((discord) => discord.awaitLog(is("Received")))
      assert.strictEqual((yield* entries("Received")).length, 1)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake()))
  )

  it.live("keeps the send limit in a flood of payloads and heartbeats", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ sendLimit: { limit: 30, window: "1 minute" } })
      const shard = bot.manager.shard(Gateway.shard0)
      yield* Effect.forkScoped(
        Effect.forEach(
          Array.from({ length: 100 }, (_, n) => n),
          (n) => shard.send(sound(n)),
          { concurrency: "unbounded" }
        )
      )
      // 60 seconds have 12 heartbeats at 5 seconds, one IDENTIFY and one heartbeat that Discord asks for.
      yield* discord.awaitLog(is("Received"), { count: 16 })
      yield* discord.faults.requestHeartbeat(0)
      yield* discord.awaitLog(is("Heartbeat"))
      yield* Effect.sleep("200 millis")
      assert.strictEqual((yield* entries("Received")).length, 16)
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ sendLimit: 30, heartbeatInterval: "5 seconds" })))
  )

  it.live("keeps the send limit when the first of two floods is delayed on its way", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const agent = new Agent()
      let held: Array<() => unknown> | undefined
      agent.createConnection = ((options: { readonly port: number; readonly host: string }) => {
        const socket = connect(options.port, options.host)
        const write = socket.write.bind(socket) as (...args: ReadonlyArray<unknown>) => boolean
        socket.write = ((...args: ReadonlyArray<unknown>) => {
          if (held === undefined) return write(...args)
          held.push(() => write(...args))
          return true
        }) as never
        return socket
      }) as never
      const bot = yield* Gateway.start({ agent, sendLimit: { limit: 30, window: "1 second" } })
      const shard = bot.manager.shard(Gateway.shard0)
      held = []
      const sending = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 60 }, (_, n) => n),
          (n) => shard.send(sound(n)),
          { concurrency: "unbounded" }
        ),
        { startImmediately: true }
      )
      yield* Effect.sleep("250 millis")
      for (const write of held.splice(0)) write()
      held = undefined
      yield* Fiber.join(sending)
      yield* discord.awaitLog(is("Received"), { count: 60 })
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(fake({ sendLimit: 30, sendWindow: "1 second" })))
  )

  it.live("closes its socket when it is stopped at any stage, and nothing crashes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.stallUpgrade({ times: 5 })
      for (const delay of [0, 1, 5, 20, 50]) {
        const bot = yield* Gateway.make({ handshakeTimeout: "100 millis" })
        yield* bot.manager.initialize
        if (delay > 0) yield* Effect.sleep(delay)
        yield* bot.manager.shutdownAll().pipe(Effect.timeout("1 minute"))
      }
      // Whatever was left of the shards would have failed by now.
      yield* Effect.sleep("200 millis")
    }).pipe(Effect.provide(fake()))
  )

  it.live("opens its sockets with the given HTTP agent", () =>
    Effect.gen(function* () {
      let opened = 0
      const agent = new Agent()
      agent.createConnection = ((options: { readonly port: number; readonly host: string }) => {
        opened++
        return connect(options.port, options.host)
      }) as never
      yield* Gateway.start({ agent })
      assert.strictEqual(opened, 1)
    }).pipe(Effect.provide(fake()))
  )
})
