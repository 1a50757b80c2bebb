/** The end of an interaction's token, with real sockets and a virtual clock. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests, withBot } from "./harness.ts"

const counter = (ephemeral: boolean) =>
  Command.slash("counter", { description: "…" }, () =>
    Effect.gen(function* () {
      const more = yield* Button.bound({ label: "+1" }, () => Reply.update({ content: "1" }))
      yield* Reply.send({ content: "0", components: [[more]], ephemeral })
    })
  )

describe("fifteen minutes after an interaction", () => {
  it.effect(
    "a Runtime of the default lifetime closes, and the bot disables its message without the expired token",
    () =>
      Effect.gen(function* () {
        const message = yield* (yield* alice).slash("counter")
        yield* TestClock.adjust("14 minutes")
        assert.deepStrictEqual(
          (yield* message.buttons).map(({ disabled }) => disabled),
          [false]
        )
        yield* TestClock.adjust("62 seconds")
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.awaitLog(
          FakeDiscord.is("Request", ({ method, route }) => method === "PATCH" && route.startsWith("/channels"))
        )
        assert.deepStrictEqual(
          (yield* message.buttons).map(({ disabled }) => disabled),
          [true]
        )
      }).pipe(withBot({ interactions: [counter(false)] }))
  )

  it.effect("an ephemeral message is disabled by the next click, whose user is told why", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("counter")
      yield* TestClock.adjust("16 minutes")
      assert.deepStrictEqual(yield* requests("PATCH", /./), [])
      const late = yield* message.click("+1")
      const told = yield* late.awaitFollowUp()
      assert.strictEqual(yield* told.content, ErrorReply.defaultTexts.Expired)
      assert.isTrue(yield* told.ephemeral)
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ disabled }) => disabled),
        [true]
      )
    }).pipe(withBot({ interactions: [counter(true)] }))
  )

  it.effect("a reply fails with TokenExpired, without a request to Discord", () => {
    const command = Command.slash("slow", { description: "…" }, () =>
      Effect.gen(function* () {
        yield* Reply.defer()
        yield* TestClock.adjust("16 minutes")
        yield* Effect.catchTag(Reply.send({ content: "late" }), "ReplyError", ({ reason }) =>
          Effect.sync(() => reasons.push(reason._tag))
        )
      })
    )
    const reasons: Array<string> = []
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("slow")
      assert.isTrue(yield* message.pending)
      const discord = yield* FakeDiscord.FakeDiscord
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve))).pipe(
        Effect.repeat({ until: () => reasons.length > 0 })
      )
      assert.deepStrictEqual(reasons, ["TokenExpired"])
      assert.isFalse((yield* discord.log).some(FakeDiscord.is("Request", ({ method }) => method === "PATCH")))
    }).pipe(withBot({ interactions: [command] }))
  })
})
