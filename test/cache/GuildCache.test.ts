import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { GatewayDispatchPayload } from "../../src/discord/DiscordApi.ts"
import * as Bot from "../../src/Bot.ts"
import * as GuildCache from "../../src/cache/GuildCache.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import { makeRandom, mutate } from "../mutate.ts"

const shard = { id: ShardId.make(0), total: 1 }
const guildId = "4194304"
const publish = (t: string, d: unknown) =>
  GatewayEvents.GatewayEvents.useSync((events) =>
    events.publish(shard, { op: 0, s: 1, t, d } as unknown as GatewayDispatchPayload)
  )
const lists = { roles: [], emojis: [], channels: [], threads: [], members: [], voice_states: [] }
const begin = (fields: object = {}) => publish("GUILD_CREATE", { id: guildId, name: "guild", ...lists, ...fields })
const member = (id: string, nick: string) => ({ user: { id }, nick, roles: ["1"], guild_id: guildId })

describe("GuildCache", () => {
  it.effect("keeps what was picked of the kinds that were asked for, and nothing else", () => {
    const cache = GuildCache.define({
      members: { pick: ({ nick, roles }) => ({ nick, roles }) },
      roles: { fields: Schema.Struct({ name: Schema.String }), when: ({ name }) => name !== "hidden" }
    })
    return Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      yield* begin({ roles: [{ id: "1", name: "mods", color: 4 }, { id: "2", name: "hidden" }, { id: "3" }] })
      yield* publish("GUILD_MEMBER_ADD", member("7", "al"))
      assert.deepStrictEqual(yield* cache.members.get(guildId, "7"), Option.some({ nick: "al", roles: ["1"] }))
      assert.deepStrictEqual(Option.getOrThrow(yield* cache.roles.all(guildId)), new Map([["1", { name: "mods" }]]))
      yield* publish("GUILD_ROLE_UPDATE", { guild_id: guildId, role: { id: "1", name: "hidden" } })
      assert.isTrue(Option.isNone(yield* cache.roles.get(guildId, "1")))
      assert.notProperty(cache, "channels")
      assert.isFalse(events.wants("CHANNEL_UPDATE") && events.wants("MESSAGE_CREATE"))
    }).pipe(Effect.provide(Layer.provideMerge(cache.layer, GatewayEvents.layer)))
  })

  it.effect("takes a member who is there already for the newest state of that member", () => {
    const cache = GuildCache.define({ members: { pick: ({ nick, roles }) => ({ nick, roles }) } })
    return Effect.gen(function* () {
      yield* begin()
      for (const nick of ["al", "alice"]) yield* publish("GUILD_MEMBER_ADD", member("7", nick))
      const kept = new Map([["7", { nick: "alice", roles: ["1"] }]])
      assert.deepStrictEqual(Option.getOrThrow(yield* cache.members.all(guildId)), kept)
    }).pipe(Effect.provide(Layer.provideMerge(cache.layer, GatewayEvents.layer)))
  })

  it.effect("keeps the rest of a guild when a pick or a predicate throws", () => {
    const cache = GuildCache.define({
      roles: {
        pick: ({ id, name }) => {
          if (id === "1") throw new Error("no role of mine")
          return name
        }
      },
      channels: {
        when: ({ id }) => {
          if (id === "5") throw new Error("no channel of mine")
          return true
        }
      },
      members: { pick: ({ nick }) => nick }
    })
    return Effect.gen(function* () {
      yield* begin({
        roles: [
          { id: "1", name: "one" },
          { id: "2", name: "two" }
        ],
        channels: [{ id: "5" }, { id: "6" }],
        members: [member("7", "al")]
      })
      assert.deepStrictEqual(Option.getOrThrow(yield* cache.roles.all(guildId)), new Map([["2", "two"]]))
      assert.deepStrictEqual([...Option.getOrThrow(yield* cache.channels.all(guildId)).keys()], ["6"])
      assert.deepStrictEqual(yield* cache.members.get(guildId, "7"), Option.some("al"))
    }).pipe(Effect.provide([Layer.provideMerge(cache.layer, GatewayEvents.layer), Logger.layer([])]))
  })

  it.effect("forgets the oldest beyond the maximum, and what is older than its time to live", () => {
    const cache = GuildCache.define({ members: { pick: ({ nick }) => nick, max: 2, timeToLive: "1 minute" } })
    return Effect.gen(function* () {
      const held = Effect.map(cache.members.all(guildId), (all) => [...Option.getOrThrow(all).keys()])
      yield* begin()
      for (const id of ["1", "2", "1", "3"]) yield* publish("GUILD_MEMBER_ADD", member(id, id))
      assert.deepStrictEqual(yield* held, ["1", "3"])
      yield* TestClock.adjust("50 seconds")
      yield* publish("GUILD_MEMBER_UPDATE", member("1", "one"))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* held, ["1"])
      yield* TestClock.adjust("50 seconds")
      assert.deepStrictEqual(yield* cache.members.get(guildId, "1"), Option.none())
    }).pipe(Effect.provide(Layer.provideMerge(cache.layer, GatewayEvents.layer)))
  })

  it.effect("a new session forgets its guilds until they follow, and those that it does not name for good", () => {
    const cache = GuildCache.define({ guilds: true })
    return Effect.gen(function* () {
      yield* begin()
      yield* begin({ id: "8388608" })
      yield* publish("READY", { guilds: [{ id: guildId, unavailable: true }] })
      assert.deepStrictEqual([yield* cache.state(guildId), yield* cache.state("8388608")], ["unavailable", undefined])
      assert.deepStrictEqual(yield* cache.guilds.get(guildId), Option.none())
      yield* begin({ name: "again" })
      assert.strictEqual(Option.getOrThrow(yield* cache.guilds.get(guildId)).name, "again")
      yield* publish("GUILD_DELETE", { id: guildId, unavailable: true })
      assert.deepStrictEqual(yield* cache.guildIds, [guildId])
      yield* publish("GUILD_DELETE", { id: guildId })
      assert.deepStrictEqual(yield* cache.guildIds, [])
    }).pipe(Effect.provide(Layer.provideMerge(cache.layer, GatewayEvents.layer)))
  })

  it.effect("knows no guild of which an event could not be applied as a whole, and nothing that is no guild", () => {
    const cache = GuildCache.define({
      guilds: true,
      roles: true,
      members: true,
      channels: true,
      threads: true,
      messages: true,
      voiceStates: true,
      emojis: true
    })
    let failures = 0
    const logger = Logger.make(({ logLevel }) => {
      if (logLevel === "Error") failures++
    })
    const channel = { id: "11", type: 0, guild_id: guildId }
    const whole = {
      id: guildId,
      name: "guild",
      owner_id: "7",
      roles: [{ id: guildId, permissions: "0" }],
      emojis: [{ id: "5", name: "e" }],
      channels: [channel],
      threads: [{ id: "12", type: 11, parent_id: "11" }],
      members: [member("7", "al")],
      voice_states: [{ user_id: "7", channel_id: "11" }]
    }
    const events: ReadonlyArray<readonly [string, { readonly [field: string]: unknown }]> = [
      ["READY", { guilds: [{ id: guildId, unavailable: true }, { id: "8388608" }], user: { id: "1" } }],
      ["GUILD_CREATE", whole],
      ["GUILD_DELETE", { id: guildId, unavailable: true }],
      ["GUILD_MEMBERS_CHUNK", { guild_id: guildId, members: [member("7", "al"), member("8", "bo")] }],
      ["GUILD_EMOJIS_UPDATE", { guild_id: guildId, emojis: whole.emojis }],
      ["THREAD_LIST_SYNC", { guild_id: guildId, channel_ids: ["11"], threads: whole.threads, members: [] }],
      ["GUILD_MEMBER_UPDATE", member("7", "alice")],
      ["GUILD_ROLE_UPDATE", { guild_id: guildId, role: whole.roles[0] }],
      ["CHANNEL_DELETE", channel],
      ["MESSAGE_DELETE_BULK", { guild_id: guildId, channel_id: "11", ids: ["1", "2"] }]
    ]
    return Effect.gen(function* () {
      const random = makeRandom(3)
      let thrown = 0
      for (let run = 0; run < 1500; run++) {
        yield* begin(whole)
        assert.strictEqual(yield* cache.state(guildId), "whole")
        const [name, event] = events[random(events.length)] ?? ["READY", {}]
        const odd = mutate(random, event)
        failures = 0
        yield* publish(name, odd)
        const why = `${name} ${JSON.stringify(odd)}`
        const { guild_id: inGuild = odd.id } = odd
        if (failures > 0) thrown++
        if (failures > 0 && inGuild === guildId) assert.notStrictEqual(yield* cache.state(guildId), "whole", why)
        for (const id of yield* cache.guildIds) assert.match(String(id), /^\d{1,20}$/, why)
      }
      assert.isAbove(thrown, 50)
    }).pipe(
      Effect.provide(
        cache.layer.pipe(Layer.provideMerge(GatewayEvents.layer), Layer.provideMerge(Logger.layer([logger])))
      )
    )
  })

  it.live("a handler sees its event applied; resolve asks Discord for what is not kept; errors are typed", () => {
    const cache = GuildCache.define({ members: { pick: ({ nick }) => ({ nick }) }, roles: true })
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const seen: Array<unknown> = []
      const handler = GatewayEvents.on("GUILD_MEMBER_UPDATE", ({ guild_id: id, user }) =>
        Effect.map(cache.members.get(id, user.id), (found) => seen.push(Option.getOrThrow(found).nick)).pipe(
          Effect.orDie
        )
      )
      const bot = Bot.layer({ interactions: [], gateway: { intents: ["Guilds", "GuildMembers"] } }).pipe(
        Layer.provideMerge(Layer.provideMerge(handler, cache.layer))
      )
      yield* Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const { guild } = discord
        assert.deepStrictEqual(yield* cache.members.get(guild.id, alice.id), Option.none())
        assert.deepStrictEqual(yield* cache.members.resolve(guild.id, alice.id), { nick: null } as never)
        yield* guild.updateMember(alice.id, { nick: "al" })
        while (seen.length === 0) yield* Effect.sleep("2 millis")
        assert.deepStrictEqual(seen, ["al"])
        const requests = (yield* discord.log).filter(FakeDiscord.is("Request")).length
        assert.deepStrictEqual(yield* cache.members.resolve(guild.id, alice.id), { nick: "al" })
        assert.strictEqual((yield* discord.log).filter(FakeDiscord.is("Request")).length, requests)
        const error = yield* Effect.flip(cache.roles.resolve(guild.id, "1"))
        assert.strictEqual(error._tag, "DiscordRestError")
      }).pipe(Effect.provide(bot))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })

  it.live("a bot without an intent that a kind needs does not start", () => {
    const cache = GuildCache.define({ members: true, voiceStates: true })
    const bot = Bot.layer({ interactions: [] }).pipe(Layer.provide(cache.layer))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(bot)))
      assert.include(
        error.message,
        "GuildCache.members needs GuildMembers; GuildCache.voiceStates needs GuildVoiceStates"
      )
    }).pipe(Effect.provide(FakeDiscord.layer()))
  })
})
