import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import { alice, bot, onDiscord, temporaryFile } from "./support/harness.ts"

describe.concurrent("a dialogue whose process ends while it takes a step", () => {
  it.live("takes the step again in the next process, and is not cancelled", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const user = yield* alice
      const begun = yield* Deferred.make<string>()
      let isFirst = true
      let finalized = 0
      const slow = Durable.make("slow", { version: 1, input: Schema.Void }, (_, { id }) =>
        Effect.gen(function* () {
          yield* Effect.addFinalizer(() => Effect.sync(() => finalized++))
          const work = Effect.suspend(() => {
            if (!isFirst) return Effect.succeed("done")
            isFirst = false
            return Effect.andThen(Deferred.succeed(begun, id), Effect.never)
          })
          const result = yield* Durable.step("work", work, { success: Schema.String })
          yield* Durable.send("result", Durable.dm(user.id), { content: result })
        }).pipe(Effect.scoped)
      )
      const id = yield* Effect.scoped(
        Effect.gen(function* () {
          const context = yield* Layer.build(bot([slow], filename))
          yield* Effect.provide(Durable.start(slow, undefined), context)
          return yield* Deferred.await(begun)
        })
      )
      assert.strictEqual(finalized, 1)
      const context = yield* Layer.build(bot([slow], filename))
      yield* user.awaitMessage(({ content }) => content === "done", { direct: true })
      const info = yield* Effect.provide(
        Dialogues.Dialogues.use((dialogues) => dialogues.get(id)),
        context
      )
      assert.notStrictEqual(info.status, "cancelled")
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("goes on in the next process if it was between two steps", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const user = yield* alice
      const begun = yield* Deferred.make<string>()
      let isFirst = true
      const waits = Durable.make("waits", { version: 1, input: Schema.Void }, (_, { id }) =>
        Effect.gen(function* () {
          yield* Durable.step("first", Effect.void)
          if (isFirst) {
            isFirst = false
            yield* Deferred.succeed(begun, id)
            return yield* Effect.never
          }
          yield* Durable.send("result", Durable.dm(user.id), { content: "went on" })
        })
      )
      const id = yield* Effect.scoped(
        Effect.gen(function* () {
          const context = yield* Layer.build(bot([waits], filename))
          yield* Effect.provide(Durable.start(waits, undefined), context)
          return yield* Deferred.await(begun)
        })
      )
      const context = yield* Layer.build(bot([waits], filename))
      const get = Effect.provide(
        Dialogues.Dialogues.use((dialogues) => dialogues.get(id)),
        context
      )
      assert.notStrictEqual((yield* get).status, "cancelled")
      yield* user.awaitMessage(({ content }) => content === "went on", { direct: true })
    }).pipe(Effect.scoped, onDiscord)
  )
})
