import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import { errorCode } from "../../src/discord/numbers.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import { Responder } from "../../src/interactions/replies/internal/responder.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import type { RawInteraction } from "../../src/interactions/wire/rawInteraction.ts"
import * as Elapsed from "../../src/internal/Elapsed.ts"
import type { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { Api, DiscordRestError } from "../../src/rest/DiscordRestError.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

describe("an initial response", () => {
  it.live("is tried for what is left of Discord's three seconds, and no longer", () => {
    const took = Deferred.makeUnsafe<{ readonly isLate: boolean; readonly millis: number }>()
    const slow = Command.slash("slow", { description: "…" }, () =>
      Effect.gen(function* () {
        const begin = performance.now()
        // Of the same event loop, which is late for both.
        const later = yield* Effect.forkChild(Effect.sleep("3500 millis"), { startImmediately: true })
        yield* Effect.sleep("1500 millis")
        const exit = yield* Effect.exit(Reply.send({ content: "…" }))
        assert.isTrue(Exit.isFailure(exit))
        const isLate = later.pollUnsafe() !== undefined
        yield* Deferred.succeed(took, { isLate, millis: performance.now() - begin })
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      yield* discord.faults.restStatus(/callback/, 503, { times: Infinity })
      yield* Effect.forkChild(Effect.ignore(alice.slash("slow")))
      const { isLate, millis } = yield* Deferred.await(took)
      assert.isAbove(millis, 1900)
      assert.isFalse(isLate)
    }).pipe(Effect.provide(Layer.provideMerge(Bot.layer({ interactions: [slow] }), FakeDiscord.layer())))
  })

  it.effect("may have arrived when a successful status comes without JSON, and the next reply asks Discord", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const failures: Array<readonly [status: number, code: number]> = [
        [200, 0],
        [400, errorCode.alreadyAcknowledged]
      ]
      const calls: Array<string> = []
      const rest: DiscordRest["Service"] = {
        request: () => Effect.die("not passed on"),
        respond: (_, __, options) => {
          calls.push(`respond, ${options?.isRepeated === true ? "again" : "first"}`)
          const [status, code] = failures.shift() ?? [500, 0]
          const reason = new Api({ method: "POST", route: "/", status, code, message: "…" })
          return Effect.fail(new DiscordRestError({ reason }))
        },
        use: () => {
          calls.push("use")
          return Effect.succeed({ id: "1", channel_id: "1", attachments: [], components: [] } as never)
        }
      }
      const raw = { id: "1", application_id: "1", token: "t", type: 2 } as RawInteraction
      const now = Elapsed.millis(clock)
      const responder = new Responder(raw, clock, { arrivedAt: now, createdAt: now }, rest)
      assert.strictEqual((yield* Effect.flip(responder.send({ content: "a" }))).reason._tag, "Rest")
      yield* responder.send({ content: "b" })
      assert.deepStrictEqual(calls, ["respond, first", "respond, again", "use", "use"])
    })
  )
})
