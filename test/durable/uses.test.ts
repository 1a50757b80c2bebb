import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Menu from "../../src/interactions/definitions/Menu.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, bot, isOver, onDiscord, temporaryFile, withBot } from "./support/harness.ts"

const { defaultTexts: texts } = ErrorReply
const description = "…"

class Sold extends Schema.TaggedError<Sold>("test/Sold")("Sold", { what: Schema.String }) {}

type AnyQuestion = Durable.Question<readonly [readonly [ReturnType<typeof Button.choice>]]>

/** A command whose dialogue asks one question, and says who answered what. */
const asking = (question: Partial<Pick<AnyQuestion, "by" | "denied">> & { readonly timeout?: string } = {}) =>
  Durable.slash("ask", { version: 1, description, response: { content: "asked" } }, () =>
    Effect.gen(function* () {
      const answer = yield* Durable.ask("choice", {
        to: Durable.reply,
        content: "Which?",
        components: [[Button.choice("a"), Button.choice("b")]],
        ...(question as Pick<AnyQuestion, "by" | "denied">)
      })
      yield* Durable.send("result", Durable.reply, { content: `chose ${answer.value} by ${answer.user.username}` })
    })
  )

const asked = Effect.gen(function* () {
  const user = yield* alice
  const response = yield* user.slash("ask")
  yield* response.awaitContent("Which?")
  const [a] = yield* response.buttons
  return { response, a: a?.customId ?? "", id: a?.customId.split(":")[2] ?? "" }
})

/** What the user was told: with the response, or after it. */
const told = (response: FakeDiscord.Response) =>
  Effect.gen(function* () {
    const followUps = yield* Effect.forEach(yield* response.followUps, ({ content }) => content)
    return response.kind === "message" ? [yield* response.content, ...followUps] : followUps
  })

/** Nobody can read or write the file until the scope ends. */
const locked = (filename: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const other = new DatabaseSync(filename, { timeout: 1_000 })
      other.exec("BEGIN EXCLUSIVE")
      return other
    }),
    (other) =>
      Effect.sync(() => {
        other.exec("ROLLBACK")
        other.close()
      })
  )

/** Waits until a dialogue has ended. */
const ended = (id: string) =>
  Effect.repeat(
    Dialogues.Dialogues.use((dialogues) => dialogues.get(id)),
    { until: ({ endedAt }) => endedAt !== undefined, schedule: Schedule.spaced("20 millis") }
  )

describe("the use of a component of a dialogue", () => {
  it.live("by another user is refused, and does not answer", () =>
    Effect.gen(function* () {
      const { response } = yield* asked
      const refused = yield* (yield* bob).click(response, "a")
      assert.deepStrictEqual(yield* told(refused), [texts.Denied])
      assert.isTrue(yield* refused.ephemeral)
      yield* response.click("b")
      yield* response.awaitContent("chose b by alice")
    }).pipe(withBot([asking()]))
  )

  it.live("by another user is refused with the question's own text", () =>
    Effect.gen(function* () {
      const { response } = yield* asked
      const refused = yield* (yield* bob).click(response, "a")
      assert.deepStrictEqual(yield* told(refused), ["Alice only."])
    }).pipe(withBot([asking({ denied: "Alice only." })]))
  )

  it.live("by anyone answers where the question says so", () =>
    Effect.gen(function* () {
      const { response } = yield* asked
      yield* (yield* bob).click(response, "a")
      yield* response.awaitContent("chose a by bob")
    }).pipe(withBot([asking({ by: "anyone" })]))
  )

  it.live("by whoever has a role or a permission answers", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const carol = yield* discord.user("carol", { roles: ["77"] })
      const dave = yield* discord.user("dave", { permissions: String(1 << 13) })
      const first = yield* asked
      assert.deepStrictEqual(yield* told(yield* (yield* bob).click(first.response, "a")), [texts.Denied])
      yield* carol.click(first.response, "a")
      yield* first.response.awaitContent("chose a by carol")
      const second = yield* asked
      yield* dave.click(second.response, "b")
      yield* second.response.awaitContent("chose b by dave")
    }).pipe(withBot([asking({ by: { roles: ["77"], permissions: ["ManageMessages"] } })]))
  )

  it.live("after the answer is told so, once", () =>
    Effect.gen(function* () {
      const { a, response } = yield* asked
      yield* response.click("b")
      yield* response.awaitContent("chose b by alice")
      const late = yield* response.click(a, { stale: true })
      assert.deepStrictEqual(yield* told(late), [texts.Answered])
    }).pipe(withBot([asking()]))
  )

  it.live("after the timeout is told so, and the components are disabled before", () =>
    Effect.gen(function* () {
      const { a, response } = yield* asked
      yield* response.awaitUntil(isOver)
      const late = yield* response.click(a, { stale: true })
      assert.deepStrictEqual(yield* told(late), [texts.Expired])
    }).pipe(withBot([asking({ timeout: "300 millis" })]))
  )

  it.live("after a cancellation is told so, and the components are disabled before", () =>
    Effect.gen(function* () {
      const { a, id, response } = yield* asked
      const dialogues = yield* Dialogues.Dialogues
      yield* dialogues.cancel(id)
      yield* response.awaitUntil(isOver)
      const late = yield* response.click(a, { stale: true })
      assert.deepStrictEqual(yield* told(late), [texts.Closed])
      assert.strictEqual((yield* ended(id)).status, "cancelled")
      yield* dialogues.cancel(id)
    }).pipe(withBot([asking()]))
  )

  it.live("while the storage is locked is told to try again, and works after that", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      yield* Layer.build(bot([asking()], filename))
      const { response } = yield* asked
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* locked(filename)
          const busy = yield* response.click("a")
          assert.strictEqual(yield* (yield* busy.awaitFollowUp()).content, texts.Overloaded)
          const begun = yield* (yield* alice).slash("ask")
          assert.strictEqual(yield* (yield* begun.awaitFollowUp()).content, texts.Overloaded)
        })
      )
      yield* response.click("b")
      yield* response.awaitContent("chose b by alice")
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("with a form that a schema refuses is told why, and can be done again", () => {
    const form = { title: "How many?", fields: { count: Field.short("Count", { schema: Schema.FiniteFromString }) } }
    const order = Durable.slash("ask", { version: 1, description }, () =>
      Effect.gen(function* () {
        const answer = yield* Durable.ask("choice", {
          to: Durable.reply,
          content: "Which?",
          components: [[Button.choice("order", { form })]]
        })
        yield* Durable.send("result", Durable.reply, { content: `ordered ${answer.form.count + 1}` })
      })
    )
    return Effect.gen(function* () {
      const { response } = yield* asked
      const refused = yield* (yield* (yield* response.click("order")).modal).submit({ Count: "many" })
      assert.include(yield* (yield* refused.awaitFollowUp()).content, "Count")
      yield* (yield* (yield* response.click("order")).modal).submit({ Count: "41" })
      yield* response.awaitContent("ordered 42")
    }).pipe(withBot([order]))
  })

  it.live("of a menu answers with what was selected", () => {
    const pick = Durable.slash("ask", { version: 1, description }, () =>
      Effect.gen(function* () {
        const answer = yield* Durable.ask("choice", {
          to: Durable.reply,
          content: "Which?",
          components: [[Menu.strings({ placeholder: "Colours", max: 2, choices: ["red", "green", "blue"] })]]
        })
        yield* Durable.send("result", Durable.reply, { content: `chose ${answer.value.join(" and ")}` })
      })
    )
    return Effect.gen(function* () {
      const { response } = yield* asked
      yield* response.select("Colours", ["red", "blue"])
      yield* response.awaitContent("chose red and blue")
    }).pipe(withBot([pick]))
  })
})

describe("a dialogue that fails", () => {
  const selling = (fail: Effect.Effect<never, Sold>) =>
    Durable.slash("ask", { version: 1, description }, () =>
      Effect.gen(function* () {
        yield* Durable.ask("choice", {
          to: Durable.reply,
          content: "Which?",
          components: [[Button.choice("a"), Button.choice("b")]]
        })
        return yield* fail
      })
    )

  it.live("by an error tells the user what onError says", () =>
    Effect.gen(function* () {
      const { id, response } = yield* asked
      yield* response.click("a")
      // Only this user sees the question, so its message says it: a crash does not double that.
      yield* response.awaitContent("onError: sold tea")
      const info = yield* ended(id)
      assert.strictEqual(info.status, "failed")
      assert.include(info.problem, "Sold")
    }).pipe(
      withBot([selling(Effect.fail(new Sold({ what: "tea" })))], {
        onError: { Sold: ({ what }: Sold) => ErrorReply.ephemeral(`onError: sold ${what}`) }
      } as never)
    )
  )

  it.live("by an interruption of its own tells the user a reference, and has ended", () =>
    Effect.gen(function* () {
      const { id, response } = yield* asked
      yield* response.click("a")
      assert.strictEqual((yield* ended(id)).status, "failed")
    }).pipe(withBot([selling(Effect.interrupt)]))
  )

  it.live("by a defect tells the user a reference", () =>
    Effect.gen(function* () {
      const { response } = yield* asked
      yield* response.click("a")
      yield* response.awaitContent((content) => /Reference: \w{6}/.test(content))
    }).pipe(withBot([selling(Effect.die("broken"))]))
  )
})

describe("a command that begins a dialogue", () => {
  it.live("is subject to middlewares", () =>
    Effect.gen(function* () {
      const refused = yield* (yield* bob).slash("ask")
      assert.include(yield* refused.content, "permissions")
    }).pipe(withBot([asking().pipe(Middleware.requirePermissions(["BanMembers"]))]))
  )

  it.live("asks in the language of its user", () => {
    const localised = Durable.slash("ask", { version: 1, description }, () =>
      Durable.ask("choice", {
        to: Durable.reply,
        content: "Which?",
        components: [[Button.choice("yes", { label: "Yes", labelLocalizations: { de: "Ja" } })]]
      })
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("hans", { locale: "de" })
      const response = yield* user.slash("ask")
      yield* response.awaitContent("Which?")
      assert.deepStrictEqual(
        (yield* response.buttons).map(({ label }) => label),
        ["Ja"]
      )
    }).pipe(withBot([localised]))
  })

  it.live("is deferred where the definition says so", () => {
    const slow = Durable.slash("ask", { version: 1, description, response: "defer" }, () =>
      Effect.gen(function* () {
        yield* Durable.sleep("a moment", "300 millis")
        yield* Durable.send("late", Durable.reply, { content: "here" })
      })
    )
    return Effect.gen(function* () {
      const response = yield* (yield* alice).slash("ask")
      assert.strictEqual(response.kind, "deferred-message")
      yield* response.awaitContent("here")
      assert.isFalse(yield* response.ephemeral)
    }).pipe(withBot([slow]))
  })
})

describe("a dialogue that was started", () => {
  const welcome = Durable.make(
    "welcome",
    { version: 1, input: Schema.Struct({ userId: Schema.String, at: Schema.Date }) },
    ({ at, userId }) =>
      Effect.gen(function* () {
        const { value } = yield* Durable.ask("hello", {
          to: Durable.dm(userId),
          content: `Welcome at ${at.toISOString()}`,
          components: [[Button.choice("hi")]]
        })
        yield* Durable.send("done", Durable.dm(userId), { content: value })
      })
  )

  it.live("runs once for one key, with its input", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const input = { userId: user.id, at: new Date(0) }
      const begin = Durable.start(welcome, input, { key: user.id, userId: user.id })
      const [first, second] = yield* Effect.all([begin, begin], { concurrency: 2 })
      assert.strictEqual(first, second)
      const direct = { direct: true }
      const question = yield* user.awaitMessage(({ content }) => content.startsWith("Welcome"), direct)
      assert.strictEqual(yield* question.content, "Welcome at 1970-01-01T00:00:00.000Z")
      yield* question.click("hi")
      yield* user.awaitMessage(({ content }) => content === "hi", direct)
      assert.strictEqual((yield* user.messages(direct)).length, 2)
    }).pipe(withBot([welcome]))
  )
})
