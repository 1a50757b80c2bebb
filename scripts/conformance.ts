/**
 * The table of Discord's rules that the fake enforces. Each area is a file of `docs/conformance/`, with one row per rule:
 * the rule, Discord's page, and the test. Every row must have a source of Discord's and a test that exists. This writes the
 * counts into `docs/conformance.md`; `--check` fails when they, or a row, are wrong.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const page = join(root, "docs/conformance.md")
const folder = join(root, "docs/conformance")

/** A row of a table. */
interface Row {
  readonly at: string
  readonly rule: string
  readonly source: string
  readonly test: string
}

interface Area {
  readonly file: string
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

const cells = (line: string): ReadonlyArray<string> =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim())

const areaOf = (file: string): Area => {
  const lines = readFileSync(join(folder, file), "utf8").split("\n")
  const rows = lines.flatMap((line, index) => {
    const [rule = "", source = "", test = "", ...more] = line.startsWith("|") ? cells(line) : []
    if (rule === "" || rule === "rule" || /^-+$/.test(rule)) return []
    const at = `docs/conformance/${file}:${index + 1}`
    return [{ at, rule, source, test: more.length > 0 ? "" : test }]
  })
  return { file, title: /^# (.*)$/m.exec(lines.join("\n"))?.[1] ?? file, rows }
}

// A page of Discord's, or, for what those leave out, a report that quotes Discord's answer.
const sourceForm =
  /^\[[^\]]+\]\(https:\/\/(?:docs\.discord\.com\/\S+|github\.com\/[\w.-]+\/[\w.-]+\/(?:issues|pull)\/\d+)\)$/
const testForm = /^`(test\/[^`]+\.test\.ts)`: (.+)$/

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

const texts = new Map<string, string>()

const textOf = (file: string): string => {
  const text = texts.get(file) ?? (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "")
  texts.set(file, text)
  return text
}

/** Whether a file has a test of that title: written out, or as a template with parts that the file contains too. */
const hasTest = (file: string, title: string): boolean => {
  const text = textOf(file)
  if (text.includes(`"${title}"`)) return true
  const templates = [...text.matchAll(/\bit(?:\.\w+)*\(\s*`([^`]+)`/g)].map((match) => match[1] ?? "")
  return templates.some((template) => {
    const pattern = template
      .split(/\$\{[^}]*\}/)
      .map(escaped)
      .join("(.+)")
    const parts = new RegExp(`^${pattern}$`).exec(title)?.slice(1)
    return parts?.every((part) => text.includes(`"${part}"`) || text.includes(part)) === true
  })
}

const problemsOf = ({ at, rule, source, test }: Row): ReadonlyArray<string> => {
  const [, file = "", title = ""] = testForm.exec(test) ?? []
  const wrongSource = `${at}: "${rule}" needs a source: [Page](https://docs.discord.com/…)`
  const wrongTest = `${at}: "${rule}" needs a test that exists: \`test/….test.ts\`: its title. Got: ${test}`
  return [...(sourceForm.test(source) ? [] : [wrongSource]), ...(hasTest(file, title) ? [] : [wrongTest])]
}

const areas = readdirSync(folder)
  .filter((file) => file.endsWith(".md"))
  .toSorted()
  .map(areaOf)

const counted = (): string => {
  const total = areas.reduce((sum, { rows }) => sum + rows.length, 0)
  const list = areas.map(({ file, rows, title }) => `- [${title}](conformance/${file}): ${rows.length}`)
  return [`**${total} rules**, by area:`, "", ...list].join("\n")
}

const [start, end] = ["<!-- counts: npm run conformance -->", "<!-- end of counts -->"]

const withCounts = (markdown: string): string => {
  const [before = "", rest = ""] = markdown.split(start)
  return `${before}${start}\n\n${counted()}\n\n${end}${rest.split(end)[1] ?? ""}`
}

const problems = areas.flatMap(({ rows }) => rows.flatMap(problemsOf))
const rules = areas.flatMap(({ rows }) => rows)
const twice = rules.filter(({ rule }, index) => rules.findIndex((other) => other.rule === rule) < index)
const old = readFileSync(page, "utf8")
const isStale = withCounts(old) !== old
if (!process.argv.includes("--check")) writeFileSync(page, withCounts(old))
else if (isStale) problems.push("docs/conformance.md has old counts. Run `npm run conformance`.")
for (const { at, rule } of twice) problems.push(`${at}: "${rule}" is there twice`)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
