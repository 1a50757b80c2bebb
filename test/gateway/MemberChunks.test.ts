import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "./harness.ts"

const { is } = FakeDiscord
const fake = FakeDiscord.layerServer({ identifyInterval: 0 })

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  for (const name of ["alice", "alan", "bob"]) yield* discord.user(name)
  const bot = yield* Gateway.start({ intents: ["Guilds", "GuildMembers", "GuildPresences"] })
  const shard = bot.manager.shard(Gateway.shard0)
  const names = (request: Parameters<typeof shard.requestMembers>[0]) =>
    Effect.map(Stream.runCollect(shard.requestMembers(request)), (members) =>
      members.map(({ user }) => user.username).toSorted()
    )
  const requests = Effect.map(discord.log, (log) =>
    log.filter(is("Received", ({ op }) => op === 8)).map(({ d }) => d as { readonly nonce: string })
  )
  return { bot, discord, guildId: discord.guild.id, names, requests, shard }
})

describe("requestMembers", () => {
  it.live("returns members by prefix, by id, or all of them", () =>
    Effect.gen(function* () {
      const { discord, guildId, names } = yield* setUp
      const bob = yield* discord.user("bob")
      assert.deepStrictEqual(yield* names({ guildId, query: "al" }), ["alan", "alice"])
      assert.deepStrictEqual(yield* names({ guildId, userIds: [bob.id, "1"] }), ["bob"])
      assert.includeMembers([...(yield* names({ guildId, query: "" }))], ["alan", "alice", "bob"])
    }).pipe(Effect.provide(fake))
  )

  it.live("tells requests that run at the same time apart", () =>
    Effect.gen(function* () {
      const { guildId, names, requests } = yield* setUp
      const found = yield* Effect.forEach(["al", "b", "alice"], (query) => names({ guildId, query }), {
        concurrency: "unbounded"
      })
      assert.isTrue(found[0]?.includes("alan"))
      assert.deepStrictEqual(found[2], ["alice"])
      const nonces = (yield* requests).map(({ nonce }) => nonce)
      assert.strictEqual(new Set(nonces).size, 3)
      assert.isTrue(nonces.every((nonce) => nonce.length > 0 && Buffer.byteLength(nonce) <= 32))
    }).pipe(Effect.provide(fake))
  )

  it.live("returns presences and unknown ids in chunks", () =>
    Effect.gen(function* () {
      const { guildId, shard } = yield* setUp
      const chunks = yield* Stream.runCollect(shard.requestMemberChunks({ guildId, userIds: ["1"], presences: true }))
      assert.deepStrictEqual(
        chunks.map(({ not_found, presences }) => [not_found, presences]),
        [[["1"], []]] as never
      )
    }).pipe(Effect.provide(fake))
  )

  it.live("sends the request again after the time of RATE_LIMITED", () =>
    Effect.gen(function* () {
      const { discord, guildId, names, requests } = yield* setUp
      yield* discord.faults.rateLimitMembers(0.2)
      const began = Date.now()
      assert.deepStrictEqual(yield* names({ guildId, query: "alice" }), ["alice"])
      assert.isAtLeast(Date.now() - began, 199)
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(fake))
  )

  it.live("fails with RequestTimedOut when no answer arrives", () =>
    Effect.gen(function* () {
      const { discord, guildId, names } = yield* setUp
      yield* discord.faults.membersNever()
      const error = yield* Effect.flip(names({ guildId, query: "a", timeout: "60 millis" }))
      assert.deepInclude(error.reason, { _tag: "RequestTimedOut", limit: 60 })
      assert.deepStrictEqual(yield* names({ guildId, query: "alice" }), ["alice"])
    }).pipe(Effect.provide(fake))
  )

  it.live("stops listening when it is interrupted", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const bot = yield* Gateway.start({ quiet: true })
      yield* discord.faults.membersNever()
      const request = bot.manager.shard(Gateway.shard0).requestMembers({ guildId: discord.guild.id, query: "a" })
      const asking = yield* Effect.forkChild(Stream.runCollect(request), { startImmediately: true })
      yield* discord.awaitLog(is("Received"))
      assert.isTrue(bot.events.wants("GUILD_MEMBERS_CHUNK") && bot.events.wants("RATE_LIMITED"))
      yield* Fiber.interrupt(asking)
      assert.isFalse(bot.events.wants("GUILD_MEMBERS_CHUNK") || bot.events.wants("RATE_LIMITED"))
    }).pipe(Effect.provide(fake))
  )

  it.live("fails with ShardNotRunning when the shard does not run", () =>
    Effect.gen(function* () {
      const { bot, guildId, names } = yield* setUp
      yield* bot.manager.shutdownAll()
      const exit = yield* Effect.exit(names({ guildId, query: "a" }))
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.provide(fake))
  )
})
