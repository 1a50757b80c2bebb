/** What the fake does with messages: reactions, pins, polls, typing, announcements, many at once. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "./resources.ts"

const snowflake = (daysAgo: number): string =>
  String(BigInt(Date.now() - daysAgo * 86_400_000 - 1_420_070_400_000) << 22n)

const emoji = (text: string) => encodeURIComponent(text)
const thumb = emoji("👍")

describe("reactions", () => {
  it.live("are added, listed by pages, and removed by everybody, one, emoji or all", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const { id } = yield* done("POST", messages, { content: "vote" })
      const reactions = `${messages}/${id}/reactions`
      const users = yield* Effect.forEach(["alice", "bob", "carol"], (name) => discord.user(name))
      for (const user of users) {
        yield* guild.react(user.id, id, "👍")
        assert.strictEqual((yield* event("MESSAGE_REACTION_ADD")).member.user.id, user.id)
      }
      yield* done("PUT", `${reactions}/${thumb}/@me`)
      assert.deepInclude(yield* event("MESSAGE_REACTION_ADD"), {
        user_id: discord.botId,
        message_author_id: discord.botId
      })
      const ids = (body: ReadonlyArray<{ readonly id: string }>) => body.map((user) => user.id)
      const all = [discord.botId, ...users.map((user) => user.id)]
      assert.deepStrictEqual(ids(yield* done("GET", `${reactions}/${thumb}`)), all)
      assert.deepStrictEqual(ids(yield* done("GET", `${reactions}/${thumb}?limit=1&after=${all[1]}`)), [all[2]])
      assert.deepStrictEqual(yield* done("GET", `${reactions}/${thumb}?type=1`), [])
      yield* done("DELETE", `${reactions}/${thumb}/${users[0]?.id}`)
      assert.deepInclude(yield* event("MESSAGE_REACTION_REMOVE"), { user_id: users[0]?.id, message_id: id })
      yield* done("DELETE", `${reactions}/${thumb}/@me`)
      assert.strictEqual((yield* event("MESSAGE_REACTION_REMOVE")).user_id, discord.botId)
      yield* done("PUT", `${reactions}/${emoji("❤")}/@me`)
      yield* done("DELETE", `${reactions}/${thumb}`)
      assert.deepInclude(yield* event("MESSAGE_REACTION_REMOVE_EMOJI"), { emoji: { id: null, name: "👍" } })
      assert.strictEqual((yield* done("GET", `${messages}/${id}`)).reactions.length, 1)
      yield* done("DELETE", reactions)
      assert.deepInclude(yield* event("MESSAGE_REACTION_REMOVE_ALL"), { message_id: id, guild_id: guild.id })
      assert.isUndefined((yield* done("GET", `${messages}/${id}`)).reactions)
    })
  )

  it.live("have emojis that exist, twenty kinds at most, and their permissions", () =>
    Effect.gen(function* () {
      const { deny, discord, done, guild, refuses } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const { id } = yield* done("POST", messages, { content: "vote" })
      const reactions = `${messages}/${id}/reactions`
      const own = yield* guild.emoji("party")
      const alice = yield* discord.user("alice")
      for (const good of ["1️⃣", "🇩🇪", "👩🏽‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☺️", `party:${own}`]) {
        yield* done("PUT", `${reactions}/${emoji(good)}/@me`)
      }
      for (const bad of ["1", "ok", ":ok:", "👍👍", "party:1234567890", "👍a"]) {
        yield* refuses([bad, "PUT", `${reactions}/${emoji(bad)}/@me`, undefined, 10_014])
      }
      const animals = ["🐀", "🐁", "🐂", "🐃", "🐄", "🐅", "🐆", "🐇", "🐈", "🐉", "🐊", "🐋", "🐌", "🐍"]
      for (const animal of animals) yield* done("PUT", `${reactions}/${emoji(animal)}/@me`)
      yield* refuses(["the 21st", "PUT", `${reactions}/${emoji("🐎")}/@me`, undefined, 30_010])
      yield* done("DELETE", `${reactions}/${emoji("🐀")}/@me`)
      yield* guild.react(alice.id, id, "🐎")
      yield* deny(guild.channelId, 1n << 6n)
      yield* done("PUT", `${reactions}/${emoji("🐎")}/@me`)
      yield* done("DELETE", `${reactions}/${emoji("🐁")}/@me`)
      yield* refuses(["a new emoji", "PUT", `${reactions}/${thumb}/@me`, undefined, 50_013])
      yield* deny(guild.channelId, 1n << 16n)
      yield* refuses(["without the past", "PUT", `${reactions}/${emoji("🐎")}/@me`, undefined, 50_013])
      yield* deny(guild.channelId, 1n << 13n)
      yield* refuses(
        ["another's", "DELETE", `${reactions}/${emoji("🐎")}/${alice.id}`, undefined, 50_013],
        ["those of an emoji", "DELETE", `${reactions}/${emoji("🐎")}`, undefined, 50_013],
        ["all", "DELETE", reactions, undefined, 50_013],
        ["a limit of 0", "GET", `${reactions}/${emoji("🐎")}?limit=0`, undefined, 50_035],
        ["a limit over 100", "GET", `${reactions}/${emoji("🐎")}?limit=101`, undefined, 50_035],
        ["a type that there is not", "GET", `${reactions}/${emoji("🐎")}?type=2`, undefined, 50_035],
        ["a message that there is not", "GET", `${messages}/1/reactions/${thumb}`, undefined, 10_008]
      )
    })
  )
})

describe("pins", () => {
  it.live("come newest first, in pages, with an event and a system message", () =>
    Effect.gen(function* () {
      const { client, discord, done, event, guild } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const ids: Array<string> = []
      for (const content of ["a", "b", "c"]) ids.push((yield* done("POST", messages, { content })).id)
      const alice = yield* discord.user("alice")
      yield* done("PUT", `${messages}/pins/${ids[0]}`)
      const first = yield* event("CHANNEL_PINS_UPDATE")
      const system = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 6)
      assert.deepInclude(system.d.message_reference, { message_id: ids[0], channel_id: guild.channelId })
      yield* done("PUT", `/channels/${guild.channelId}/pins/${ids[1]}`)
      yield* guild.pin(alice.id, ids[2] ?? "")
      const theirs = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 6)
      assert.strictEqual(theirs.d.author.id, discord.botId)
      const items = (body: { readonly items: ReadonlyArray<{ readonly message: { readonly id: string } }> }) =>
        body.items.map((item) => item.message.id)
      const page = yield* done("GET", `${messages}/pins?limit=2`)
      assert.deepStrictEqual([items(page), page.has_more], [[ids[2], ids[1]], true])
      const before = encodeURIComponent(page.items[1].pinned_at)
      const rest = yield* done("GET", `${messages}/pins?limit=2&before=${before}`)
      assert.deepStrictEqual([items(rest), rest.has_more], [[ids[0]], false])
      assert.strictEqual(rest.items[0].pinned_at, first.last_pin_timestamp)
      const old = yield* done("GET", `/channels/${guild.channelId}/pins`)
      assert.deepStrictEqual(
        old.map((message: { readonly id: string }) => message.id),
        [ids[2], ids[1], ids[0]]
      )
      yield* done("DELETE", `${messages}/pins/${ids[2]}`)
      yield* done("DELETE", `/channels/${guild.channelId}/pins/${ids[1]}`)
      yield* guild.unpin(alice.id, ids[0] ?? "")
      const updates = client.frames.filter(({ t }) => t === "CHANNEL_PINS_UPDATE")
      yield* client.take(({ d, t }) => t === "CHANNEL_PINS_UPDATE" && d.last_pin_timestamp === null)
      assert.isAtLeast(updates.length, 3)
      assert.deepStrictEqual(items(yield* done("GET", `${messages}/pins`)), [])
    })
  )

  it.live("are 250 at most, of messages that somebody has written, with their permission", () =>
    Effect.gen(function* () {
      const { deny, discord, done, guild, refuses } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const alice = yield* discord.user("alice")
      const ids = yield* Effect.forEach(Array.from({ length: 251 }), () =>
        Effect.flatMap(alice.say("note"), (message) => message.id)
      )
      yield* Effect.forEach(ids.slice(0, 250), (id) => guild.pin(alice.id, id), { discard: true })
      const all: ReadonlyArray<{ readonly id: string; readonly type: number }> = yield* done("GET", messages)
      const system = all.find(({ type }) => type === 6)
      yield* refuses(
        ["the 251st", "PUT", `${messages}/pins/${ids[250]}`, undefined, 30_003],
        ["a system message", "PUT", `${messages}/pins/${system?.id}`, undefined, 50_021],
        ["what is not there", "PUT", `${messages}/pins/1`, undefined, 10_008],
        ["51 of them", "GET", `${messages}/pins?limit=51`, undefined, 50_035],
        ["no time", "GET", `${messages}/pins?before=yesterday`, undefined, 50_035]
      )
      assert.strictEqual((yield* done("GET", `/channels/${guild.channelId}/pins`)).length, 50)
      yield* deny(guild.channelId, 1n << 51n)
      yield* refuses(
        ["pinning", "PUT", `${messages}/pins/${ids[250]}`, undefined, 50_013],
        ["unpinning", "DELETE", `${messages}/pins/${ids[0]}`, undefined, 50_013]
      )
      yield* deny(guild.channelId, 1n << 16n)
      assert.deepStrictEqual((yield* done("GET", `${messages}/pins`)).items, [])
      yield* deny(guild.channelId, 1n << 10n)
      yield* refuses(["a channel that it does not see", "GET", `${messages}/pins`, undefined, 50_001])
    })
  )
})

describe("many messages at once", () => {
  it.live("are deleted with one event; ids that are not there count, old and equal ones do not pass", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const bulk = `${messages}/bulk-delete`
      const ids: Array<string> = []
      for (const content of ["a", "b", "c"]) ids.push((yield* done("POST", messages, { content })).id)
      yield* done("POST", bulk, { messages: [ids[0], ids[1], snowflake(13)] })
      assert.deepStrictEqual((yield* event("MESSAGE_DELETE_BULK")).ids, ids.slice(0, 2))
      const many = Array.from({ length: 101 }, (_, at) => `${BigInt(snowflake(1)) + BigInt(at)}`)
      const direct = yield* done("POST", "/users/@me/channels", { recipient_id: (yield* discord.user("alice")).id })
      yield* refuses(
        ["one", "POST", bulk, { messages: [ids[2]] }, 50_035],
        ["101", "POST", bulk, { messages: many }, 50_035],
        ["one twice", "POST", bulk, { messages: [ids[2], ids[2]] }, 50_035],
        ["an old one", "POST", bulk, { messages: [ids[2], snowflake(15)] }, 50_034],
        ["direct messages", "POST", `/channels/${direct.id}/messages/bulk-delete`, { messages: [ids[2], "1"] }, 50_003]
      )
      yield* deny(guild.channelId, 1n << 13n)
      yield* refuses(["without the permission", "POST", bulk, { messages: [ids[2], snowflake(1)] }, 50_013])
    })
  )
})

describe("polls", () => {
  it.live("tell who has voted, and end early with a message about the result", () =>
    Effect.gen(function* () {
      const { client, discord, done, guild, refuses } = yield* start()
      const messages = `/channels/${guild.channelId}/messages`
      const answers = ["red", "blue"].map((text) => ({ poll_media: { text } }))
      const { id } = yield* done("POST", messages, { poll: { question: { text: "Which?" }, answers } })
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* guild.vote(alice.id, id, 1)
      yield* guild.vote(bob.id, id, 1)
      const poll = `/channels/${guild.channelId}/polls/${id}`
      const users = (body: { readonly users: ReadonlyArray<{ readonly id: string }> }) =>
        body.users.map((user) => user.id)
      assert.deepStrictEqual(users(yield* done("GET", `${poll}/answers/1`)), [alice.id, bob.id])
      assert.deepStrictEqual(users(yield* done("GET", `${poll}/answers/1?limit=1&after=${alice.id}`)), [bob.id])
      assert.deepStrictEqual(users(yield* done("GET", `${poll}/answers/2`)), [])
      assert.isTrue((yield* done("POST", `${poll}/expire`)).poll.results.is_finalized)
      const result = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 46)
      assert.deepInclude(result.d.embeds[0].fields, { name: "victor_answer_text", value: "red", inline: false })
      const other = yield* done("POST", messages, { content: "no poll" })
      const theirs = yield* (yield* alice.say("mine")).id
      yield* refuses(
        ["twice", "POST", `${poll}/expire`, undefined, 520_001],
        ["no poll", "POST", `/channels/${guild.channelId}/polls/${other.id}/expire`, undefined, 520_006],
        ["another's", "POST", `/channels/${guild.channelId}/polls/${theirs}/expire`, undefined, 50_005],
        ["101 voters", "GET", `${poll}/answers/1?limit=101`, undefined, 50_035]
      )
    })
  )
})

describe("typing and announcements", () => {
  it.live("is seen by everybody in the channel", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start()
      const typing = `/channels/${guild.channelId}/typing`
      yield* done("POST", typing)
      assert.deepInclude(yield* event("TYPING_START"), { user_id: discord.botId, guild_id: guild.id })
      const alice = yield* discord.user("alice")
      yield* guild.type(alice.id)
      assert.strictEqual((yield* event("TYPING_START")).member.user.id, alice.id)
      yield* deny(guild.channelId, 1n << 11n)
      yield* refuses(["typing", "POST", typing, undefined, 50_013])
    })
  )

  it.live("come into the channels that follow, once", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start()
      const news = yield* guild.channel("news", { type: 5 })
      const messages = `/channels/${news}/messages`
      const followed = yield* done("POST", `/channels/${news}/followers`, { webhook_channel_id: guild.channelId })
      assert.strictEqual(followed.channel_id, news)
      assert.deepInclude(yield* event("WEBHOOKS_UPDATE"), { channel_id: guild.channelId })
      const { id } = yield* done("POST", messages, { content: "hear, hear" })
      assert.strictEqual((yield* done("POST", `${messages}/${id}/crosspost`)).flags & 1, 1)
      const there = yield* done("GET", `/channels/${guild.channelId}/messages`)
      assert.deepInclude(there[0], { content: "hear, hear", webhook_id: followed.webhook_id, flags: 2 })
      const elsewhere = yield* done("POST", `/channels/${guild.channelId}/messages`, { content: "a" })
      const theirs = yield* (yield* (yield* discord.user("alice")).say("b", { channel: news })).id
      yield* refuses(
        ["twice", "POST", `${messages}/${id}/crosspost`, undefined, 40_033],
        ["elsewhere", "POST", `/channels/${guild.channelId}/messages/${elsewhere.id}/crosspost`, undefined, 50_024],
        [
          "following another channel",
          "POST",
          `/channels/${guild.channelId}/followers`,
          { webhook_channel_id: news },
          50_024
        ]
      )
      yield* deny(news, 1n << 13n)
      yield* refuses(["another's", "POST", `${messages}/${theirs}/crosspost`, undefined, 50_013])
      yield* deny(guild.channelId, 1n << 29n)
      yield* refuses([
        "into others",
        "POST",
        `/channels/${news}/followers`,
        { webhook_channel_id: guild.channelId },
        50_013
      ])
    })
  )
})
