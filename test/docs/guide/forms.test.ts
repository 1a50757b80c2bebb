/** What docs/guide/forms.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { Command, Field, Modal, Reply } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, makeLog, type Part, play } from "../support/play.ts"

const load = page("docs/guide/forms.md")

const { signup } = await load<{ signup: Part }>("signup.ts")

it.live("the form of docs/guide/forms.md has typed values, and explains what its schema refuses", () =>
  play(botOf([signup]), (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const bob = yield* discord.user("bob")
      const fill = Effect.fn(function* (age: string) {
        const modal = yield* (yield* alice.slash("signup")).modal
        return yield* modal.submit({ Name: "Alice", Age: age, "Who invited you?": [bob.id], "Send me news": true })
      })
      const welcome = yield* fill("42")
      assert.strictEqual(yield* welcome.content, "Welcome, Alice (42), friend of bob. News follow.")
      assert.isTrue(yield* welcome.ephemeral)
      const refused = yield* fill("12")
      assert.strictEqual(yield* refused.content, "**Age**: Give your age as a number from 13 to 120.")
    })
  )
)

it.live("a handler that waits for a form ends if a schema refuses what was typed, and nothing is logged", () => {
  const log = makeLog()
  const ends: Array<boolean> = []
  const Digits = Schema.String.check(Schema.isPattern(/^\d+$/, { message: "Digits, please." }))
  const code = Command.slash("code", { description: "Type a code" }, () =>
    Modal.ask({ title: "Code", fields: { code: Field.short("Code", { schema: Digits }) } }).pipe(
      Effect.flatMap(({ code }) => Reply.send({ content: code })),
      Effect.onExit((exit) => Effect.sync(() => ends.push(Exit.isSuccess(exit))))
    )
  )
  return play(botOf([code as Part]), (discord) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const type = Effect.fn(function* (code: string) {
        return yield* (yield* (yield* alice.slash("code")).modal).submit({ Code: code })
      })
      assert.strictEqual(yield* (yield* type("1234")).content, "1234")
      const before = log.lines.length
      assert.strictEqual(yield* (yield* type("abc")).content, "**Code**: Digits, please.")
      assert.deepStrictEqual(ends, [true, false])
      assert.lengthOf(log.lines, before)
    })
  ).pipe(Effect.provide(log.layer))
})
