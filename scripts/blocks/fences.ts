/** Every fence of a document has a language that is known here, and passes the check of that language. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { blocksOf, type Fence, fencesOf, languages, markdownOf, nameOf, root } from "../documents.ts"
import { problemsOf } from "./commands.ts"
import * as data from "./data.ts"
import type { Problem } from "./problem.ts"

const codeFiles = globSync("{src,packages,examples,chaos,bench,docs/deploy}/**/*.{ts,yaml,service}", {
  cwd: root,
  exclude: (file) => /(^|[\\/])(node_modules|dist)$/.test(file)
})

let code: string | undefined

/** All code of the repository in one text. */
const allCode = (): string => (code ??= codeFiles.map((file) => readFileSync(join(root, file), "utf8")).join("\n"))

/** Whether a variable is named as a text or a property, or taken out of `process.env`. */
const isNamedIn = (text: string, variable: string): boolean =>
  new RegExp(`["'.]${variable}\\b|\\b${variable}: |\\b${variable}\\b[^{}]*\\} = process\\.env`).test(text)

/** Whether code of the repository reads an environment variable. */
export const isRead = (variable: string): boolean => isNamedIn(allCode(), variable)

type Check = (fence: Fence, file: string, fences: ReadonlyArray<Fence>) => ReadonlyArray<readonly [number, string]>

const whole =
  (check: (text: string) => string | undefined): Check =>
  ({ code }) => {
    const problem = check(code.join("\n"))
    return problem === undefined ? [] : [[0, problem]]
  }

const none: Check = () => []

const sh: Check = (fence, file, fences) => {
  const text = fences.map(({ code }) => code.join("\n")).join("\n")
  return problemsOf(fence, {
    file,
    files: new Set(blocksOf(markdownOf(file)).map(nameOf)),
    reads: (variable) =>
      isRead(variable) ||
      isNamedIn(text, variable) ||
      new RegExp(`\\$\\{?${variable}\\b`).test(text) ||
      /^[a-z]/.test(variable)
  })
}

/** The check of each language. The compiler sees all blocks of `ts` at once; `text` is output, or a diagram. */
const checks: Readonly<Record<(typeof languages)[number], Check>> = {
  ts: none,
  text: none,
  sh,
  json: whole(data.json),
  yaml: whole(data.yaml),
  toml: whole(data.toml),
  dockerfile: whole(data.dockerfile)
}

const isKnown = (language: string): language is keyof typeof checks => Object.hasOwn(checks, language)

export const problemsOfFences = (file: string, markdown: string): ReadonlyArray<Problem> => {
  const fences = fencesOf(markdown)
  return fences.flatMap((fence) => {
    if (!isKnown(fence.language)) {
      const message = `a fence has the language "${fence.language}", expected one of ${languages.join(", ")}`
      return [{ file, line: fence.start, message }]
    }
    return checks[fence.language](fence, file, fences).map(([line, message]) => ({
      file,
      line: fence.start + line + 1,
      message
    }))
  })
}

/** How many fences of each language a document has. */
export const countsOf = (markdown: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { language } of fencesOf(markdown)) counts[language] = (counts[language] ?? 0) + 1
  return counts
}
