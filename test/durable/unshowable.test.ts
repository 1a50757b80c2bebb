/** A message that Discord would refuse at the end of a question: what can no longer be used is disabled all the same. */
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { alice, isOver, withBot } from "./support/harness.ts"

const tooLong = "x".repeat(2_001)
const components = [[Button.choice("yes")]] as const

describe("what cannot be shown at the end", () => {
  const ask = Durable.slash("ask", { version: 1, description: "…" }, (_, { channelId = "", user }) =>
    Effect.gen(function* () {
      const to = Durable.channel(channelId)
      yield* Durable.ask("choice", { to, content: "Which?", components, answered: () => ({ content: tooLong }) })
      yield* Durable.send("result", Durable.dm(user.id), { content: "over" })
    })
  )

  it.live("of a question leaves nothing to click", () =>
    Effect.gen(function* () {
      const user = yield* alice
      yield* user.slash("ask")
      const question = yield* user.awaitMessage(({ content }) => content === "Which?")
      yield* question.click("yes")
      yield* question.awaitUntil(isOver)
      yield* user.awaitMessage(({ content }) => content === "over", { direct: true })
    }).pipe(withBot([ask]))
  )

  const collect = Durable.slash("collect", { version: 1, description: "…" }, (_, { channelId = "", user }) =>
    Effect.gen(function* () {
      yield* Durable.collect("votes", {
        to: Durable.channel(channelId),
        components,
        state: Schema.String,
        initial: "Votes",
        fold: () => tooLong,
        show: (content) => ({ content }),
        done: (state) => state === tooLong,
        until: "1 hour",
        every: "50 millis"
      })
      yield* Durable.send("result", Durable.dm(user.id), { content: "over" })
    })
  )

  it.live("of a collection leaves nothing to click", () =>
    Effect.gen(function* () {
      const user = yield* alice
      yield* user.slash("collect")
      const message = yield* user.awaitMessage(({ content }) => content === "Votes")
      yield* message.click("yes")
      yield* message.awaitUntil(isOver)
      yield* user.awaitMessage(({ content }) => content === "over", { direct: true })
    }).pipe(withBot([collect]))
  )
})
