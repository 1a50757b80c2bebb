/** What docs/guide/commands.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { Command, type DiscordRest, type Options, Reply } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, type Part, play } from "../support/play.ts"

const load = page("docs/guide/commands.md")

const { greet } = await load<{ greet: Part }>("greet.ts")
const { options } = await load<{ options: Readonly<Record<"size" | "amount" | "date", Options.Option<unknown>>> }>(
  "options.ts"
)
const { weather } = await load<{ weather: Part }>("weather.ts")
const { forecast } = await load<{ forecast: Part }>("suggestions.ts")
const { config } = await load<{ config: Part }>("subcommands.ts")
const { profile, quote } = await load<{ profile: Part; quote: Part }>("menus.ts")
const entry = await load<{ play: Part }>("entry.ts")
const { rank } = await load<{ rank: Part }>("rank.ts")
const { preview } = await load<{ preview: Effect.Effect<void, never, DiscordRest.DiscordRest> }>("preview.ts")

const order = Command.slash("order", { description: "Order", options }, (values) =>
  Reply.send({ content: JSON.stringify(values) })
) as Part

describe("docs/guide/commands.md", () => {
  it.live("its options arrive as values, and what a schema refuses is explained to the user", () =>
    play(botOf([greet, order, weather]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const greeted = yield* alice.slash("greet", { who: alice, how: "loud" })
        assert.strictEqual(yield* greeted.content, "HELLO alice")
        const ordered = yield* alice.slash("order", { size: "small", date: "2026-01-31" })
        assert.strictEqual(yield* ordered.content, '{"size":"small","date":"2026-01-31T00:00:00.000Z"}')
        const refused = yield* alice.slash("order", { size: "small", date: "tomorrow" })
        assert.match(yield* refused.content, /^\*\*When\*\*: /)
        assert.isTrue(yield* refused.ephemeral)
        assert.strictEqual(
          yield* (yield* alice.slash("weather", { city: "Cologne" })).content,
          "It is raining in Cologne."
        )
        const registered = (yield* discord.commands()).find(({ name }) => name === "weather")
        assert.deepStrictEqual(registered?.name_localizations, { de: "wetter" })
      })
    )
  )

  it.live("its suggestions, subcommands and menus reply as they say", () =>
    play(botOf([forecast, config, profile, quote, rank]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const typed = yield* alice.autocomplete("forecast", { city: "B" }, "city")
        assert.deepStrictEqual(
          (yield* typed.choices).map(({ name }) => name),
          ["Berlin", "Bonn"]
        )
        const forecasted = yield* alice.slash("forecast", { city: "Bonn" })
        assert.strictEqual(yield* forecasted.content, "It will rain in Bonn.")
        assert.strictEqual(yield* (yield* alice.slash("config show")).content, "Everything is as it was.")
        const role = yield* discord.guild.role("friends")
        const denied = yield* alice.slash("config roles add", { role })
        assert.isTrue(yield* denied.ephemeral)
        const admin = yield* discord.user("admin", { permissions: String(1n << 28n) })
        assert.strictEqual(yield* (yield* admin.slash("config roles add", { role })).content, "Added friends.")
        assert.strictEqual(yield* (yield* admin.contextMenu("Profile", alice)).content, "alice")
        const said = yield* alice.say("To be")
        assert.strictEqual(yield* (yield* admin.contextMenu("Quote", said)).content, "> To be")
        assert.match(yield* (yield* alice.slash("rank")).content, /^alice is the first in \d+\.$/)
      })
    )
  )

  it.live("its entry point launches, or replies", () =>
    play(botOf([entry.play]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const isEarly = new Date(yield* Clock.currentTimeMillis).getUTCHours() < 9
        const launched = yield* alice.launch()
        assert.strictEqual(launched.kind, isEarly ? "message" : "activity")
      })
    )
  )

  it.live("its plan writes nothing", () =>
    play(botOf([greet], { commands: { sync: false } }), (discord) =>
      Effect.gen(function* () {
        yield* preview
        assert.deepStrictEqual(yield* discord.commands(), [])
      })
    )
  )
})
