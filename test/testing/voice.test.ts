import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { connect, type Frame } from "./client.ts"

const started = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make({ voiceEndpoint: "voice.example:443" })
  const client = yield* connect(discord)
  yield* client.identify({ intents: 1 | 128 })
  yield* client.event("GUILD_CREATE")
  const { guild } = discord
  const room = yield* guild.channel("room", { type: 2 })
  const ask = (channelId: string | null, fields: object = {}) =>
    client.send(4, { guild_id: guild.id, channel_id: channelId, self_mute: false, self_deaf: false, ...fields })
  // What is sent later is answered later.
  const answers = Effect.andThen(client.send(31, { guild_ids: [guild.id] }), client.event("SOUNDBOARD_SOUNDS"))
  const voice = () => client.frames.filter(({ t }: Frame) => t?.startsWith("VOICE_") === true)
  return { discord, guild, room, ask, answers, voice, client }
})

const brief = ({ d, t }: Frame) => (t === "VOICE_SERVER_UPDATE" ? d.endpoint : d.channel_id)

describe("op 4 of the fake", () => {
  it.live("is answered by the bot's state and the voice server; muting and leaving by the state alone", () =>
    Effect.gen(function* () {
      const { answers, ask, client, discord, guild, room, voice } = yield* started
      const other = yield* guild.channel("other", { type: 2 })
      yield* ask(room)
      const { d } = yield* client.event("VOICE_STATE_UPDATE")
      assert.strictEqual(d.user_id, discord.botId)
      assert.isString(d.session_id)
      assert.isString((yield* client.event("VOICE_SERVER_UPDATE")).d.token)
      yield* ask(room, { self_mute: true })
      yield* ask(other)
      yield* ask(null)
      yield* ask(null)
      yield* answers
      const endpoint = "voice.example:443"
      assert.deepStrictEqual(voice().map(brief), [room, endpoint, room, other, endpoint, null])
    }).pipe(Effect.scoped)
  )

  it.live("is not answered where the bot may not be, where there is no room or no voice, and in no other guild", () =>
    Effect.gen(function* () {
      const { answers, ask, client, discord, guild, voice } = yield* started
      const deny = (id: string, bit: number) => ({
        type: 2,
        permission_overwrites: [{ id, type: 0, allow: "0", deny: `${2 ** bit}` }]
      })
      const alice = yield* discord.user("alice")
      const full = yield* guild.channel("full", { type: 2, user_limit: 1 })
      yield* guild.voice(alice.id, full)
      yield* client.event("VOICE_STATE_UPDATE")
      const closed = yield* guild.channel("closed", deny(guild.everyone, 20))
      const hidden = yield* guild.channel("hidden", deny(discord.botId, 10))
      for (const id of [full, closed, hidden, guild.channelId, "1"]) yield* ask(id)
      yield* ask(full, { guild_id: "1" })
      yield* answers
      assert.strictEqual(voice().length, 1)
      const role = yield* guild.role("staff", { permissions: `${2 ** 24}` })
      yield* guild.updateMember(discord.botId, { roles: [role] })
      yield* ask(full)
      yield* client.event("VOICE_SERVER_UPDATE")
    }).pipe(Effect.scoped)
  )

  it.live("the voice server changes only while the bot is there", () =>
    Effect.gen(function* () {
      const { answers, ask, client, guild, room, voice } = yield* started
      yield* guild.voiceServer("early:1")
      yield* ask(room)
      yield* client.event("VOICE_SERVER_UPDATE")
      yield* guild.voiceServer(null)
      yield* guild.voiceServer("next:1")
      yield* answers
      assert.deepStrictEqual(voice().map(brief), [room, "voice.example:443", null, "next:1"])
    }).pipe(Effect.scoped)
  )
})
