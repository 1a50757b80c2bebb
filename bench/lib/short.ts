/** The short form for every change: a few ratios, compared with the committed table. */
import { readFile } from "node:fs/promises"
import { type Options, measure } from "./bench.ts"
import { compare, type Figure, tolerance, type Verdict, wanted } from "./compare.ts"

const attempts = 3
const rounds = 3

const committed = async (): Promise<ReadonlyArray<Figure>> => {
  const text = await readFile(new URL("../results/latest.json", import.meta.url), "utf8")
  return (JSON.parse(text) as { readonly rows: ReadonlyArray<Figure> }).rows
}

const format = (ratio: number | undefined): string => (ratio === undefined ? "none" : ratio.toFixed(2))

const lineOf = ({ id, is, passes, was }: Verdict): string =>
  `${passes ? "ok   " : "worse"}  ${id.padEnd(26)} ${format(is)}, committed ${format(was)}`

/** Measures what has not passed yet, up to three times, and returns whether everything has. */
export const short = async (options: Options): Promise<boolean> => {
  const table = await committed()
  let left = wanted
  for (let attempt = 1; left.length > 0 && attempt <= attempts; attempt++) {
    const found = await measure({
      ...options,
      parts: [...new Set(left.map(({ part }) => part))],
      titles: left.map(({ title }) => title),
      only: ["fibercord"],
      before: undefined,
      rounds
    })
    const ids = left.map(({ id }) => id)
    const verdicts = compare(ids, table, found.rows)
    console.log(
      `\nattempt ${attempt} of ${attempts}, at most ${tolerance * 100} % worse\n${verdicts.map(lineOf).join("\n")}\n`
    )
    left = left.filter(({ id }) => verdicts.some((verdict) => verdict.id === id && !verdict.passes))
  }
  return left.length === 0
}
