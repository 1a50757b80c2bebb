/** Programs that the command runs: the package manager, and git. */
import { spawn } from "node:child_process"
import { codeOf } from "./CreateError.ts"

/** How a program ended. */
export type End =
  | { readonly _tag: "Ended"; readonly code: number }
  | { readonly _tag: "NotInstalled" }
  | { readonly _tag: "Interrupted" }

/**
 * Runs a program in a folder, and returns how it ended. Ctrl-C of a terminal reaches the program by itself; what the
 * signal aborts is ended by SIGTERM.
 */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly signal: AbortSignal; readonly quiet?: boolean }
): Promise<End> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      stdio: options.quiet === true ? "ignore" : ["ignore", "inherit", "inherit"],
      // npm is a script there. Arguments are words of this package, which need no quotes.
      shell: process.platform === "win32"
    })
    const stop = (): void => void child.kill("SIGTERM")
    options.signal.addEventListener("abort", stop, { once: true })
    const end = (result: End): void => {
      options.signal.removeEventListener("abort", stop)
      resolve(options.signal.aborted ? { _tag: "Interrupted" } : result)
    }
    child.on("error", (error) => (codeOf(error) === "ENOENT" ? end({ _tag: "NotInstalled" }) : reject(error)))
    child.on("close", (code) => end({ _tag: "Ended", code: code ?? 1 }))
    if (options.signal.aborted) stop()
  })

/** What came of a git repository. */
export type Repository = "made" | "inside another" | "not installed" | "failed"

/** Makes a repository in the folder, unless it is in one already. */
export const makeRepository = async (cwd: string, signal: AbortSignal): Promise<Repository> => {
  const inside = await run("git", ["rev-parse", "--is-inside-work-tree"], { cwd, signal, quiet: true })
  if (inside._tag === "NotInstalled") return "not installed"
  if (inside._tag === "Ended" && inside.code === 0) return "inside another"
  const made = await run("git", ["init", "--initial-branch=main"], { cwd, signal, quiet: true })
  return made._tag === "Ended" && made.code === 0 ? "made" : "failed"
}
