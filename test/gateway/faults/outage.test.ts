/** A process that starts while Discord's REST API is down, with the sessions of the process before it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schedule from "effect/Schedule"
import * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import * as KeyValueSessionStore from "../../../src/gateway/KeyValueSessionStore.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const discordWith = FakeDiscord.layerServer({ identifyInterval: 0, shards: 2, maxConcurrency: 2 })
const entries = <T extends FakeDiscord.Tag>(tag: T) =>
  FakeDiscord.FakeDiscord.use((discord) => Effect.map(discord.log, (log) => log.filter(is(tag))))

type Disk = Layer.Layer<KeyValueStore.KeyValueStore>
const makeDisk: Effect.Effect<Disk> = Effect.map(
  Effect.scoped(Layer.build(KeyValueStore.layerMemory)),
  Layer.succeedContext
)

/** Changes fields of every stored session; `undefined` removes a field. */
const change = (disk: Disk, fields: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const kv = yield* KeyValueStore.KeyValueStore
    for (const key of (yield* kv.keys) ?? []) {
      if (!key.includes("session/")) continue
      yield* kv.set(key, JSON.stringify({ ...JSON.parse((yield* kv.get(key)) ?? ""), ...fields }))
    }
  }).pipe(Effect.provide(disk))

/** A process whose policies never give up. */
const options = (disk: Disk): Gateway.BotOptions => ({
  sessionStore: Layer.provide(KeyValueSessionStore.layer(), disk),
  shards: { index: 0, count: 2, total: 2 },
  handshakeTimeout: "300 millis",
  gatewayInfo: GatewayInfo.layer({ retry: Schedule.spaced("20 millis") })
})

/** A process that has connected its shards and stopped. */
const firstLife = (disk: Disk) => Effect.scoped(Gateway.start(options(disk)))

const restIsDown = FakeDiscord.FakeDiscord.use(({ faults }) => faults.restStatus(/./, 503, { times: Infinity }))

describe("a process that starts while the REST API is down", () => {
  it.live("resumes its sessions at the resume URL, again after a drop, and misses no event", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const disk = yield* makeDisk
      yield* firstLife(disk)
      yield* restIsDown
      yield* Gateway.number(discord, 7, 1)
      const bot = yield* Gateway.start(options(disk))
      yield* Gateway.until("the event", () => Gateway.numbers(bot, 1).length === 1)
      assert.deepStrictEqual(
        (yield* entries("Opened")).slice(2).map(({ host }) => host),
        ["resume", "resume"]
      )
      yield* discord.faults.dropConnection(0)
      yield* Gateway.untilRecovered(bot, 0)
      assert.strictEqual((yield* entries("Identify")).length, 2)
      assert.isFalse((yield* entries("Request")).some(({ status }) => status === 503))
      yield* Gateway.assertLawful
    }).pipe(Effect.provide(discordWith))
  )

  it.live("resumes at the remembered main URL when the resume URL is down too", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const disk = yield* makeDisk
      yield* firstLife(disk)
      yield* restIsDown
      yield* discord.faults.upgradeStatus(503, { host: "resume", times: Infinity })
      yield* Gateway.start(options(disk))
      assert.strictEqual((yield* entries("Resumed")).length, 2)
      assert.strictEqual((yield* entries("Identify")).length, 2)
    }).pipe(Effect.provide(discordWith))
  )

  it.live("waits for the REST API when the main URL is missing or not trusted", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      for (const mainUrl of [undefined, "wss://evil.example"]) {
        const disk = yield* makeDisk
        yield* firstLife(disk)
        yield* change(disk, { mainUrl })
        const since = yield* discord.mark
        const outage = yield* restIsDown
        yield* Effect.scoped(
          Effect.gen(function* () {
            const bot = yield* Gateway.make(options(disk))
            yield* bot.manager.initialize
            while ((yield* outage.hits) < 3) yield* Effect.sleep("5 millis")
            assert.isEmpty((yield* entries("Opened")).filter(({ index }) => index >= since))
            yield* outage.clear
            yield* bot.manager.awaitReady
            assert.isEmpty((yield* entries("Identify")).filter(({ index }) => index >= since))
          })
        )
      }
    }).pipe(Effect.provide(discordWith))
  )

  it.live("asks Discord for the main URL after the remembered one has failed", () =>
    Effect.gen(function* () {
      const disk = yield* makeDisk
      yield* firstLife(disk)
      yield* change(disk, { mainUrl: "ws://127.0.0.1:1", resumeUrl: "ws://127.0.0.1:1" })
      yield* Gateway.start(options(disk))
      assert.strictEqual((yield* entries("Resumed")).length, 2)
      assert.strictEqual((yield* entries("Identify")).length, 2)
    }).pipe(Effect.provide(discordWith))
  )
})
