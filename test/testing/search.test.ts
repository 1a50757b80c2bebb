/** How the fake searches messages. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call } from "./client.ts"
import { everything, start } from "./resources.ts"

interface Found {
  readonly total_results: number
  readonly messages: ReadonlyArray<ReadonlyArray<{ readonly content: string; readonly reactions?: unknown }>>
}

const contents = (body: Found) => body.messages.map(([message]) => message?.content)

describe("a search for messages", () => {
  it.live("waits for an index, and finds by content, author, channel, things and time, newest first", () =>
    Effect.gen(function* () {
      const { deny, discord, done, guild, on } = yield* start()
      const search = `/guilds/${guild.id}/messages/search`
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const other = yield* guild.channel("other")
      const first = yield* (yield* alice.say("The quick brown fox")).id
      yield* bob.say("a fox that is quick, see https://example.com/fox", { channel: other })
      yield* bob.say(`hey <@${alice.id}>`)
      const here = `/channels/${guild.channelId}/messages`
      const own = yield* done("POST", here, { content: "an answer", message_reference: { message_id: first } })
      const answers = [{ poll_media: { text: "a" } }]
      yield* done("POST", here, { poll: { question: { text: "Which?" }, answers } })
      yield* guild.react(alice.id, first, "👍")
      yield* guild.pin(alice.id, first)
      const indexing = yield* on("GET", search)
      assert.strictEqual(indexing.status, 202)
      assert.deepInclude(indexing.body, { code: 110_000, retry_after: 0 })
      const cases: ReadonlyArray<readonly [query: string, found: ReadonlyArray<string | RegExp>]> = [
        ["content=quick fox", ["The quick brown fox"]],
        ["content=quick fox&slop=0", []],
        ["content=fox", [/^a fox/, "The quick brown fox"]],
        ["content=fox&sort_order=asc", ["The quick brown fox", /^a fox/]],
        [`author_id=${alice.id}`, ["", "The quick brown fox"]],
        [`author_id=${alice.id}&author_id=${bob.id}&limit=1`, [""]],
        [`author_id=${bob.id}&offset=1`, [/^a fox/]],
        [`channel_id=${other}`, [/^a fox/]],
        [`mentions=${alice.id}`, [/^hey/]],
        [`replied_to_message_id=${first}`, ["an answer"]],
        [`replied_to_user_id=${alice.id}`, ["an answer"]],
        ["has=link", [/^a fox/]],
        ["has=poll", [""]],
        ["link_hostname=example.com", [/^a fox/]],
        ["author_type=user&has=-link", ["", /^hey/, "The quick brown fox"]],
        [`max_id=${own.id}&author_type=-user`, []],
        ["pinned=true", ["The quick brown fox"]],
        ["author_type=webhook", []]
      ]
      for (const [query, found] of cases) {
        const body: Found = yield* done("GET", `${search}?${query.replaceAll(" ", "+")}`)
        const there = contents(body)
        assert.lengthOf(there, found.length, `${query}: ${JSON.stringify(there)}`)
        for (const [at, wanted] of found.entries()) {
          if (typeof wanted === "string") assert.strictEqual(there[at], wanted, query)
          else assert.match(there[at] ?? "", wanted, query)
        }
        assert.isTrue(body.messages.every(([message]) => message?.reactions === undefined))
      }
      yield* deny(other, 1n << 16n)
      assert.deepStrictEqual(contents(yield* done("GET", `${search}?has=link`)), [])
      yield* guild.updateChannel(guild.channelId, { nsfw: true })
      assert.strictEqual((yield* done("GET", search)).total_results, 0)
      assert.isAbove((yield* done("GET", `${search}?include_nsfw=true`)).total_results, 3)
    })
  )

  it.live("has bounds and a permission", () =>
    Effect.gen(function* () {
      const { guild, refuses } = yield* start()
      const search = `/guilds/${guild.id}/messages/search`
      const many = Array.from({ length: 101 }, (_, at) => `author_id=${at}`).join("&")
      for (const query of [
        "limit=26",
        "limit=0",
        "offset=9976",
        "slop=101",
        "has=teapot",
        "author_type=cat",
        "sort_by=name",
        "sort_order=up",
        "author_id=alice",
        "min_id=now",
        many,
        `content=${"x".repeat(1025)}`
      ]) {
        yield* refuses([query.slice(0, 30), "GET", `${search}?${query}`, undefined, 50_035])
      }
      const without = yield* start({ permissions: everything & ~(1n << 16n) })
      const theirs = `/guilds/${without.guild.id}/messages/search`
      yield* without.refuses(["without the past", "GET", theirs, undefined, 50_013])
      const blind = yield* FakeDiscord.make({ disallowedIntents: 1 << 15 })
      assert.strictEqual((yield* call(blind, "GET", `/guilds/${blind.guild.id}/messages/search`)).body.code, 50_001)
    })
  )
})
