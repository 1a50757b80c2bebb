/** How many blocks of each language there are, all of them checked, and how many of them tests play. */
import { documents, languages, markdownOf, sources } from "../documents.ts"
import { tableOf } from "../reference/table.ts"
import { countsOf } from "./fences.ts"
import { playedOf } from "./played.ts"

const places: ReadonlyArray<readonly [where: string, is: (file: string) => boolean]> = [
  ["README.md and Start", (file) => /^README\.md$|^docs\/start\//.test(file)],
  ["Guide", (file) => file.startsWith("docs/guide/")],
  ["Operating", (file) => file.startsWith("docs/operating/")],
  ["Cookbook", (file) => file.startsWith("docs/cookbook/")],
  ["Coming from", (file) => file.startsWith("docs/coming-from/")],
  ["doc comments", (file) => file.endsWith(".ts")],
  ["other documents", () => true]
]

export const countsTable = (): string => {
  const counts = places.map(() => ({ blocks: new Map<string, number>(), played: 0 }))
  for (const file of [...documents, ...sources]) {
    const place = counts[places.findIndex(([, is]) => is(file))]
    const markdown = markdownOf(file)
    if (place === undefined || !markdown.includes("```")) continue
    for (const [language, count] of Object.entries(countsOf(markdown))) {
      place.blocks.set(language, (place.blocks.get(language) ?? 0) + count)
    }
    if (!file.endsWith(".ts")) place.played += playedOf(file).length
  }
  const cells = counts.map(({ blocks, played }) => {
    const [ts, ...others] = languages.map((language) => blocks.get(language) ?? 0)
    return [ts ?? 0, played, ...others]
  })
  const total = (cells[0] ?? []).map((_, column) => cells.reduce((sum, row) => sum + (row[column] ?? 0), 0))
  const shown = (row: ReadonlyArray<number>) => row.map((count) => (count === 0 ? "" : String(count)))
  const [ts = "ts", ...others] = languages.map((language) => `\`${language}\``)
  return tableOf(
    ["where", ts, "of them played", ...others],
    [...places.map(([where], index) => [where, ...shown(cells[index] ?? [])]), ["all", ...shown(total)]]
  )
}
