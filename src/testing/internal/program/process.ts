/** One process of a program. */
import { type ChildProcess, spawn } from "node:child_process"
import { type FromProgram, isOurs, type Move, type Setup, setupVariable } from "./messages.ts"

/** What a process says. */
export interface Listener {
  readonly onHello: () => void
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void
  readonly onFiles: (files: ReadonlyArray<string>) => void
  /** What it says of its own. */
  readonly onMessage: (message: unknown) => void
  readonly onEnd: (code: number | undefined, signal: string | undefined) => void
}

/** How a process is started. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly nodeArgs: ReadonlyArray<string>
  readonly cwd: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly setup: Setup
}

/** How long output is waited for after the end, in milliseconds: what the program has started may hold it open. */
const lastWords = 500

/** Beside this source, or where the build puts it: this code is then in `dist/internal/`. */
const preload = new URL(
  import.meta.url.endsWith(".ts") ? "./preload.ts" : "../testing/internal/program/preload.js",
  import.meta.url
)

// In UTF-16 units. A longer line is several, so that output without ends of lines does not fill the memory.
const longestLine = 16_384

const piecesOf = (line: string): Array<string> => {
  const pieces: Array<string> = []
  for (let at = 0; at < line.length; at += longestLine) pieces.push(line.slice(at, at + longestLine))
  return pieces.length === 0 ? [""] : pieces
}

/** Calls `onLine` with each line, and at the end with what is left. */
const readLines = (stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): (() => void) => {
  let rest = ""
  stream?.setEncoding("utf8")
  stream?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/)
    const last = piecesOf(lines.pop() ?? "")
    rest = last.pop() ?? ""
    for (const line of [...lines.flatMap(piecesOf), ...last]) onLine(line)
  })
  return () => {
    if (rest !== "") onLine(rest)
    rest = ""
  }
}

/** A process that runs. */
export class Process {
  readonly #child: ChildProcess
  readonly #moves = new Map<number, () => void>()
  #lastMove = 0
  #hasEnded = false

  constructor(command: Command, listener: Listener) {
    const { args, cwd, env, file, nodeArgs, setup } = command
    const child = spawn(process.execPath, ["--import", preload.href, ...nodeArgs, file, ...args], {
      cwd,
      env: { ...process.env, ...env, [setupVariable]: JSON.stringify(setup) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // In a group of its own, so that Ctrl-C in a terminal reaches its owner only, who stops it.
      detached: process.platform !== "win32"
    })
    this.#child = child
    const flushes = [
      readLines(child.stdout, (line) => listener.onLine(line, "stdout")),
      readLines(child.stderr, (line) => listener.onLine(line, "stderr"))
    ]
    const end = (code: number | undefined, signal: string | undefined): void => {
      if (this.#hasEnded) return
      this.#hasEnded = true
      for (const flush of flushes) flush()
      for (const moved of this.#moves.values()) moved()
      this.#moves.clear()
      listener.onEnd(code, signal)
    }
    child.on("message", (message) => {
      if (this.#hasEnded) return
      if (isOurs<FromProgram>(message)) this.#hear(message, listener)
      else listener.onMessage(message)
    })
    child.on("error", (error) => {
      if (child.pid !== undefined) return
      listener.onLine(error.message, "stderr")
      end(undefined, undefined)
    })
    child.on("exit", (code, signal) => {
      this.#endGroup()
      setTimeout(() => end(code ?? undefined, signal ?? undefined), lastWords).unref()
    })
    child.on("close", (code, signal) => end(code ?? undefined, signal ?? undefined))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  #hear(message: FromProgram, listener: Listener): void {
    if (message.fibercord === "hello") return listener.onHello()
    if (message.fibercord === "files") return listener.onFiles(message.files)
    this.#moves.get(message.seq)?.()
    this.#moves.delete(message.seq)
  }

  /** What the program has started and left behind ends, as it does with a terminal or a container. */
  #endGroup(): void {
    if (this.pid === undefined || process.platform === "win32") return
    try {
      process.kill(-this.pid, "SIGKILL")
    } catch {
      // Nothing is left.
    }
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(signal)
  }

  /** Moves its time to this many milliseconds ahead; `done` is called when it has, or when it has ended. */
  move(ahead: number, done: () => void): void {
    if (this.#hasEnded || !this.#child.connected) return done()
    const seq = ++this.#lastMove
    this.#moves.set(seq, done)
    const message: Move = { fibercord: "move", seq, ahead }
    this.#child.send(message, (error) => {
      if (error !== null && this.#moves.delete(seq)) done()
    })
  }
}
