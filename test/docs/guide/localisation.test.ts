/** What docs/guide/localisation.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { type Bot, Permissions } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, type Part, play } from "../support/play.ts"

const load = page("docs/guide/localisation.md")

const { order } = await load<{ order: Part }>("order.ts")
const { texts } = await load<{
  texts: { readonly in: (locale: string) => (key: string, parameters?: unknown) => string }
}>("texts.ts")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("main.ts")

describe("docs/guide/localisation.md", () => {
  it.live("its components are in the language of the user", () =>
    play(botOf([order]), (discord) =>
      Effect.gen(function* () {
        const dirk = yield* discord.user("dirk", { locale: "de" })
        const asked = yield* dirk.slash("order")
        const [menu] = yield* asked.selects
        assert.strictEqual(menu?.placeholder, "Welche Größe?")
        const answer = yield* asked.select("Welche Größe?", ["Groß"])
        const sent = yield* answer.awaitContent("L")
        assert.deepStrictEqual(
          sent.buttons.map(({ label }) => label),
          ["Noch einmal"]
        )
        const alice = yield* discord.user("alice")
        assert.strictEqual((yield* (yield* alice.slash("order")).selects)[0]?.placeholder, "Which size?")
      })
    )
  )

  it("its catalogue has plurals and dates of each language", () => {
    const when = Date.UTC(2026, 0, 31, 23)
    assert.strictEqual(texts.in("en")("apples", { count: 1, name: "Ann" }), "One apple for Ann")
    assert.strictEqual(texts.in("de")("apples", { count: 3, name: "Ann" }), "3 Äpfel für Ann")
    assert.match(texts.in("de")("since", { when }), /^Mitglied seit dem .*2026$/)
    assert.include(texts.in("de")("since", { when }), "Feb")
  })

  it.live("its bot replies and refuses in the language of the user", () =>
    play(BotLive, (discord) =>
      Effect.gen(function* () {
        const permissions = Permissions.toBits(["ManageGuild"])
        const alice = yield* discord.user("alice", { permissions })
        const dirk = yield* discord.user("dirk", { permissions, locale: "de" })
        assert.strictEqual(yield* (yield* alice.slash("apples")).content, "3 apples for Ann")
        assert.strictEqual(yield* (yield* dirk.slash("apples")).content, "3 Äpfel für Ann")
        const denied = yield* (yield* discord.user("dora", { locale: "de" })).slash("apples")
        assert.strictEqual(yield* denied.content, "Nur für Moderatoren.")
        const [registered] = yield* discord.commands()
        assert.strictEqual(registered?.description, "Count your apples")
        assert.deepStrictEqual(registered?.description_localizations?.de, "Zähl deine Äpfel")
      })
    )
  )
})
