/** What docs/guide/errors.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect } from "effect"
import { type Bot, Button, Command, type ErrorReply, type Interactions, Reply } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, makeLog, type Part, play } from "../support/play.ts"

type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/guide/errors.md")

const { BotLive } = await load<{ BotLive: BotLayer }>("shop.ts")
const { inGuild } = await load<{ inGuild: Effect.Effect<string, never, Interactions.Interactions> }>("guild.ts")
const texted = await load<{ BotLive: BotLayer; texts: (locale: string) => Partial<ErrorReply.Texts> }>("texts.ts")

describe("docs/guide/errors.md", () => {
  it.live("its error of a shop gets the reply of onError", () =>
    play(BotLive, (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const message = yield* alice.slash("buy", { item: "tea" })
        assert.strictEqual(yield* message.content, "No more tea.")
        assert.isTrue(yield* message.ephemeral)
      })
    )
  )

  it.live("a user who is refused gets the text, and nothing is logged", () => {
    const log = makeLog()
    const where = Command.slash("where", { description: "Where" }, () =>
      Effect.flatMap(inGuild, (content) => Reply.send({ content }))
    ) as Part
    return Effect.gen(function* () {
      yield* play(botOf([where]), (discord) =>
        Effect.gen(function* () {
          const alice = yield* discord.user("alice")
          assert.strictEqual(yield* (yield* alice.slash("where")).content, discord.guild.id)
          const before = log.lines.length
          const refused = yield* alice.slash("where", {}, { direct: true })
          assert.strictEqual(yield* refused.content, "Only in a server.")
          assert.isTrue(yield* refused.ephemeral)
          assert.lengthOf(log.lines, before)
        })
      )
    }).pipe(Effect.provide(log.layer))
  })

  it.live("its texts are in the language of the user", () => {
    const asked = Command.slash("mine", { description: "Mine" }, () =>
      Effect.flatMap(
        Button.bound({ label: "Mine" }, () => Reply.update({ content: "yours" }), { by: "opener" }),
        (mine) => Reply.send({ content: "mine", components: [[mine]] })
      )
    ) as Part
    return Effect.gen(function* () {
      yield* play(texted.BotLive, (discord) => Effect.asVoid(discord.sessions))
      yield* play(botOf([asked], { texts: texted.texts }), (discord) =>
        Effect.gen(function* () {
          const message = yield* (yield* discord.user("alice")).slash("mine")
          const denied = yield* (yield* discord.user("dirk", { locale: "de" })).click(message, "Mine")
          assert.strictEqual(yield* denied.content, "Das ist nicht für dich.")
        })
      )
    })
  })
})
