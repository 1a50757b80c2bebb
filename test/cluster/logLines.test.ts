/** Whoever operates a cluster finds each line that it logs, with its level, in docs/operating/failures.md. */
import { assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

const levels = { Info: "Info", Warning: "Warning", Error: "Error", Fatal: "Fatal" } as const
type Level = keyof typeof levels

interface Line {
  readonly level: Level
  /** What it says, with `…` for what differs. */
  readonly text: string
  readonly file: string
}

/** Messages that are not written where they are logged. */
const elsewhere = new Map([["error.message", "worker … cannot run the bot: …"]])

const files = readdirSync(new URL("../../src/cluster/", import.meta.url), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => `src/cluster/${file}`)

const logged = files.flatMap((file): ReadonlyArray<Line> => {
  const code = read(file)
  const calls = [...code.matchAll(/Effect\.log(Info|Warning|Error|Fatal)\(\s*(`[^`]*`|"[^"]*"|[\w.]+)/g)]
  assert.lengthOf(calls, code.split(/Effect\.log(?:Info|Warning|Error|Fatal)?\(/).length - 1, file)
  return calls.map(([, level, message = ""]) => {
    const isLiteral = message.startsWith('"') || message.startsWith("`")
    const text = isLiteral ? message.slice(1, -1).replace(/\$\{[^}]*\}/g, "…") : elsewhere.get(message)
    assert.isDefined(text, `${file} logs ${message}`)
    return { level: level as Level, text: text ?? "", file }
  })
})

const table = read("docs/operating/failures.md").split("Lines of the log that are about the cluster:")[1] ?? ""
/** Rows of the table: patterns in which numbers and `…` stand for anything, and the beginning of a line suffices. */
const rows = [...table.matchAll(/^\| (`.*?) +\| (\w+(?:, \w+)*) +\|/gm)].flatMap(([, lines = "", found = ""]) =>
  [...lines.matchAll(/`([^`]*)`/g)].map(([, line = ""], index) => {
    const parts = line.split(/…|\d+/)
    assert.isAbove(Math.max(...parts.map(({ length }) => length)), 12, `${line} could be anything`)
    const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    const each = found.split(", ")
    return { pattern: new RegExp(`^${escaped.join(".*")}`), level: each[index] ?? each[0] }
  })
)

it("is what the documentation lists", () => {
  assert.isAbove(logged.length, 10)
  const missing = logged.filter(
    ({ level, text }) => !rows.some((row) => row.pattern.test(text) && row.level === levels[level])
  )
  assert.deepStrictEqual(missing, [])
})
