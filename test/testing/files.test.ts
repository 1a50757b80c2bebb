/** What was uploaded can be downloaded, safely. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { type Any, call, connect, respond } from "./client.ts"

const send = (discord: FakeDiscord.FakeDiscord["Service"], payload: object, ...files: ReadonlyArray<File>) => {
  const form = new FormData()
  form.append("payload_json", JSON.stringify(payload))
  files.forEach((file, index) => form.append(`files[${index}]`, file))
  return Effect.map(
    call(discord, "POST", `/channels/${discord.guild.channelId}/messages`, form),
    ({ body }): Any => body
  )
}

const download = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

describe("files of the fake", () => {
  it.live("are served as they were uploaded, by bots and by users", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const text = new File(["hello"], "a b's ü.txt", { type: "text/plain" })
      const { attachments } = yield* send(discord, { content: "x" }, text)
      assert.match(attachments[0].url, /^http:\/\/127\.0\.0\.1:\d+\/cdn\/attachments\/\d+\/a%20b's%20%C3%BC\.txt$/)
      const got = yield* download(attachments[0].url)
      assert.strictEqual(got.text, "hello")
      assert.strictEqual(got.headers.get("content-type"), "text/plain")
      assert.include(got.headers.get("content-disposition"), "inline; filename*=UTF-8''a%20b%27s%20%C3%BC.txt")
      const alice = yield* discord.user("alice")
      const said = yield* alice.say("y", { files: [{ filename: "b.bin", data: new Uint8Array([65, 66]) }] })
      const { attachments: own } = yield* said.raw
      assert.strictEqual((yield* download(own[0]?.url ?? "")).text, "AB")
      assert.strictEqual(own[0]?.size, 2)
    })
  )

  it.live("reach bots as options", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const options = [{ type: 11 as const, name: "file", description: "File" }]
      yield* discord.registerCommands([{ name: "read", description: "Reads", options }])
      const client = yield* connect(discord)
      yield* client.identify()
      const alice = yield* discord.user("alice")
      const data = new TextEncoder().encode("for the bot")
      const run = alice.slash("read", { file: { filename: "c.txt", contentType: "text/plain", data } })
      yield* Effect.forkScoped(run)
      const frame = yield* client.event("INTERACTION_CREATE")
      const [file]: Array<Any> = Object.values(frame.d.data.resolved.attachments)
      assert.strictEqual(file.size, 11)
      assert.strictEqual((yield* download(file.url)).text, "for the bot")
      yield* respond(discord, frame, { type: 4, data: { content: "read" } })
    })
  )

  it.live("are found by what refers to them: embeds, media and files", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const image = new File(["png"], "i.png", { type: "image/png" })
      const url = "attachment://i.png"
      const embed = { title: "t", image: { url }, thumbnail: { url }, author: { name: "a", icon_url: url } }
      const { embeds } = yield* send(discord, { embeds: [embed] }, image)
      for (const found of [embeds[0].image.url, embeds[0].thumbnail.url, embeds[0].author.icon_url]) {
        assert.strictEqual((yield* download(found)).text, "png")
      }
      const components = [
        { type: 12, items: [{ media: { url } }] },
        { type: 17, components: [{ type: 13, file: { url } }] },
        { type: 9, components: [{ type: 10, content: "x" }], accessory: { type: 11, media: { url } } }
      ]
      const made = yield* send(discord, { flags: 1 << 15, components }, image)
      const [gallery, container, section] = made.components
      for (const found of [gallery.items[0].media, container.components[0].file, section.accessory.media]) {
        assert.strictEqual((yield* download(found.url)).text, "png")
      }
      assert.deepInclude(container.components[0], { name: "i.png", size: 3 })
    })
  )

  it.live("run nothing, whatever they are", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const page = "<script>alert(1)</script>"
      for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml", "text/html;image/png", ""]) {
        const { attachments } = yield* send(discord, { content: "x" }, new File([page], "x.html", { type }))
        const { headers } = yield* download(attachments[0].url)
        assert.include(["application/octet-stream", "image/svg+xml"], headers.get("content-type"), type)
        assert.match(headers.get("content-disposition") ?? "", /^attachment; /, type)
        assert.match(headers.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/)
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      }
    })
  )

  it.live("are forgotten beyond the limit, the oldest first", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ fileLimit: 10 })
      const upload = (text: string) =>
        Effect.map(send(discord, { content: "x" }, new File([text], "f")), ({ attachments }) => attachments[0].url)
      const [first, second] = [yield* upload("123456"), yield* upload("1234")]
      assert.strictEqual((yield* download(first)).status, 200)
      const third = yield* upload("1")
      const statuses = yield* Effect.forEach([first, second, third], download)
      assert.deepStrictEqual(
        statuses.map(({ status }) => status),
        [404, 200, 200]
      )
      assert.match(yield* upload("12345678901"), /^https:\/\/cdn\.discordapp\.com\//)
    })
  )

  it.live("of emojis are images, and what has none is a picture", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const image = `data:image/png;base64,${Buffer.from("png").toString("base64")}`
      const { body } = yield* call(discord, "POST", `/applications/${discord.applicationId}/emojis`, {
        name: "smile",
        image
      })
      const at = (path: string) => download(discord.apiUrl.replace(/\/api$/, `/cdn${path}`))
      assert.strictEqual((yield* at(`/emojis/${body.id}.png`)).text, "png")
      assert.match((yield* at("/avatars/123/hash.png")).text, /^<svg /)
      for (const path of ["/avatars/x", "/attachments/1/x", "/"]) {
        assert.strictEqual((yield* at(path)).status, 404, path)
      }
    })
  )
})
