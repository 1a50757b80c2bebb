/** What a user of the package types: `npx fibercord dev bot.ts`, and Ctrl-C. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"

const bot = (types: string) => `
import { Effect, Layer } from "effect"
import { Bot, Command, Reply } from "fibercord"
const name${types} = "ping"
const ping = Command.slash(name, { description: "Ping" }, () => Reply.send({ content: "pong" }))
const fiber = Effect.runFork(Bot.layer({ interactions: [ping] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch))
process.on("SIGINT", () => {
  console.log("stopping gracefully")
  fiber.interruptUnsafe()
})
`

const patience = 240_000

/** Runs the command in a folder where the package is installed, until the bot is connected and the page is served. */
const play = async (folder: string, file: string): Promise<void> => {
  const child = spawn(join(folder, "node_modules/.bin/fibercord"), ["dev", "--port", "0", file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    signal: AbortSignal.timeout(patience)
  })
  const ended = once(child, "exit")
  const said: Array<string> = []
  let page: string | undefined
  for await (const line of createInterface(child.stdout)) {
    said.push(line)
    const url = /^Discord is at (http:\S+)$/.exec(line)?.[1]
    if (url !== undefined) page = await (await fetch(url)).text()
    if (line.includes("Connected as")) child.kill("SIGINT")
  }
  const [code] = await ended
  const isFine = code === 0 && page?.includes("<html") === true && said.includes("stopping gracefully")
  if (!isFine) throw new Error(`fibercord dev ${file} ended with code ${code}, and said:\n${said.join("\n")}`)
}

/** Runs the command with a bot in TypeScript, and with one in JavaScript. */
export const playCommand = async (folder: string): Promise<void> => {
  writeFileSync(join(folder, "desk.ts"), bot(": string"))
  writeFileSync(join(folder, "desk.js"), bot(""))
  await play(folder, "desk.ts")
  await play(folder, "desk.js")
}
