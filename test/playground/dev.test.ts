/** A bot on the desk, as a process that is started again. */
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dev, Playground, Recording } from "fibercord/playground"
import { FakeDiscord } from "fibercord/testing"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { freePort } from "../cluster/support/freePort.ts"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { problemOfNode, read } from "../../src/playground/internal/commandLine.ts"
import { type Any, emptyPage, get, open, type Page } from "./client.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const nodeArgs = ["--import", join(root, "test/support/fromSource.ts")]

const main = `
import { Effect, Layer } from "effect"
import { Bot, Button, Command, Reply } from "fibercord"
import { text } from "./text.ts"

const say = Command.slash("say", { description: "Says something" }, Effect.fn("say")(function* () {
  const press = yield* Button.bound({ label: "press" }, () => Reply.update({ content: "pressed" }))
  yield* Reply.send({ content: text, components: [[press]] })
}))
const bot = Bot.layer({ interactions: [say] }).pipe(Layer.provide(Bot.layerDiscord), Layer.launch)
const fiber = Effect.runFork(bot)
process.on("SIGINT", () => {
  console.log("stopping gracefully")
  fiber.interruptUnsafe()
})
fiber.addObserver(() => process.exit(0))
`

/** A folder with a bot, which can be written again. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "bot-"))

  constructor() {
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"))
  }

  get file(): string {
    return join(this.folder, "main.ts")
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }
}

const newProject = Effect.acquireRelease(
  Effect.sync(() => new Project()),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const project = new Project()
project.write("main.ts", main)
project.write("text.ts", 'export const text: string = "one"')

const DevLive = Dev.layer({ file: project.file, port: 0, page: emptyPage(), inspector: false, nodeArgs }).pipe(
  Layer.merge(
    Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => rmSync(project.folder, { recursive: true }))))
  )
)

const running = (page: Page, starts: number) =>
  page.update((one) => one.type === "program" && one.program.state === "running" && one.program.starts >= starts)

const ended = (page: Page, code: number) =>
  page.update(
    ({ program, type }) =>
      type === "program" && program.state === "ended" && program.end.includes(`ended with code ${code}`)
  )

const begin = Effect.gen(function* () {
  const { url } = yield* Playground.Playground
  const { guild } = yield* FakeDiscord.FakeDiscord
  const page = yield* open(url)
  const alice = page.updates[0].users.find(({ username }: Any) => username === "alice")
  const by = { user: String(alice.id), channel: guild.channelId }
  yield* page.ask({ type: "messages", channel: by.channel })
  const say = Effect.gen(function* () {
    const { interaction } = yield* page.ask({ type: "slash", ...by, name: "say", values: {} })
    const update = yield* page.update(
      (one) => one.type === "message" && one.message.raw.id === interaction.original && !one.message.pending
    )
    return update.message.raw
  })
  return {
    page,
    by,
    say,
    starts: (): number => page.updates.findLast((one) => one.program !== undefined).program.starts
  }
})

describe("a bot on the desk", () => {
  layer(DevLive, { excludeTestServices: true, timeout: "1 minute" })((it) => {
    it.effect("is started again when a file changes, and what was said stays on the page", () =>
      Effect.gen(function* () {
        const { by, page, say, starts } = yield* begin
        assert.strictEqual((yield* say).content, "one")
        const next = starts() + 1
        project.write("text.ts", 'export const text: string = "two"')
        yield* running(page, next)
        assert.strictEqual((yield* say).content, "two")
        const { messages } = yield* page.ask({ type: "messages", channel: by.channel })
        assert.deepStrictEqual(
          messages.map(({ raw }: Any) => raw.content),
          ["one", "two"]
        )
        yield* page.update((one) => one.type === "output" && one.lines.includes("stopping gracefully"))
        const { violations } = yield* FakeDiscord.FakeDiscord
        assert.deepStrictEqual(yield* violations, [])
        const { session } = yield* page.ask({ type: "export" })
        const { steps } = yield* Recording.parse(session)
        assert.deepStrictEqual(
          steps.map((step) => step.do.type),
          ["slash", "restart", "slash"]
        )
        // The button of before belonged to the process of before.
        assert.strictEqual(steps[1]?.seen[0]?.message, 0)
      })
    )

    it.effect("ages fifteen minutes at once, and its connection lives on", () =>
      Effect.gen(function* () {
        const { page, say } = yield* begin
        const discord = yield* FakeDiscord.FakeDiscord
        const { id } = yield* say
        const before = page.updates[0].now
        const since = yield* discord.mark
        assert.isTrue(page.updates[0].canAdvance)
        yield* page.ask({ type: "advance", millis: 15 * 60_000 })
        yield* page.update(
          (one) =>
            one.type === "message" && one.message.raw.id === id && one.message.raw.components[0].components[0].disabled
        )
        const clock = yield* page.update((one) => one.type === "clock")
        assert.isAtLeast(clock.now - before, 15 * 60_000)
        const log = (yield* discord.log).filter(({ index }) => index >= since)
        assert.isAbove(log.filter(FakeDiscord.is("Heartbeat")).length, 15)
        assert.deepStrictEqual(
          log.filter((entry) => ["Identify", "Resume", "Disconnected", "Violation"].includes(entry._tag)),
          []
        )
      })
    )
  })

  it.live("shows why it does not compile, how it crashed, and waits for the next change or the button", () =>
    Effect.gen(function* () {
      const project = yield* newProject
      const main = `
import { text } from "./text.ts"
console.log(text)
setInterval(() => undefined, 1000)
`
      project.write("main.ts", main)
      project.write("text.ts", 'export const text: string = "one"')
      yield* Effect.gen(function* () {
        const { url } = yield* Playground.Playground
        const page = yield* open(url)
        const says = (text: string) => page.update((one) => one.type === "output" && one.lines.includes(text))
        yield* says("one")
        project.write("text.ts", "export const text = ;")
        assert.match((yield* ended(page, 1)).program.end, /text\.ts[^]*Expression expected/)
        project.write("text.ts", 'import "./new.ts"\nexport const text: string = "two"')
        yield* page.update(({ program, type }) => type === "program" && /Cannot find module.*new\.ts/.test(program.end))
        // A file that was missing counts, too.
        project.write("new.ts", "export {}")
        yield* says("two")
        project.write("text.ts", 'console.error("the last words")\nprocess.exit(3)\nexport const text = ""')
        assert.match((yield* ended(page, 3)).program.end, /its output ends with:[^]*the last words/)
        const { program } = page.updates.findLast(({ type }) => type === "program")
        yield* page.ask({ type: "restart" })
        yield* page.update((one) => one.type === "program" && one.program.starts === program.starts + 1)
        project.write("text.ts", 'export const text: string = "three"')
        yield* says("three")
        yield* page.ask({ type: "restart", kill: true })
        yield* page.update(({ program, type }) => type === "program" && /ended by SIGKILL/.test(program.end))
        const other = yield* open(url)
        const { program: last } = yield* other.update((one) => one.program?.state === "running")
        assert.strictEqual(last.file, project.file)
      }).pipe(Effect.provide(Dev.layer({ file: project.file, port: 0, page: emptyPage(), inspector: false })))
    })
  )

  it.live("gets interactions over HTTP, signed", () =>
    Effect.gen(function* () {
      const project = yield* newProject
      project.write(
        "main.ts",
        `
import { createServer } from "node:http"
import { createPublicKey, verify } from "node:crypto"
const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(process.env.DISCORD_PUBLIC_KEY, "hex")])
const key = createPublicKey({ key: der, format: "der", type: "spki" })
createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  const { "x-signature-ed25519": signature, "x-signature-timestamp": at } = request.headers
  if (!verify(null, Buffer.from(at + body), key, Buffer.from(signature, "hex"))) return response.writeHead(401).end()
  const { type } = JSON.parse(body)
  const reply = type === 1 ? { type: 1 } : { type: 4, data: { content: "over HTTP" } }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply))
}).listen(Number(process.argv[2]), "127.0.0.1")
const inspector = createServer((request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" }).write(\`\${request.method} \${request.url}\`)
}).listen(0, "127.0.0.1", () => process.send({ inspector: inspector.address().port }))
`
      )
      const port = yield* freePort
      const DevLive = Dev.layer({
        file: project.file,
        args: [`${port}`],
        http: `http://127.0.0.1:${port}/`,
        port: 0,
        page: emptyPage(),
        inspector: false
      })
      yield* Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.registerCommands([{ name: "say", description: "Says something" }])
        const { say } = yield* begin
        assert.strictEqual((yield* say).content, "over HTTP")
        const { port, url } = yield* Playground.Playground
        const page = yield* open(url)
        yield* page.update(({ program }) => program?.inspector === "/inspector")
        // The stream stays open, so only what comes at first is read.
        const read = (path: string) =>
          Effect.promise(async () => {
            const { body, headers } = await fetch(`http://127.0.0.1:${port}${path}`)
            const reader = body?.getReader()
            const text = new TextDecoder().decode((await reader?.read())?.value)
            await reader?.cancel()
            return `${headers.get("content-type")} ${text}`
          })
        assert.strictEqual(yield* read("/inspector/events?since=1"), "text/event-stream GET /events?since=1")
        assert.strictEqual(yield* read("/inspector//evil.example/x"), "text/event-stream GET //evil.example/x")
        const posted = { method: "POST", headers: { origin: url } }
        assert.strictEqual((yield* get(port, "/inspector/state", posted)).status, 405)
      }).pipe(Effect.provide(DevLive))
    })
  )
})

describe("the command line", () => {
  const cases: ReadonlyArray<readonly [args: string, wanted: object]> = [
    ["", { _tag: "Help" }],
    ["--help", { _tag: "Help" }],
    ["dev -h", { _tag: "Help" }],
    ["--version", { _tag: "Version" }],
    ["dev -v", { _tag: "Version" }],
    ["start bot.ts", { _tag: "Wrong", message: "There is no command start, expected: dev" }],
    ["dev", { _tag: "Wrong", message: "Expected the file of a bot: fibercord dev bot.ts" }],
    ["dev --port 65536 bot.ts", { _tag: "Wrong", message: "--port is 65536, expected a number from 0 to 65535" }],
    ["dev --port 1e3 bot.ts", { _tag: "Wrong", message: "--port is 1e3, expected a number from 0 to 65535" }]
  ]
  for (const [args, wanted] of cases) {
    it(`reads: fibercord ${args}`, () => assert.deepStrictEqual(read(args.split(" ").filter(Boolean)), wanted as never))
  }

  it("says that Node is too old", () => {
    for (const version of ["20.20.2", "22.18.9"]) assert.match(problemOfNode(version) ?? "", /22\.19 or newer/)
    for (const version of ["22.19.0", "24.0.1"]) assert.isUndefined(problemOfNode(version))
  })

  it("passes on what follows two dashes", () => {
    const command = read(["dev", "--no-watch", "--node-arg=--inspect", "bot.ts", "--", "--port", "1", "--"])
    assert.deepInclude(command._tag === "Dev" ? command.options : {}, {
      file: "bot.ts",
      args: ["--port", "1", "--"],
      nodeArgs: ["--inspect"],
      watch: false,
      port: undefined
    })
  })

  it("names options that it does not know", () => {
    const command = read(["dev", "--prot", "1", "bot.ts"])
    assert.match(command._tag === "Wrong" ? command.message : "", /--prot/)
    const url = read(["dev", "--http", "localhost:3000", "bot.ts"])
    assert.match(url._tag === "Wrong" ? url.message : "", /expected a URL such as/)
  })
})
