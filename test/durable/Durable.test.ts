import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
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
      const order = yield* Durable.step("order", Effect.sync(() => orders.push(what)), { success: Schema.Finite })
      expectTypeOf(order).toEqualTypeOf<number>()
      yield* Durable.send("result", Durable.dm(user.id), {
        content: `${verdict.value} ${verdict.form?.why ?? ""} ${order}`
      })
    })
)

const withBot = Effect.provide(
  Bot.layer({
    interactions: [request],
    onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
  }).pipe(
    Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" }))),
    Layer.provideMerge(FakeDiscord.layer())
  )
)

describe("a durable dialogue", () => {
  it.live("asks, is answered, does a step once and sends", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const response = yield* alice.slash("request", { what: "tea" })
      yield* response.awaitContent("alice wants tea")
      yield* response.click("approve")
      const dm = yield* alice.awaitMessage(({ content }) => content === "approve  1", { direct: true })
      assert.strictEqual(dm.content, "approve  1")
    }).pipe(withBot)
  )
})
