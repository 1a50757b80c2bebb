#!/usr/bin/env node
/** The command `fibercord`. Ctrl-C stops the bot as a deploy does, and a second one ends everything at once. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { readFileSync } from "node:fs"
import * as Program from "../testing/Program.ts"
import * as Dev from "./Dev.ts"
import { follow } from "./internal/follow.ts"
import { problemOf, problemOfNode, read, usage } from "./internal/commandLine.ts"
import * as Playground from "./Playground.ts"

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const complain = (line: string): void => void process.stderr.write(`${line}\n`)

let pid: number | undefined

const stateChanged = (state: Program.State): void => {
  pid = state._tag === "Idle" || state._tag === "Ended" ? undefined : state.pid
  if (state._tag === "Starting") say(state.starts === 1 ? "Starting the bot" : "Starting the bot again")
  if (state._tag !== "Ended") return
  const { code, signal } = state.end
  complain(`The bot ended ${signal === undefined ? `with code ${code}` : `by ${signal}`}`)
}

const dev = (options: Dev.Options) =>
  Effect.gen(function* () {
    const { port, url } = yield* Playground.Playground
    const program = yield* Program.Program
    const isOther = options.port === undefined && port !== Playground.defaultPort
    say(`Discord is at ${url}${isOther ? `, because port ${Playground.defaultPort} is in use` : ""}`)
    for (const { text } of yield* program.lines) say(text)
    yield* follow(program.output, ({ stream, text }) => (stream === "stdout" ? say : complain)(text))
    yield* follow(program.changes, stateChanged)
    return yield* Effect.never
  }).pipe(
    Effect.provide(Dev.layer(options)),
    // Around the rest: what the bot says while it stops is shown, too.
    Effect.scoped
  )

/** Runs until Ctrl-C, and ends the process with the code of what happened. */
const run = (options: Dev.Options): void => {
  const fiber = Effect.runFork(dev(options))
  let presses = 0
  const stop = (): void => {
    if (presses++ === 0) {
      say("Stopping the bot. Press Ctrl-C again to end it at once.")
      return void Effect.runFork(Fiber.interrupt(fiber))
    }
    if (pid !== undefined) process.kill(pid, "SIGKILL")
    process.exit(130)
  }
  // Nobody reads any more, for example because `head` has enough. The bot is stopped, and what it says goes nowhere.
  const unread = (): void => {
    if (presses === 0) stop()
  }
  process.stdout.on("error", unread)
  process.stderr.on("error", unread)
  process.on("SIGINT", stop)
  process.on("SIGTERM", stop)
  fiber.addObserver((exit) => {
    if (presses > 0) process.exit(0)
    const error = Exit.isFailure(exit) ? exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error : undefined
    complain(error === undefined ? `fibercord has failed: ${String(exit)}` : error.message)
    process.exit(1)
  })
}

/** What was typed cannot be done. */
const refuse = (problem: string): void => {
  complain(problem)
  process.exitCode = 2
}

const version = (): string =>
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version as string

const command = read(process.argv.slice(2))
switch (command._tag) {
  case "Dev": {
    const problem = problemOfNode(process.versions.node) ?? problemOf(command.options.file)
    if (problem === undefined) run(command.options)
    else refuse(problem)
    break
  }
  case "Help":
    say(usage)
    break
  case "Version":
    say(version())
    break
  case "Wrong":
    refuse(`${command.message}\n\n${usage}`)
}
