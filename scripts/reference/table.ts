/** Tables of Markdown, aligned as the formatter does it. */
// Emojis are two columns wide.
const widthOf = (text: string): number =>
  [...text].reduce((width, character) => width + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1), 0)

const escaped = (cell: string): string => cell.replaceAll("|", String.raw`\|`).replaceAll(/\s*\n\s*/g, " ")

/** A table with a row of headings; pipes in cells are escaped. */
export const tableOf = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = [headings, ...rows].map((row) => row.map(escaped))
  const widths = headings.map((_, column) => Math.max(3, ...cells.map((row) => widthOf(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>): string =>
    `| ${row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell))).join(" | ")} |`
  const [head = [], ...body] = cells
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n")
}
