/** The fake's routes of roles, pruning, guilds and voice states. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { administering, bits, codeOf, most, P } from "./administration.ts"
import { call } from "./client.ts"

describe("roles", () => {
  it.live("are made, changed, sorted, counted and deleted, with their events and entries", () =>
    Effect.gen(function* () {
      const { client, discord, entries, guild, on } = yield* administering()
      const alice = yield* discord.user("alice")
      const event = (t: string) => Effect.map(client.event(t), ({ d }) => d)
      const plain = (yield* on("POST", "/roles", {}, "because")).body
      const everyone = (yield* on("GET", `/roles/${guild.everyone}`)).body
      assert.deepInclude(plain, { name: "new role", permissions: everyone.permissions, color: 0, hoist: false })
      // The bot's own role came first.
      yield* client.take(({ d, t }) => t === "GUILD_ROLE_CREATE" && d.role.id === plain.id)
      const body = { name: "red", permissions: bits(P.kick), color: 0xff0000, hoist: true, mentionable: true }
      const red = (yield* on("POST", "/roles", body)).body
      assert.deepInclude(red, body)
      assert.strictEqual(red.colors.primary_color, 0xff0000)
      const changed = (yield* on("PATCH", `/roles/${red.id}`, { name: "blue", colors: { primary_color: 255 } })).body
      assert.deepInclude(changed, { ...body, name: "blue", color: 255 })
      assert.strictEqual((yield* event("GUILD_ROLE_UPDATE")).role.name, "blue")
      const sorted = yield* on("PATCH", "/roles", [
        { id: red.id, position: 3 },
        { id: plain.id, position: 1 }
      ])
      assert.strictEqual(sorted.body.find(({ id }: { readonly id: string }) => id === red.id).position, 3)
      assert.strictEqual((yield* event("GUILD_ROLE_UPDATE")).role.position, 3)
      yield* guild.updateMember(alice.id, { roles: [red.id] })
      const counts = (yield* on("GET", "/roles/member-counts")).body
      assert.deepStrictEqual([counts[red.id], counts[plain.id], counts[guild.everyone]], [1, 0, undefined])
      assert.strictEqual((yield* on("DELETE", `/roles/${red.id}`, undefined, "old")).status, 204)
      assert.strictEqual((yield* event("GUILD_ROLE_DELETE")).role_id, red.id)
      assert.deepStrictEqual((yield* on("GET", `/members/${alice.id}`)).body.roles, [])
      assert.deepStrictEqual(yield* entries, [
        [30, plain.id, "because"],
        [30, red.id, undefined],
        [31, red.id, undefined],
        [31, red.id, undefined],
        [32, red.id, "old"]
      ])
    }).pipe(Effect.scoped)
  )

  it.live("are below the bot's own, grant what the bot has, and fit", () =>
    Effect.gen(function* () {
      const { code, guild, on, role } = yield* administering()
      const high = yield* guild.role("high", { position: 9 })
      const low = yield* guild.role("low", { position: 1, permissions: bits(P.admin) })
      const managed = yield* guild.role("managed", { position: 1, managed: true })
      for (const id of [high, role]) {
        assert.strictEqual(yield* code("PATCH", `/roles/${id}`, { name: "x" }), 50_013)
        assert.strictEqual(yield* code("DELETE", `/roles/${id}`), 50_013)
        assert.strictEqual(yield* code("PATCH", "/roles", [{ id, position: 2 }]), 50_013)
      }
      assert.strictEqual(yield* code("PATCH", "/roles", [{ id: low, position: 6 }]), 50_013)
      assert.strictEqual(yield* code("PATCH", "/roles", [{ id: "1", position: 1 }]), 10_011)
      assert.strictEqual(yield* code("POST", "/roles", { permissions: bits(P.admin) }), 50_013)
      assert.strictEqual(yield* code("PATCH", `/roles/${low}`, { permissions: bits(P.admin, 19) }), 50_013)
      // What the role has already is no grant.
      assert.strictEqual(yield* code("PATCH", `/roles/${low}`, { permissions: bits(P.admin, P.kick) }), 200)
      assert.strictEqual(yield* code("PATCH", `/roles/${guild.everyone}`, { permissions: bits(P.kick) }), 200)
      for (const id of [managed, guild.everyone]) assert.strictEqual(yield* code("DELETE", `/roles/${id}`), 50_028)
      assert.strictEqual(yield* code("DELETE", "/roles/1"), 10_011)
      const wrong: ReadonlyArray<unknown> = [
        { name: "x".repeat(101) },
        { permissions: 8 },
        { color: 0x1_00_00_00 },
        { color: -1 },
        { colors: { secondary_color: 1 } },
        { colors: { primary_color: 1, secondary_color: 2, tertiary_color: 3 } },
        { hoist: "yes" }
      ]
      for (const body of wrong) {
        assert.strictEqual(yield* code("POST", "/roles", body), 50_035, JSON.stringify(body))
        assert.strictEqual(yield* code("PATCH", `/roles/${low}`, body), 50_035, JSON.stringify(body))
      }
      assert.strictEqual(yield* code("PATCH", "/roles", { id: low }), 50_035)
      for (const body of [{ unicode_emoji: "🔥" }, { colors: { primary_color: 1, secondary_color: 2 } }]) {
        assert.strictEqual(yield* code("POST", "/roles", body), 50_101)
      }
      yield* guild.update({ features: ["ROLE_ICONS"] })
      assert.strictEqual((yield* on("POST", "/roles", { unicode_emoji: "🔥" })).body.unicode_emoji, "🔥")
      const before = (yield* on("GET", "/roles")).body.length
      for (let count = before; count < 250; count++) yield* guild.role(`r${count}`)
      assert.strictEqual(yield* code("POST", "/roles", {}), 30_005)
      const weak = yield* administering({ permissions: most.filter((bit) => bit !== P.roles) })
      const other = yield* weak.guild.role("other")
      assert.strictEqual(yield* weak.code("POST", "/roles", {}), 50_013)
      assert.strictEqual(yield* weak.code("PATCH", `/roles/${other}`, {}), 50_013)
      assert.strictEqual(yield* weak.code("DELETE", `/roles/${other}`), 50_013)
    }).pipe(Effect.scoped)
  )
})

describe("pruning", () => {
  it.live("removes members without roles who have written nothing for some days", () =>
    Effect.gen(function* () {
      const { client, code, discord, entries, guild, on } = yield* administering()
      const [alice, bob, carol, dave] = [
        yield* discord.user("alice"),
        yield* discord.user("bob"),
        yield* discord.user("carol"),
        yield* discord.user("dave")
      ]
      const team = yield* guild.role("team")
      const other = yield* guild.role("other")
      yield* alice.say("I am here")
      yield* guild.updateMember(carol.id, { roles: [team] })
      yield* guild.updateMember(dave.id, { roles: [team, other] })
      const count = (query = "") => Effect.map(on("GET", `/prune?${query}`), ({ body }) => body)
      assert.deepStrictEqual(yield* count(), { pruned: 1 })
      assert.deepStrictEqual(yield* count(`include_roles=${team}`), { pruned: 2 })
      assert.deepStrictEqual(yield* count(`include_roles=${team},${other}&days=30`), { pruned: 3 })
      for (const days of [0, 31]) {
        assert.strictEqual(yield* code("GET", `/prune?days=${days}`), 50_035)
        assert.strictEqual(yield* code("POST", "/prune", { days }), 50_035)
      }
      assert.strictEqual(yield* code("POST", "/prune", { include_roles: ["1"] }), 10_011)
      assert.deepStrictEqual((yield* on("POST", "/prune", { compute_prune_count: false }, "quiet")).body, {
        pruned: null
      })
      assert.strictEqual((yield* client.event("GUILD_MEMBER_REMOVE")).d.user.id, bob.id)
      assert.deepStrictEqual((yield* on("POST", "/prune", { include_roles: [team] })).body, { pruned: 1 })
      assert.deepStrictEqual(yield* entries, [
        [21, null, "quiet"],
        [21, null, undefined]
      ])
      const { body } = yield* on("GET", "/audit-logs?limit=1")
      assert.deepStrictEqual(body.audit_log_entries[0].options, { delete_member_days: "7", members_removed: "1" })
      for (const missing of [P.guild, P.kick]) {
        const weak = yield* administering({ permissions: most.filter((bit) => bit !== missing) })
        assert.strictEqual(yield* weak.code("GET", "/prune"), 50_013)
        assert.strictEqual(yield* weak.code("POST", "/prune", {}), 50_013)
      }
    }).pipe(Effect.scoped)
  )
})

describe("guilds", () => {
  it.live("are read without what only GUILD_CREATE has, and changed", () =>
    Effect.gen(function* () {
      const { client, code, entries, guild, on } = yield* administering()
      const { body: read } = yield* on("GET", "")
      assert.strictEqual(read.name, "fake guild")
      for (const field of ["channels", "members", "threads", "voice_states"]) assert.notProperty(read, field)
      const counted = yield* on("GET", "?with_counts=true")
      assert.deepInclude(counted.body, { approximate_member_count: 1, approximate_presence_count: 1 })
      const voice = yield* guild.channel("voice", { type: 2 })
      const body = { name: "New", description: null, afk_channel_id: voice, afk_timeout: 60, verification_level: 2 }
      const changed = yield* on("PATCH", "", { ...body, system_channel_id: guild.channelId, icon: "data:x" }, "fresh")
      assert.deepInclude(changed.body, { ...body, system_channel_id: guild.channelId, icon: "fake_icon" })
      assert.deepInclude((yield* client.event("GUILD_UPDATE")).d, body)
      assert.deepStrictEqual(yield* entries, [[1, guild.id, "fresh"]])
      for (const wrong of [
        { name: "x" },
        { name: "x".repeat(101) },
        { verification_level: 5 },
        { default_message_notifications: 2 },
        { explicit_content_filter: 3 },
        { afk_timeout: 61 },
        { premium_progress_bar_enabled: 1 }
      ]) {
        assert.strictEqual(yield* code("PATCH", "", wrong), 50_035, JSON.stringify(wrong))
      }
      assert.strictEqual(yield* code("PATCH", "", { system_channel_id: "1" }), 10_003)
      assert.strictEqual(yield* code("PATCH", "", { afk_channel_id: guild.channelId }), 50_024)
      assert.strictEqual(yield* code("PATCH", "", { features: ["COMMUNITY"] }), 50_013)
      const weak = yield* administering({ permissions: [] })
      assert.strictEqual(yield* weak.code("PATCH", "", { name: "New" }), 50_013)
    }).pipe(Effect.scoped)
  )

  it.live("are listed for the bot, which can leave those that it does not own", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* administering()
      const other = yield* discord.addGuild("other")
      const get = (query: string) => call(discord, "GET", `/users/@me/guilds?${query}`)
      const named = (query: string) =>
        Effect.map(get(query), ({ body }) => body.map(({ name }: { readonly name: string }) => name).join())
      assert.strictEqual(yield* named(""), "fake guild,other")
      assert.strictEqual(yield* named("limit=1"), "fake guild")
      assert.strictEqual(yield* named(`after=${guild.id}`), "other")
      assert.strictEqual(yield* named(`before=${other.id}`), "fake guild")
      assert.strictEqual(codeOf(yield* get("limit=201")), 50_035)
      const [first] = (yield* get("with_counts=true")).body
      const permissions = bits(...new Set([...most, P.view, P.connect]))
      assert.deepInclude(first, { id: guild.id, owner: false, permissions, approximate_member_count: 1 })
      const leave = (id: string) => call(discord, "DELETE", `/users/@me/guilds/${id}`)
      yield* guild.update({ owner_id: discord.botId })
      assert.strictEqual(codeOf(yield* leave(guild.id)), 50_055)
      assert.strictEqual((yield* leave(other.id)).status, 204)
      assert.deepStrictEqual((yield* client.event("GUILD_DELETE")).d, { id: other.id })
      assert.strictEqual(codeOf(yield* leave(other.id)), 10_004)
      assert.strictEqual(yield* named(""), "fake guild")
    }).pipe(Effect.scoped)
  )
})

describe("voice states", () => {
  it.live("are read where the bot may connect, and changed on stages", () =>
    Effect.gen(function* () {
      const { client, code, discord, guild, on } = yield* administering()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const [stage, room] = [yield* guild.channel("stage", { type: 13 }), yield* guild.channel("room", { type: 2 })]
      const deny = [{ id: discord.botId, type: 1, allow: "0", deny: bits(P.connect) }]
      const closed = yield* guild.channel("closed", { type: 2, permission_overwrites: deny })
      const of = (id: string) => `/voice-states/${id}`
      assert.strictEqual(yield* code("GET", of("@me")), 10_065)
      assert.strictEqual(yield* code("PATCH", of("@me"), { suppress: true }), 10_065)
      yield* guild.voice(discord.botId, stage, { suppress: true })
      yield* guild.voice(alice.id, stage, { suppress: true })
      yield* guild.voice(bob.id, closed)
      for (const _ of [1, 2, 3]) yield* client.event("VOICE_STATE_UPDATE")
      const state = Effect.map(client.event("VOICE_STATE_UPDATE"), ({ d }) => d)
      assert.strictEqual((yield* on("GET", of("@me"))).body.channel_id, stage)
      assert.strictEqual((yield* on("GET", of(alice.id))).body.channel_id, stage)
      assert.strictEqual(yield* code("GET", of(bob.id)), 50_001)
      const soon = new Date(Date.now() + 60_000).toISOString()
      const asked = { request_to_speak_timestamp: soon }
      assert.strictEqual((yield* on("PATCH", of("@me"), { channel_id: stage, ...asked })).status, 204)
      assert.deepInclude(yield* state, { user_id: discord.botId, suppress: true, ...asked })
      assert.strictEqual(yield* code("PATCH", of("@me"), { suppress: false }), 204)
      assert.deepInclude(yield* state, { suppress: false, ...asked })
      assert.strictEqual(yield* code("PATCH", of(alice.id), { suppress: false }), 204)
      assert.isString((yield* state).request_to_speak_timestamp)
      assert.strictEqual(yield* code("PATCH", of(alice.id), { suppress: true }), 204)
      assert.deepInclude(yield* state, { suppress: true, request_to_speak_timestamp: null })
      assert.strictEqual(
        yield* code("PATCH", of("@me"), { request_to_speak_timestamp: "2020-01-01T00:00:00Z" }),
        50_035
      )
      assert.strictEqual(yield* code("PATCH", of("@me"), { suppress: 1 }), 50_035)
      yield* guild.voice(discord.botId, room)
      assert.strictEqual(yield* code("PATCH", of("@me"), { suppress: true }), 50_024)
      const weak = yield* administering({ permissions: [] })
      const place = yield* weak.guild.channel("stage", { type: 13 })
      const carol = yield* weak.discord.user("carol")
      yield* weak.guild.voice(weak.discord.botId, place)
      yield* weak.guild.voice(carol.id, place)
      assert.strictEqual(yield* weak.code("PATCH", of(carol.id), { suppress: true }), 50_013)
      assert.strictEqual(yield* weak.code("PATCH", of("@me"), { suppress: false }), 50_013)
      assert.strictEqual(yield* weak.code("PATCH", of("@me"), asked), 50_013)
      assert.strictEqual(yield* weak.code("PATCH", of("@me"), { suppress: true }), 204)
      assert.strictEqual(yield* weak.code("PATCH", of("@me"), { request_to_speak_timestamp: null }), 204)
    }).pipe(Effect.scoped)
  )
})
