/**
 * Runs every example as a user would. Programs run to their end; bots start against a Discord on loopback, users do
 * with them what the example is about, and they stop on Ctrl-C.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { FakeDiscord } from "fibercord/testing"
import * as Drawn from "./drawn.ts"
import { spawn } from "node:child_process"
import { generateKeyPairSync, sign } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { freePort } from "../test/cluster/support/freePort.ts"
import { createServer as createHttpServer } from "node:http"
import { fileURLToPath } from "node:url"
import type { Browser } from "playwright-core"

/** An example did not do what it is about. */
class Unexpected extends Schema.TaggedError<Unexpected>()("Unexpected", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

class ExampleFailed extends Schema.TaggedError<ExampleFailed>()("ExampleFailed", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `examples/${this.file}: ${this.detail}`
  }
}

const folder = fileURLToPath(new URL("../examples/", import.meta.url))
const stoppedByCtrlC = 130

/** Waits for what happens as long as it takes: a machine that is busy with other checks is slower than Discord's limits. */
const startDiscord = FakeDiscord.make({ interactionDeadline: "1 minute", patience: "1 minute" })

const start = (file: string, env: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [folder + file], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)))
      const code = new Promise<number | null>((resolve) => child.on("close", resolve))
      const interrupt = Effect.sync(() => child.kill("SIGINT"))
      return { code: Effect.promise(() => code), interrupt, output: () => output, kill: () => child.kill("SIGKILL") }
    }),
    ({ kill }) => Effect.sync(kill)
  )

const expect = (what: string, actual: unknown, expected: unknown) =>
  actual === expected
    ? Effect.void
    : Effect.fail(
        new Unexpected({ detail: `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}` })
      )

/** What users do with an example, and what they must see. */
const stories: Record<string, (discord: FakeDiscord.FakeDiscord["Service"]) => Effect.Effect<void, Error>> = {
  "counter.ts": Effect.fnUntraced(function* (discord) {
    const message = yield* (yield* discord.user("alice")).slash("counter", { start: 41 })
    yield* message.click("+1")
    yield* expect("the counter", yield* message.content, "42")
  }),
  "poll.ts": Effect.fnUntraced(function* (discord) {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    const users = yield* Effect.forEach(names, (name) => discord.user(name))
    const [owner, other] = [yield* discord.user("alice"), yield* discord.user("bob")]
    const message = yield* owner.slash("poll", { question: "Tea?" })
    yield* Effect.forEach(users, (user) => user.click(message, "Yes"), { concurrency: "unbounded" })
    yield* Effect.forEach(users.slice(0, 3), (user) => user.click(message, "No"), { concurrency: "unbounded" })
    yield* expect("the poll", yield* message.content, "Tea?\nYes: 7, no: 3")
    yield* expect(
      "bob",
      yield* (yield* other.click(message, "End")).content,
      "Only the person who asked can end the poll."
    )
    yield* owner.click(message, "End")
    yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
  }),
  "wizard.ts": Effect.fnUntraced(function* (discord) {
    const message = yield* (yield* discord.user("alice")).slash("wizard")
    const form = yield* (yield* message.click("yes")).modal
    yield* form.submit({ Why: "spring" })
    yield* message.awaitContent("Because “spring”: what shall go?")
    yield* message.select("What?", ["old"])
    yield* message.awaitContent("Deleted old ones: spring")
  }),
  "pages.ts": Effect.fnUntraced(function* (discord) {
    const message = yield* (yield* discord.user("alice")).slash("list")
    yield* message.click("▶")
    yield* message.awaitContent((content) => content.startsWith("Entry 11\n"))
    yield* message.click("◀")
    yield* message.awaitContent((content) => content.startsWith("Entry 1\n"))
  }),
  "roles.ts": Effect.fnUntraced(function* (discord) {
    const alice = yield* discord.user("alice")
    const role = { id: yield* discord.guild.role("Gardeners") }
    const message = yield* alice.slash("setup", { role })
    const answer = yield* message.click("Join")
    yield* answer.awaitContent((content) => content.length > 0)
  }),
  "languages.ts": Effect.fnUntraced(function* (discord) {
    const [anna, bob] = [yield* discord.user("anna", { locale: "de" }), yield* discord.user("bob", { locale: "fr" })]
    const german = yield* anna.slash("apples")
    yield* expect("one apple", yield* german.content, "Ein Apfel, anna.")
    yield* german.click("Einen pflücken")
    yield* expect("two apples", yield* german.content, "2 Äpfel, anna.")
    yield* expect("bob", yield* (yield* bob.click(german, "Einen pflücken")).content, "These are not your apples.")
    yield* expect("in the first language", yield* (yield* bob.slash("apples")).content, "One apple, bob.")
  }),
  "search.ts": Effect.fnUntraced(function* (discord) {
    const alice = yield* discord.user("alice")
    const found = yield* (yield* alice.autocomplete("weather", { city: "on" }, "city")).choices
    yield* expect("the suggestions", found.map(({ name }) => name).join(" "), "Bonn Lisbon London")
    yield* expect(
      "the weather",
      yield* (yield* alice.slash("weather", { city: "Bonn" })).content,
      "It is raining in Bonn."
    )
  }),
  "form.ts": Effect.fnUntraced(function* (discord) {
    const alice = yield* discord.user("alice")
    const form = yield* (yield* alice.slash("signup")).modal
    const values = { Name: "Alice", "Who invited you?": [(yield* discord.user("bob")).id], "Send me news": true }
    const young = yield* form.submit({ ...values, Age: "7" })
    yield* expect("a child", (yield* young.content).includes("13 to 120"), true)
    const member = yield* form.submit({ ...values, Age: "42" })
    yield* expect("a member", yield* member.content, "Welcome, Alice (42), friend of bob. News follow.")
  }),
  "errors.ts": Effect.fnUntraced(function* (discord) {
    const alice = yield* discord.user("alice")
    yield* expect("tea", yield* (yield* alice.slash("buy", { item: "tea" })).content, "Here is your tea. 1 left.")
    yield* expect("cake", yield* (yield* alice.slash("buy", { item: "cake" })).content, "No more cake.")
  }),
  "lifetimes.ts": Effect.fnUntraced(function* (discord) {
    const message = yield* (yield* discord.user("alice")).slash("poll")
    yield* message.click("Agree")
    yield* expect("the poll", yield* message.content, "1 agree")
    yield* message.click("End")
    yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
  })
}

const isRegistration = ({ method, route, status }: FakeDiscord.EntryOf<"Request">) =>
  (method === "PUT" || method === "POST") && route.endsWith("/commands") && (status ?? 500) < 300

const runBot = Effect.fnUntraced(function* (file: string, browser: Browser) {
  const discord = yield* startDiscord
  const env = { DISCORD_TOKEN: Redacted.value(discord.token), DISCORD_API_URL: discord.apiUrl }
  const bot = yield* start(file, env)
  const story = stories[file]
  yield* discord.awaitLog(FakeDiscord.is("Ready"))
  if (story === undefined) yield* discord.awaitLog(FakeDiscord.is("Ready"))
  else yield* Effect.andThen(discord.awaitLog(FakeDiscord.is("Request", isRegistration)), story(discord))
  const drawn = story === undefined ? 0 : yield* Drawn.check(browser, discord)
  yield* bot.interrupt
  yield* expect("the exit code after Ctrl-C", yield* bot.code, stoppedByCtrlC)
  const violations = yield* discord.violations
  yield* expect("broken rules of Discord", violations.map(({ detail }) => detail).join("; "), "")
  const what = story === undefined ? "ran" : `did what it is about, was drawn (${drawn} messages)`
  yield* Console.log(`examples/${file}: ${what}, and stopped on Ctrl-C`)
}, Effect.scoped)

const runProgram = Effect.fnUntraced(function* (file: string) {
  const program = yield* start(file, { DISCORD_TOKEN: "" })
  const code = yield* program.code
  if (code !== 0) return yield* new Unexpected({ detail: `ended with ${code}\n${program.output()}` })
  yield* Console.log(`examples/${file}: ran to its end`)
}, Effect.scoped)

/** A bot ends by Ctrl-C only, everything else by itself. */
const isBot = (file: string) => readFileSync(folder + file, "utf8").includes("Bot.launch")

/** Discord's side of an HTTP endpoint: signed requests, and the answers in their responses. */
const runEndpoint = Effect.fnUntraced(function* (file: string) {
  const discord = yield* startDiscord
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const port = yield* freePort
  const endpoint = yield* start(file, {
    DISCORD_TOKEN: Redacted.value(discord.token),
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_PUBLIC_KEY: Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex"),
    PORT: `${port}`
  })
  yield* discord.awaitLog(FakeDiscord.is("Request", isRegistration))
  const post = (payload: object) =>
    Effect.tryPromise({
      try: async () => {
        const body = JSON.stringify(payload)
        const timestamp = `${Math.floor(Date.now() / 1000)}`
        const signature = sign(null, Buffer.from(timestamp + body), privateKey).toString("hex")
        const headers = { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp }
        const response = await fetch(`http://127.0.0.1:${port}/interactions`, { method: "POST", body, headers })
        return (await response.json()) as { readonly type: number; readonly data?: { readonly content?: string } }
      },
      catch: (error) => new Unexpected({ detail: String(error) })
    })
  const id = { id: "1", application_id: discord.applicationId, token: "t", version: 1 }
  // The server may come up after the commands.
  const pong = yield* post({ ...id, type: 1 }).pipe(
    Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 600 })
  )
  yield* expect("the answer to a ping", pong.type, 1)
  const user = { id: "5", username: "alice" }
  const options = [{ name: "start", type: 4, value: 41 }]
  const answer = yield* post({ ...id, id: "2", type: 2, user, data: { id: "3", type: 1, name: "counter", options } })
  yield* expect("the answer to /counter", answer.data?.content, "41")
  yield* endpoint.interrupt
  yield* expect("the exit code after Ctrl-C", yield* endpoint.code, stoppedByCtrlC)
  yield* Console.log(`examples/${file}: did what it is about, and stopped on Ctrl-C`)
}, Effect.scoped)

/** An OpenTelemetry collector, which notes what it is sent. */
const collect = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly paths: ReadonlySet<string>; readonly close: () => void }>(
    (resume) => {
      const paths = new Set<string>()
      const server = createHttpServer((request, response) => {
        paths.add(request.url ?? "")
        request.resume().on("end", () => response.end("{}"))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, paths, close: () => server.close() }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** A bot that is looked at from outside while it runs. */
const runObserved = Effect.fnUntraced(function* (file: string) {
  const discord = yield* startDiscord
  const port = yield* freePort
  const collector = yield* collect
  const bot = yield* start(file, {
    DISCORD_TOKEN: Redacted.value(discord.token),
    DISCORD_API_URL: discord.apiUrl,
    PORT: `${port}`,
    OTLP_URL: collector.url
  })
  yield* discord.awaitLog(FakeDiscord.is("Request", isRegistration))
  yield* expect("/ping", yield* (yield* (yield* discord.user("alice")).slash("ping")).content, "pong")
  const get = (path: string) =>
    Effect.tryPromise({
      try: async () => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
      catch: (error) => new Unexpected({ detail: String(error) })
    }).pipe(Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 600 }))
  const metrics = yield* get("/metrics")
  yield* expect(
    "the metrics",
    ['fibercord_gateway_connected{shard="0"} 1', 'fibercord_interactions_received{kind="command"} 1'].filter(
      (line) => !metrics.includes(line)
    ).length,
    0
  )
  yield* expect("the probe", (yield* get("/health/ready")).includes('"isReady":true'), true)
  yield* bot.interrupt
  yield* expect("the exit code after Ctrl-C", yield* bot.code, stoppedByCtrlC)
  yield* expect("what was exported", [...collector.paths].toSorted().join(" "), "/v1/logs /v1/metrics /v1/traces")
  yield* Console.log(`examples/${file}: did what it is about, and stopped on Ctrl-C`)
}, Effect.scoped)

/** A program that asks Discord through the proxy. */
const runProxy = Effect.fnUntraced(function* (file: string) {
  const discord = yield* startDiscord
  const port = yield* freePort
  const env = { DISCORD_TOKEN: Redacted.value(discord.token), DISCORD_API_URL: discord.apiUrl, PORT: `${port}` }
  const proxy = yield* start(file, env)
  const status = yield* Effect.tryPromise({
    try: async () => (await fetch(`http://127.0.0.1:${port}/api/v10/gateway/bot`)).status,
    catch: (error) => new Unexpected({ detail: String(error) })
  }).pipe(Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 600 }))
  yield* expect("the status of GET /gateway/bot", status, 200)
  yield* proxy.interrupt
  yield* expect("the exit code after Ctrl-C", yield* proxy.code, stoppedByCtrlC)
  yield* Console.log(`examples/${file}: did what it is about, and stopped on Ctrl-C`)
}, Effect.scoped)

/** The demo tells its story without a token, and is a bot with one. */
const runs = (file: string) => {
  if (file === "demo.ts") return [runProgram, runBot]
  if (file === "http.ts") return [runEndpoint]
  if (file === "proxy.ts") return [runProxy]
  if (file === "observability.ts") return [runObserved]
  return isBot(file) ? [runBot] : [runProgram]
}

const examples = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "demo-bot.ts")

const runAll = Effect.fnUntraced(function* () {
  const browser = yield* Drawn.browser
  yield* Effect.forEach(
    examples,
    (file) =>
      Effect.mapError(
        Effect.forEach(runs(file), (run) => run(file, browser), { discard: true }),
        (error) => new ExampleFailed({ file, detail: error.message })
      ),
    { concurrency: 2, discard: true }
  )
}, Effect.scoped)

await Effect.runPromise(runAll())
