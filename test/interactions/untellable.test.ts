/** What users are told when what they should be told cannot be sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { textsFor } from "../../src/interactions/replies/internal/botTexts.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { Interactions } from "../../src/interactions/router/Interactions.ts"
import { alice, withBot } from "./harness.ts"

class Long extends Schema.TaggedError<Long>()("Long", {}) {}

const long = Command.slash("long", { description: "…" }, () => Effect.fail(new Long()))
const hello = Command.slash("hello", { description: "…" }, () => Reply.send({ content: "hello" }))

describe("a user", () => {
  it.live("is told that something failed where the reply of `onError` is one that Discord would refuse", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("long")
      assert.match(yield* message.content, /^Failed here, see \w{6}$/)
      assert.isTrue(yield* message.ephemeral)
    }).pipe(
      withBot({
        interactions: [long],
        onError: { Long: () => ErrorReply.ephemeral("x".repeat(2001)) },
        texts: { Failed: "Failed here, see {reference}" }
      })
    )
  )
})

const Odd = Schema.Union([Schema.Null, Schema.Undefined, Schema.Number, Schema.Boolean, Schema.Array(Schema.String)])

describe("the texts of a bot", () => {
  it.prop(
    "are texts that a message can have, whatever the translations are",
    {
      failed: Schema.Union([Odd, Schema.String, Schema.Literals(["x".repeat(2001), "👍".repeat(2000), " "])]),
      all: Odd
    },
    ({ all, failed }) => {
      for (const translations of [{ Failed: failed }, () => ({ Failed: failed }), () => all]) {
        const texts = textsFor(translations as never, () => assert.fail("nothing throws"))({ locale: "de" } as never)
        assert.containsAllKeys(texts, Object.keys(ErrorReply.defaultTexts))
        for (const text of Object.values(texts)) {
          assert.strictEqual(typeof text, "string")
          assert.isNotEmpty(text.trim())
          assert.isAtMost([...text].length, 2000)
        }
        const isKept = typeof translations === "object" && typeof failed === "string" && failed.trim() !== ""
        if (isKept && [...failed].length <= 2000) assert.strictEqual(texts.Failed, failed)
      }
    }
  )
})

describe("the router", () => {
  it.live("does not throw for what is no interaction", () =>
    Effect.gen(function* () {
      const interactions = yield* Interactions
      for (const nothing of [null, undefined, 5, "x", [], {}, { type: 1 }]) interactions.handle(nothing as never)
      assert.strictEqual(yield* (yield* (yield* alice).slash("hello")).content, "hello")
    }).pipe(withBot({ interactions: [hello] }))
  )
})
