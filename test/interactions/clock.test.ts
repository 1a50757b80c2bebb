/** The end of an interaction's token, with real sockets and a virtual clock. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests, withBot } from "./harness.ts"

const counter = (ephemeral: boolean, expiration?: Expiration.Expiration) =>
  Command.slash("counter", { description: "…", expiration }, () =>
    Effect.gen(function* () {
      const more = yield* Button.bound({ label: "+1" }, () => Reply.update({ content: "1" }))
      yield* Reply.send({ content: "0", components: [[more]], ephemeral })
    })
  )

const disabled = (message: FakeDiscord.Message) =>
  Effect.map(message.buttons, (buttons) => buttons.map(({ disabled }) => disabled))

const awaitPatch = (prefix: string) =>
  FakeDiscord.FakeDiscord.use((discord) =>
    discord.awaitLog(FakeDiscord.is("Request", ({ method, route }) => method === "PATCH" && route.startsWith(prefix)))
  )

describe("after fifteen minutes", () => {
  for (const ephemeral of [false, true]) {
    it.effect(
      `a Runtime of the default lifetime ends while the token is valid, and its ${ephemeral ? "ephemeral" : "public"} message is disabled with it`,
      () =>
        Effect.gen(function* () {
          const message = yield* (yield* alice).slash("counter")
          yield* TestClock.adjust("14 minutes")
          assert.deepStrictEqual(yield* disabled(message), [false])
          yield* TestClock.adjust("32 seconds")
          yield* awaitPatch("/webhooks")
          assert.deepStrictEqual(yield* disabled(message), [true])
        }).pipe(withBot({ interactions: [counter(ephemeral)] }))
    )
  }

  it.effect("the message of a longer Runtime is disabled by the bot, no token being left", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("counter")
      yield* TestClock.adjust("22 minutes")
      yield* awaitPatch("/channels")
      assert.deepStrictEqual(yield* disabled(message), [true])
    }).pipe(withBot({ interactions: [counter(false, Expiration.afterCreation("20 minutes"))] }))
  )

  it.effect("an ephemeral message is disabled by the next click, whose user is told why", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("counter")
      yield* TestClock.adjust("22 minutes")
      assert.deepStrictEqual(yield* requests("PATCH", /./), [])
      const late = yield* message.click("+1")
      const told = yield* late.awaitFollowUp()
      assert.strictEqual(yield* told.content, ErrorReply.defaultTexts.Expired)
      assert.isTrue(yield* told.ephemeral)
      assert.deepStrictEqual(yield* disabled(message), [true])
    }).pipe(withBot({ interactions: [counter(true, Expiration.afterCreation("20 minutes"))] }))
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
