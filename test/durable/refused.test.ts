/** A question whose answer was refused is asked again: whoever else answers meanwhile is neither lost nor in the way. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import { alice, bob, withBot } from "./support/harness.ts"

const Even = Schema.FiniteFromString.check(Schema.makeFilter((n) => (n % 2 === 0 ? undefined : "Even numbers only")))

const form = { title: "How many?", fields: { count: Field.short("Count", { schema: Even }) } }

const count = Durable.slash("count", { version: 1, description: "…", response: "defer" }, () =>
  Effect.gen(function* () {
    const answer = yield* Durable.ask("count", {
      to: Durable.reply,
      content: "How many?",
      components: [[Button.choice("say", { form })]],
      by: "anyone"
    })
    yield* Durable.send("result", Durable.reply, { content: `${answer.form.count} by ${answer.user.username}` })
  })
)

describe("an answer beside one that is refused", () => {
  it.live("counts, and the question stays open until there is one that does", () =>
    Effect.gen(function* () {
      const response = yield* (yield* alice).slash("count")
      yield* response.awaitContent("How many?")
      const forms = yield* Effect.forEach([yield* alice, yield* bob], (user) =>
        Effect.flatMap(user.click(response, "say"), ({ modal }) => modal)
      )
      const submitted = yield* Effect.forEach(
        forms,
        (opened, n) => opened.submit({ Count: `${2 * n + (n === 0 ? 1 : 0)}` }),
        {
          concurrency: 2
        }
      )
      assert.lengthOf(submitted, 2)
      yield* response.awaitContent("2 by bob")
    }).pipe(withBot([count]))
  )

  it.live("that is refused as well leaves the question open", () =>
    Effect.gen(function* () {
      const response = yield* (yield* alice).slash("count")
      yield* response.awaitContent("How many?")
      for (let round = 0; round < 5; round++) {
        const forms = yield* Effect.forEach([yield* alice, yield* bob], (user) =>
          Effect.flatMap(user.click(response, "say"), ({ modal }) => modal)
        )
        yield* Effect.forEach(forms, (opened) => opened.submit({ Count: "7" }), { concurrency: 2 })
        const [button] = yield* response.buttons
        assert.isFalse(button?.disabled)
      }
      const opened = yield* (yield* (yield* bob).click(response, "say")).modal
      yield* opened.submit({ Count: "8" })
      yield* response.awaitContent("8 by bob")
    }).pipe(withBot([count]))
  )
})
