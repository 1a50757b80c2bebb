/** What the fake does with the channels of a guild. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

const manageRoles = 1n << 28n

describe("channels of a guild", () => {
  it.live("are made, changed and deleted, each with its event", () =>
    Effect.gen(function* () {
      const { done, event, guild, on } = yield* start()
      const all = `/guilds/${guild.id}/channels`
      const category = yield* done("POST", all, { name: "Category", type: 4 })
      assert.strictEqual((yield* event("CHANNEL_CREATE")).id, category.id)
      const overwrite = { id: guild.id, type: 0, deny: "64" }
      const made = yield* done("POST", all, {
        name: "rules",
        topic: "Be nice",
        nsfw: true,
        rate_limit_per_user: 5,
        parent_id: category.id,
        permission_overwrites: [overwrite],
        bitrate: 96_000
      })
      const created = yield* event("CHANNEL_CREATE")
      assert.deepStrictEqual(created, made)
      assert.deepInclude(made, { type: 0, topic: "Be nice", nsfw: true, rate_limit_per_user: 5, guild_id: guild.id })
      assert.deepStrictEqual(made.permission_overwrites, [{ ...overwrite, allow: "0" }])
      assert.isUndefined(made.bitrate)
      assert.isAbove(made.position, category.position)
      const changed = yield* done("PATCH", `/channels/${made.id}`, { name: "law", topic: null, nsfw: null })
      assert.deepInclude(changed, { name: "law", topic: null, nsfw: false, rate_limit_per_user: 5 })
      assert.deepStrictEqual(yield* event("CHANNEL_UPDATE"), changed)
      assert.deepStrictEqual(yield* done("GET", `/channels/${made.id}`), changed)
      yield* done("DELETE", `/channels/${category.id}`)
      assert.strictEqual((yield* event("CHANNEL_DELETE")).id, category.id)
      assert.deepInclude(yield* event("CHANNEL_UPDATE"), { id: made.id, parent_id: null })
      yield* guild.thread(made.id, "there")
      assert.strictEqual((yield* done("DELETE", `/channels/${made.id}`)).id, made.id)
      assert.strictEqual((yield* on("GET", `/channels/${made.id}`)).body.code, 10_003)
      assert.strictEqual((yield* done("GET", all)).length, 1)
    })
  )

  const cases: ReadonlyArray<readonly [title: string, body: object]> = [
    ["no name", {}],
    ["a name of 101 characters", { name: "x".repeat(101) }],
    ["a name that is no text", { name: 5 }],
    ["a type that there is not", { name: "a", type: 99 }],
    ["a thread", { name: "a", type: 11 }],
    ["a topic of 1025 characters", { name: "a", topic: "x".repeat(1025) }],
    ["guidelines of 4097 characters", { name: "a", type: 15, topic: "x".repeat(4097) }],
    ["a slowmode of more than six hours", { name: "a", rate_limit_per_user: 21_601 }],
    ["a negative slowmode", { name: "a", rate_limit_per_user: -1 }],
    ["a bitrate that is too low", { name: "a", type: 2, bitrate: 7999 }],
    ["100 users in voice", { name: "a", type: 2, user_limit: 100 }],
    ["10001 users on a stage", { name: "a", type: 13, user_limit: 10_001 }],
    ["a flag that is no boolean", { name: "a", nsfw: "yes" }],
    ["a category that there is not", { name: "a", parent_id: "1" }],
    ["an overwrite without a type", { name: "a", permission_overwrites: [{ id: "1" }] }],
    ["an overwrite that is no number", { name: "a", permission_overwrites: [{ id: "1", type: 0, allow: "all" }] }],
    ["a tag of 21 characters", { name: "a", type: 15, available_tags: [{ name: "x".repeat(21) }] }],
    [
      "a tag with two emojis",
      { name: "a", type: 15, available_tags: [{ name: "x", emoji_id: "1", emoji_name: "👍" }] }
    ],
    ["a layout that there is not", { name: "a", type: 15, default_forum_layout: 3 }],
    ["an archive duration", { name: "a", default_auto_archive_duration: 61 }]
  ]

  it.live("have settings that are allowed", () =>
    Effect.gen(function* () {
      const { discord, done, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/channels`
      for (const [title, body] of cases) yield* refuses([title, "POST", all, body, 50_035])
      const tags = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `tag ${at}` }))
      const forum = yield* done("POST", all, { name: "forum", type: 15, available_tags: tags(20), flags: 16 })
      assert.strictEqual(new Set(forum.available_tags.map(({ id }: { readonly id: string }) => id)).size, 20)
      yield* refuses(
        ["21 tags", "PATCH", `/channels/${forum.id}`, { available_tags: tags(21) }, 30_048],
        ["equal tags", "PATCH", `/channels/${forum.id}`, { available_tags: [...tags(1), ...tags(1)] }, 40_061],
        ["a bitrate that is too high", "POST", all, { name: "a", type: 2, bitrate: 96_001 }, 30_052],
        ["a stage's", "POST", all, { name: "a", type: 13, bitrate: 64_001 }, 30_052],
        ["news without the feature", "POST", all, { name: "a", type: 5 }, 50_024],
        ["to news without the feature", "PATCH", `/channels/${guild.channelId}`, { type: 5 }, 50_035],
        ["to voice", "PATCH", `/channels/${guild.channelId}`, { type: 2 }, 50_035],
        ["a channel as a category", "PATCH", `/channels/${guild.channelId}`, { parent_id: forum.id }, 50_035]
      )
      yield* guild.update({ features: ["NEWS"], premium_tier: 2, rules_channel_id: guild.channelId })
      yield* done("POST", all, { name: "a", type: 2, bitrate: 256_000 })
      assert.strictEqual((yield* done("PATCH", `/channels/${guild.channelId}`, { type: 5 })).type, 5)
      yield* refuses(["the rules", "DELETE", `/channels/${guild.channelId}`, undefined, 50_074])
      const direct = yield* done("POST", "/users/@me/channels", { recipient_id: (yield* discord.user("alice")).id })
      yield* done("DELETE", `/channels/${direct.id}`)
    })
  )

  it.live("are 500 at most, and 50 of a category", () =>
    Effect.gen(function* () {
      const { done, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/channels`
      const category = yield* guild.channel("category", { type: 4 })
      for (let count = 0; count < 50; count++) yield* guild.channel(`c${count}`, { parent_id: category })
      yield* refuses(
        ["the 51st", "POST", all, { name: "a", parent_id: category }, 50_035],
        ["moving one there", "PATCH", `/channels/${guild.channelId}`, { parent_id: category }, 50_035]
      )
      for (let count = 52; count < 499; count++) yield* guild.channel(`c${count}`)
      yield* done("POST", all, { name: "the 500th" })
      yield* refuses(["the 501st", "POST", all, { name: "a" }, 30_013])
    })
  )

  it.live("have permissions, which a bot gives as far as it has them", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start({ permissions: everything & ~(1n << 2n) })
      const channel = yield* guild.channel("a")
      const permissions = `/channels/${channel}/permissions`
      const alice = yield* discord.user("alice")
      yield* done("PUT", `${permissions}/${alice.id}`, { type: 1, allow: "1024" })
      const updated = (yield* event("CHANNEL_UPDATE")).permission_overwrites
      assert.deepStrictEqual(updated, [{ id: alice.id, type: 1, allow: "1024", deny: "0" }])
      yield* refuses(
        ["no type", "PUT", `${permissions}/${alice.id}`, { allow: "1024" }, 50_035],
        ["no number", "PUT", `${permissions}/${alice.id}`, { type: 1, allow: "all" }, 50_035],
        ["a role that there is not", "PUT", `${permissions}/${alice.id}`, { type: 0 }, 10_009],
        ["what it has not", "PUT", `${permissions}/${guild.id}`, { type: 0, deny: "4" }, 50_013],
        [
          "so for a channel",
          "PATCH",
          `/channels/${channel}`,
          { permission_overwrites: [{ id: guild.id, type: 0, deny: "4" }] },
          50_013
        ],
        [
          "roles for a new one",
          "POST",
          `/guilds/${guild.id}/channels`,
          { name: "a", permission_overwrites: [{ id: guild.id, type: 0, allow: String(manageRoles) }] },
          50_013
        ]
      )
      yield* done("DELETE", `${permissions}/${alice.id}`)
      assert.deepStrictEqual((yield* event("CHANNEL_UPDATE")).permission_overwrites, [])
      yield* refuses(["twice", "DELETE", `${permissions}/${alice.id}`, undefined, 10_009])
      yield* deny(channel, manageRoles)
      yield* refuses(
        ["without the permission", "PUT", `${permissions}/${alice.id}`, { type: 1, allow: "1024" }, 50_013],
        ["taking them away", "DELETE", `${permissions}/${discord.botId}`, undefined, 50_013],
        ["all of them", "PATCH", `/channels/${channel}`, { permission_overwrites: [] }, 50_013]
      )
      yield* deny(channel, 1n << 4n)
      yield* refuses(
        ["changing it", "PATCH", `/channels/${channel}`, { name: "b" }, 50_013],
        ["deleting it", "DELETE", `/channels/${channel}`, undefined, 50_013]
      )
      yield* deny(channel, 1n << 10n)
      yield* refuses(["what it does not see", "GET", `/channels/${channel}`, undefined, 50_001])
    })
  )

  it.live("follow the permissions of their category as long as these are the same", () =>
    Effect.gen(function* () {
      const { client, done, event, guild } = yield* start()
      const category = yield* guild.channel("category", { type: 4 })
      const synced = yield* guild.channel("synced", { parent_id: category })
      const other = { id: guild.id, type: 0, allow: "0", deny: "2048" }
      yield* guild.channel("own", { parent_id: category, permission_overwrites: [other] })
      const permission_overwrites = [{ id: guild.id, type: 0, allow: "0", deny: "64" }]
      yield* done("PATCH", `/channels/${category}`, { permission_overwrites })
      assert.deepInclude(yield* event("CHANNEL_UPDATE"), { id: category, permission_overwrites })
      assert.deepInclude(yield* event("CHANNEL_UPDATE"), { id: synced, permission_overwrites })
      assert.strictEqual(client.frames.filter(({ t }) => t === "CHANNEL_UPDATE").length, 2)
    })
  )

  it.live("change places, one of them its category", () =>
    Effect.gen(function* () {
      const { deny, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/channels`
      const permission_overwrites = [{ id: guild.id, type: 0, allow: "0", deny: "64" }]
      const category = yield* guild.channel("category", { type: 4, permission_overwrites })
      const [a, b] = [yield* guild.channel("a"), yield* guild.channel("b")]
      const lock = { id: b, parent_id: category, lock_permissions: true }
      yield* done("PATCH", all, [{ id: a, position: 7 }, lock])
      assert.deepInclude(yield* event("CHANNEL_UPDATE"), { id: a, position: 7 })
      assert.deepInclude(yield* event("CHANNEL_UPDATE"), { id: b, parent_id: category, permission_overwrites })
      const c = yield* guild.channel("c")
      yield* refuses(
        [
          "two",
          "PATCH",
          all,
          [
            { id: a, parent_id: category },
            { id: b, parent_id: null }
          ],
          40_009
        ],
        ["what is not there", "PATCH", all, [{ id: "1", position: 1 }], 10_003],
        ["no category", "PATCH", all, [{ id: a, parent_id: c }], 50_035]
      )
      yield* deny(c, 1n << 10n)
      yield* done("PATCH", all, [{ id: c, position: 9 }])
      yield* refuses(["what it does not see", "PATCH", all, [{ id: c, parent_id: category }], 50_001])
      yield* deny(a, 1n << 4n)
      yield* refuses(["without the permission", "PATCH", all, [{ id: a, parent_id: category }], 50_013])
    })
  )

  it.live("of voice have a status", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start()
      const voice = yield* guild.channel("voice", { type: 2 })
      const status = `/channels/${voice}/voice-status`
      yield* done("PUT", status, { status: "chess" })
      const told = { id: voice, guild_id: guild.id, status: "chess" }
      assert.deepStrictEqual(yield* event("VOICE_CHANNEL_STATUS_UPDATE"), told)
      yield* refuses(
        ["501 characters", "PUT", status, { status: "x".repeat(501) }, 50_035],
        ["of a text channel", "PUT", `/channels/${guild.channelId}/voice-status`, { status: "a" }, 50_024]
      )
      yield* deny(voice, 1n << 4n)
      yield* refuses(["from outside", "PUT", status, { status: "a" }, 50_013])
      yield* guild.voice(discord.botId, voice)
      yield* done("PUT", status, { status: null })
      yield* deny(voice, 1n << 48n)
      yield* refuses(["without the permission", "PUT", status, { status: "a" }, 50_013])
    })
  )

  it.live("need the guild's permission", () =>
    Effect.gen(function* () {
      const { guild, refuses } = yield* start({ permissions: 0n })
      const all = `/guilds/${guild.id}/channels`
      yield* refuses(
        ["making one", "POST", all, { name: "a" }, 50_013],
        ["changing places", "PATCH", all, [{ id: guild.channelId, position: 1 }], 50_013]
      )
    })
  )

  it.live("let users write as often as their slowmode says, and bots always", () =>
    Effect.gen(function* () {
      const { discord, done, guild } = yield* start()
      yield* guild.updateChannel(guild.channelId, { rate_limit_per_user: 60 })
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* alice.say("one")
      const refused = yield* Effect.flip(alice.say("two"))
      assert.include(refused.message, "slowmode")
      yield* bob.say("one")
      const role = yield* guild.role("fast", { permissions: String(1n << 52n) })
      yield* guild.updateMember(bob.id, { roles: [role] })
      yield* bob.say("two")
      for (const content of ["one", "two"]) yield* done("POST", `/channels/${guild.channelId}/messages`, { content })
    })
  )
})
