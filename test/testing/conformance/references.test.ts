/** To which messages a message may refer. The rules have rows in `docs/conformance/messages.md`. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../../src/testing/index.ts"
import { call, type Reply } from "../client.ts"
import { assertRefused, withoutLimits } from "./refusals.ts"

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { guild } = discord
  const here = guild.channelId
  const request = (method: string, path: string, body?: unknown) => call(discord, method, path, body)
  const send = (body: object, channel = here) => request("POST", `/channels/${channel}/messages`, body)
  const reply = (id: string, more: object = {}) => ({ content: "x", message_reference: { message_id: id, ...more } })
  const forward = (id: string, channel = here) => ({
    message_reference: { type: 1, message_id: id, channel_id: channel }
  })
  const hello = (yield* send({ content: "hello" })).body
  // The pin writes a system message.
  yield* request("PUT", `/channels/${here}/messages/pins/${hello.id}`)
  const pinned = (yield* request("GET", `/channels/${here}/messages?limit=1`)).body[0]
  assert.strictEqual(pinned.type, 6)
  return { discord, forward, guild, hello, here, pinned, reply, request, send }
})

layer(FakeDiscord.layerServer(withoutLimits), { excludeTestServices: true })("a message refers", (it) => {
  it.effect("by a reply to a message that somebody has written, in the same channel", () =>
    Effect.gen(function* () {
      const { guild, hello, here, pinned, reply, send } = yield* setUp
      const other = yield* guild.channel("other")
      const said = yield* send(reply(hello.id, { channel_id: here }))
      assert.deepStrictEqual([said.body.type, said.body.referenced_message.id], [19, hello.id])
      const cases = [
        [reply(pinned.id), "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"],
        [reply(pinned.id, { fail_if_not_exists: false }), "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"],
        [reply(hello.id, { channel_id: other }), "REPLIES_UNKNOWN_MESSAGE"]
      ] as const
      for (const [body, code] of cases) assertRefused(yield* send(body), "message_reference", code, body)
      assertRefused(yield* send(reply(hello.id), other), "message_reference", "REPLIES_UNKNOWN_MESSAGE", "elsewhere")
      const anyway = yield* send(reply(hello.id, { fail_if_not_exists: false }), other)
      assert.strictEqual(anyway.body.referenced_message, null)
    })
  )

  it.effect("by a forward, which has nothing else, to a basic message of a channel that the bot reads", () =>
    Effect.gen(function* () {
      const { discord, forward, guild, hello, pinned, send } = yield* setUp
      const other = yield* guild.channel("target")
      const sent = yield* send(forward(hello.id), other)
      assert.deepStrictEqual([sent.body.type, sent.body.flags, sent.body.content], [0, 1 << 14, ""])
      const [{ message }] = sent.body.message_snapshots
      assert.deepStrictEqual([message.content, message.author], ["hello", undefined])
      const poll = { question: { text: "q" }, answers: [{ poll_media: { text: "a" } }] }
      const asked = yield* send({ poll })
      const components = [{ type: 1, components: [{ type: 2, style: 1, label: "a", custom_id: "a" }] }]
      for (const more of [{ content: "x" }, { embeds: [{ title: "t" }] }, { components }, { poll }]) {
        const body = { ...forward(hello.id), ...more }
        assertRefused(yield* send(body), "message_reference", "FORWARD_CONTAINS_UNSUPPORTED_CONTENT", body)
      }
      for (const id of [asked.body.id, pinned.id]) {
        assertRefused(yield* send(forward(id)), "message_reference", "FORWARD_CANNOT_FORWARD_MESSAGE", id)
      }
      const codeOf = Effect.map(({ body, status }: Reply) => [status, body.code])
      assert.deepStrictEqual(yield* codeOf(send(forward("1"))), [404, 10008])
      assert.deepStrictEqual(yield* codeOf(send(forward(hello.id, other))), [404, 10008])
      const secret = yield* guild.channel("secret", {
        permission_overwrites: [{ id: discord.botId, type: 1, allow: "0", deny: String(1n << 10n) }]
      })
      const unread = yield* guild.channel("unread", {
        permission_overwrites: [{ id: discord.botId, type: 1, allow: "0", deny: String(1n << 16n) }]
      })
      const alice = yield* discord.user("alice")
      const inSecret = yield* Effect.flatMap(alice.say("secret", { channel: secret }), ({ id }) => id)
      const inUnread = yield* Effect.flatMap(alice.say("unread", { channel: unread }), ({ id }) => id)
      yield* guild.setBotPermissions(String((1n << 10n) | (1n << 11n) | (1n << 16n)))
      assert.deepStrictEqual(yield* codeOf(send(forward(inSecret, secret))), [403, 50001])
      assert.deepStrictEqual(yield* codeOf(send(forward(inUnread, unread))), [403, 160009])
      yield* guild.setBotPermissions(undefined)
    })
  )
})
