/**
 * Runs every example as a user would: those that are programs of their own run to their end; those that are bots start
 * against a Discord on loopback, must register their commands, and stop on Ctrl-C.
 */
import * as Effect from "effect/Effect"
import { FakeDiscord } from "fibercord/testing"
import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Redacted from "effect/Redacted"

const folder = fileURLToPath(new URL("../examples/", import.meta.url))
const stopped = 130

const start = (file: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, [folder + file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
  const code = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)))
  return { interrupt: () => child.kill("SIGINT"), code, output: () => output }
}

const runBot = (file: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({})
      const bot = start(file, { DISCORD_TOKEN: Redacted.value(discord.token), DISCORD_API_URL: discord.apiUrl })
      yield* Effect.all(
        [
          discord.awaitLog(FakeDiscord.is("Ready")),
          discord.awaitLog(
            FakeDiscord.is(
              "Request",
              ({ method, route, status }) => method === "PUT" && route.endsWith("/commands") && status === 200
            )
          )
        ],
        { concurrency: "unbounded" }
      ).pipe(Effect.mapError((error) => new Error(`${file} did not come up: ${String(error)}\n${bot.output()}`)))
      bot.interrupt()
      const code = yield* Effect.promise(() => bot.code)
      if (code !== stopped)
        return yield* Effect.fail(new Error(`${file} ended with ${code} after Ctrl-C\n${bot.output()}`))
      console.log(`${file}: connected, registered its commands, stopped on Ctrl-C`)
    })
  )

const runProgram = (file: string) =>
  Effect.gen(function* () {
    const program = start(file, { DISCORD_TOKEN: "" })
    const code = yield* Effect.promise(() => program.code)
    if (code !== 0) return yield* Effect.fail(new Error(`${file} ended with ${code}\n${program.output()}`))
    console.log(`${file}: ran to its end`)
  })

const examples = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "demo-bot.ts")

await Effect.runPromise(
  Effect.forEach(examples, (file) =>
    readFileSync(folder + file, "utf8").includes("Bot.layerDiscord") && file !== "demo.ts"
      ? runBot(file)
      : runProgram(file)
  )
)
