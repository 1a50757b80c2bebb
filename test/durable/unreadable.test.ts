/** Rows that were cut off, and code that was changed under the same version: nothing is lost by them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdirSync, rmdirSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import { alice, bob, onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, eventually, inProcess, logged } from "./support/processes.ts"

const change = (filename: string, statement: string): void => {
  const database = new DatabaseSync(filename, { timeout: 5000 })
  try {
    database.exec(statement)
  } finally {
    database.close()
  }
}

const to = Durable.reply

const newestId = Effect.flatMap(Dialogues.Dialogues, (dialogues) =>
  Effect.map(Effect.orDie(dialogues.list({ limit: 1 })), ([newest]) => newest?.id ?? "")
)

const question = Durable.slash("question", { version: 1, description: "…", response: "defer" }, (_, { user }) =>
  Effect.gen(function* () {
    yield* Durable.ask("pick", { to, content: "Pick", components: [[Button.choice("left")]] })
    yield* Durable.send("bye", Durable.dm(user.id), { content: "bye" })
  }).pipe(Effect.orDie)
)

describe("a dialogue whose question is cut off in the storage", () => {
  it.live.each(["spec", "place"])("can be read and cancelled: its %s", (column) =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const lines: Array<string> = []
      const user = yield* alice
      yield* inProcess(
        filename,
        [question],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          yield* Effect.flatMap(user.slash("question"), (response) => response.awaitContent("Pick"))
          const id = yield* newestId
          yield* eventually(dialogues.get(id), ({ questions }) => questions[0]?.messageId !== undefined)
          change(filename, `UPDATE fibercord_durable_questions SET ${column} = substr(${column}, 1, 20)`)
          const { questions } = yield* dialogues.get(id)
          assert.strictEqual(questions[0]?.step, "pick")
          yield* dialogues.cancel(id)
          yield* becomes(id, "cancelled")
        })
      ).pipe(logged(lines))
      assert.lengthOf(
        lines.filter((line) => line.includes('question "pick" cannot be read')),
        1
      )
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a collection with a use that is cut off in the storage", () => {
  it.live("goes on without it", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const [one, other] = [yield* alice, yield* bob]
      const votes = Durable.slash("votes", { version: 1, description: "…", response: "defer" }, (_, { user }) =>
        Effect.gen(function* () {
          const { state, users } = yield* Durable.collect("votes", {
            to,
            content: "Vote",
            components: [[Button.choice("left")]],
            state: Schema.Int,
            initial: 0,
            fold: (n: number) => n + 1,
            show: (n: number) => ({ content: `Vote ${n}` }),
            done: (n: number) => n === 1,
            every: "50 millis",
            until: "1 hour"
          })
          yield* Durable.send("bye", Durable.dm(user.id), { content: `${state} of ${users}` })
        }).pipe(Effect.orDie)
      )
      const lines: Array<string> = []
      yield* inProcess(
        filename,
        [votes],
        Effect.gen(function* () {
          const response = yield* one.slash("votes")
          yield* response.awaitContent("Vote 0")
          change(
            filename,
            `INSERT INTO fibercord_durable_uses (id, step, user_id, seq, value)
             SELECT id, step, '1', 1, '{"user":' FROM fibercord_durable_questions`
          )
          yield* other.click(response, "left")
          yield* becomes(yield* newestId, "done")
          yield* one.awaitMessage(({ content }) => content === "1 of 1", { direct: true })
        })
      ).pipe(logged(lines))
      assert.isTrue(lines.some((line) => line.includes('1 uses of "votes" cannot be read')))
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a dialogue whose schemas were changed under the same version", () => {
  const dialogue = (step: Schema.Codec<unknown, unknown>, input: Schema.Codec<unknown, unknown>) =>
    Durable.make("count", { version: 1, input }, () =>
      Effect.gen(function* () {
        yield* Durable.step("one", Effect.succeed(1), { success: step })
        yield* Durable.sleep("nap", "500 millis")
        yield* Durable.step("two", Effect.void)
      })
    )
  const [int, text] = [Schema.Int, Schema.String] as unknown as ReadonlyArray<Schema.Codec<unknown, unknown>>
  if (int === undefined || text === undefined) throw new Error("there are two")

  it.live.each([
    [
      "the result of a step",
      dialogue(text, text),
      'step 1 was step "one" and is now step "one" that does not take its result (Expected string'
    ],
    [
      "the input",
      dialogue(int, int),
      "what it began with was an input and is now one that does not take it (Expected number"
    ]
  ] as const)("is held for %s, and goes on with the code that fits", ([, edited, problem]) =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const original = dialogue(int, text)
      const id = yield* inProcess(
        filename,
        [original],
        Effect.gen(function* () {
          const dialogues = yield* Dialogues.Dialogues
          const id = yield* Durable.start(original, "it")
          yield* eventually(dialogues.get(id), ({ steps }) => steps.length === 2)
          return id
        })
      )
      yield* inProcess(
        filename,
        [edited],
        Effect.gen(function* () {
          const info = yield* becomes(id, "held", "failed")
          assert.strictEqual(info.status, "held")
          assert.include(info.problem, problem)
        })
      )
      yield* inProcess(filename, [original], becomes(id, "done"))
    }).pipe(Effect.scoped, onDiscord)
  )

  it.live("is held for an option of its command that it had not", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const command = (options: Options.Fields) =>
        Durable.slash("request", { version: 1, description: "…", response: "defer", options }, (_, { user }) =>
          Effect.gen(function* () {
            yield* Durable.sleep("nap", "500 millis")
            yield* Durable.send("bye", Durable.dm(user.id), { content: "bye" })
          }).pipe(Effect.orDie)
        )
      const user = yield* alice
      const original = command({})
      const id = yield* inProcess(
        filename,
        [original as never],
        Effect.gen(function* () {
          yield* user.slash("request")
          const dialogues = yield* Dialogues.Dialogues
          const id = yield* eventually(newestId, (id) => id !== "")
          yield* eventually(dialogues.get(id), ({ steps }) => steps.length === 1)
          return id
        })
      )
      yield* inProcess(
        filename,
        [command({ what: Options.string("What") }) as never],
        Effect.map(becomes(id, "held", "failed"), ({ status }) => assert.strictEqual(status, "held"))
      )
      yield* inProcess(filename, [original as never], becomes(id, "done"))
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a process that cannot make the lock of its file", () => {
  it.live("says so once, and runs the dialogues when it can", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const note = Durable.make("note", { version: 1, input: Schema.Void }, () => Durable.step("note", Effect.void))
      // Such as a folder into which it may not write.
      mkdirSync(`${filename}-fibercord-owner`)
      const lines: Array<string> = []
      yield* inProcess(
        filename,
        [note],
        Effect.gen(function* () {
          const id = yield* Durable.start(note, undefined)
          const about = Effect.sync(() => lines.filter((line) => line.includes("The lock of the dialogues")))
          yield* eventually(about, ({ length }) => length === 1)
          rmdirSync(`${filename}-fibercord-owner`)
          yield* becomes(id, "done")
          assert.lengthOf(yield* about, 1)
        })
      ).pipe(logged(lines))
    }).pipe(Effect.scoped, onDiscord)
  )
})
