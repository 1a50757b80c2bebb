/** The table of errors in docs/guide/errors.md has every error that a bot can meet, with every reason. */
import { assert, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"

/** Errors of tools and of parts of the library among themselves. */
const elsewhere =
  /^src\/(testing|playground|inspector|cluster\/internal)\/|^src\/rest\/RestOwners|IdentifyQueueConformance/

interface Declared {
  readonly id: string
  readonly tag: string
}

/** What `Schema.TaggedError<…>("fibercord/…")("Tag", …)` declares in the sources. */
const declared: ReadonlyArray<Declared> = globSync("src/**/*.ts", { cwd: root })
  .filter((file) => !elsewhere.test(file))
  .flatMap((file) =>
    [
      ...readFileSync(join(root, file), "utf8").matchAll(/Schema\.TaggedError<\w+>\(\s*"([^"]+)"\s*\)\(\s*"(\w+)"/g)
    ].map(([, id = "", tag = ""]) => ({ id, tag }))
  )

const reasonOf = /^fibercord\/(\w+Error)\/\w+$/

const rows = readFileSync(join(root, "docs/guide/errors.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))

const rowOf = (error: string): string => rows.find((row) => row.split("|")[1]?.includes(`\`${error}\``)) ?? ""

it("names every error", () => {
  const errors = declared.filter(({ id }) => !reasonOf.test(id)).map(({ tag }) => tag)
  assert.isAbove(errors.length, 20)
  assert.deepStrictEqual(
    errors.filter((tag) => rowOf(tag) === ""),
    []
  )
})

it("names every reason of an error", () => {
  const reasons = declared.flatMap(({ id, tag }) => {
    const error = reasonOf.exec(id)?.[1]
    return error === undefined ? [] : [{ error, tag }]
  })
  assert.isAbove(reasons.length, 30)
  assert.deepStrictEqual(
    reasons
      .filter(({ error, tag }) => !rowOf(error).includes(`\`${tag}\``))
      .map(({ error, tag }) => `${error}: ${tag}`),
    []
  )
})
