/** What the fake does with the sounds of guilds. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

const ogg = (bytes: number) => `data:audio/ogg;base64,${Buffer.alloc(bytes).toString("base64")}`
const [createExpressions, manageExpressions, speak, external] = [1n << 43n, 1n << 30n, 1n << 21n, 1n << 45n]

describe("sounds of a guild", () => {
  it.live("are made, changed, listed and deleted, each with its event and entry", () =>
    Effect.gen(function* () {
      const { client, discord, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/soundboard-sounds`
      const sound = { name: "yay", sound: ogg(10) }
      const invalid: ReadonlyArray<readonly [string, object]> = [
        ["no name", { name: undefined }],
        ["one character", { name: "x" }],
        ["33 characters", { name: "x".repeat(33) }],
        ["no sound", { sound: undefined }],
        ["an image", { sound: "data:image/png;base64,AAAA" }],
        ["over 512 KiB", { sound: ogg(512 * 1024 + 1) }],
        ["too loud", { volume: 1.1 }],
        ["no emoji", { emoji_id: "smile" }]
      ]
      for (const [title, fields] of invalid) yield* refuses([title, "POST", all, { ...sound, ...fields }, 50_035])
      const made = yield* done("POST", all, { ...sound, emoji_name: "🦆" }, "why")
      assert.deepInclude(made, { name: "yay", volume: 1, emoji_id: null, emoji_name: "🦆", available: true })
      assert.deepStrictEqual(yield* event("GUILD_SOUNDBOARD_SOUND_CREATE"), made)
      assert.strictEqual((yield* done("PATCH", `${all}/${made.sound_id}`, { volume: 0.5 })).volume, 0.5)
      assert.strictEqual((yield* event("GUILD_SOUNDBOARD_SOUND_UPDATE")).volume, 0.5)
      assert.deepStrictEqual(yield* done("GET", all), { items: [{ ...made, volume: 0.5 }] })
      yield* client.send(31, { guild_ids: [guild.id] })
      assert.strictEqual((yield* event("SOUNDBOARD_SOUNDS")).soundboard_sounds[0].sound_id, made.sound_id)
      yield* done("DELETE", `${all}/${made.sound_id}`)
      assert.deepStrictEqual(yield* event("GUILD_SOUNDBOARD_SOUND_DELETE"), {
        sound_id: made.sound_id,
        guild_id: guild.id
      })
      yield* refuses(["what is gone", "GET", `${all}/${made.sound_id}`, undefined, 10_097])
      for (let count = 0; count < 8; count++) yield* done("POST", all, sound)
      yield* refuses(["the ninth", "POST", all, sound, 30_045])
      yield* guild.update({ premium_tier: 1 })
      yield* done("POST", all, sound)
      const log = yield* done("GET", `/guilds/${guild.id}/audit-logs?after=0&limit=3`)
      assert.deepStrictEqual(
        log.audit_log_entries.map((entry: { action_type: number; target_id: string; reason?: string }) => [
          entry.action_type,
          entry.target_id,
          entry.reason
        ]),
        [
          [130, made.sound_id, "why"],
          [131, made.sound_id, undefined],
          [132, made.sound_id, undefined]
        ]
      )
      assert.lengthOf(yield* done("GET", "/soundboard-default-sounds"), 3)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.live("are changed by their maker, or with the permission to manage", () =>
    Effect.gen(function* () {
      const { done, guild, refuses, role } = yield* start({ permissions: everything & ~manageExpressions })
      const all = `/guilds/${guild.id}/soundboard-sounds`
      yield* guild.updateRole(guild.everyone, { permissions: "0" })
      const made = yield* done("POST", all, { name: "yay", sound: ogg(10) })
      yield* done("PATCH", `${all}/${made.sound_id}`, { name: "hooray" })
      yield* guild.updateRole(role, { permissions: String(everything & ~manageExpressions & ~createExpressions) })
      yield* refuses(
        ["making one", "POST", all, { name: "yay", sound: ogg(10) }, 50_013],
        ["changing one", "PATCH", `${all}/${made.sound_id}`, { name: "hooray" }, 50_013],
        ["deleting one", "DELETE", `${all}/${made.sound_id}`, undefined, 50_013]
      )
      assert.notProperty((yield* done("GET", all)).items[0], "user")
    })
  )

  it.live("are played where the bot is connected and may speak", () =>
    Effect.gen(function* () {
      const { deny, discord, done, event, guild, refuses } = yield* start()
      const voice = yield* guild.channel("voice", { type: 2 })
      const send = `/channels/${voice}/send-soundboard-sound`
      yield* refuses(["outside", "POST", send, { sound_id: "1" }, 40_032])
      yield* guild.voice(discord.botId, voice, { self_deaf: true })
      yield* refuses(["deaf", "POST", send, { sound_id: "1" }, 50_013])
      yield* guild.voice(discord.botId, voice, { self_deaf: false })
      yield* refuses(
        ["no sound", "POST", send, {}, 50_035],
        ["an unknown sound", "POST", send, { sound_id: "99" }, 10_097],
        ["an unknown guild", "POST", send, { sound_id: "99", source_guild_id: "1" }, 10_004]
      )
      yield* done("POST", send, { sound_id: "1" })
      const effect = yield* event("VOICE_CHANNEL_EFFECT_SEND")
      assert.deepInclude(effect, { channel_id: voice, user_id: discord.botId, sound_id: "1", sound_volume: 1 })
      const made = yield* done("POST", `/guilds/${guild.id}/soundboard-sounds`, { name: "yay", sound: ogg(10) })
      yield* deny(voice, external)
      yield* done("POST", send, { sound_id: made.sound_id })
      yield* deny(voice, speak)
      yield* refuses(["in silence", "POST", send, { sound_id: "1" }, 50_013])
    })
  )
})
