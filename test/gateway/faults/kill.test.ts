/** A process that is killed in a stream of events, and started again with its sessions in files. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fixture = fileURLToPath(new URL("../fixtures/bot.ts", import.meta.url))

/** The time between two writes of a session. */
const writeInterval = 150

const launch = Effect.fnUntraced(function* (directory: string) {
  const discord = yield* FakeDiscord.FakeDiscord
  const handled: Array<number> = []
  /** How many of the handled events the stored session knows of. */
  const stored = { events: 0 }
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const args = [fixture, discord.apiUrl, Redacted.value(discord.token), directory, `${writeInterval}`]
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
      let rest = ""
      child.stdout.on("data", (chunk: Buffer) => {
        const lines = `${rest}${chunk.toString()}`.split("\n")
        rest = lines.pop() ?? ""
        for (const line of lines) {
          if (/^\d+$/.test(line)) handled.push(Number(line))
          const [, known] = /^stored (\d+)$/.exec(line) ?? []
          if (known !== undefined) stored.events = Number(known)
        }
      })
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const kill = Effect.callback<void>((resume) => {
    child.once("close", () => resume(Effect.void))
    child.kill("SIGKILL")
  })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => child.kill(name))
  return { handled, kill, signal, stored }
})

const makeDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

/** A fake Discord in a stream of numbered events, and a first process that has its shards. */
const begin = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const directory = yield* makeDirectory
  let sent = 0
  const send = Effect.fnUntraced(function* (until: (sent: number) => boolean) {
    while (!until(sent)) {
      yield* Gateway.number(discord, sent++)
      yield* Effect.sleep("2 millis")
    }
  })
  const first = yield* launch(directory)
  yield* discord.awaitLog(is("Ready"), { count: 2 })
  return { discord, directory, first, send, sent: () => sent }
})

const withDiscord = Effect.provide(
  FakeDiscord.layerServer({
    shards: 2,
    maxConcurrency: 2,
    identifyInterval: 0,
    replayLimit: 10_000
  })
)

describe.concurrent("a process", () => {
  it.live(
    "that was killed resumes every shard, misses no event, and repeats only those of the last write interval",
    () =>
      Effect.gen(function* () {
        const { directory, discord, first, send, sent } = yield* begin
        yield* send(() => first.handled.length >= 300 && first.stored.events >= 100)
        yield* first.kill
        const lost = first.handled.length
        yield* send((sent) => sent >= lost + 100)

        const second = yield* launch(directory)
        yield* discord.awaitLog(is("Resumed"), { count: 2 })
        yield* send((sent) => sent >= lost + 200)
        const last = sent() - 1
        yield* Gateway.until("the last event", () => second.handled.includes(last))

        assert.strictEqual((yield* discord.log).filter(is("Identify")).length, 2)
        const handled = new Set([...first.handled, ...second.handled])
        assert.deepStrictEqual(
          Array.from({ length: sent() }, (_, n) => n).filter((n) => !handled.has(n)),
          []
        )
        const again = second.handled.filter((n) => first.handled.includes(n))
        for (const n of again) assert.isAtLeast(first.handled.indexOf(n), first.stored.events)
        assert.strictEqual(new Set(second.handled).size, second.handled.length)
      }).pipe(withDiscord),
    480_000
  )

  it.live(
    "that was frozen leaves its shards to the one that took them, and repeats only the last write interval",
    () =>
      Effect.gen(function* () {
        const { directory, discord, first, send } = yield* begin
        yield* send(() => first.handled.length >= 200)
        yield* first.signal("SIGSTOP")
        const second = yield* launch(directory)
        // It has to find out that the first one does not show itself any more.
        yield* Effect.forkScoped(send(() => second.handled.length >= 400))
        yield* discord.awaitLog(is("Resumed"), { count: 2 })
        yield* first.signal("SIGCONT")
        yield* Gateway.until("the second process", () => second.handled.length >= 400)
        // Longer than it takes the first to look, and to connect again.
        yield* Effect.sleep("3 seconds")
        const log = yield* discord.log
        assert.lengthOf(log.filter(is("Identify")), 2)
        assert.lengthOf(log.filter(is("Resume")), 2)
        assert.strictEqual(new Set(second.handled).size, second.handled.length)
        const handled = new Set([...first.handled, ...second.handled])
        for (let n = 0; n < (second.handled[0] ?? 0); n++) assert.isTrue(handled.has(n), `event ${n} was lost`)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(withDiscord),
    480_000
  )
})
