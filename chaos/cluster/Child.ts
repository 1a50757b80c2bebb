/** A member's process, as the run sees it. */
import { Deferred, Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { byLine } from "../Child.ts"
import type { Order, Report } from "./wire.ts"

/** A process of the bot. */
export interface Child {
  /** Its place in the order of starts, from 1. */
  readonly number: number
  readonly port: number
  readonly order: (order: Order) => void
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Completes when it has joined the cluster. */
  readonly joined: Effect.Effect<void>
  /** The exit code, after it has ended and all of its reports were read. `null` means killed. */
  readonly ended: Effect.Effect<number | null>
}

const program = fileURLToPath(new URL("member.ts", import.meta.url))

/** Starts a process, which is killed if it still runs when the scope closes. */
export const start = (options: {
  readonly number: number
  readonly port: number
  readonly args: ReadonlyArray<string>
  readonly onReport: (report: Report) => void
  readonly onPrinted: (text: string) => void
}) =>
  Effect.acquireRelease(
    Effect.sync((): Child => {
      const ended = Deferred.makeUnsafe<number | null>()
      const joined = Deferred.makeUnsafe<void>()
      const args = [...process.execArgv, program, `${options.port}`, ...options.args]
      const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"] })
      for (const stream of [child.stdout, child.stderr]) if (stream !== null) byLine(stream, options.onPrinted)
      byLine(child.stdio[3] as Readable, (line) => {
        const report = JSON.parse(line) as Report
        if (report._tag === "Joined") Deferred.doneUnsafe(joined, Effect.void)
        options.onReport(report)
      })
      child.on("error", () => undefined)
      child.on("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed(code)))
      return {
        number: options.number,
        port: options.port,
        order: (order) => void (child.connected && child.send(order, () => undefined)),
        signal: (signal) => Effect.sync(() => void child.kill(signal)),
        joined: Deferred.await(joined),
        ended: Deferred.await(ended)
      }
    }),
    ({ ended, signal }) => Effect.andThen(signal("SIGKILL"), ended)
  )
