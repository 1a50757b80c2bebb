import { assert, describe, it } from "@effect/vitest"
import { PassThrough } from "node:stream"
import * as Ask from "../../packages/create/src/ask.ts"
import { Interrupted } from "../../packages/create/src/CreateError.ts"

const makeTerminal = () => {
  const raw: Array<boolean> = []
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) })
  const output = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true, columns: 80 })
  return {
    terminal: { input, output },
    type: (keys: string) => input.write(keys),
    raw,
    said: () => String(output.read())
  }
}

const choices = ["gateway", "http", "workers"].map((value) => ({ value, label: value, hint: `about ${value}` }))
const keys = { up: "\x1b[A", down: "\x1b[B", enter: "\r", ctrlC: "\x03", escape: "\x1b" }

const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error
  )

describe("a choice", () => {
  it("is made with the arrow keys and Enter, by its number, and goes round", async () => {
    for (const [typed, expected] of [
      [keys.enter, "gateway"],
      [keys.down + keys.enter, "http"],
      [keys.up + keys.enter, "workers"],
      [keys.down + keys.down + keys.down + keys.enter, "gateway"],
      ["9x3", "workers"]
    ] as const) {
      const { raw, said, terminal, type } = makeTerminal()
      const chosen = Ask.choose(terminal, "Which bot?", choices)
      type(typed)
      assert.strictEqual(await chosen, expected)
      assert.deepStrictEqual(raw, [true, false], "the terminal is as it was")
      assert.match(said(), /Which bot\?.*1\. gateway {2}about gateway/s)
    }
  })

  it("takes one line of the terminal for each, however narrow that is", async () => {
    const { said, terminal, type } = makeTerminal()
    terminal.output.columns = 20
    const chosen = Ask.choose(terminal, "Which bot?", choices)
    type(keys.down + keys.enter)
    await chosen
    const lines = said().replaceAll("\x1b[2K", "").split("\n")
    assert.lengthOf(
      lines.filter((line) => line.includes("gateway")),
      3
    )
    for (const line of lines.slice(1)) assert.isBelow(line.replaceAll("\x1b[3A", "").length, 20, line)
  })

  it("shows whole lines on a terminal that does not know its width", async () => {
    const { said, terminal, type } = makeTerminal()
    terminal.output.columns = 0
    const chosen = Ask.choose(terminal, "Which bot?", choices)
    type(keys.enter)
    await chosen
    assert.match(said(), /about workers\n/)
  })

  it("ends by Ctrl-C, and with the input", async () => {
    const pressed = makeTerminal()
    const chosen = Ask.choose(pressed.terminal, "Which bot?", choices)
    pressed.type(keys.ctrlC)
    assert.instanceOf(await failureOf(chosen), Interrupted)
    assert.deepStrictEqual(pressed.raw, [true, false])
    const closed = makeTerminal()
    const other = Ask.choose(closed.terminal, "Which bot?", choices)
    closed.terminal.input.end()
    assert.instanceOf(await failureOf(other), Interrupted)
  })
})

describe("a question", () => {
  const options = {
    question: "Which folder?",
    fallback: "my-bot",
    problemOf: (answer: string) => (answer === "CON" ? "is a device" : undefined)
  }

  it("is answered by a line, by nothing, and asked again after a bad one", async () => {
    for (const [typed, expected] of [
      ["  a b \r", "a b"],
      ["\r", "my-bot"]
    ] as const) {
      const { terminal, type } = makeTerminal()
      const answer = Ask.text(terminal, options)
      type(typed)
      assert.strictEqual(await answer, expected)
    }
    const { said, terminal, type } = makeTerminal()
    const answer = Ask.text(terminal, options)
    type("CON\r")
    type("bot\r")
    assert.strictEqual(await answer, "bot")
    assert.include(said(), '"CON" is a device')
  })

  it("ends by Ctrl-C", async () => {
    const { terminal, type } = makeTerminal()
    const answer = Ask.text(terminal, options)
    type(keys.ctrlC)
    assert.instanceOf(await failureOf(answer), Interrupted)
  })
})

describe("a question that nobody answers", () => {
  it("ends when the command is told to, and the terminal is as it was", async () => {
    for (const isEarly of [true, false]) {
      for (const ask of [
        (terminal: Ask.Terminal) => Ask.choose(terminal, "Which bot?", choices),
        (terminal: Ask.Terminal) =>
          Ask.text(terminal, { question: "Which folder?", fallback: "my-bot", problemOf: () => undefined })
      ]) {
        const { raw, terminal } = makeTerminal()
        const abort = new AbortController()
        if (isEarly) abort.abort()
        const asked = failureOf(ask({ ...terminal, signal: abort.signal }))
        abort.abort()
        assert.instanceOf(await asked, Interrupted)
        assert.notStrictEqual(raw.at(-1), true)
      }
    }
  })
})
