import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { DiscordConfig } from "../../src/DiscordConfig.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import { onDiscord, temporaryFile } from "./support/harness.ts"
import { overHttp } from "./support/overHttp.ts"
import { logged } from "./support/processes.ts"

const note = Durable.make("note", { version: 1, input: Schema.Void }, () => Durable.step("note", Effect.void))

it.live("a bot whose dialogues are those of another one says so, and a new token makes no other bot", () =>
  Effect.gen(function* () {
    const config = yield* DiscordConfig
    const start = (filename: string, token: string) =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        yield* overHttp(
          Interactions.layer({ interactions: [note] }).pipe(
            Layer.provide(Layer.fresh(Layer.orDie(Dialogues.layerSqlite({ filename }))))
          )
        ).pipe(Effect.provideService(DiscordConfig, { ...config, token: Redacted.make(token) }), logged(lines))
        return lines.filter((line) => line.includes("Another bot keeps its dialogues")).length
      })
    const filename = yield* temporaryFile
    assert.strictEqual(yield* start(filename, "one.first.token"), 0)
    assert.strictEqual(yield* start(filename, "one.second.token"), 0)
    assert.strictEqual(yield* start(filename, "other.bots.token"), 1)
    assert.strictEqual(yield* start(yield* temporaryFile, "other.bots.token"), 0)
  }).pipe(Effect.scoped, onDiscord)
)
