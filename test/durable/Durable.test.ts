import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const description = "…"
const reason = { title: "Why?", fields: { why: Field.short("Reason") } }

const orders: Array<string> = []

const request = Durable.slash(
  "request",
  { version: 1, description, options: { what: Options.string("What") } },
  ({ what }, { user }) =>
    Effect.gen(function* () {
      const verdict = yield* Durable.ask("verdict", {
        to: Durable.reply,
        content: `${user.username} wants ${what}`,
        components: [[Button.choice("approve"), Button.choice("deny", { form: reason })]],
        timeout: "7 days"
      })
      expectTypeOf(verdict.value).toEqualTypeOf<"approve" | "deny">()
      if (verdict.value === "deny") expectTypeOf(verdict.form).toEqualTypeOf<{ readonly why: string }>()
      const order = yield* Durable.step(
        "order",
        Effect.sync(() => orders.push(what)),
        { success: Schema.Finite }
      )
      expectTypeOf(order).toEqualTypeOf<number>()
      yield* Durable.send("result", Durable.dm(user.id), {
        content: `${verdict.value} ${verdict.form?.why ?? ""} ${order}`
      })
    })
)

const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-durable-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "dialogues.db")
)

const bot = (filename: string) =>
  Bot.layer({
    interactions: [request],
    onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
  }).pipe(Layer.provideMerge(Layer.orDie(Dialogues.layerSqlite({ filename }))))

const on = Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))

const withBot = Effect.provide(Layer.provideMerge(bot(":memory:"), FakeDiscord.layer()))

const alice = FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))

const awaitResult = (content: string) =>
  Effect.flatMap(alice, (user) => user.awaitMessage((message) => message.content === content, { direct: true }))

describe("a durable dialogue", () => {
  it.live("asks, is answered, does a step once and sends", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.slash("request", { what: "tea" })
      yield* response.awaitContent("alice wants tea")
      yield* response.click("approve")
      yield* awaitResult("approve  1")
      yield* response.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
    }).pipe(withBot)
  )

  it.live("opens the form of a choice, and is answered when it is submitted", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.slash("request", { what: "milk" })
      yield* response.awaitContent("alice wants milk")
      const form = yield* (yield* response.click("deny")).modal
      assert.strictEqual(form.title, "Why?")
      yield* form.submit({ Reason: "because" })
      yield* awaitResult("deny because 2")
    }).pipe(withBot)
  )

  it.live("tells a second click that it is too late", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const response = yield* user.slash("request", { what: "rum" })
      yield* response.awaitContent("alice wants rum")
      const [first, second] = yield* Effect.all([response.click("approve"), response.click("approve")], {
        concurrency: 2
      })
      yield* awaitResult("approve  3")
      const said = Effect.map(Effect.all([first.followUps, second.followUps]), (both) => both.flat().length)
      yield* Effect.repeat(said, { until: (count) => count > 0, schedule: Schedule.spaced("20 millis") })
      assert.strictEqual(yield* said, 1)
    }).pipe(withBot)
  )

  it.live("goes on in the next process", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const user = yield* alice
      const response = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(bot(filename))
          const response = yield* user.slash("request", { what: "pie" })
          yield* response.awaitContent("alice wants pie")
          return response
        })
      )
      yield* Layer.build(bot(filename))
      yield* response.click("approve")
      yield* awaitResult("approve  4")
    }).pipe(Effect.scoped, on)
  )
})
