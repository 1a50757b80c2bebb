/** What menus and files offer: choices that are computed when they are shown, defaults, and types of files. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import type * as Discord from "../../src/discord/Discord.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Modal from "../../src/interactions/definitions/Modal.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, withBot } from "./harness.ts"

const songs = Menu.independent(
  "songs",
  { menu: Menu.dynamicStrings({ placeholder: "songs", max: 2 }), payload: Schema.Struct({ by: Schema.String }) },
  (values, { by }) => Reply.send({ content: `${values.join(" and ")} by ${by}` })
)

const show = (name: string, components: () => ReadonlyArray<Discord.SelectMenu>) =>
  Command.slash(name, { description: "…" }, () =>
    Reply.send({ content: name, components: components().map((each) => [each]) })
  )

describe("an independent menu with choices of its own each time", () => {
  it("has a value whose type is any text", () => {
    expectTypeOf(songs.with).toEqualTypeOf<
      (choices: ReadonlyArray<Menu.Choice<string>>, payload: { readonly by: string }) => Discord.SelectMenu
    >()
  })

  it.live("shows what it is given, and takes what a message of an older process offers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("alice")
      const playlist = { now: ["one", { value: "two", label: "Two" }] as ReadonlyArray<Menu.Choice<string>> }
      const bot = Bot.layer({
        interactions: [songs, show("songs", () => [songs.with(playlist.now, { by: "me" })])]
      })
      const message = yield* Effect.provide(
        Effect.gen(function* () {
          const message = yield* user.slash("songs")
          const reply = yield* message.select("songs", ["one", "Two"])
          assert.strictEqual(yield* reply.content, "one and two by me")
          return message
        }),
        bot
      )
      playlist.now = ["three"]
      yield* Effect.provide(
        Effect.gen(function* () {
          const reply = yield* message.select("songs", ["Two"])
          assert.strictEqual(yield* reply.content, "two by me")
          assert.deepStrictEqual(yield* discord.violations, [])
        }),
        bot
      )
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("is checked before the bot starts", () =>
    Effect.gen(function* () {
      const bad = Menu.independent(
        "bad",
        { menu: Menu.dynamicString({ placeholder: "x".repeat(151) }) },
        () => Effect.void
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Bot.layer({ interactions: [bad] }))))
      assert.include(String(error), "placeholder")
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )
})

describe("menus of users, roles and channels", () => {
  const ask = Command.slash("ask", { description: "…" }, () =>
    Effect.gen(function* () {
      const menu = Menu.mentionables({
        placeholder: "any",
        max: 2,
        defaultValues: [
          { id: "1", type: "user" },
          { id: "2", type: "role" }
        ]
      })
      const bound = yield* Menu.bound(menu, () => Effect.void)
      const roles = yield* Menu.bound(Menu.role({ defaultValues: ["3"] }), () => Effect.void)
      const users = yield* Menu.bound(Menu.users({ max: 3, defaultValues: ["4", "5"] }), () => Effect.void)
      const channels = yield* Menu.bound(Menu.channel({ defaultValues: ["6"] }), () => Effect.void)
      yield* Reply.send({ components: [[bound], [roles], [users], [channels]] })
    })
  )

  it.live("have defaults of their kinds", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* (yield* alice).slash("ask")
      const { raw } = yield* message.snapshot
      const rows = (raw as unknown as { components: ReadonlyArray<{ components: ReadonlyArray<object> }> }).components
      assert.deepStrictEqual(
        rows.map(({ components }) => (components[0] as Record<string, unknown>)["default_values"]),
        [
          [
            { id: "1", type: "user" },
            { id: "2", type: "role" }
          ],
          [{ id: "3", type: "role" }],
          [
            { id: "4", type: "user" },
            { id: "5", type: "user" }
          ],
          [{ id: "6", type: "channel" }]
        ]
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(withBot({ interactions: [ask] }))
  )
})

describe("types of files", () => {
  const scan = Command.slash(
    "scan",
    { description: "…", options: { file: Options.attachment("File", { fileTypes: ["image", ".PDF"] }) } },
    ({ file }) => Reply.send({ content: file.filename })
  )
  const form = Command.slash("form", { description: "…" }, () =>
    Effect.gen(function* () {
      const { files } = yield* Modal.ask({
        title: "Files",
        fields: { files: Field.files("Files", { max: 2, fileTypes: ["audio"] }) }
      })
      yield* Reply.send({ content: files.map(({ filename }) => filename).join() })
    })
  )

  it.live("limit what users pick for an option, by the ends of names", () =>
    Effect.gen(function* () {
      const user = yield* alice
      for (const filename of ["a.jpeg", "A.PNG", "b.pdf"]) {
        assert.strictEqual(yield* (yield* user.slash("scan", { file: { filename } })).content, filename)
      }
      const error = yield* Effect.flip(user.slash("scan", { file: { filename: "c.exe" } }))
      assert.include(String(error), "types of files")
    }).pipe(withBot({ interactions: [scan] }))
  )

  it.live("limit what users upload in a form", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const opened = yield* user.slash("form")
      const modal = yield* opened.modal
      yield* Effect.flip(modal.submit({ Files: [{ filename: "a.txt" }] }))
      const sent = yield* modal.submit({ Files: [{ filename: "a.mp3", size: 5 }, { filename: "b.OGG" }] })
      assert.strictEqual(yield* sent.content, "a.mp3,b.OGG")
    }).pipe(withBot({ interactions: [form] }))
  )
})
