/** What the fake does with the emojis and stickers of a guild. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

const uri = (type: string, size = 10) => `data:image/${type};base64,${Buffer.alloc(size).toString("base64")}`
const [create, manage] = [1n << 43n, 1n << 30n]

const sticker = (fields: Record<string, string>, filename = "a.png", size = 10) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set("file", new Blob([new Uint8Array(size)]), filename)
  return form
}

describe("emojis of a guild", () => {
  it.live("are made, changed and deleted, each with its event", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/emojis`
      const role = yield* guild.role("vip")
      const made = yield* done("POST", all, { name: "party", image: uri("gif"), roles: [role] })
      assert.deepInclude(made, { name: "party", animated: true, roles: [role], managed: false, available: true })
      assert.strictEqual(made.user.id, discord.botId)
      assert.strictEqual((yield* event("GUILD_EMOJIS_UPDATE")).emojis[0].id, made.id)
      assert.strictEqual((yield* done("PATCH", `${all}/${made.id}`, { name: "fete", roles: null })).name, "fete")
      assert.deepStrictEqual((yield* event("GUILD_EMOJIS_UPDATE")).emojis[0].roles, [])
      assert.strictEqual((yield* done("GET", `${all}/${made.id}`)).user.id, discord.botId)
      assert.lengthOf(yield* done("GET", all), 1)
      yield* done("DELETE", `${all}/${made.id}`)
      assert.deepStrictEqual((yield* event("GUILD_EMOJIS_UPDATE")).emojis, [])
      yield* refuses(
        ["what is gone", "GET", `${all}/${made.id}`, undefined, 10_014],
        ["changing it", "PATCH", `${all}/${made.id}`, { name: "ab" }, 10_014],
        ["deleting it", "DELETE", `${all}/${made.id}`, undefined, 10_014],
        ["a name of one letter", "POST", all, { name: "a", image: uri("png") }, 50_035],
        ["a name of 33 letters", "POST", all, { name: "a".repeat(33), image: uri("png") }, 50_035],
        ["a name with spaces", "POST", all, { name: "a b", image: uri("png") }, 50_035],
        ["no image", "POST", all, { name: "ab" }, 50_035],
        ["a URL", "POST", all, { name: "ab", image: "https://a.b/c.png" }, 50_035],
        ["a large image", "POST", all, { name: "ab", image: uri("png", 256 * 1024 + 1) }, 0],
        ["a role that there is not", "POST", all, { name: "ab", image: uri("png"), roles: ["1"] }, 10_011]
      )
    })
  )

  it.live("have as many places as the guild's level gives, and as many for animated ones", () =>
    Effect.gen(function* () {
      const { done, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/emojis`
      for (let count = 0; count < 50; count++) {
        yield* guild.emoji(`e${count}`)
        yield* guild.emoji(`a${count}`, { animated: true })
      }
      yield* refuses(
        ["the 51st", "POST", all, { name: "ab", image: uri("png") }, 30_008],
        ["the 51st that is animated", "POST", all, { name: "ab", image: uri("gif") }, 30_018]
      )
      yield* guild.update({ premium_tier: 1 })
      yield* done("POST", all, { name: "ab", image: uri("png") })
    })
  )

  it.live("need the permission to create, for one's own, or to manage, for all", () =>
    Effect.gen(function* () {
      const creator = yield* start({ permissions: everything & ~manage })
      const all = `/guilds/${creator.guild.id}/emojis`
      const own = yield* creator.done("POST", all, { name: "own", image: uri("png") })
      const other = yield* creator.guild.emoji("other")
      yield* creator.done("PATCH", `${all}/${own.id}`, { name: "mine" })
      yield* creator.refuses(
        ["changing another's", "PATCH", `${all}/${other}`, { name: "mine" }, 50_013],
        ["deleting another's", "DELETE", `${all}/${other}`, undefined, 50_013]
      )
      const manager = yield* start({ permissions: everything & ~create })
      const theirs = `/guilds/${manager.guild.id}/emojis`
      yield* manager.refuses(["making one", "POST", theirs, { name: "ab", image: uri("png") }, 50_013])
      yield* manager.done("DELETE", `${theirs}/${yield* manager.guild.emoji("other")}`)
    })
  )
})

describe("stickers", () => {
  it.live("are uploaded with a form, changed and deleted, each with its event", () =>
    Effect.gen(function* () {
      const { done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/stickers`
      const made = yield* done("POST", all, sticker({ name: "wave", description: "", tags: "wave" }))
      assert.deepInclude(made, { name: "wave", type: 2, format_type: 1, guild_id: guild.id })
      assert.lengthOf((yield* event("GUILD_STICKERS_UPDATE")).stickers, 1)
      assert.strictEqual((yield* done("PATCH", `${all}/${made.id}`, { name: "hello" })).name, "hello")
      yield* event("GUILD_STICKERS_UPDATE")
      assert.strictEqual((yield* done("GET", `/stickers/${made.id}`)).name, "hello")
      assert.lengthOf(yield* done("GET", all), 1)
      const fields = { name: "wave", description: "", tags: "wave" }
      yield* refuses(
        ["a name of one letter", "POST", all, sticker({ ...fields, name: "a" }), 50_035],
        ["a description of one letter", "POST", all, sticker({ ...fields, description: "a" }), 50_035],
        ["no tags", "POST", all, sticker({ name: "wave", description: "" }), 50_035],
        ["201 letters of tags", "POST", all, sticker({ ...fields, tags: "a".repeat(201) }), 50_035],
        ["another file", "POST", all, sticker(fields, "a.txt"), 50_046],
        ["Lottie without the feature", "POST", all, sticker(fields, "a.json"), 50_046],
        ["a large file", "POST", all, sticker(fields, "a.png", 512 * 1024 + 1), 50_045]
      )
      for (let count = 1; count < 5; count++) yield* done("POST", all, sticker(fields, "a.gif"))
      yield* refuses(["the sixth", "POST", all, sticker(fields), 30_039])
      yield* done("DELETE", `${all}/${made.id}`)
      yield* refuses(["what is gone", "GET", `${all}/${made.id}`, undefined, 10_060])
    })
  )
})
