/** Runs a bot as a process of its own, against a fake Discord: its boot, a command, a click, and its end by a signal. */
import { Effect, Redacted } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { spawn } from "node:child_process"

/** How to run the bot. */
export interface Options {
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const expect = (holds: boolean, detail: string) => (holds ? Effect.void : Effect.die(new Error(detail)))

const start = ({ args, command, cwd, env }: Options, secrets: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, args, { cwd, env: { ...env, ...secrets }, stdio: ["ignore", "pipe", "inherit"] })
      let output = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
      return { child, ended, output: () => output }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Whether the bot has registered a command. A machine with other work to do takes its time until then. */
const isRegistration = (entry: FakeDiscord.Entry): boolean =>
  FakeDiscord.is("Request")(entry) &&
  entry.method === "POST" &&
  entry.path.endsWith("/commands") &&
  entry.status === 201

/** What happened, in one line. */
export const play = Effect.fnUntraced(function* (options: Options) {
  const discord = yield* FakeDiscord.FakeDiscord
  const alice = yield* discord.user("alice")
  const token = Redacted.value(discord.token)
  const bot = yield* start(options, { DISCORD_API_URL: discord.apiUrl, DISCORD_TOKEN: token })

  yield* discord.awaitLog(isRegistration, { timeout: "1 minute" })
  const message = yield* alice.slash("counter")
  yield* message.awaitContent("still 41")
  const files = (yield* alice.messages()).length
  yield* expect(files === 2, `expected a reply and a message with a file, got ${files} messages`)
  // The connection breaks under the answer to the click, which comes all the same.
  yield* discord.faults.restReset(/callback/)
  yield* message.click("+1")
  yield* message.awaitContent("42")

  bot.child.kill("SIGTERM")
  const code = yield* Effect.promise(() => bot.ended)
  yield* expect(code === 130, `expected exit code 130 after SIGTERM, got ${code}`)
  const output = bot.output()
  yield* expect(output.includes("The bot ends: it was interrupted"), `the bot did not end in order:\n${output}`)
  const violations = yield* discord.violations
  yield* expect(violations.length === 0, `violations: ${JSON.stringify(violations)}`)
  return `${options.name}: booted, replied, followed up with a file, edited, answered a click over a broken connection, ended by SIGTERM`
})
