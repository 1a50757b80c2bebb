/** What docs/guide/forms.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { page } from "../support/page.ts"
import { botOf, type Part, play } from "../support/play.ts"

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
