/** What the fake does with invites. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call } from "./client.ts"
import { everything, start } from "./resources.ts"

describe("invites", () => {
  it.live("are made, listed, used and deleted, each with its event", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const here = `/channels/${guild.channelId}/invites`
      const vip = yield* guild.role("vip", { position: 1 })
      const made = yield* done("POST", here, { max_age: 60, max_uses: 1, role_ids: [vip] })
      assert.deepInclude(made, { type: 0, uses: 0, max_age: 60, max_uses: 1, temporary: false })
      assert.strictEqual(made.guild.id, guild.id)
      assert.strictEqual(made.inviter.id, discord.botId)
      const told = yield* event("INVITE_CREATE")
      assert.deepInclude(told, { code: made.code, channel_id: guild.channelId, guild_id: guild.id, role_ids: [vip] })
      assert.strictEqual((yield* done("GET", here))[0].code, made.code)
      assert.strictEqual((yield* done("GET", `/guilds/${guild.id}/invites`))[0].max_age, 60)
      const got = yield* done("GET", `/invites/${made.code}?with_counts=true`)
      assert.isUndefined(got.uses)
      assert.isNumber(got.approximate_member_count)
      const alice = yield* discord.user("alice")
      yield* guild.removeMember(alice.id)
      yield* guild.join(alice.id, made.code)
      assert.deepStrictEqual((yield* event("GUILD_MEMBER_ADD")).roles, [vip])
      assert.strictEqual((yield* event("INVITE_DELETE")).code, made.code)
      const theirs = yield* guild.invite(alice.id, guild.channelId)
      assert.strictEqual((yield* event("INVITE_CREATE")).inviter.id, alice.id)
      yield* done("DELETE", `/invites/${theirs}`)
      assert.strictEqual((yield* event("INVITE_DELETE")).code, theirs)
      yield* refuses(
        ["what is used up", "GET", `/invites/${made.code}`, undefined, 10_006],
        ["what is deleted", "DELETE", `/invites/${theirs}`, undefined, 10_006]
      )
    })
  )

  it.live("are the same for the same terms, unless they must be unique", () =>
    Effect.gen(function* () {
      const { done, guild } = yield* start()
      const here = `/channels/${guild.channelId}/invites`
      const first = yield* done("POST", here, {})
      assert.strictEqual((yield* done("POST", here, {})).code, first.code)
      assert.notStrictEqual((yield* done("POST", here, { max_age: 0 })).code, first.code)
      assert.notStrictEqual((yield* done("POST", here, { unique: true })).code, first.code)
    })
  )

  it.live("have terms, places, permissions and a number that are allowed", () =>
    Effect.gen(function* () {
      const { client, deny, discord, done, guild, refuses } = yield* start()
      const here = `/channels/${guild.channelId}/invites`
      const category = yield* guild.channel("category", { type: 4 })
      const voice = yield* guild.channel("voice", { type: 2 })
      const high = yield* guild.role("high", { position: 9 })
      const direct = yield* done("POST", "/users/@me/channels", { recipient_id: (yield* discord.user("alice")).id })
      yield* done("POST", `/channels/${voice}/invites`, { target_type: 2, target_application_id: "1" })
      yield* refuses(
        ["no body", "POST", here, undefined, 50_109],
        ["eight days", "POST", here, { max_age: 604_801 }, 50_035],
        ["101 uses", "POST", here, { max_uses: 101 }, 50_035],
        ["no boolean", "POST", here, { temporary: "yes" }, 50_035],
        ["a target of a text channel", "POST", here, { target_type: 2, target_application_id: "1" }, 50_035],
        ["no target", "POST", `/channels/${voice}/invites`, { target_type: 1 }, 50_035],
        ["a category", "POST", `/channels/${category}/invites`, {}, 50_024],
        ["direct messages", "POST", `/channels/${direct.id}/invites`, {}, 50_003],
        ["a role that there is not", "POST", here, { role_ids: ["1"] }, 10_011],
        ["a higher role", "POST", here, { role_ids: [high] }, 50_013]
      )
      yield* deny(guild.channelId, 1n << 0n)
      yield* refuses(["making one", "POST", here, {}, 50_013])
      yield* deny(guild.channelId, 1n << 4n)
      yield* refuses(["listing them", "GET", here, undefined, 50_013])
      const { length } = client.frames.filter(({ t }) => t === "INVITE_CREATE")
      yield* done("POST", here, {})
      yield* guild.type((yield* discord.user("alice")).id)
      yield* client.event("TYPING_START")
      assert.lengthOf(
        client.frames.filter(({ t }) => t === "INVITE_CREATE"),
        length
      )
    })
  )

  it.live("of a guild need a permission, and tell more to who manages it", () =>
    Effect.gen(function* () {
      const [manage, audit] = [1n << 5n, 1n << 7n]
      const auditor = yield* start({ permissions: everything & ~manage })
      yield* auditor.done("POST", `/channels/${auditor.guild.channelId}/invites`, {})
      assert.isUndefined((yield* auditor.done("GET", `/guilds/${auditor.guild.id}/invites`))[0].uses)
      const other = yield* start({ permissions: everything & ~manage & ~audit })
      yield* other.refuses(["listing", "GET", `/guilds/${other.guild.id}/invites`, undefined, 50_013])
      const code = yield* other.guild.invite((yield* other.discord.user("alice")).id, other.guild.channelId)
      yield* other.deny(other.guild.channelId, 1n << 4n)
      yield* other.refuses(["deleting", "DELETE", `/invites/${code}`, undefined, 50_013])
    })
  )

  it.effect("expire", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const { guild } = discord
      const code = yield* guild.invite((yield* discord.user("alice")).id, guild.channelId, { maxAge: 60 })
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* call(discord, "GET", `/invites/${code}`)).status, 200)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* call(discord, "GET", `/invites/${code}`)).body.code, 10_006)
    })
  )
})
