/** How the fake answers a bot that moderates. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { FakeDiscord } from "../../src/testing/index.ts"
import { object, objects } from "../../src/testing/internal/json.ts"
import { call, connect } from "./client.ts"

const intents = 1 | 2 | 4 | 512 | 4096
const permission = {
  kick: 1n << 1n,
  ban: 1n << 2n,
  admin: 1n << 3n,
  nick: 1n << 27n,
  roles: 1n << 28n,
  mute: 1n << 40n
}
const everything = Object.values(permission).reduce((set, bit) => set | bit) & ~permission.admin

/** A fake whose bot has a role of these permissions in position 5, and the calls about its guild. */
const started = (bits: bigint = everything) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const { guild } = discord
    const role = yield* guild.role("bot", { permissions: String(bits), position: 5 })
    yield* guild.updateMember(discord.botId, { roles: [role] })
    const client = yield* connect(discord)
    yield* client.identify({ intents })
    yield* client.event("GUILD_CREATE")
    const on = (method: string, path: string, body?: unknown, reason?: string) => {
      const why = reason === undefined ? {} : { "x-audit-log-reason": encodeURIComponent(reason) }
      const headers = { authorization: `Bot ${Redacted.value(discord.token)}`, ...why }
      return call(discord, method, `/guilds/${guild.id}${path}`, body, headers)
    }
    const ranked = Effect.fnUntraced(function* (name: string, position: number, permissions = "0") {
      const user = yield* discord.user(name)
      yield* guild.updateMember(user.id, { roles: [yield* guild.role(name, { position, permissions })] })
      yield* client.event("GUILD_MEMBER_UPDATE")
      return user
    })
    return { discord, client, guild, on, ranked, role }
  })

const codeOf = ({ body }: { readonly body: unknown }) => object(body)["code"]
const inAnHour = () => ({ communication_disabled_until: new Date(Date.now() + 3_600_000).toISOString() })

describe("a bot that moderates", () => {
  it.live("bans: the member is gone, its last messages too, and the reason is written down", () =>
    Effect.gen(function* () {
      const { client, discord, guild, on } = yield* started()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const said = [yield* (yield* alice.say("spam")).id, yield* (yield* alice.say("more spam")).id]
      const other = yield* bob.say("hello")
      const banned = yield* on("PUT", `/bans/${alice.id}`, { delete_message_seconds: 86_400 }, "spam, früh & spät")
      assert.strictEqual(banned.status, 204)
      assert.strictEqual(object(object((yield* client.event("GUILD_MEMBER_REMOVE")).d)["user"])["id"], alice.id)
      assert.strictEqual(object(object((yield* client.event("GUILD_BAN_ADD")).d)["user"])["id"], alice.id)
      const gone = object((yield* client.event("MESSAGE_DELETE_BULK")).d)
      assert.deepStrictEqual(gone["ids"], said)
      assert.isFalse(yield* other.deleted)
      assert.strictEqual(codeOf(yield* on("GET", `/members/${alice.id}`)), 10_007)
      const ban = yield* on("GET", `/bans/${alice.id}`)
      assert.strictEqual(object(ban.body)["reason"], "spam, früh & spät")
      const log = yield* discord.log
      const requests = log.filter(FakeDiscord.is("Request", ({ method }) => method === "PUT"))
      assert.deepStrictEqual(
        requests.map(({ reason }) => reason),
        ["spam, früh & spät"]
      )
      yield* guild.ban(bob.id)
      yield* client.event("GUILD_BAN_ADD")
      const page = yield* on("GET", "/bans?limit=1")
      assert.deepStrictEqual(
        objects(page.body).map(({ user }) => object(user)["id"]),
        [alice.id]
      )
      const rest = yield* on("GET", `/bans?after=${alice.id}`)
      assert.deepStrictEqual(
        objects(rest.body).map(({ user, reason }) => [object(user)["id"], reason]),
        [[bob.id, null]]
      )
      assert.strictEqual((yield* on("DELETE", `/bans/${alice.id}`)).status, 204)
      yield* client.event("GUILD_BAN_REMOVE")
      assert.strictEqual(codeOf(yield* on("DELETE", `/bans/${alice.id}`)), 10_026)
      assert.strictEqual(codeOf(yield* on("GET", `/bans/${alice.id}`)), 10_026)
      assert.strictEqual(codeOf(yield* on("PUT", "/bans/1")), 10_013)
    }).pipe(Effect.scoped)
  )

  it.live("can send nothing to somebody with whom it shares no guild", () =>
    Effect.gen(function* () {
      const { discord, guild } = yield* started()
      const alice = yield* discord.user("alice")
      const { body } = yield* call(discord, "POST", "/users/@me/channels", { recipient_id: alice.id })
      const path = `/channels/${String(object(body)["id"])}/messages`
      assert.strictEqual((yield* call(discord, "POST", path, { content: "hi" })).status, 200)
      yield* guild.ban(alice.id)
      assert.strictEqual(codeOf(yield* call(discord, "POST", path, { content: "hi" })), 50_278)
      const itself = { recipient_id: discord.botId }
      assert.strictEqual(codeOf(yield* call(discord, "POST", "/users/@me/channels", itself)), 50_033)
    }).pipe(Effect.scoped)
  )

  it.live("kicks, times out, renames and changes roles", () =>
    Effect.gen(function* () {
      const { client, discord, guild, on } = yield* started()
      const alice = yield* discord.user("alice")
      const role = yield* guild.role("member", { position: 2 })
      const body = { ...inAnHour(), nick: "al", roles: [role] }
      const changed = yield* on("PATCH", `/members/${alice.id}`, body, "too loud")
      assert.deepInclude(object(changed.body), body)
      assert.deepInclude(object((yield* client.event("GUILD_MEMBER_UPDATE")).d), body)
      yield* on("PATCH", `/members/${alice.id}`, { communication_disabled_until: null, nick: "" })
      const after = object((yield* on("GET", `/members/${alice.id}`)).body)
      assert.deepInclude(after, { communication_disabled_until: null, nick: null, roles: [role] })
      assert.strictEqual((yield* on("DELETE", `/members/${alice.id}`)).status, 204)
      yield* client.event("GUILD_MEMBER_REMOVE")
      assert.strictEqual(codeOf(yield* on("DELETE", `/members/${alice.id}`)), 10_007)
      assert.strictEqual(codeOf(yield* on("PATCH", `/members/${alice.id}`, { nick: "x" })), 10_007)
      assert.strictEqual(codeOf(yield* on("PATCH", `/members/${discord.botId}`, { mute: true })), 50_013)
    }).pipe(Effect.scoped)
  )

  it.live("gives and takes single roles below its own", () =>
    Effect.gen(function* () {
      const { client, discord, guild, on } = yield* started()
      const alice = yield* discord.user("alice")
      const [low, high] = [yield* guild.role("low", { position: 1 }), yield* guild.role("high", { position: 6 })]
      const roles = Effect.map(client.event("GUILD_MEMBER_UPDATE"), ({ d }) => object(d)["roles"])
      assert.strictEqual((yield* on("PUT", `/members/${alice.id}/roles/${low}`)).status, 204)
      assert.deepStrictEqual(yield* roles, [low])
      assert.strictEqual((yield* on("PUT", `/members/${alice.id}/roles/${low}`)).status, 204)
      assert.strictEqual((yield* on("DELETE", `/members/${alice.id}/roles/${low}`)).status, 204)
      assert.deepStrictEqual(yield* roles, [])
      assert.strictEqual(codeOf(yield* on("PUT", `/members/${alice.id}/roles/${high}`)), 50_013)
      assert.strictEqual(codeOf(yield* on("PUT", `/members/${alice.id}/roles/1`)), 10_011)
      assert.strictEqual(codeOf(yield* on("PUT", `/members/1/roles/${low}`)), 10_007)
    }).pipe(Effect.scoped)
  )

  for (const { method, missing, path, send } of [
    { method: "PUT", path: "/bans/", missing: permission.ban },
    { method: "GET", path: "/bans/", missing: permission.ban },
    { method: "DELETE", path: "/bans/", missing: permission.ban },
    { method: "DELETE", path: "/members/", missing: permission.kick },
    { method: "PATCH", path: "/members/", missing: permission.mute, send: inAnHour() },
    { method: "PATCH", path: "/members/", missing: permission.nick, send: { nick: "a" } },
    { method: "PATCH", path: "/members/", missing: permission.roles, send: { roles: [] } }
  ]) {
    it.live(`may not ${method} ${path} ${Object.keys(send ?? {}).join()} without the permission`, () =>
      Effect.gen(function* () {
        const { discord, on } = yield* started(everything & ~missing)
        const alice = yield* discord.user("alice")
        assert.strictEqual(codeOf(yield* on(method, path + alice.id, send)), 50_013)
      }).pipe(Effect.scoped)
    )
  }

  it.live("acts only on members below it, never on the owner, and times out no administrator", () =>
    Effect.gen(function* () {
      const { discord, guild, on, ranked, role } = yield* started()
      const equal = yield* discord.user("equal")
      yield* guild.updateMember(equal.id, { roles: [role] })
      const above = yield* ranked("above", 6)
      const below = yield* ranked("below", 4)
      const admin = yield* ranked("admin", 1, "8")
      const owner = yield* discord.user("owner")
      yield* guild.update({ owner_id: owner.id })
      for (const { id } of [equal, above, owner]) {
        assert.strictEqual(codeOf(yield* on("PUT", `/bans/${id}`)), 50_013)
        assert.strictEqual(codeOf(yield* on("DELETE", `/members/${id}`)), 50_013)
        assert.strictEqual(codeOf(yield* on("PATCH", `/members/${id}`, { nick: "a" })), 50_013)
        assert.strictEqual(codeOf(yield* on("PATCH", `/members/${id}`, inAnHour())), 50_013)
      }
      assert.strictEqual(codeOf(yield* on("PATCH", `/members/${admin.id}`, inAnHour())), 50_013)
      const high = yield* guild.role("high", { position: 9 })
      const managed = yield* guild.role("managed", { position: 1, managed: true })
      for (const role of [high, managed]) {
        assert.strictEqual(codeOf(yield* on("PATCH", `/members/${below.id}`, { roles: [role] })), 50_013)
      }
      assert.strictEqual(codeOf(yield* on("PATCH", `/members/${below.id}`, { roles: ["1"] })), 10_011)
      assert.strictEqual((yield* on("PUT", `/bans/${below.id}`)).status, 204)
    }).pipe(Effect.scoped)
  )

  it.live("is told which field is invalid", () =>
    Effect.gen(function* () {
      const { discord, on } = yield* started()
      const { id } = yield* discord.user("alice")
      const late = new Date(Date.now() + 29 * 86_400_000).toISOString()
      const invalid: ReadonlyArray<readonly [string, string, unknown, string?]> = [
        ["PUT", "bans", { delete_message_seconds: 604_801 }],
        ["PUT", "bans", { delete_message_days: 8 }],
        ["PUT", "bans", {}, "x".repeat(513)],
        ["PATCH", "members", { communication_disabled_until: late }],
        ["PATCH", "members", { communication_disabled_until: "soon" }],
        ["PATCH", "members", { nick: "x".repeat(33) }]
      ]
      for (const [method, what, body, reason] of invalid) {
        const refused = yield* on(method, `/${what}/${id}`, body, reason)
        assert.deepInclude(object(refused.body), { code: 50_035 }, JSON.stringify(body))
      }
      assert.strictEqual((yield* on("PUT", `/bans/${id}`, {}, "x".repeat(512))).status, 204)
    }).pipe(Effect.scoped)
  )

  it.live("reads pages of messages, newest first", () =>
    Effect.gen(function* () {
      const { discord, guild } = yield* started()
      const alice = yield* discord.user("alice")
      const ids: Array<string> = []
      for (const text of ["a", "b", "c", "d", "e"]) ids.push(yield* (yield* alice.say(text)).id)
      const [a, b, c, d] = ids
      const list = (query: string, channel = guild.channelId) =>
        call(discord, "GET", `/channels/${channel}/messages?${query}`)
      const texts = (query: string) =>
        Effect.map(list(query), ({ body }) =>
          objects(body)
            .map(({ content }) => content)
            .join("")
        )
      assert.strictEqual(yield* texts(""), "edcba")
      assert.strictEqual(yield* texts("limit=2"), "ed")
      assert.strictEqual(yield* texts(`limit=2&before=${c}`), "ba")
      assert.strictEqual(yield* texts(`limit=2&after=${b}`), "dc")
      assert.strictEqual(yield* texts(`limit=3&around=${c}`), "dcb")
      assert.strictEqual(yield* texts(`limit=1&around=${d}`), "d")
      assert.strictEqual(codeOf(yield* list("limit=101")), 50_035)
      const closed = (bit: bigint) => ({
        permission_overwrites: [{ id: guild.everyone, type: 0, allow: "0", deny: String(bit) }]
      })
      const hidden = yield* guild.channel("hidden", closed(1n << 10n))
      assert.strictEqual(codeOf(yield* list("", hidden)), 50_001)
      const unread = yield* guild.channel("unread", closed(1n << 16n))
      yield* alice.say("before", { channel: unread })
      assert.deepStrictEqual((yield* list("", unread)).body, [])
      const twice = yield* call(discord, "POST", `/channels/${guild.channelId}/messages/bulk-delete`, {
        messages: [a, a]
      })
      assert.strictEqual(codeOf(twice), 50_035)
    }).pipe(Effect.scoped)
  )

  it.live("has the permissions of its roles in interactions, as have users", () =>
    Effect.gen(function* () {
      const { client, discord, guild, ranked } = yield* started()
      const mod = yield* ranked("mod", 2, "4")
      const left = yield* discord.user("left")
      yield* guild.removeMember(left.id)
      yield* discord.registerCommands([
        {
          name: "look",
          description: "…",
          options: [
            { type: 6, name: "a", description: "…" },
            { type: 6, name: "b", description: "…" }
          ]
        }
      ] as never)
      yield* Effect.forkScoped(mod.slash("look", { a: left, b: mod }))
      const event = object((yield* client.event("INTERACTION_CREATE")).d)
      const bit = (set: unknown, which: bigint) => (BigInt(String(set)) & which) !== 0n
      assert.isTrue(bit(event["app_permissions"], permission.mute))
      assert.isTrue(bit(object(event["member"])["permissions"], permission.ban))
      assert.lengthOf(object(event["member"])["roles"] as ReadonlyArray<unknown>, 1)
      const members = object(object(object(event["data"])["resolved"])["members"])
      assert.deepStrictEqual(Object.keys(members), [mod.id])
      assert.isTrue(bit(object(members[mod.id])["permissions"], permission.ban))
    }).pipe(Effect.scoped)
  )
})
