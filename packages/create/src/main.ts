#!/usr/bin/env node
/** The command `create-fibercord`, which `npm create fibercord` runs. */
import { readFileSync } from "node:fs"
import { read, usage } from "./commandLine.ts"
import { create } from "./create.ts"
import { CreateError, Interrupted } from "./CreateError.ts"

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const complain = (text: string): void => void process.stderr.write(`${text}\n`)

const version = (): string =>
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version as string

// Who reads only the first lines does not stop it.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)

const abort = new AbortController()
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => abort.abort())

const main = async (): Promise<void> => {
  const command = read(process.argv.slice(2))
  if (command._tag === "Help") return say(usage.trimEnd())
  if (command._tag === "Version") return say(version())
  await create(command.request, {
    terminal: { input: process.stdin, output: process.stdout },
    cwd: process.cwd(),
    platform: process.platform,
    userAgent: process.env["npm_config_user_agent"],
    say,
    signal: abort.signal
  })
}

/** The exit code of a program that Ctrl-C has ended. */
const interrupted = 130

try {
  await main()
} catch (error) {
  if (error instanceof Interrupted) {
    complain(error.message === "" ? "Interrupted. Nothing was created" : `Interrupted. ${error.message}`)
    process.exitCode = interrupted
  } else if (error instanceof CreateError) {
    complain(error.exitCode === 2 ? `${error.message}\n\nTry create-fibercord --help` : error.message)
    process.exitCode = error.exitCode
  } else throw error
}
