/** A bot process, as its supervisor sees it. */
import { Deferred, Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Compression } from "./kinds.ts"
import type { Order, Report } from "./wire.ts"

/** A process of the bot. */
export interface Child {
  readonly life: number
  readonly order: (order: Order) => void
  readonly kill: () => void
  /** The exit code, after the process has ended and all of its reports have been read. `null` means killed. */
  readonly ended: Effect.Effect<number | null>
  readonly isRunning: () => boolean
}

const program = fileURLToPath(new URL("bot/main.ts", import.meta.url))

/** Calls with every line that is read. */
export const byLine = (stream: Readable, onLine: (line: string) => void): void => {
  let rest = ""
  stream.setEncoding("utf8")
  stream.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) onLine(line)
  })
}

/** Starts a process, which is killed if it still runs when the scope closes. */
export const start = (options: {
  readonly life: number
  readonly directory: string
  readonly shards: number
  readonly compression: Compression
  readonly env: Readonly<Record<string, string>>
  readonly onReport: (report: Report) => void
  readonly onPrinted: (text: string) => void
}): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const ended = Deferred.makeUnsafe<number | null>()
      const args = [
        ...process.execArgv,
        "--expose-gc",
        program,
        options.directory,
        `${options.shards}`,
        options.compression
      ]
      const child: ChildProcess = spawn(process.execPath, args, {
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"]
      })
      for (const stream of [child.stdout, child.stderr]) if (stream !== null) byLine(stream, options.onPrinted)
      const reports = child.stdio[3]
      if (reports !== null && reports !== undefined) {
        byLine(reports as Readable, (line) => options.onReport(JSON.parse(line) as Report))
      }
      // An order may be sent to a process that has just died.
      child.on("error", () => undefined)
      child.on("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed(code)))
      return {
        life: options.life,
        order: (order: Order) => {
          if (child.connected) child.send(order, () => undefined)
        },
        kill: () => void child.kill("SIGKILL"),
        ended: Deferred.await(ended),
        isRunning: () => child.exitCode === null && child.signalCode === null
      }
    }),
    ({ ended, kill }) => Effect.andThen(Effect.sync(kill), ended)
  )
