/**
 * The tables of options in the pages. A page says `<!-- options: ShardManager.Options -->` … `<!-- end -->`, and this
 * writes a table between the two from the doc comments, which cannot differ from the types. Names after a colon
 * (`<!-- options: Bot.Options: texts, replies -->`) are the fields to show, in their order. `<!-- texts -->` stands before
 * the table of what users are told, `<!-- blocks -->` before the counts of blocks of code, and `<!-- benchmarks -->` before
 * the results of the benchmark. `npm run reference`, which has read the same code, fails when a table says something else.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { committedTable } from "./benchmarks.ts"
import { countsTable } from "./blocks/countsTable.ts"
import { documents, root } from "./documents.ts"
import { described, fieldsOfName } from "./reference/fields.ts"
import { find, type Model, readModel } from "./reference/model.ts"
import { tableOf } from "./reference/table.ts"
import { textsTable } from "./reference/texts.ts"

const region = (marker: string): RegExp => new RegExp(`(<!-- ${marker} -->\\n)[^]*?(\\n<!-- end -->)`, "g")

const texts = region("texts")
const blocks = region("blocks")
const benchmarks = region("benchmarks")

const marker = /(<!-- options: ([\w.]+)(?:: ([^>]*?))? -->\n)[^]*?(\n<!-- end -->)/g

/** The table of a type's options, of all of them or of those that are named. */
export const optionsTable = (model: Model, dotted: string, only?: ReadonlyArray<string>): string => {
  const name = find(model, dotted)
  if (name === undefined) throw new Error(`${dotted} is not public: expected Module.Type`)
  const fields = fieldsOfName(model, name)
  const missing = only?.filter((each) => !fields.some(({ name }) => name === each)) ?? []
  if (missing.length > 0) throw new Error(`${dotted} has no option ${missing.join(", ")}`)
  const shown = only?.flatMap((each) => fields.filter(({ name }) => name === each)) ?? fields
  return tableOf(
    ["option", "meaning", "default"],
    shown.map((field) => {
      const { default: otherwise, meaning } = described(field)
      return [`\`${field.name}\``, meaning, otherwise]
    })
  )
}

/** A page with its tables as the code says them. */
export const filled = (model: () => Model, text: string): string =>
  text
    .replaceAll(marker, (_, open: string, dotted: string, only: string | undefined, end: string) => {
      const names = only?.split(",").map((each) => each.trim())
      return `${open}\n${optionsTable(model(), dotted, names)}\n${end}`
    })
    .replaceAll(texts, (_, open: string, end: string) => `${open}\n${textsTable(model())}\n${end}`)
    .replaceAll(blocks, (_, open: string, end: string) => `${open}\n${countsTable()}\n${end}`)
    .replaceAll(benchmarks, (_, open: string, end: string) => `${open}\n${committedTable()}\n${end}`)

/** The documents whose tables are not what the code says, with what they should be. */
export const differing = (model: () => Model): ReadonlyArray<readonly [document: string, text: string]> =>
  documents.flatMap((document) => {
    const text = readFileSync(join(root, document), "utf8")
    const next = filled(model, text)
    return next === text ? [] : [[document, next] as const]
  })

if (import.meta.main) {
  let model: Model | undefined
  for (const [document, text] of differing(() => (model ??= readModel()))) writeFileSync(join(root, document), text)
}
