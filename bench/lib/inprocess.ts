/** Runs a file of `inprocess/` to its end, and reads the JSON that it prints. */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

/** Runs a file. The last argument is how many milliseconds it may take. */
export const runFile = async (
  name: string,
  argument: string,
  library: string,
  nodeArguments: ReadonlyArray<string> = [],
  timeout = 120_000
): Promise<unknown> => {
  const file = fileURLToPath(new URL(`../inprocess/${name}.ts`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", ...nodeArguments, file, argument], {
    env: { ...process.env, BENCH_LIBRARY: library },
    timeout
  })
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "")
}
