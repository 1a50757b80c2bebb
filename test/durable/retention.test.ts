import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess } from "./support/processes.ts"

/** How many rows there are of dialogues and of the engine, by their tables. */
const rowsIn = (filename: string): Readonly<Record<string, number>> => {
  const database = new DatabaseSync(filename, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    const counted = ["messages", "replies", "dialogues", "steps", "questions", "uses"]
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => counted.some((end) => name.endsWith(`_${end}`)))
        .map((name) => [name, Number(database.prepare(`SELECT COUNT(*) AS n FROM ${name}`).get()?.["n"])])
    )
  } finally {
    database.close()
  }
}

const isEmpty = (rows: Readonly<Record<string, number>>) => Object.values(rows).every((n) => n === 0)

const pick = Durable.slash("pick", { version: 1, description: "…", response: "defer" }, (_, { user }) =>
  Effect.gen(function* () {
    const question = { to: Durable.reply, content: "Pick", components: [[Button.choice("left")]] }
    yield* Durable.ask("pick", { ...question, timeout: "1 hour" })
    yield* Durable.sleep("nap", "1 millis")
    yield* Durable.collect("votes", {
      ...question,
      state: Schema.Int,
      initial: 0,
      fold: (n: number) => n + 1,
      done: (n: number) => n === 1,
      every: "50 millis",
      until: "1 hour"
    })
    yield* Durable.send("bye", Durable.dm(user.id), { content: "bye" })
  }).pipe(Effect.orDie)
)

describe("dialogues that have ended", () => {
  it.live("are removed after some time, with all that the engine has of them, and a late click gets one answer", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const user = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
      yield* inProcess(
        filename,
        [pick],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const open = Effect.gen(function* () {
            const response = yield* user.slash("pick")
            yield* response.awaitContent("Pick")
            const [newest] = yield* dialogues.list({ limit: 1 })
            return { response, id: newest?.id ?? "" }
          })
          const waiting = yield* open
          const done = yield* open
          const cancelled = yield* open
          const finish = Effect.fnUntraced(function* ({ id, response }: typeof done) {
            yield* response.click("left")
            yield* eventually(
              dialogues.get(id),
              ({ questions: [open] }) => open?.kind === "collect" && open.messageId !== undefined
            )
            yield* response.click("left")
            yield* becomes(id, "done")
          })
          yield* finish(done)
          yield* dialogues.cancel(cancelled.id)
          const counts = rowsIn(filename)
          assert.lengthOf(Object.keys(counts), 6)
          assert.isTrue(Object.values(counts).every((n) => n > 0))
          yield* eventually(dialogues.list(), ({ length }) => length === 1)
          assert.strictEqual((yield* dialogues.get(waiting.id)).questions.length, 1)
          assert.strictEqual((yield* Effect.flip(dialogues.get(done.id)))._tag, "UnknownDialogue")

          // The one that waits is as before.
          yield* finish(waiting)
          yield* eventually(dialogues.list(), ({ length }) => length === 0)
          const late = yield* waiting.response.click("left", { stale: true })
          assert.strictEqual(yield* late.content, "This has expired. Please start again.")
          assert.lengthOf(yield* late.followUps, 0)
          yield* eventually(
            Effect.sync(() => rowsIn(filename)),
            isEmpty
          )
        }),
        { retention: "2 seconds" }
      )
      assert.isTrue(isEmpty(rowsIn(filename)), JSON.stringify(rowsIn(filename)))
    }).pipe(Effect.scoped, onDiscord)
  )
})
