/** Output of the bot's process, as a terminal would show it. */
import { assert, describe, it } from "@effect/vitest"
import { parseAnsi, parseLine, type Span } from "../../../src/playground/page/shell/ansi.ts"

const esc = "\u001B"
const short = (spans: ReadonlyArray<Span>): string =>
  spans.map(({ classes, text }) => (classes.length === 0 ? text : `<${classes.join(" ")}>${text}</>`)).join("")

describe("a line of output", () => {
  const cases: ReadonlyArray<readonly [line: string, spans: string]> = [
    ["plain", "plain"],
    [`${esc}[31mred${esc}[0m not`, "<red>red</> not"],
    [`${esc}[1;92mbold${esc}[22m green`, "<green bold>bold</><green> green</>"],
    [`${esc}[2m${esc}[3mx${esc}[mafter`, "<dim italic>x</>after"],
    [`${esc}[38;5;1mx${esc}[39my`, "<red>x</>y"],
    [`${esc}[38;5;9mx`, "<red>x</>"],
    [`${esc}[38;5;200mx`, "x"],
    [`${esc}[38;2;1;31;4mx`, "x"],
    [`${esc}[48;5;1mx`, "x"],
    [`${esc}[41mx`, "x"],
    [`${esc}[2Ka${esc}[1Ab`, "ab"],
    [`${esc}]0;title\u0007x`, "x"],
    [`a\rb\u0008c\tindented`, "abc\tindented"],
    [`end${esc}`, "end"],
    [`<b>${esc}[4m&amp;`, "<b><underline>&amp;</>"]
  ]
  for (const [line, expected] of cases) {
    it(`${JSON.stringify(line)} has its colours as classes`, () => assert.strictEqual(short(parseAnsi(line)), expected))
  }
  it("loses nothing that is text, whatever is in it", () => {
    const pieces = [esc, "[", "31", "m", ";", "]", "x", "\u0007", "38;5;", "<i>", "é"]
    let seed = 7
    const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % pieces.length
    for (let round = 0; round < 2000; round++) {
      const line = Array.from({ length: 12 }, () => pieces[next()] ?? "").join("")
      const spans = parseAnsi(line)
      const text = spans.map((span) => span.text).join("")
      assert.notInclude(text, esc)
      for (const { classes } of spans) for (const each of classes) assert.match(each, /^[a-z]+$/)
      if (!line.includes(esc)) assert.strictEqual(text, line.replaceAll("\u0007", ""))
    }
  })
  it("has the colour of its level, if it has none", () => {
    assert.strictEqual(short(parseLine("[12:00:00.000] ERROR (#1): no")), "[12:00:00.000] <red bold>ERROR</> (#1): no")
    assert.strictEqual(short(parseLine("level=WARN x")), "level=<yellow bold>WARN</> x")
    assert.strictEqual(short(parseLine("no level")), "no level")
    assert.strictEqual(short(parseLine(`${esc}[32mINFO${esc}[0m x`)), "<green>INFO</> x")
  })
})
