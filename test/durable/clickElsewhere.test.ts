/** A rolling deploy in which a click reaches a process that has not the code of its dialogue. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as CommandSync from "../../src/interactions/router/CommandSync.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, temporaryFile } from "./support/harness.ts"
import { overHttp } from "./support/overHttp.ts"

const request = (version: number) =>
  Durable.slash("request", { version, description: "…", response: "defer" }, (_, { user }) =>
    Effect.gen(function* () {
      yield* Durable.ask("verdict", { to: Durable.reply, content: "Well?", components: [[Button.choice("yes")]] })
      yield* Durable.send("result", Durable.dm(user.id), { content: `v${version} is over` })
    }).pipe(Effect.orDie)
  )

/** A process whose interactions come over HTTP. Returns its URL. */
const start = (filename: string, version: number) =>
  overHttp(
    Interactions.layer({ interactions: [request(version)] }).pipe(
      Layer.provide(Layer.fresh(Layer.orDie(Dialogues.layerSqlite({ filename }))))
    )
  )

describe("a click on a question of a version that this process has not", () => {
  it.live("is stored if another process has it, and goes on there", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const discord = yield* FakeDiscord.FakeDiscord
      yield* CommandSync.run([request(1) as never])
      const old = yield* start(filename, 1)
      const next = yield* start(filename, 2)
      yield* discord.interactionsEndpoint(old)
      const user = yield* alice
      const response = yield* user.slash("request")
      yield* response.awaitContent("Well?")
      yield* discord.interactionsEndpoint(next)
      const click = yield* response.click("yes")
      yield* user.awaitMessage(({ content }) => content === "v1 is over", { direct: true })
      assert.lengthOf(yield* click.followUps, 0)
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )
})
