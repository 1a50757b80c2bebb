/** Lists with pages, and questions that are answered with yes or no, played on the fake. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Confirm from "../../src/interactions/definitions/Confirm.ts"
import * as Pagination from "../../src/interactions/definitions/Pagination.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, withBot } from "./harness.ts"

const made: Array<number> = []

const known = Command.slash("known", { description: "Three pages" }, () =>
  Pagination.send({
    count: 3,
    page: (index) => Effect.sync(() => made.push(index)).pipe(Effect.as({ content: `page ${index + 1}` })),
    buttons: { next: { label: "on" } }
  })
)

const unknown = Command.slash("unknown", { description: "Nobody knows how many pages" }, () =>
  Pagination.send({ page: (index) => Effect.succeed(index < 2 ? { content: `page ${index + 1}` } : undefined) })
)

const refused: Array<number> = []

const fails = Command.slash("fails", { description: "A page that cannot be shown at first" }, () =>
  Pagination.send({
    count: 3,
    page: (index) =>
      Effect.sync(() => ({
        content: index === 1 && refused.push(index) === 1 ? "x".repeat(2001) : `page ${index + 1}`
      }))
  })
)

const own = Command.slash("own", { description: "For whoever opens it" }, () =>
  Pagination.send({ by: "opener", count: 2, page: (index) => Effect.succeed({ content: `page ${index + 1}` }) })
)

const ask = Command.slash("ask", { description: "Asks" }, () =>
  Effect.gen(function* () {
    const isSure = yield* Confirm.ask({ content: "Sure?", yes: { label: "Do it", style: "danger" } })
    yield* Reply.update({ content: isSure ? "done" : "kept", components: [] })
  })
)

const hurry = Command.slash("hurry", { description: "Asks for a moment" }, () =>
  Confirm.ask({ content: "Quick?", timeout: "50 millis" }).pipe(
    Effect.asVoid,
    Effect.catchTag("NoAnswer", () => Effect.asVoid(Reply.edit({ content: "too late" })))
  )
)

const bot = withBot({ interactions: [known, unknown, fails, own, ask, hurry] })

const enabled = (buttons: ReadonlyArray<{ readonly label: string; readonly disabled: boolean }>) =>
  buttons.filter(({ disabled }) => !disabled).map(({ label }) => label)

describe("a list with pages", () => {
  it.live("shows to everybody what anybody turns to, makes a page when it is shown, and ends with its Runtime", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [one, two] = [yield* alice, yield* bob]
      made.length = 0
      const message = yield* one.slash("known")
      assert.strictEqual(yield* message.content, "page 1")
      assert.deepStrictEqual(enabled(yield* message.buttons), ["on", "⏭"])
      yield* one.click(message, "on")
      assert.deepStrictEqual(enabled(yield* message.buttons), ["⏮", "◀", "on", "⏭"])
      yield* two.click(message, "⏭")
      assert.strictEqual(yield* message.content, "page 3")
      assert.deepStrictEqual(enabled(yield* message.buttons), ["⏮", "◀"])
      yield* two.click(message, "◀")
      yield* one.click(message, "⏮")
      assert.strictEqual(yield* message.content, "page 1")
      assert.deepStrictEqual(made, [0, 1, 2, 1, 0])
      assert.deepStrictEqual(yield* discord.violations, [])
      yield* Runtimes.Runtimes.use((runtimes) => runtimes.closeAll)
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
    }).pipe(bot)
  )

  it.live("learns how many pages there are when somebody has reached the end", () =>
    Effect.gen(function* () {
      const one = yield* alice
      const message = yield* one.slash("unknown")
      yield* one.click(message, "▶")
      assert.strictEqual(yield* message.content, "page 2")
      assert.deepStrictEqual(enabled(yield* message.buttons), ["⏮", "◀", "▶"])
      yield* one.click(message, "▶")
      assert.strictEqual(yield* message.content, "page 2")
      assert.deepStrictEqual(enabled(yield* message.buttons), ["⏮", "◀"])
    }).pipe(bot)
  )

  it.live("stays where it is when a page could not be shown", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("fails")
      yield* message.click("▶")
      assert.strictEqual(yield* message.content, "page 1")
      yield* message.click("▶")
      assert.strictEqual(yield* message.content, "page 2")
    }).pipe(bot)
  )

  it.live("is turned only by those who may, and by many at once one after the other", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* alice, yield* bob]
      const message = yield* one.slash("own")
      yield* two.click(message, "▶")
      assert.strictEqual(yield* message.content, "page 1")
      const shared = yield* one.slash("known")
      yield* Effect.all([one.click(shared, "on"), two.click(shared, "on")], { concurrency: 2 })
      yield* shared.awaitContent("page 3")
    }).pipe(bot)
  )
})

describe("a confirmation", () => {
  it.live("is true or false, and only the one who is asked may answer", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* alice, yield* bob]
      const message = yield* one.slash("ask")
      assert.deepStrictEqual(
        (yield* message.buttons).map(({ label, style }) => [label, style]),
        [
          ["Do it", 4],
          ["No", 2]
        ]
      )
      yield* two.click(message, "Do it")
      assert.strictEqual(yield* message.content, "Sure?")
      yield* one.click(message, "Do it")
      assert.strictEqual(yield* message.content, "done")
      const again = yield* one.slash("ask")
      yield* one.click(again, "No")
      assert.strictEqual(yield* again.content, "kept")
    }).pipe(bot)
  )

  it.live("fails with NoAnswer when nobody answers in time", () =>
    Effect.gen(function* () {
      const one = yield* alice
      const message = yield* one.slash("hurry")
      yield* message.awaitContent("too late")
      assert.deepStrictEqual(enabled(yield* message.buttons), [])
    }).pipe(bot)
  )
})
