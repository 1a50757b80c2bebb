/**
 * Preloaded with `--import` into a program that the fake Discord is connected to. It says which files the program loads,
 * moves its time, and ends it when its owner is gone. The program's own messages to its owner are not touched.
 */
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import { isMainThread } from "node:worker_threads"
import { type FromProgram, isOurs, type Move, type Setup, setupVariable } from "./messages.ts"
import { settleSockets, watch } from "./Quiet.ts"
import * as timers from "./timers.ts"

/** How long the program has to end after its owner, in milliseconds. */
const grace = 3000

const begin = (setup: Setup): void => {
  const setTimeout = globalThis.setTimeout
  const { channel, kill, pid, platform } = process
  const send = process.send?.bind(process)
  // The owner may be gone, which is not an error of the program.
  const say = (message: FromProgram): void => void send?.(message, undefined, undefined, () => {})

  if (setup.clock) {
    timers.startAt(setup.ahead)
    timers.install()
    watch()
  }

  let moving = Promise.resolve()
  process.on("message", (message) => {
    if (!isOurs<Move>(message) || message.fibercord !== "move") return
    moving = moving
      .then(() => timers.moveTo(message.ahead))
      .then(settleSockets)
      .then(() => say({ fibercord: "moved", seq: message.seq }))
  })
  process.on("disconnect", () => {
    // With what it has started: it leads a group of its own.
    const all = platform === "win32" ? pid : -pid
    setTimeout(() => void kill.call(process, all, "SIGKILL"), grace).unref()
    kill.call(process, all, "SIGINT")
  })
  // The channel alone does not keep a program alive.
  channel?.unref()

  registerHooks({
    load: (url, context, next) => {
      // Said at once, so that it is also known of a file that cannot be run.
      if (url.startsWith("file:") && !url.includes("/node_modules/")) {
        say({ fibercord: "files", files: [fileURLToPath(url)] })
      }
      return next(url, context)
    }
  })
  say({ fibercord: "hello" })
}

const setup = process.env[setupVariable]
if (isMainThread && setup !== undefined) {
  delete process.env[setupVariable]
  begin(JSON.parse(setup))
}
