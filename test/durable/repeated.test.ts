/** What happens again after a crash, because the process died before it was journaled. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Deliver from "../../src/durable/internal/deliver.ts"
import { originalOf } from "../../src/durable/internal/place.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { Interaction } from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { timestamp } from "../../src/Snowflake.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const description = "…"

/** Responds, and then says twice how a dialogue has ended. */
const tells = (name: string, isEphemeral: boolean, reply: ErrorReply.ErrorReply) =>
  Command.slash(name, { description }, () =>
    Effect.gen(function* () {
      const { channelId, id, raw, user } = yield* Interaction
      yield* Reply.send({ content: "working on it", ephemeral: isEphemeral })
      const place = originalOf(raw, { channelId, createdAt: timestamp(id), isEphemeral })
      const tell = Effect.orDie(Deliver.tell(reply, `nonce of ${name}`, { userId: user.id, place }))
      yield* Effect.andThen(tell, tell)
      yield* Reply.followUp({ content: "told" })
    })
  )

const text = "It did not work."

/** What a user sees in the end. */
const seen = (name: string, isEphemeral: boolean, reply: ErrorReply.ErrorReply) =>
  Effect.gen(function* () {
    const alice = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
    yield* alice.slash(name)
    yield* alice.awaitMessage(({ content }) => content === "told")
    const all = yield* Effect.forEach(yield* alice.messages(), (message) => message.content)
    return all.filter((content) => content !== "told")
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        Bot.layer({
          interactions: [tells(name, isEphemeral, reply)],
          onError: { ReplyError: ({ message }) => ErrorReply.ephemeral(message) }
        }),
        FakeDiscord.layer()
      )
    )
  )

describe("the end of a dialogue", () => {
  it.live("is told once to a user who alone sees the response: it takes the place of that", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* seen("private", true, ErrorReply.ephemeral(text)), [text])
    })
  )

  it.live("is told once to everybody who sees the response", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* seen("public", false, ErrorReply.visible(text)), ["working on it", text])
    })
  )
})

const question = Durable.slash("question", { version: 1, description, response: { content: "asked" } }, (_, { user }) =>
  Effect.gen(function* () {
    const channel = Durable.dm(user.id)
    yield* Durable.ask("verdict", { to: channel, content: "Well?", components: [[Button.choice("yes")]] })
    yield* Durable.step("done", Effect.void, { success: Schema.Void })
    yield* Durable.send("result", channel, { content: "It was yes." })
  })
)

const withBot = (definition: typeof question) =>
  Effect.provide(
    Bot.layer({
      interactions: [definition],
      onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
    }).pipe(
      Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" }))),
      Layer.provideMerge(FakeDiscord.layer())
    )
  )

const age = { title: "Age", fields: { age: Field.short("Age", { schema: Schema.FiniteFromString }) } }

const form = Durable.slash(
  "form",
  { version: 1, description, response: "defer", replies: { ephemeral: true } },
  (_, { user }) =>
    Effect.gen(function* () {
      const components = [[Button.choice("fill", { form: age })]] as const
      const { form } = yield* Durable.ask("age", { to: Durable.reply, content: "How old?", components })
      yield* Durable.send("result", Durable.dm(user.id), { content: `It is ${form.age}.` })
    })
)

describe("an answer that does not fit", () => {
  it.live("leaves the question where it is, also where only its user sees it", () =>
    Effect.gen(function* () {
      const alice = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
      const asked = yield* alice.slash("form")
      yield* asked.awaitContent("How old?")
      const fill = (text: string) =>
        Effect.flatMap(asked.click("fill"), ({ modal }) => Effect.flatMap(modal, ({ submit }) => submit({ Age: text })))
      const refused = yield* fill("old")
      yield* refused.awaitFollowUp()
      assert.strictEqual(yield* asked.content, "How old?")
      yield* fill("42")
      yield* alice.awaitMessage(({ content }) => content === "It is 42.", { direct: true })
    }).pipe(withBot(form))
  )
})

describe("an answer that is stored", () => {
  it.live("counts although Discord takes no acknowledgement any more, and is no error of the bot", () => {
    const errors: Array<unknown> = []
    const logger = Logger.make(({ logLevel, message }) => {
      if (logLevel === "Error") errors.push(message)
    })
    return Effect.gen(function* () {
      const { faults, user } = yield* FakeDiscord.FakeDiscord
      const alice = yield* user("alice")
      yield* alice.slash("question")
      const asked = yield* alice.awaitMessage(({ content }) => content === "Well?", { direct: true })
      yield* faults.restStatus("POST /interactions/:id/:token/callback", 404, {
        body: { code: 10_062, message: "Unknown interaction" }
      })
      yield* Effect.forkChild(Effect.ignore(asked.click("yes")))
      yield* alice.awaitMessage(({ content }) => content === "It was yes.", { direct: true })
      assert.deepStrictEqual(errors, [])
    }).pipe(withBot(question), Effect.provide(Logger.layer([logger])))
  })
})
