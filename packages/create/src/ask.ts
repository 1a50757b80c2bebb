/** Questions on a terminal: a line of text, and a choice by arrow keys or numbers. */
import { createInterface, emitKeypressEvents } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { Interrupted } from "./CreateError.ts"

/** A terminal. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; readonly setRawMode?: (on: boolean) => unknown }
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** Aborted when nobody is to be asked any more, as by SIGTERM. Default: never. */
  readonly signal?: AbortSignal
}

/** Whether somebody is there to be asked. */
export const isInteractive = ({ input, output }: Terminal): boolean => input.isTTY === true && output.isTTY === true

/**
 * Asks for a line of text; nothing means `fallback`. Asks again while `problemOf` says what is wrong with it. Fails with
 * `Interrupted` on Ctrl-C, Ctrl-D, and when the signal is aborted.
 */
export const text = async (
  { input, output, signal }: Terminal,
  options: {
    readonly question: string
    readonly fallback: string
    readonly problemOf: (answer: string) => string | undefined
  }
): Promise<string> => {
  const lines = createInterface({ input, output, terminal: true, ...(signal === undefined ? {} : { signal }) })
  // Keeps what is typed ahead. It ends by Ctrl-C, which closes the interface.
  const answers = lines[Symbol.asyncIterator]()
  try {
    for (;;) {
      lines.setPrompt(`${options.question} (${options.fallback}) `)
      lines.prompt()
      const typed = await answers.next()
      if (typed.done === true) {
        output.write("\n")
        throw new Interrupted()
      }
      const answer = typed.value.trim() || options.fallback
      const problem = options.problemOf(answer)
      if (problem === undefined) return answer
      output.write(`${JSON.stringify(answer)} ${problem}\n`)
    }
  } finally {
    lines.close()
  }
}

/** A key that was pressed, as Node describes it. */
interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
}

/** What can be chosen. */
export interface Choice<A> {
  readonly value: A
  readonly label: string
  readonly hint: string
}

const up = (lines: number): string => `\x1b[${lines}A`
const clearLine = "\x1b[2K"

/**
 * Lets somebody choose: with the arrow keys and Enter, or by the number. Fails with `Interrupted` on Ctrl-C, Ctrl-D,
 * Escape, and when the signal is aborted.
 */
export const choose = <A>(
  { input, output, signal }: Terminal,
  question: string,
  choices: ReadonlyArray<Choice<A>>
): Promise<A> =>
  new Promise((resolve, reject) => {
    let chosen = 0
    const width = Math.max(...choices.map(({ label }) => label.length))
    // A terminal that does not know its width says 0.
    const columns = output.columns === undefined || output.columns === 0 ? 80 : output.columns
    const draw = (): void => {
      for (const [index, { hint, label }] of choices.entries()) {
        const mark = index === chosen ? ">" : " "
        const line = `${mark} ${index + 1}. ${label.padEnd(width)}  ${hint}`
        // A line that the terminal breaks would be two when the cursor goes up.
        output.write(`${clearLine}${line.slice(0, columns - 1)}\n`)
      }
    }
    const end = (): void => {
      input.off("keypress", onKey)
      input.off("end", interrupt)
      signal?.removeEventListener("abort", interrupt)
      input.setRawMode?.(false)
      input.pause()
    }
    const interrupt = (): void => {
      end()
      reject(new Interrupted())
    }
    const take = (index: number): void => {
      const choice = choices[index]
      if (choice === undefined) return
      chosen = index
      output.write(up(choices.length))
      draw()
      end()
      resolve(choice.value)
    }
    const onKey = (_: string | undefined, { ctrl, name = "" }: Key): void => {
      if ((ctrl === true && (name === "c" || name === "d")) || name === "escape") return interrupt()
      if (name === "return" || name === "enter") return take(chosen)
      if (/^[1-9]$/.test(name)) return take(Number(name) - 1)
      const step = name === "up" || name === "k" ? -1 : name === "down" || name === "j" ? 1 : 0
      if (step === 0) return
      chosen = (chosen + step + choices.length) % choices.length
      output.write(up(choices.length))
      draw()
    }
    output.write(`${question} (arrow keys and Enter, or a number)\n`)
    draw()
    emitKeypressEvents(input)
    input.setRawMode?.(true)
    input.on("keypress", onKey)
    input.on("end", interrupt)
    signal?.addEventListener("abort", interrupt)
    input.resume()
    if (signal?.aborted === true) interrupt()
  })
