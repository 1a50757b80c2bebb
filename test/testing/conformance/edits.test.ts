/** What can be edited, and by whom. The rules have rows in `docs/conformance/messages.md`. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { button, call, type Reply, row } from "../client.ts"
import { assertRefused, withoutLimits } from "./refusals.ts"

const codeOf = ({ body, status }: Reply) => [status, body.code]

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const path = `/channels/${discord.guild.channelId}/messages`
  const send = (body: object) => Effect.map(call(discord, "POST", path, body), ({ body }) => body)
  const edit = (id: string, body: object) => call(discord, "PATCH", `${path}/${id}`, body)
  return { discord, edit, path, send }
})

const poll = { question: { text: "q" }, answers: [{ poll_media: { text: "a" } }] }
const text = { type: 10, content: "text" }

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("an edit", (it) => {
  it.effect("of a message with a poll is refused, unless components take its place", () =>
    Effect.gen(function* () {
      const { edit, send } = yield* setUp
      const asked = yield* send({ content: "x", poll })
      for (const body of [{ content: "y" }, { components: [row(button("a", "a"))] }, { flags: 4 }, { poll: null }]) {
        assert.deepStrictEqual(codeOf(yield* edit(asked.id, body)), [400, 520003])
      }
      const turned = yield* edit(asked.id, { flags: 1 << 15, components: [text], content: null, poll: null })
      assert.deepStrictEqual([turned.status, turned.body.poll], [200, undefined])
    })
  )

  it.effect("changes neither system messages nor stickers", () =>
    Effect.gen(function* () {
      const { discord, edit, path, send } = yield* setUp
      const { id } = yield* send({ content: "x" })
      yield* call(discord, "PUT", `${path}/pins/${id}`)
      const [pinned] = (yield* call(discord, "GET", `${path}?limit=1`)).body
      assert.deepStrictEqual(codeOf(yield* edit(pinned.id, { content: "y" })), [403, 50021])
      assert.deepStrictEqual(codeOf(yield* edit(id, { sticker_ids: ["1"] })), [400, 50080])
    })
  )

  it.effect("of the messages of others suppresses embeds, with MANAGE_MESSAGES, and nothing else", () =>
    Effect.gen(function* () {
      const { discord, edit } = yield* setUp
      const alice = yield* discord.user("alice")
      const id = yield* Effect.flatMap(alice.say("look at https://example.com"), (message) => message.id)
      const suppressed = yield* edit(id, { flags: 4 | 64 | (1 << 15) })
      assert.deepStrictEqual([suppressed.status, suppressed.body.flags], [200, 4])
      assert.strictEqual((yield* edit(id, { flags: 0 })).body.flags, 0)
      for (const body of [{ content: "y" }, { flags: 4, embeds: [] }, { components: null }]) {
        assert.deepStrictEqual(codeOf(yield* edit(id, body)), [403, 50005])
      }
      const direct = yield* Effect.flatMap(alice.say("hello", { direct: true }), ({ raw }) => raw)
      const there = `/channels/${direct.channel_id}/messages/${direct.id}`
      assert.deepStrictEqual(codeOf(yield* call(discord, "PATCH", there, { flags: 4 })), [403, 50005])
      yield* discord.guild.setBotPermissions(String((1n << 10n) | (1n << 11n) | (1n << 16n)))
      assert.deepStrictEqual(codeOf(yield* edit(id, { flags: 4 })), [403, 50013])
      yield* discord.guild.setBotPermissions(undefined)
    })
  )

  it.effect("of a webhook's message has components only if it may have them", () =>
    Effect.gen(function* () {
      const { discord } = yield* setUp
      const alice = yield* discord.user("alice")
      const foreign = yield* discord.guild.webhook(alice.id, discord.guild.channelId, "foreign")
      const hook = `/webhooks/${foreign.id}/${foreign.token}`
      const { body } = yield* call(discord, "POST", `${hook}?wait=true`, { content: "x" })
      const at = `${hook}/messages/${body.id}`
      const link = row({ type: 2, style: 5, label: "l", url: "https://x.y" })
      assert.deepStrictEqual((yield* call(discord, "PATCH", at, { components: [link] })).body.components, [])
      const with_ = `${at}?with_components=true`
      assert.strictEqual((yield* call(discord, "PATCH", with_, { components: [link] })).body.components.length, 1)
      const active = yield* call(discord, "PATCH", with_, { components: [row(button("a", "a"))] })
      assertRefused(active, "components", "BASE_TYPE_INVALID", "a button")
      const kept = yield* call(discord, "PATCH", at, { content: "y", components: [] })
      assert.strictEqual(kept.body.components.length, 1)
      const nowhere = yield* call(discord, "PATCH", `${at}?thread_id=abc`, { content: "y" })
      assertRefused(nowhere, "thread_id", "NUMBER_TYPE_COERCE", "no id")
    })
  )
})

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("direct messages", (it) => {
  it.effect("are with one other user", () =>
    Effect.gen(function* () {
      const { discord } = yield* setUp
      const open = (body: object) => call(discord, "POST", "/users/@me/channels", body)
      assertRefused(yield* open({}), "recipient_id", "BASE_TYPE_REQUIRED", "nobody")
      assertRefused(yield* open({ recipient_id: "alice" }), "recipient_id", "NUMBER_TYPE_COERCE", "a name")
      for (const id of ["1", discord.botId]) {
        assert.deepStrictEqual(codeOf(yield* open({ recipient_id: id })), [400, 50033])
      }
      const alice = yield* discord.user("alice")
      const [first, second] = [yield* open({ recipient_id: alice.id }), yield* open({ recipient_id: alice.id })]
      assert.deepStrictEqual([first.status, first.body.type, first.body.id], [200, 1, second.body.id])
    })
  )
})
