/** What docs/guide/durable-collect.md shows, played. */
import { it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Dialogues } from "fibercord/durable"
import { page } from "../support/page.ts"
import { botOf, makeWallClock, type Part, play } from "../support/play.ts"

const load = page("docs/guide/durable-collect.md")

const { lunch } = await load<{ lunch: Part }>("lunch.ts")

it.live("the vote of docs/guide/durable-collect.md counts each user once, and says what has won after an hour", () => {
  const clock = makeWallClock()
  const storage = Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" }))
  return play(botOf([lunch]).pipe(Layer.provide(storage), Layer.provide(clock.layer)), (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      yield* alice.slash("lunch")
      const votes = yield* alice.awaitMessage(({ content }) => content === "Tea: 0, coffee: 0")
      yield* alice.click(votes, "tea")
      yield* alice.click(votes, "tea")
      yield* bob.click(votes, "tea")
      yield* votes.awaitContent("Tea: 2, coffee: 0")
      const result = alice.awaitMessage(({ content }) => content === "Tea, of 2 votes", { timeout: "1 second" })
      yield* clock.passUntil("1 hour", result)
    })
  )
})
