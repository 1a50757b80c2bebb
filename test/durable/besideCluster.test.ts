/** Dialogues in the program of a member of a cluster: both are built of Effect Cluster's layers, each with its own settings. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ClusterBot from "../../src/cluster/ClusterBot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { freePort } from "../cluster/support/freePort.ts"
import { alice, temporaryFile } from "./support/harness.ts"

const request = Durable.slash("request", { version: 1, description: "Ask" }, () =>
  Effect.gen(function* () {
    const { value } = yield* Durable.ask("verdict", {
      to: Durable.reply,
      content: "Well?",
      components: [[Button.choice("yes")]]
    })
    yield* Durable.send("result", Durable.reply, { content: `It is ${value}.` })
  })
)

describe("dialogues beside a cluster", () => {
  it.live("run in a file, while the member runs its shards", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const port = yield* freePort
      const bot = ClusterBot.layer({
        interactions: [request],
        onError: () => ErrorReply.ephemeral("That did not work."),
        cluster: { host: "127.0.0.1", port, identify: { interval: "10 millis", margin: "300 millis" }, settle: 0 }
      }).pipe(
        Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename }))),
        Layer.provide(Layer.orDie(ClusterBot.layerSqlite({ filename: ":memory:" })))
      )
      yield* Layer.build(bot).pipe(Effect.timeout("1 minute"))
      const user = yield* alice
      const response = yield* user.slash("request")
      yield* response.awaitContent("Well?")
      yield* response.click("yes")
      yield* response.awaitContent("It is yes.")
      assert.deepStrictEqual(yield* (yield* FakeDiscord.FakeDiscord).violations, [])
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer({ shards: 2, identifyInterval: "10 millis" })))
  )
})
