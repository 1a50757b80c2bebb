/** Tables in documents that scripts write. */
export interface Table {
  /** The heading that the table is the first one after, without `#`. */
  readonly heading: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

/** As wide as its cells, like the formatter makes it. */
const written = ({ columns, rows }: Table): string => {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0))
  )
  const padded = (cells: ReadonlyArray<string>) => line(cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)))
  return [padded(columns), line(widths.map((width) => "-".repeat(width))), ...rows.map(padded)].join("\n")
}

/** A document with a table in the place of the one that it has. */
export const withTable = (markdown: string, table: Table): string => {
  const start = markdown.search(new RegExp(`^#+ ${table.heading}$`, "m"))
  const [found] = start === -1 ? [] : (/^\|.*\n(?:\|.*\n?)+/m.exec(markdown.slice(start)) ?? [])
  if (found === undefined) throw new Error(`There is no table after the heading "${table.heading}".`)
  const at = markdown.indexOf(found, start)
  return `${markdown.slice(0, at)}${written(table)}\n${markdown.slice(at + found.length)}`
}
