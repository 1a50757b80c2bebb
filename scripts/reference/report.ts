/** What the reference has and lacks, for its test: it is kept beside the pages, so that reading it costs nothing. */
import { differing } from "../tables.ts"
import { type Defaults, defaultsOf } from "./defaults.ts"
import { textOf } from "./doc.ts"
import { fieldsOfName, isOptions } from "./fields.ts"
import { canonical, type Kind, type Model, type Name } from "./model.ts"
import { errorShapeOf } from "./shapes.ts"
import type { Example } from "./uses.ts"

export interface Report {
  readonly names: ReadonlyArray<{
    readonly entry: string
    readonly module: string
    readonly name: string
    readonly kind: Kind
    readonly page: string
    readonly anchor: string
    /** Whether it is an options type, whose fields have defaults. */
    readonly isOptions: boolean
  }>
  /** Links of doc comments that lead nowhere. */
  readonly problems: ReadonlyArray<string>
  /** Names, and fields of options and errors, without a doc comment. */
  readonly undocumented: ReadonlyArray<string>
  /** Defaults that doc comments state, and what of them is read from the code. */
  readonly defaults: Defaults
  /** Names that no compiled code uses. */
  readonly unused: ReadonlyArray<string>
  /** Documents whose tables are not what the code says. */
  readonly tables: ReadonlyArray<string>
}

const titleOf = ({ module, name }: Name): string => `${module.name}.${name}`

export const reportOf = (model: Model, examples: ReadonlyMap<Name, Example>): Report => {
  const names = model.modules.flatMap(({ names }) => names)
  const fields = names
    .filter((name) => isOptions(model, name))
    .flatMap((name) =>
      fieldsOfName(model, name)
        .filter(({ doc }) => textOf(doc) === "")
        .map((field) => `${titleOf(name)}.${field.name}`)
    )
  const ofErrors = names
    .filter((name) => canonical(model, name) === name)
    .flatMap((name) =>
      (name.kind === "error" ? (errorShapeOf(model, name)?.fields ?? []) : [])
        .filter(({ doc }) => textOf(doc) === "")
        .map((field) => `${titleOf(name)}.${field.name}`)
    )
  return {
    names: names.map((name) => ({
      entry: name.module.entry,
      module: name.module.name,
      name: name.name,
      kind: name.kind,
      page: name.module.path,
      anchor: name.anchor,
      isOptions: isOptions(model, name)
    })),
    problems: model.problems,
    undocumented: [...names.filter(({ doc }) => textOf(doc) === "").map(titleOf), ...fields, ...ofErrors],
    defaults: defaultsOf(model),
    unused: names.filter((name) => !examples.has(name)).map(titleOf),
    tables: differing(() => model).map(([document]) => document)
  }
}
