/** The bot of `examples/durable/giveaway.ts`, played by several users. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { GiveawayBot } from "../../examples/durable/giveaway.ts"
import { Dialogues } from "../../src/durable/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-giveaway-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A process of the bot, which ends with the scope. */
const run = (folder: string) =>
  Layer.build(
    Layer.provide(
      GiveawayBot({ every: "100 millis" }),
      Dialogues.layerSqlite({ filename: join(folder, "giveaways.db") })
    )
  )

const begin = Effect.fnUntraced(function* (
  owner: FakeDiscord.User,
  values: { readonly in: string; readonly limit: number }
) {
  yield* owner.slash("giveaway", { prize: "a plant", ...values })
  return yield* owner.awaitMessage(({ content }) => content.includes("Entrants: 0"))
})

const toldTo = Effect.fnUntraced(function* (user: FakeDiscord.User, message: FakeDiscord.Message) {
  return yield* (yield* user.click(message, "Enter")).content
})

describe("the bot for giveaways", () => {
  it.live("everybody enters once, also after a restart, and one of them wins when enough have entered", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const place = yield* folder
      const [owner, anna, bert] = [
        yield* discord.user("owner"),
        yield* discord.user("anna"),
        yield* discord.user("bert")
      ]
      const message = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* run(place)
          const message = yield* begin(owner, { in: "2 hours", limit: 2 })
          assert.strictEqual(yield* toldTo(anna, message), "You have entered. Good luck!")
          yield* message.awaitContent((content) => content.includes("Entrants: 1"))
          return message
        })
      )
      yield* run(place)
      assert.strictEqual(yield* toldTo(anna, message), "This has already been answered.")
      assert.strictEqual(yield* toldTo(bert, message), "You have entered. Good luck!")
      const result = yield* owner.awaitMessage(({ content }) => content.endsWith("won a plant!"))
      assert.include([`<@${anna.id}> won a plant!`, `<@${bert.id}> won a plant!`], yield* result.content)
      const shown = yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      assert.include(shown.content, "Entrants: 2")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })))
  )

  it.live("all entrants win if there are not more, and nobody if there are none", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* run(yield* folder)
      const [owner, anna] = [yield* discord.user("owner"), yield* discord.user("anna")]
      yield* owner.slash("giveaway", { prize: "a plant", in: "1 millis" })
      yield* owner.awaitMessage(({ content }) => content === "Nobody wants a plant.")
      yield* owner.slash("giveaway", { prize: "a plant", in: "2 seconds", winners: 3 })
      const message = yield* owner.awaitMessage(
        ({ buttons, content }) => content.includes("Entrants: 0") && buttons.every(({ disabled }) => !disabled)
      )
      yield* toldTo(anna, message)
      const result = yield* owner.awaitMessage(({ content }) => content.endsWith("won a plant!"))
      assert.strictEqual(yield* result.content, `<@${anna.id}> won a plant!`)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" })))
  )
})
