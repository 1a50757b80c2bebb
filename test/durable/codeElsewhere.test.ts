/** Processes that have code for other dialogues than those of their shards, as in a rolling deploy. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as DiscordConfig from "../../src/DiscordConfig.ts"
import * as Interactions from "../../src/interactions/router/Interactions.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Redacted from "effect/Redacted"
import { temporaryFile } from "./support/harness.ts"

const ran: Array<string> = []

const job = (name: string, version: number) =>
  Durable.make(name, { version, input: Schema.String }, (input) =>
    Effect.gen(function* () {
      yield* Durable.sleep("a while", "2 minutes")
      yield* Durable.step(
        "work",
        Effect.sync(() => void ran.push(`${name}@${version} ${input}`))
      )
    })
  )

const discord = DiscordRest.layer().pipe(
  Layer.provide(
    Layer.succeed(DiscordConfig.DiscordConfig, { apiUrl: "http://127.0.0.1:1", token: Redacted.make("nobody") })
  )
)

/** So much time passes, and what is waited for in the world meanwhile. */
const pass = (seconds: number) =>
  Effect.forEach(
    Array.from({ length: seconds / 2 }),
    () => Effect.andThen(TestClock.adjust("2 seconds"), TestClock.withLive(Effect.sleep("1 millis"))),
    { discard: true }
  )

/** A process with code for these. Returns how it is asked to begin one, and how it is stopped. */
const start = Effect.fnUntraced(function* (filename: string, definitions: ReadonlyArray<Durable.Startable<string>>) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const bot = Interactions.layer({ interactions: definitions as never }).pipe(
    Layer.provideMerge(Layer.fresh(Dialogues.layerSqlite({ filename }))),
    Layer.provide(discord)
  )
  const context = yield* Layer.buildWithScope(bot as Layer.Layer<Dialogues.Dialogues>, scope)
  return {
    begin: (definition: Durable.Startable<string>, input: string) =>
      Effect.provide(Durable.start(definition, input, { key: input }), context),
    // The end of a process waits for itself here and there.
    stop: Effect.gen(function* () {
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* pass(30)
      yield* Fiber.join(closing)
    })
  }
})

describe("a dialogue whose code the process of its shard does not have", () => {
  it.effect("waits for a process that has it", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const old = yield* start(filename, [job("other", 1)])
      const next = yield* start(filename, [job("job", 2)])
      yield* next.begin(job("job", 2), "a")
      yield* pass(200)
      assert.deepStrictEqual(ran, [])
      yield* old.stop
      yield* pass(130)
      assert.deepStrictEqual(ran.splice(0), ["job@2 a"])
    }).pipe(Effect.scoped)
  )

  it.effect("goes on when there is code for it again, also if its time was over before", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const first = yield* start(filename, [job("job", 1)])
      yield* first.begin(job("job", 1), "b")
      yield* pass(10)
      yield* first.stop
      const second = yield* start(filename, [job("job", 2)])
      yield* pass(300)
      yield* second.stop
      assert.deepStrictEqual(ran, [])
      yield* start(filename, [job("job", 1), job("other", 1)])
      yield* pass(10)
      assert.deepStrictEqual(ran.splice(0), ["job@1 b"])
    }).pipe(Effect.scoped)
  )

  it.effect("is not a line of the log four times a second", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const filename = yield* temporaryFile
      yield* start(filename, [job("other", 1)])
      const next = yield* start(filename, [job("job", 2)])
      yield* next.begin(job("job", 2), "c")
      yield* pass(60)
      assert.isBelow(lines.filter((line) => line.includes("entity manager")).length, 3)
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([logger])))
  })
})
