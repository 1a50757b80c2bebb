/** The command, as a process. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildPage } from "../../scripts/page.ts"
import { problemOf } from "../../src/playground/internal/commandLine.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))

interface Ended {
  readonly code: number | null
  readonly said: string
  readonly complained: string
}

class Command {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  #said = ""
  #complained = ""
  #heard: () => void = () => undefined

  constructor(args: ReadonlyArray<string>) {
    const cli = join(root, "src/playground/cli.ts")
    this.child = spawn(process.execPath, ["--import", join(root, "test/support/fromSource.ts"), cli, ...args], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.child.stdout?.on("data", (text) => {
      this.#said += String(text)
      this.#heard()
    })
    this.child.stderr?.on("data", (text) => (this.#complained += String(text)))
    this.ended = new Promise((resolve) =>
      this.child.once("close", (code) => resolve({ code, said: this.#said, complained: this.#complained }))
    )
  }

  /** Waits until it has said something. */
  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(this.#said)
        if (found !== null) resolve(found)
      }
      this.#heard = look
      look()
    })
  }
}

const start = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => new Command(args)),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** A bot that says something all the time, until it is told to end. */
const talking = (file: string): string => `
import { writeFileSync } from "node:fs"
const timer = setInterval(() => console.log("still here"), 20)
process.on("SIGINT", () => {
  clearInterval(timer)
  writeFileSync(${JSON.stringify(file)}, "stopped")
  process.disconnect()
})
`

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "cli-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** A bot that does not end when it is asked to, and has a connection for as long as it lives. */
const stubborn = (port: number): string => `
import { connect } from "node:net"
process.on("SIGINT", () => console.log("not yet"))
connect(${port}, "127.0.0.1", () => console.log("the bot runs"))
`

/** Somebody who listens on a port, and when the first connection to it ends. */
const listener = Effect.map(
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ),
  (server) => ({
    port: (server.address() as AddressInfo).port,
    gone: new Promise<void>((resolve) => {
      server.once("connection", (socket) => socket.on("error", () => undefined).once("close", () => resolve()))
    })
  })
)

// Processes from the sources start slowly on a busy machine.
const patience = 240_000

describe("fibercord", () => {
  it.live(
    "says what is wrong with what was typed, and its version",
    () =>
      Effect.gen(function* () {
        const path = yield* folder
        const commands = [yield* start("--version"), yield* start("dev", join(path, "absent.ts"))]
        const [version, absent] = yield* Effect.promise(() => Promise.all(commands.map(({ ended }) => ended)))
        const { version: own } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
        assert.deepStrictEqual(version, { code: 0, said: `${own}\n`, complained: "" })
        const complained = `There is no file ${join(path, "absent.ts")}\n`
        assert.deepStrictEqual(absent, { code: 2, said: "", complained })
        assert.include(problemOf(path), `${path} is no file`)
      }).pipe(Effect.scoped),
    patience
  )

  it.live(
    "ends everything at once after a second Ctrl-C, and names a free port if that one is taken",
    () =>
      Effect.gen(function* () {
        yield* Effect.promise(buildPage)
        const { gone, port } = yield* listener
        const file = join(yield* folder, "stubborn.ts")
        writeFileSync(file, stubborn(port))
        const busy = yield* start("dev", "--port", String(port), file)
        const dev = yield* start("dev", "--port", "0", file)
        yield* Effect.promise(() => dev.hears(/^the bot runs$/m))
        dev.child.kill("SIGINT")
        yield* Effect.promise(() => dev.hears(/^not yet$/m))
        dev.child.kill("SIGINT")
        const { code, said } = yield* Effect.promise(() => dev.ended)
        assert.strictEqual(code, 130)
        assert.include(said, "Press Ctrl-C again to end it at once")
        yield* Effect.promise(() => gone)
        const refused = yield* Effect.promise(() => busy.ended)
        assert.strictEqual(refused.code, 1)
        assert.match(refused.complained, new RegExp(`Port ${port} is in use: \\d+ is free`))
      }).pipe(Effect.scoped),
    patience
  )

  it.live(
    "stops the bot as Ctrl-C does when nobody reads any more what it says",
    () =>
      Effect.gen(function* () {
        yield* Effect.promise(buildPage)
        const path = yield* folder
        const [bot, mark] = [join(path, "bot.ts"), join(path, "mark")]
        writeFileSync(bot, talking(mark))
        const command = yield* start("dev", "--port", "0", "--no-inspector", bot)
        yield* Effect.promise(() => command.hears(/still here/))
        command.child.stdout?.destroy()
        const { code, complained } = yield* Effect.promise(() => command.ended)
        assert.deepStrictEqual({ code, complained }, { code: 0, complained: "The bot ended with code 0\n" })
        assert.strictEqual(readFileSync(mark, "utf8"), "stopped")
      }).pipe(Effect.scoped),
    patience
  )
})
