/** What the fake does with threads, beside what `Threads` of the library is tested for. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call } from "./client.ts"
import { start } from "./resources.ts"

const ids = (body: { readonly threads: ReadonlyArray<{ readonly id: string }> }) => body.threads.map(({ id }) => id)

describe("threads", () => {
  it.live("begin with messages, which say so, and count what is written", () =>
    Effect.gen(function* () {
      const { client, done, event, guild, refuses } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const { id } = yield* done("POST", messages, { content: "topic" })
      const thread = yield* done("POST", `${messages}/${id}/threads`, { name: "talk" })
      assert.deepInclude(thread, { id, type: 11, parent_id: guild.channelId })
      assert.isTrue((yield* event("THREAD_CREATE")).newly_created)
      const updated = yield* event("MESSAGE_UPDATE")
      assert.strictEqual(updated.flags & 32, 32)
      const starter = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 21)
      assert.strictEqual(starter.d.message_reference.message_id, id)
      const inside: Array<string> = []
      for (const content of ["a", "b"]) inside.push((yield* done("POST", `/channels/${id}/messages`, { content })).id)
      yield* done("DELETE", `/channels/${id}/messages/${inside[0]}`)
      const after = yield* done("GET", `/channels/${id}`)
      assert.deepInclude(after, { message_count: 1, total_message_sent: 2, member_count: 1 })
      assert.isString(after.member.join_timestamp)
      const voice = yield* guild.channel("voice", { type: 2 })
      const inVoice = yield* done("POST", `/channels/${voice}/messages`, { content: "a" })
      yield* refuses(
        ["twice", "POST", `${messages}/${id}/threads`, { name: "again" }, 160_004],
        ["in voice", "POST", `/channels/${voice}/messages/${inVoice.id}/threads`, { name: "a" }, 50_024],
        ["the first message", "DELETE", `/channels/${id}/messages/${starter.d.id}`, undefined, 50_021]
      )
    })
  )

  it.effect("of older messages are told of in their channel", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const at = `/channels/${discord.guild.channelId}/messages`
      const begin = Effect.gen(function* () {
        const { id } = (yield* call(discord, "POST", at, { content: "topic" })).body
        return call(discord, "POST", `${at}/${id}/threads`, { name: "talk" })
      })
      const told = Effect.map(call(discord, "GET", at), ({ body }) =>
        body.filter(({ type }: { type: number }) => type === 18)
      )
      yield* yield* begin
      const later = yield* begin
      assert.deepStrictEqual(yield* told, [])
      yield* TestClock.adjust("1 minute")
      const thread = (yield* later).body
      const [only, ...more] = yield* told
      assert.deepStrictEqual(more, [])
      assert.strictEqual(only.content, "talk")
      const reference = { type: 0, channel_id: thread.id, guild_id: discord.guild.id }
      assert.deepStrictEqual(only.message_reference, reference)
    })
  )

  it.live("are listed by pages: active, archived, private, and those that the bot is in", () =>
    Effect.gen(function* () {
      const { deny, discord, done, guild, refuses } = yield* start()
      const here = `/channels/${guild.channelId}`
      const made: Record<string, Array<string>> = { public: [], private: [], foreign: [] }
      for (const name of ["a", "b", "c"]) {
        const thread = yield* done("POST", `${here}/threads`, { name, type: 11 })
        const secret = yield* done("POST", `${here}/threads`, { name, type: 12 })
        made["public"]?.push(thread.id)
        made["private"]?.push(secret.id)
        made["foreign"]?.push(yield* guild.thread(guild.channelId, name, { type: 12 }))
      }
      const [a, b, c] = made["public"] ?? []
      const [first, second, third] = made["private"] ?? []
      const active = yield* done("GET", `/guilds/${guild.id}/threads/active`)
      assert.lengthOf(active.threads, 9)
      assert.deepStrictEqual(ids(active).toSorted().toReversed(), ids(active))
      assert.lengthOf(active.members, 6)
      for (const id of [a, b, c, first, second, third, ...(made["foreign"] ?? [])]) {
        yield* Effect.sleep("2 millis")
        yield* done("PATCH", `/channels/${id}`, { archived: true })
      }
      const page = yield* done("GET", `${here}/threads/archived/public?limit=2`)
      assert.deepStrictEqual([ids(page), page.has_more, page.members.length], [[c, b], true, 2])
      const before = encodeURIComponent(page.threads[1].thread_metadata.archive_timestamp)
      const rest = yield* done("GET", `${here}/threads/archived/public?limit=2&before=${before}`)
      assert.deepStrictEqual([ids(rest), rest.has_more], [[a], false])
      assert.lengthOf(ids(yield* done("GET", `${here}/threads/archived/private`)), 6)
      const own = `${here}/users/@me/threads/archived/private`
      assert.deepStrictEqual(ids(yield* done("GET", own)), [third, second, first])
      assert.deepStrictEqual(ids(yield* done("GET", `${own}?before=${second}`)), [first])
      yield* refuses(
        ["one", "GET", `${here}/threads/archived/public?limit=1`, undefined, 50_035],
        ["101", "GET", `${here}/threads/archived/public?limit=101`, undefined, 50_035],
        ["before no time", "GET", `${here}/threads/archived/public?before=1`, undefined, 50_035],
        ["before no id", "GET", `${own}?before=a`, undefined, 50_035]
      )
      yield* deny(guild.channelId, 1n << 34n)
      yield* refuses(["those of others", "GET", `${here}/threads/archived/private`, undefined, 50_013])
      yield* deny(guild.channelId, 1n << 16n)
      yield* refuses(["without the past", "GET", `${here}/threads/archived/public`, undefined, 50_013])
      assert.isString(discord.botId)
    })
  )

  it.live("have members, who are listed with what they are in the guild", () =>
    Effect.gen(function* () {
      const { client, discord, done, guild } = yield* start()
      const thread = (yield* done("POST", `/channels/${guild.channelId}/threads`, { name: "a", type: 11 })).id
      const users = [yield* discord.user("alice"), yield* discord.user("bob")]
      for (const { id } of users) yield* done("PUT", `/channels/${thread}/thread-members/${id}`)
      const added = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 1)
      assert.strictEqual(added.d.mentions[0].id, users[0]?.id)
      const members = `/channels/${thread}/thread-members`
      assert.lengthOf(yield* done("GET", members), 3)
      const page = yield* done("GET", `${members}?with_member=true&limit=1&after=${users[0]?.id}`)
      assert.lengthOf(page, 1)
      assert.strictEqual(page[0].member.user.id, users[1]?.id)
      const one = yield* done("GET", `${members}/${users[0]?.id}?with_member=true`)
      assert.strictEqual(one.member.user.username, "alice")
      yield* done("DELETE", `${members}/${users[0]?.id}`)
      yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 2)
      assert.strictEqual((yield* done("GET", `/channels/${thread}`)).member_count, 2)
    })
  )

  it.live("list no members for an application without the intent", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ disallowedIntents: 2 })
      const thread = yield* discord.guild.thread(discord.guild.channelId, "a")
      const reply = yield* call(discord, "GET", `/channels/${thread}/thread-members`)
      assert.strictEqual(reply.body.code, 50_001)
    })
  )

  it.live("of forums have tags and one pin", () =>
    Effect.gen(function* () {
      const { deny, done, guild, refuses } = yield* start()
      const available_tags = [
        { id: "1", name: "new", moderated: false },
        { id: "2", name: "done", moderated: true }
      ]
      const settings = { default_thread_rate_limit_per_user: 7 }
      const forum = yield* guild.channel("forum", { type: 15, available_tags, ...settings })
      const post = (name: string, applied_tags: ReadonlyArray<string>) =>
        done("POST", `/channels/${forum}/threads`, { name, applied_tags, message: { content: name } })
      const [a, b] = [yield* post("a", ["1"]), yield* post("b", ["2"])]
      assert.strictEqual(a.rate_limit_per_user, 7)
      yield* done("PATCH", `/channels/${a.id}`, { flags: 2 })
      yield* refuses(
        ["a second pin", "PATCH", `/channels/${b.id}`, { flags: 2 }, 30_047],
        ["a tag that there is not", "PATCH", `/channels/${a.id}`, { applied_tags: ["3"] }, 10_087],
        ["six tags", "PATCH", `/channels/${a.id}`, { applied_tags: ["1", "1", "1", "1", "1", "1"] }, 50_035]
      )
      assert.strictEqual((yield* done("PATCH", `/channels/${a.id}`, { archived: true })).flags, 0)
      yield* done("PATCH", `/channels/${b.id}`, { flags: 2 })
      const plain = yield* done("POST", `/channels/${guild.channelId}/threads`, { name: "a", type: 11 })
      yield* refuses(["a pin elsewhere", "PATCH", `/channels/${plain.id}`, { flags: 2 }, 50_024])
      yield* deny(forum, 1n << 34n)
      const body = { name: "c", applied_tags: ["2"], message: { content: "c" } }
      yield* refuses(["a tag of moderators", "POST", `/channels/${forum}/threads`, body, 50_013])
    })
  )

  it.live("that are locked can be changed by moderators only", () =>
    Effect.gen(function* () {
      const { client, deny, done, guild, refuses } = yield* start()
      const thread = (yield* done("POST", `/channels/${guild.channelId}/threads`, { name: "a", type: 11 })).id
      const { id } = yield* done("POST", `/channels/${thread}/messages`, { content: "a" })
      yield* done("PATCH", `/channels/${thread}`, { name: "b", locked: true })
      const renamed = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 4)
      assert.strictEqual(renamed.d.content, "b")
      yield* done("PATCH", `/channels/${thread}/messages/${id}`, { content: "b" })
      yield* deny(guild.channelId, 1n << 34n)
      yield* refuses(
        ["writing", "POST", `/channels/${thread}/messages`, { content: "c" }, 160_005],
        ["editing", "PATCH", `/channels/${thread}/messages/${id}`, { content: "c" }, 160_005],
        ["deleting it", "DELETE", `/channels/${thread}`, undefined, 50_013]
      )
      yield* deny(guild.channelId, 0n)
      yield* done("DELETE", `/channels/${thread}`)
      assert.deepStrictEqual((yield* client.event("THREAD_DELETE")).d, {
        id: thread,
        guild_id: guild.id,
        parent_id: guild.channelId,
        type: 11
      })
    })
  )

  it.effect("are archived when nothing happens in them for as long as they say", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const { guild } = discord
      const thread = yield* guild.thread(guild.channelId, "a", {
        thread_metadata: { archived: false, auto_archive_duration: 60, locked: false }
      })
      const isArchived = Effect.map(
        call(discord, "GET", `/channels/${thread}`),
        ({ body }) => body.thread_metadata.archived
      )
      yield* TestClock.adjust("59 minutes")
      yield* (yield* discord.user("alice")).say("still here", { channel: thread })
      yield* TestClock.adjust("59 minutes")
      assert.isFalse(yield* isArchived)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(yield* isArchived)
    })
  )
})
