import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

describe("an initial response", () => {
  it.live("is tried for what is left of Discord's three seconds, and no longer", () => {
    const took = Deferred.makeUnsafe<number>()
    const slow = Command.slash("slow", { description: "…" }, () =>
      Effect.gen(function* () {
        const begin = performance.now()
        yield* Effect.sleep("1500 millis")
        const exit = yield* Effect.exit(Reply.send({ content: "…" }))
        assert.isTrue(Exit.isFailure(exit))
        yield* Deferred.succeed(took, performance.now() - begin)
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      yield* discord.faults.restStatus(/callback/, 503, { times: Infinity })
      yield* Effect.forkChild(Effect.ignore(alice.slash("slow")))
      const millis = yield* Deferred.await(took)
      assert.isAbove(millis, 1900)
      assert.isAtMost(millis, 3050)
    }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [slow] }), FakeDiscord.layer())))
  })
})
