/** Programs that are run in a project: to their end, or in the background of a scope. */
import { Effect } from "effect"
import { execFile, spawn } from "node:child_process"

/** A step that failed, with what the program said. */
class Failed extends Error {
  override readonly name = "Failed"
}

const tail = (text: string): string => text.trimEnd().split("\n").slice(-40).join("\n")

/** Runs a program to its end, and returns its output. */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string | undefined>> }
): Effect.Effect<string> =>
  Effect.promise(
    () =>
      new Promise((resolve, reject) => {
        const settings = { cwd: options.cwd, env: { ...process.env, ...options.env }, maxBuffer: 64 * 1024 * 1024 }
        execFile(command, [...args], settings, (error, stdout, stderr) => {
          if (error === null) return resolve(stdout)
          reject(new Failed(`${command} ${args.join(" ")} in ${options.cwd}: ${error.code}\n${tail(stdout + stderr)}`))
        })
      })
  )

/** Fails unless something holds. */
export const expect = (holds: boolean, detail: () => string): Effect.Effect<void> =>
  holds ? Effect.void : Effect.die(new Failed(detail()))

/** A program in the background. */
export interface Running {
  readonly output: () => string
  /** Waits for a line of its output that matches; fails if the program ends before that. */
  readonly awaitLine: (pattern: RegExp) => Effect.Effect<RegExpExecArray>
  /** Sends SIGTERM, and returns the exit code. */
  readonly stop: Effect.Effect<number | null>
  /** Sends SIGINT to it and to what it has started, as Ctrl-C in a terminal does, and returns the exit code. */
  readonly pressCtrlC: Effect.Effect<number | null>
  readonly kill: Effect.Effect<void>
}

/** Starts a program in a group of its own, which is killed with the scope. */
export const start = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }
) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true
      })
      let output = ""
      const watchers = new Set<() => void>()
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text
          for (const watcher of watchers) watcher()
        })
      }
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
      const signal = (name: NodeJS.Signals) => {
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
          process.kill(-child.pid, name)
      }
      return {
        output: () => output,
        awaitLine: (pattern) =>
          Effect.promise(
            () =>
              new Promise((resolve, reject) => {
                const look = () => {
                  const found = pattern.exec(output)
                  if (found === null) return
                  watchers.delete(look)
                  resolve(found)
                }
                watchers.add(look)
                look()
                void ended.then(() => reject(new Failed(`${command} ended without ${pattern}:\n${tail(output)}`)))
              })
          ),
        stop: Effect.promise(() => {
          if (child.pid !== undefined) process.kill(child.pid, "SIGTERM")
          return ended
        }),
        pressCtrlC: Effect.promise(() => {
          signal("SIGINT")
          return ended
        }),
        kill: Effect.sync(() => signal("SIGKILL"))
      }
    }),
    ({ kill }) => kill
  )
