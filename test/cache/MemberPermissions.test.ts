import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Bot from "../../src/Bot.ts"
import * as GuildCache from "../../src/cache/GuildCache.ts"
import * as MemberPermissions from "../../src/cache/MemberPermissions.ts"
import * as Permissions from "../../src/discord/Permissions.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"

const cache = GuildCache.define({ guilds: true, roles: true, members: true, channels: true, threads: true })
const bot = Bot.layer({ interactions: [], gateway: { intents: ["Guilds", "GuildMembers"] } }).pipe(
  Layer.provideMerge(cache.layer)
)

describe("MemberPermissions", () => {
  it.effect("are not known from the cache in a thread whose channel it does not know", () => {
    const guildId = "4194304"
    const event = {
      id: guildId,
      owner_id: "1",
      emojis: [],
      voice_states: [],
      channels: [],
      roles: [{ id: guildId, permissions: Permissions.all, position: 0 }],
      members: [{ user: { id: "7" }, roles: [] }],
      threads: [{ id: "9", type: 11, parent_id: "8" }]
    }
    return Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      events.publish({ id: ShardId.make(0), total: 1 }, { op: 0, s: 1, t: "GUILD_CREATE", d: event } as never)
      const inGuild = yield* MemberPermissions.fromCache(cache, { guildId, userId: "7" })
      assert.isTrue(Option.isSome(inGuild))
      const inThread = yield* MemberPermissions.fromCache(cache, { guildId, userId: "7", channelId: "9" })
      assert.isTrue(Option.isNone(inThread))
    }).pipe(Effect.provide(Layer.provideMerge(cache.layer, GatewayEvents.layer)))
  })

  it.live("are the same from the cache and from REST, in the guild, a channel and a thread", () =>
    Effect.gen(function* () {
      const { guild, ...discord } = yield* FakeDiscord.FakeDiscord
      const { id: userId } = yield* discord.user("alice")
      yield* Effect.gen(function* () {
        const role = yield* guild.role("mods", { permissions: Permissions.toBits(["BanMembers"]), position: 2 })
        const deny = {
          id: role,
          type: 0,
          allow: "0",
          deny: Permissions.toBits(["SendMessages", "SendMessagesInThreads"])
        }
        const channelId = yield* guild.channel("quiet", { permission_overwrites: [deny] })
        const thread = yield* guild.thread(channelId, "talk")
        const where = { guildId: guild.id, userId }
        assert.isTrue(Option.isNone(yield* MemberPermissions.fromCache(cache, where)))
        assert.isFalse(Permissions.has(yield* MemberPermissions.resolve(cache, where), "BanMembers"))
        yield* guild.updateMember(userId, { roles: [role] })
        while (Option.isNone(yield* MemberPermissions.fromCache(cache, where))) yield* Effect.sleep("2 millis")
        for (const place of [where, { ...where, channelId }, { ...where, channelId: thread }]) {
          const known = Option.getOrThrow(yield* MemberPermissions.fromCache(cache, place))
          assert.strictEqual(known, yield* MemberPermissions.fromRest(place))
          assert.isTrue(Permissions.has(known, "BanMembers"))
          assert.strictEqual(Permissions.has(known, "SendMessages"), place === where)
        }
      }).pipe(Effect.provide(bot))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("are none in a channel of another guild, whatever the member may do in its own", () =>
    Effect.gen(function* () {
      const { guild, ...discord } = yield* FakeDiscord.FakeDiscord
      const { id: userId } = yield* discord.user("alice")
      const other = yield* discord.addGuild("other")
      const thread = yield* other.thread(other.channelId, "talk")
      yield* Effect.gen(function* () {
        for (const channelId of [other.channelId, thread]) {
          const where = { guildId: guild.id, userId, channelId }
          assert.strictEqual(yield* MemberPermissions.fromRest(where), "0")
          assert.strictEqual(yield* MemberPermissions.resolve(cache, where), "0")
          for (const reader of [cache.channels, cache.threads]) {
            const error = yield* Effect.flip(reader.resolve(guild.id, channelId))
            assert.strictEqual(error._tag === "DiscordRestError" ? error.code : error._tag, 10_003)
          }
        }
        assert.isTrue(
          Permissions.has(
            yield* MemberPermissions.fromRest({ guildId: guild.id, userId, channelId: guild.channelId }),
            "ViewChannel"
          )
        )
      }).pipe(Effect.provide(bot))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("let members act on those below them only, from the cache as from REST", () =>
    Effect.gen(function* () {
      const { guild, ...discord } = yield* FakeDiscord.FakeDiscord
      const [low, high, owner, gone] = yield* Effect.all([
        discord.user("low"),
        discord.user("high"),
        discord.user("owner"),
        discord.user("gone")
      ])
      yield* guild.update({ owner_id: owner.id })
      yield* guild.removeMember(gone.id)
      yield* Effect.gen(function* () {
        const pair = (actor: { readonly id: string }, target: { readonly id: string }) => ({
          guildId: guild.id,
          actorId: actor.id,
          targetId: target.id
        })
        const roles = [yield* guild.role("low", { position: 1 }), yield* guild.role("high", { position: 2 })] as const
        assert.isTrue(Option.isNone(yield* MemberPermissions.canActOnFromCache(cache, pair(high, low))))
        yield* guild.updateMember(low.id, { roles: [roles[0]] })
        yield* guild.updateMember(high.id, { roles })
        yield* guild.updateMember(owner.id, {})
        const isKnown = MemberPermissions.canActOnFromCache(cache, pair(owner, high))
        while (Option.isNone(yield* isKnown)) yield* Effect.sleep("2 millis")
        for (const { actor, expected, target } of [
          { actor: high, target: low, expected: true },
          { actor: low, target: high, expected: false },
          { actor: high, target: high, expected: false },
          { actor: high, target: owner, expected: false },
          { actor: owner, target: high, expected: true },
          { actor: owner, target: owner, expected: false }
        ]) {
          const known = yield* MemberPermissions.canActOnFromCache(cache, pair(actor, target))
          assert.deepStrictEqual(known, Option.some(expected))
          assert.strictEqual(yield* MemberPermissions.canActOn(pair(actor, target)), expected)
        }
        assert.isTrue(Option.isNone(yield* MemberPermissions.canActOnFromCache(cache, pair(low, gone))))
        assert.isTrue(yield* MemberPermissions.resolveCanActOn(cache, pair(low, gone)))
        const failed = yield* Effect.flip(MemberPermissions.resolveCanActOn(cache, pair(gone, low)))
        assert.strictEqual(failed.code, 10_007)
      }).pipe(Effect.provide(bot))
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )
})
