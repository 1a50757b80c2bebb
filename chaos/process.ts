/** A process of a bot, as a run sees it: what it says on file descriptor 3, and how it ends. */
import { Deferred, Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { byLine } from "./Child.ts"

/** A process of a bot. */
export interface Process<in O> {
  readonly order: (order: O) => void
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** The exit code, after it has ended and all of its reports were read. `null` means killed. */
  readonly ended: Effect.Effect<number | null>
}

/** Starts a process, which is killed if it still runs when the scope closes. */
export const start = <R, O>(options: {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly onReport: (report: R) => void
  readonly onPrinted: (text: string) => void
}): Effect.Effect<Process<O>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Process<O> => {
      const ended = Deferred.makeUnsafe<number | null>()
      const args = [...process.execArgv, options.program, ...options.args]
      const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"] })
      for (const stream of [child.stdout, child.stderr]) if (stream !== null) byLine(stream, options.onPrinted)
      byLine(child.stdio[3] as Readable, (line) => options.onReport(JSON.parse(line) as R))
      // An order may be sent to a process that has just died.
      child.on("error", () => undefined)
      child.on("close", (code) => Deferred.doneUnsafe(ended, Effect.succeed(code)))
      return {
        order: (order) => void (child.connected && child.send(order as never, () => undefined)),
        signal: (signal) => Effect.sync(() => void child.kill(signal)),
        ended: Deferred.await(ended)
      }
    }),
    ({ ended, signal }) => Effect.andThen(signal("SIGKILL"), ended)
  )
