/** Which process runs the dialogues of a file. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { symlinkSync } from "node:fs"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import { onDiscord, temporaryFile } from "./support/harness.ts"
import { becomes, inProcess } from "./support/processes.ts"

const noted = () => {
  const done: Array<string> = []
  const note = Durable.make("note", { version: 1, input: Schema.String }, (by) =>
    Durable.step(
      "note",
      Effect.sync(() => void done.push(by))
    )
  )
  return { done, note }
}

describe("two bots on one file", () => {
  it.live("run their dialogues at the same time, if their prefixes differ", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { done, note } = noted()
      const one = Effect.flatMap(Durable.start(note, "one"), (id) => becomes(id, "done"))
      const other = Effect.flatMap(Durable.start(note, "other"), (id) => becomes(id, "done"))
      yield* inProcess(
        filename,
        [note],
        Effect.andThen(one, inProcess(filename, [note], other, { prefix: "other-bot" })),
        { prefix: "fibercord" }
      )
      assert.deepStrictEqual(done, ["one", "other"])
    }).pipe(Effect.scoped, onDiscord)
  )
})

describe("a prefix", () => {
  it("is one with which no table is taken for another", () => {
    for (const prefix of ["", "my.bot", "a".repeat(31), "../a", "a b"]) {
      assert.throws(() => Dialogues.layerSqlite({ filename: "x.db", prefix }), /prefix/)
      assert.throws(() => Dialogues.layerSql({ prefix }), /prefix/)
    }
  })
})

describe("two processes of one bot", () => {
  it.live("know of each other, also if one opens the file by another name", () =>
    Effect.gen(function* () {
      const filename = yield* temporaryFile
      const { done, note } = noted()
      const { done: elsewhere, note: same } = noted()
      const link = `${filename}-link`
      yield* inProcess(
        filename,
        [note],
        Effect.gen(function* () {
          symlinkSync(filename, link)
          // A dialogue that both would run, if they did not know of each other.
          const begun = Effect.flatMap(Durable.start(same, "second"), (id) => becomes(id, "done"))
          yield* inProcess(link, [same], begun, { prefix: "Fibercord" })
        })
      )
      assert.deepStrictEqual([...done, ...elsewhere], ["second"])
      assert.deepStrictEqual(elsewhere, [])
    }).pipe(Effect.scoped, onDiscord)
  )
})
