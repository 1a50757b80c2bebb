/** Discord's rate limits delay dialogues, and end none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Durable } from "../../src/durable/index.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bot } from "./support/harness.ts"
import { becomes } from "./support/processes.ts"

const remind = Durable.make("remind", { version: 1, input: Schema.String }, (userId) =>
  Durable.send("reminder", Durable.dm(userId), { content: "It is time" })
)

// More than fit into the time that a call may wait.
const count = 12
const rateLimits = [{ requests: "POST /channels/:channel/messages", limit: 1, per: "250 millis" }] as const

describe("many dialogues that send at once", () => {
  it.live("wait for their turn", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const ids = yield* Effect.forEach(Array.from({ length: count }), () => Durable.start(remind, user.id))
      for (const id of ids) assert.strictEqual((yield* becomes(id, "done", "failed")).problem, undefined)
      assert.lengthOf(yield* user.messages({ direct: true }), count)
    }).pipe(
      Effect.provide(
        bot([remind], ":memory:").pipe(
          Layer.provide(DiscordRest.layer({ timeout: "1 second" })),
          Layer.provideMerge(FakeDiscord.layer({ rateLimits }))
        )
      )
    )
  )
})
