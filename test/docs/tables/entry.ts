/** What holds a table of the documents true, and the checks of tables whose rows are names of the code. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import type { Table } from "../../../scripts/markdownTables.ts"

export interface Entry {
  /** The heading of its first column, by which an entry is told from that of another table. */
  readonly column: string
  /** What is wrong with it. */
  readonly problems: (table: Table, page: string, file: string) => ReadonlyArray<string>
  /** Whether a program writes it, a test compares it with the code, or nothing but a reader can know whether it is right. */
  readonly by: "written" | "checked" | "prose"
}

const read = (file: string): string => readFileSync(join(root, file), "utf8")

/** A script writes it, and says so with `--check` when it is not what the code says. */
export const written = (column: string, script = "scripts/tables.ts"): Entry => ({
  column,
  by: "written",
  problems: ({ line }, page, file) => {
    if (script !== "scripts/tables.ts") {
      const isNamed = existsSync(join(root, script)) && read(script).includes(file.split("/").at(-1) ?? file)
      return isNamed ? [] : [`${script} does not write ${file}`]
    }
    return /^<!-- \w+/.test(page.split("\n")[line - 3] ?? "") ? [] : ["is not below a marker of `npm run tables`"]
  }
})

/** A test of its own compares it with the code. */
export const tested = (column: string, test: string): Entry => ({
  column,
  by: "checked",
  problems: (_, __, file) =>
    existsSync(join(root, test)) && read(test).includes(file) ? [] : [`${test} does not read ${file}`]
})

/** Nothing in it is a list of the code: `why` says what it is instead. */
export const prose = (column: string, why: string): Entry => ({
  column,
  by: "prose",
  problems: () => (why.length < 8 ? ["needs a reason"] : [])
})

/** The names that the code spans of a cell begin with: `click` of `click(message)`, `--port` of `--port <port>`. */
export const namesIn = (cell: string, namespace?: string): ReadonlyArray<string> =>
  [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) => {
    const [name] = /^(?:--[\w-]*|\.?[A-Za-z_][\w.-]*)/.exec(code) ?? []
    if (name === undefined || code.startsWith("fibercord/")) return []
    const own = namespace !== undefined && name.startsWith(`${namespace}.`) ? name.slice(namespace.length + 1) : name
    return [own.replace(/^\./, "")]
  })

export interface Names {
  /** What the code has. */
  readonly expected: () => Iterable<string>
  /** What stands before the names: `Reply` of `Reply.send`. Names of other namespaces are links, and are not compared. */
  readonly namespace?: string
  /** The column with the names. Default: the first one. */
  readonly at?: number
  /** What the table leaves out: the page that has it instead, or why no page needs it. */
  readonly without?: Readonly<Record<string, string>>
  /** What stands in the cells beside the names. */
  readonly beside?: ReadonlyArray<string>
}

const isSaid = (file: string, name: string): boolean => new RegExp(`[\`."]${name}\\b|\\b${name}[(=]`).test(read(file))

/** What is wrong with a list of names: what is missing, what the code does not have, and exceptions that are none. */
export const differences = (found: ReadonlyArray<string>, { beside = [], expected, without = {} }: Names) => {
  const known = new Set(expected())
  const has = new Set(found)
  return [
    ...(known.size === 0 ? ["the code has no such names"] : []),
    ...[...known].filter((name) => !has.has(name) && !Object.hasOwn(without, name)).map((name) => `lacks ${name}`),
    ...[...has]
      .filter((name) => !known.has(name) && !name.includes(".") && !beside.includes(name))
      .map((name) => `has ${name}, which the code has not`),
    ...beside.filter((name) => !has.has(name)).map((name) => `has no ${name}, which is on the list of what is beside`),
    ...Object.entries(without).flatMap(([name, where]) => [
      ...(known.has(name) ? [] : [`the code has no ${name}, which is on the list of what is left out`]),
      ...(has.has(name) ? [`has ${name}, which is on the list of what is left out`] : []),
      ...(where.endsWith(".md") && !isSaid(where, name) ? [`leaves ${name} to ${where}, which does not have it`] : [])
    ])
  ]
}

/** A column has the names of the code, each of them and no other. */
export const names = (column: string, options: Names): Entry => ({
  column,
  by: "checked",
  problems: ({ rows }) =>
    differences(
      rows.flatMap((row) => namesIn(row[options.at ?? 0] ?? "", options.namespace)),
      options
    )
})

/** Anything else that can be compared: `problems` gets the rows. */
export const rows = (column: string, problems: (rows: Table["rows"]) => ReadonlyArray<string>): Entry => ({
  column,
  by: "checked",
  problems: (table) => problems(table.rows)
})

/** Both. */
export const both = (first: Entry, second: Entry): Entry => ({
  ...first,
  problems: (...args) => [...first.problems(...args), ...second.problems(...args)]
})
