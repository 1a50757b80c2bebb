/** 10,000 frames that are almost what Discord sends. None of them crashes or stops anything. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import { escaped, type Json, makeRandom, mutate } from "../mutate.ts"
import * as Gateway from "./harness.ts"

const total = 10_000
const guildId = "7"
const member = { user: { id: "9", username: "ann" }, roles: [], joined_at: "2026-01-01T00:00:00.000Z" }

/** Events that the library itself reads, and others. */
const events: ReadonlyArray<Json> = [
  { t: "MESSAGE_CREATE", d: { id: "1", channel_id: "8", guild_id: guildId, content: "hello", author: member.user } },
  { t: "GUILD_CREATE", d: { id: guildId, name: "guild", unavailable: false, members: [member], channels: [] } },
  { t: "GUILD_DELETE", d: { id: guildId, unavailable: true } },
  {
    t: "GUILD_MEMBERS_CHUNK",
    d: { guild_id: guildId, members: [member], chunk_index: 0, chunk_count: 1, nonce: "f0" }
  },
  { t: "RATE_LIMITED", d: { opcode: 8, retry_after: 0.001, meta: { guild_id: guildId, nonce: "f0" } } },
  { t: "READY", d: { session_id: "other", resume_gateway_url: "wss://evil.example", user: member.user, guilds: [] } },
  { t: "RESUMED", d: { _trace: [] } },
  { t: "NEW_IN_2030", d: { a: { b: [1, 2, 3] } } }
]

/** Frames of every opcode. Sequences stay behind the session's, unless they are mutated. */
const frames: ReadonlyArray<Json> = [
  { t: "MESSAGE_CREATE", s: 0, op: 0, d: { id: "1" } },
  { t: "TYPING_START", s: 0, op: 0, d: { user_id: "9" } },
  { op: 0, d: {}, s: 0, t: "READY" },
  { op: 0, t: "__proto__", s: 0, d: { constructor: { prototype: {} } } },
  { op: 11, d: null },
  { op: 2, d: { token: "…" } },
  { op: 99, d: {} }
]

/** Frames that end a connection or demand an answer even when they are well-formed. */
const control: ReadonlyArray<Json> = [
  { op: 1, d: null },
  { op: 7, d: null },
  { op: 9, d: true },
  { op: 9, d: false },
  { op: 10, d: { heartbeat_interval: 41_250 } }
]

// Numbers that JSON can say and most programs cannot.
const numbers = ["1e999", "-0", "9007199254740993", "9007199254740991", "0.5"]

// Not in TypeScript's library yet.
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

const logged: Array<{ readonly level: string; readonly text: string }> = []
const LoggerLive = Logger.layer([
  Logger.make(({ logLevel, message }) => {
    logged.push({ level: logLevel, text: String(message) })
  })
])

/** How often each kind of payload was ignored, over all shards. */
const counted = Effect.map(Metric.snapshot, (metrics) =>
  metrics.flatMap((metric) =>
    metric.id === "fibercord_gateway_malformed" && metric.type === "Counter"
      ? [[String(metric.attributes?.["what"]), Number(metric.state.count)] as const]
      : []
  )
)

it.live(
  "a shard survives 10,000 mutated frames, counts and logs each kind of them once, and still receives events",
  () =>
    Effect.gen(function* () {
      const errors = yield* escaped
      const discord = yield* FakeDiscord.FakeDiscord
      let handled = 0
      const bot = yield* Gateway.start({
        quiet: true,
        compression: "zlib-stream",
        handlers: Layer.mergeAll(
          GatewayEvents.onRaw(() => Effect.sync(() => void handled++)),
          GatewayEvents.on("MESSAGE_CREATE", () => Effect.void)
        )
      })
      // What listens inside the library.
      const guilds = yield* CommandSync.makeGuilds(() => undefined).pipe(
        Effect.provide(
          Layer.provide(DiscordRest.layer(), DiscordConfig.layer({ token: discord.token, apiUrl: discord.apiUrl }))
        )
      )
      yield* bot.events.listen("GUILD_CREATE", guilds.joined)
      yield* bot.events.listen("GUILD_DELETE", guilds.left)
      yield* discord.faults.membersNever({ times: Infinity })
      const asking = yield* Effect.forkScoped(
        Effect.exit(
          Stream.runCollect(
            bot.manager.shard(Gateway.shard0).requestMembers({ guildId, query: "a", timeout: "1 minute" })
          )
        )
      )

      const random = makeRandom(20_261_122)
      const pick = (from: ReadonlyArray<Json>): Json => from[random(from.length)] ?? {}
      for (let n = 0; n < total; n++) {
        const which = random(100)
        if (which < 50) {
          const { d, t } = mutate(random, pick(events))
          yield* discord.dispatch(0, typeof t === "string" ? t : "NEW_IN_2030", d as Json)
        } else {
          const frame = mutate(random, pick(which < 99 ? frames : control))
          if (random(10) === 0) frame["s"] = rawJson(numbers[random(numbers.length)] ?? "0")
          yield* discord.faults.send(0, random(50) === 0 ? (frame["d"] ?? null) : frame)
        }
        if (n % 100 === 0) yield* Effect.sleep("1 millis")
      }

      // A well-formed event after all of them still arrives.
      yield* discord.faults.send(0, { op: 11, d: null })
      let arrived = 0
      yield* bot.events.listen("TYPING_START", (data) => {
        if ((data as unknown as Json)["n"] === "last") arrived++
      })
      yield* discord.dispatch(0, "TYPING_START", { n: "last" })
      yield* Gateway.until("the last event", () => arrived === 1)
      assert.isAbove(handled, 2_000)
      assert.deepStrictEqual(errors, [])
      assert.isUndefined(({} as Json)["polluted"])
      assert.isUndefined(asking.pollUnsafe())

      const ends = bot.changes.flatMap(({ to }) => (to._tag === "Disconnected" ? [to.end._tag] : []))
      assert.sameMembers(
        [...new Set(ends)].filter((end) => !expectedEnds.has(end)),
        []
      )
      assert.deepStrictEqual(
        logged.filter(({ level }) => level === "Error").map(({ text }) => text),
        []
      )
      const warnings = logged.flatMap(({ text }) => /ignores malformed payloads: (.*)/.exec(text)?.[1] ?? [])
      assert.isAbove(warnings.length, 3)
      assert.strictEqual(new Set(warnings).size, warnings.length)
      const counts = yield* counted
      assert.sameMembers(
        warnings,
        counts.map(([what]) => what)
      )
      assert.isAbove(
        counts.reduce((sum, [, count]) => sum + count, 0),
        1_000
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.merge(
          FakeDiscord.layerServer({ identifyInterval: 0, replayLimit: 20_000, sendLimit: 100_000, logLimit: 50_000 }),
          LoggerLive
        )
      ),
      // Other tests of this process have counters of their own.
      Effect.provideService(Metric.MetricRegistry, new Map())
    ),
  240_000
)

// After op 7, op 9 and a malformed HELLO, and what Discord sends to a RESUME or a heartbeat that follows them.
const expectedEnds = new Set(["ReconnectRequested", "InvalidSession", "Corrupt", "Closed"])
