/** The tables of a document. */

export interface Table {
  /** The heading that it stands below, without its marks. */
  readonly heading: string
  /** Its first line in the document, from 1. */
  readonly line: number
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .replace(/^\s*\||\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"))

/** The tables of a document, in their order. What looks like one in a fence is none. */
export const tablesOf = (markdown: string): ReadonlyArray<Table> => {
  const tables: Array<{ heading: string; line: number; lines: Array<string> }> = []
  let heading = ""
  let isFence = false
  let isOpen = false
  for (const [index, line] of markdown.split("\n").entries()) {
    if (/^\s*(`{3,}|~{3,})/.test(line)) isFence = !isFence
    const isRow = !isFence && /^\s*\|/.test(line)
    if (isRow && !isOpen) tables.push({ heading, line: index + 1, lines: [] })
    if (isRow) tables.at(-1)?.lines.push(line)
    isOpen = isRow
    if (!isFence) heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading
  }
  return tables.map(({ heading, line, lines: [head = "", , ...rows] }) => ({
    heading,
    line,
    columns: cellsOf(head),
    rows: rows.map(cellsOf)
  }))
}
