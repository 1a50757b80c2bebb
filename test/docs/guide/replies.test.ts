/** What docs/guide/replies.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Command, type Interactions } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, type Part, play, playInTime } from "../support/play.ts"

type Handler = Effect.Effect<void, never, Interactions.Interactions>

const load = page("docs/guide/replies.md")

const { report } = await load<{ report: Part }>("report.ts")
const { secret } = await load<{ secret: Part }>("secret.ts")
const { order } = await load<{ order: Handler }>("order.ts")
const { card } = await load<{ card: Handler }>("card.ts")

const asCommand = (name: string, handler: Handler): Part =>
  Command.slash(name, { description: name }, () => handler) as never

describe("docs/guide/replies.md", () => {
  it.live("a handler without automatic deferral opens its form after more than two seconds", () =>
    play(botOf([report]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const opened = yield* alice.slash("report")
        assert.strictEqual(opened.kind, "modal")
        const thanks = yield* (yield* opened.modal).submit({ "What happened?": "A fire" })
        assert.strictEqual(yield* thanks.content, "Thank you: A fire")
        assert.isTrue(yield* thanks.ephemeral)
      })
    )
  )

  it.live("its defaults make a reply ephemeral", () =>
    play(botOf([secret]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        assert.isTrue(yield* (yield* alice.slash("secret")).ephemeral)
      })
    )
  )

  it.live("its questions are asked one after the other, until nobody answers", () =>
    playInTime(botOf([asCommand("order", order)]), (discord, clock) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const message = yield* alice.slash("order")
        assert.strictEqual(yield* message.content, "What would you like?")
        yield* message.select("What?", ["tea"])
        yield* message.awaitContent("A cup of tea?")
        yield* message.click("yes")
        yield* message.awaitContent("Here is your tea.")
        assert.lengthOf(yield* message.buttons, 0)
        const late = yield* alice.slash("order")
        yield* clock.advance("5 minutes")
        yield* late.awaitContent("The kitchen has closed.")
      })
    )
  )

  it.live("its layout has a button at the side of a text", () =>
    play(botOf([asCommand("card", card)]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const message = yield* alice.slash("card")
        assert.include(yield* message.text, "# Hello")
        assert.include(yield* message.text, "Press here")
        assert.strictEqual(yield* (yield* message.click("More")).content, "There is no more.")
      })
    )
  )
})
