/** The fake's routes of members, bans and the audit log. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { administering, bits, codeOf, most, P } from "./administration.ts"
import { call } from "./client.ts"

const usernames = (body: ReadonlyArray<{ readonly user: { readonly username: string } }>) =>
  body.map(({ user }) => user.username).join()

describe("members of a guild", () => {
  it.live("are listed in pages, and found by the beginning of a name", () =>
    Effect.gen(function* () {
      const { code, discord, guild, on } = yield* administering()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* discord.user("alan")
      yield* guild.updateMember(bob.id, { nick: "Al Bundy" })
      assert.strictEqual(usernames((yield* on("GET", "/members")).body), "fake-bot")
      assert.strictEqual(usernames((yield* on("GET", "/members?limit=3")).body), "fake-bot,alice,bob")
      assert.strictEqual(usernames((yield* on("GET", `/members?limit=9&after=${alice.id}`)).body), "bob,alan")
      assert.strictEqual(usernames((yield* on("GET", "/members/search?query=AL&limit=9")).body), "alice,bob,alan")
      assert.strictEqual(usernames((yield* on("GET", "/members/search?query=ali")).body), "alice")
      assert.strictEqual((yield* on("GET", `/members/${bob.id}`)).body.nick, "Al Bundy")
      for (const path of ["?limit=0", "?limit=1001", "?limit=x", "?after=x", "/search", "/search?query=a&limit=1001"]) {
        assert.strictEqual(yield* code("GET", `/members${path}`), 50_035, path)
      }
      const without = yield* FakeDiscord.make({ disallowedIntents: 2 })
      assert.strictEqual(codeOf(yield* call(without, "GET", `/guilds/${without.guild.id}/members`)), 50_001)
    }).pipe(Effect.scoped)
  )

  it.live("are changed in every way that Discord documents, and each change is written down with its reason", () =>
    Effect.gen(function* () {
      const { client, discord, entries, guild, on, role } = yield* administering()
      const alice = yield* discord.user("alice")
      const low = yield* guild.role("low", { position: 1 })
      const [room, other] = [yield* guild.channel("room", { type: 2 }), yield* guild.channel("other", { type: 2 })]
      yield* guild.voice(alice.id, room)
      yield* client.event("VOICE_STATE_UPDATE")
      const path = `/members/${alice.id}`
      const until = new Date(Date.now() + 60_000).toISOString()
      const body = { nick: "al", roles: [low], mute: true, deaf: true, communication_disabled_until: until, flags: 4 }
      const changed = yield* on("PATCH", path, { ...body, channel_id: other }, "all at once")
      assert.deepInclude(changed.body, body)
      assert.deepInclude((yield* client.event("VOICE_STATE_UPDATE")).d, { channel_id: other, mute: true, deaf: true })
      assert.deepInclude((yield* client.event("GUILD_MEMBER_UPDATE")).d, body)
      yield* on("PATCH", path, { channel_id: null }, "out")
      assert.strictEqual((yield* client.event("VOICE_STATE_UPDATE")).d.channel_id, null)
      const after = (yield* on("PATCH", path, { nick: "", roles: null, communication_disabled_until: null })).body
      assert.deepInclude(after, { nick: null, roles: [], communication_disabled_until: null })
      yield* on("PUT", `${path}/roles/${low}`, undefined, "again")
      yield* on("DELETE", `${path}/roles/${low}`, undefined, "no more")
      assert.strictEqual((yield* on("PATCH", "/members/@me", { nick: "Bot" }, "me")).body.nick, "Bot")
      assert.deepStrictEqual((yield* on("PATCH", "/members/@me/nick", { nick: "B" })).body, { nick: "B" })
      assert.strictEqual((yield* on("DELETE", path, undefined, "bye")).status, 204)
      assert.strictEqual((yield* client.event("GUILD_MEMBER_REMOVE")).d.user.id, alice.id)
      const own = discord.botId
      assert.deepStrictEqual(yield* entries, [
        [26, null, "all at once"],
        [24, alice.id, "all at once"],
        [25, alice.id, "all at once"],
        [27, null, "out"],
        [24, alice.id, undefined],
        [25, alice.id, undefined],
        [25, alice.id, "again"],
        [25, alice.id, "no more"],
        [24, own, "me"],
        [24, own, undefined],
        [20, alice.id, "bye"]
      ])
      const log = (yield* on("GET", "/audit-logs?action_type=25&limit=2")).body
      assert.deepStrictEqual(
        log.audit_log_entries.map(({ changes }: { readonly changes: unknown }) => changes),
        [
          [{ key: "$remove", new_value: [{ id: low, name: "low" }] }],
          [{ key: "$add", new_value: [{ id: low, name: "low" }] }]
        ]
      )
      assert.notStrictEqual(role, low)
    }).pipe(Effect.scoped)
  )

  const inAnHour = () => ({ communication_disabled_until: new Date(Date.now() + 3_600_000).toISOString() })
  for (const [missing, body] of [
    [P.nicks, { nick: "x" }],
    [P.roles, { roles: [] }],
    [P.mute, { mute: true }],
    [P.deafen, { deaf: true }],
    [P.move, { channel_id: null }],
    [P.moderate, inAnHour()]
  ] as const) {
    it.live(`are not changed without the permission for it: ${Object.keys(body).join()}`, () =>
      Effect.gen(function* () {
        const { code, discord, guild } = yield* administering({ permissions: most.filter((bit) => bit !== missing) })
        const alice = yield* discord.user("alice")
        yield* guild.voice(alice.id, yield* guild.channel("room", { type: 2 }))
        assert.strictEqual(yield* code("PATCH", `/members/${alice.id}`, body), 50_013)
      }).pipe(Effect.scoped)
    )
  }

  it.live("are changed only with values, and in places, that fit", () =>
    Effect.gen(function* () {
      const { code, discord, guild } = yield* administering()
      const alice = yield* discord.user("alice")
      const path = `/members/${alice.id}`
      const room = yield* guild.channel("room", { type: 2 })
      const deny = (bit: number) => [{ id: guild.everyone, type: 0, allow: "0", deny: bits(bit) }]
      const closed = yield* guild.channel("closed", { type: 2, permission_overwrites: deny(P.connect) })
      for (const body of [{ mute: true }, { deaf: false }, { channel_id: room }, { channel_id: null }]) {
        assert.strictEqual(yield* code("PATCH", path, body), 40_032, JSON.stringify(body))
      }
      yield* guild.voice(alice.id, room)
      assert.strictEqual(yield* code("PATCH", path, { channel_id: guild.channelId }), 50_024)
      assert.strictEqual(yield* code("PATCH", path, { channel_id: "1" }), 10_003)
      assert.strictEqual(yield* code("PATCH", path, { channel_id: closed }), 50_013)
      const late = new Date(Date.now() + 29 * 86_400_000).toISOString()
      for (const body of [
        { nick: "x".repeat(33) },
        { nick: 1 },
        { roles: "x" },
        { roles: ["x"] },
        { roles: [room, room] },
        { mute: "yes" },
        { communication_disabled_until: late },
        { communication_disabled_until: "soon" }
      ]) {
        assert.strictEqual(yield* code("PATCH", path, body), 50_035, JSON.stringify(body))
      }
      assert.strictEqual(yield* code("PATCH", "/members/@me", { nick: "x".repeat(33) }), 50_035)
      assert.strictEqual(yield* code("PATCH", "/members/1", { nick: "x" }), 10_007)
    }).pipe(Effect.scoped)
  )

  it.live("join with the token of a user who has allowed it", () =>
    Effect.gen(function* () {
      const { client, code, discord, guild, on } = yield* administering()
      const alice = yield* discord.user("alice")
      const tokenOf = Effect.fnUntraced(function* (scope: string) {
        const uri = "https://bot.example/back"
        const id = discord.applicationId
        const query = new URLSearchParams({ client_id: id, response_type: "code", scope, redirect_uri: uri })
        const back = yield* alice.authorize(`https://discord.com/oauth2/authorize?${query}`)
        const grant = new URL(back).searchParams.get("code") ?? ""
        const secret = { client_id: id, client_secret: "fake-client-secret", redirect_uri: uri }
        const form = new URLSearchParams({ grant_type: "authorization_code", code: grant, ...secret })
        const send = () => fetch(`${discord.apiUrl}/v10/oauth2/token`, { method: "POST", body: form })
        const { access_token: token } = yield* Effect.promise(() => send().then((response) => response.json()))
        return { access_token: token }
      })
      const token = yield* tokenOf("guilds.join")
      const path = `/members/${alice.id}`
      assert.strictEqual(yield* code("PUT", path, token), 204)
      yield* guild.ban(alice.id)
      assert.strictEqual(yield* code("PUT", path, token), 40_007)
      yield* guild.unban(alice.id)
      assert.strictEqual(yield* code("PUT", path, yield* tokenOf("identify")), 50_025)
      assert.strictEqual(yield* code("PUT", path, {}), 50_035)
      const joined = yield* on("PUT", path, { ...token, nick: "al" })
      assert.deepStrictEqual([joined.status, joined.body.nick], [201, "al"])
      assert.strictEqual((yield* client.event("GUILD_MEMBER_ADD")).d.user.id, alice.id)
    }).pipe(Effect.scoped)
  )
})

describe("bans", () => {
  it.live("are made of many users at once, and listed in pages", () =>
    Effect.gen(function* () {
      const { client, code, discord, entries, guild, on } = yield* administering()
      const users = [yield* discord.user("a"), yield* discord.user("b"), yield* discord.user("c")]
      const [a, b, c] = users.map(({ id }) => id)
      yield* guild.updateMember(String(c), { roles: [yield* guild.role("high", { position: 9 })] })
      const many = yield* on("POST", "/bulk-ban", { user_ids: [a, b, c, "1"] }, "raid")
      assert.deepStrictEqual(many.body, { banned_users: [a, b], failed_users: [c, "1"] })
      assert.strictEqual((yield* client.event("GUILD_BAN_ADD")).d.user.id, a)
      assert.strictEqual(yield* code("POST", "/bulk-ban", { user_ids: [a, c] }), 500_000)
      assert.strictEqual(yield* code("POST", "/bulk-ban", { user_ids: [] }), 50_035)
      const ids = Array.from({ length: 201 }, (_, index) => `${index + 1}`)
      assert.strictEqual(yield* code("POST", "/bulk-ban", { user_ids: ids }), 50_035)
      assert.strictEqual(yield* code("POST", "/bulk-ban", { user_ids: [a], delete_message_seconds: 604_801 }), 50_035)
      const listed = (query: string) => Effect.map(on("GET", `/bans?${query}`), ({ body }) => usernames(body))
      assert.strictEqual(yield* listed(""), "a,b")
      assert.strictEqual(yield* listed(`after=${a}`), "b")
      assert.strictEqual(yield* listed(`before=${b}&after=${a}`), "a")
      assert.strictEqual(yield* code("GET", "/bans?limit=1001"), 50_035)
      assert.strictEqual(yield* code("DELETE", `/bans/${a}`, undefined, "sorry"), 204)
      assert.deepStrictEqual(yield* entries, [
        [22, a, "raid"],
        [22, b, "raid"],
        [23, a, "sorry"]
      ])
      const weak = yield* administering({ permissions: [P.ban] })
      assert.strictEqual(yield* weak.code("POST", "/bulk-ban", { user_ids: ["1"] }), 50_013)
    }).pipe(Effect.scoped)
  )
})

describe("the audit log", () => {
  it.live("is filtered by user, type and time, in pages, for those who may see it", () =>
    Effect.gen(function* () {
      const { client, code, discord, guild, on } = yield* administering()
      const alice = yield* discord.user("alice")
      for (const nick of ["a", "b", "c"]) yield* on("PATCH", `/members/${alice.id}`, { nick }, `call it ${nick}`)
      yield* on("PUT", `/bans/${alice.id}`, {}, "ü & more")
      const read = (query: string) =>
        Effect.map(on("GET", `/audit-logs?${query}`), ({ body }) =>
          body.audit_log_entries.map(({ id, reason }: { id: string; reason: string }) => ({ id, reason }))
        )
      const reasons = (list: ReadonlyArray<{ readonly reason: string }>) => list.map(({ reason }) => reason).join()
      const all = yield* read("")
      assert.strictEqual(reasons(all), "ü & more,call it c,call it b,call it a")
      assert.strictEqual(reasons(yield* read("limit=2")), "ü & more,call it c")
      assert.strictEqual(reasons(yield* read(`before=${all[1].id}&limit=1`)), "call it b")
      assert.strictEqual(reasons(yield* read(`after=${all[3].id}&limit=2`)), "call it b,call it c")
      assert.strictEqual(reasons(yield* read("action_type=22")), "ü & more")
      assert.strictEqual(reasons(yield* read(`user_id=${alice.id}`)), "")
      assert.lengthOf(yield* read(`user_id=${discord.botId}`), 4)
      const { body } = yield* on("GET", "/audit-logs?limit=1")
      assert.deepStrictEqual(
        body.users.map(({ username }: { readonly username: string }) => username),
        ["fake-bot", "alice"]
      )
      assert.strictEqual(yield* code("GET", "/audit-logs?limit=101"), 50_035)
      const seen = (yield* client.event("GUILD_AUDIT_LOG_ENTRY_CREATE")).d
      assert.deepInclude(seen, { guild_id: guild.id, action_type: 24, user_id: discord.botId, reason: "call it a" })
      assert.deepStrictEqual(seen.changes, [{ key: "nick", new_value: "a" }])
      const blind = yield* administering({ permissions: [P.ban] })
      assert.strictEqual(yield* blind.code("GET", "/audit-logs"), 50_013)
      const gone = yield* blind.discord.user("gone")
      yield* blind.on("PUT", `/bans/${gone.id}`, {})
      yield* blind.client.event("GUILD_BAN_ADD")
      assert.isFalse(blind.client.frames.some(({ t }) => t === "GUILD_AUDIT_LOG_ENTRY_CREATE"))
      assert.strictEqual(yield* code("PATCH", `/members/${alice.id}`, {}, "x".repeat(513)), 50_035)
    }).pipe(Effect.scoped)
  )
})
