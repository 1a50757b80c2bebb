/** A bot in a process of its own, whose code knows nothing of the inspector. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { FakeDiscord } from "../../src/testing/index.ts"
import { ask, stateAt } from "./looking.ts"

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const start = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>) {
  const discord = yield* FakeDiscord.FakeDiscord
  const preloads = [file("../support/fromSource.ts"), file("../../src/inspector/preload.ts")]
  return yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [...preloads.flatMap((path) => ["--import", path]), file("programs/bot.ts")], {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        env: {
          PATH: process.env["PATH"],
          DISCORD_TOKEN: Redacted.value(discord.token),
          DISCORD_API_URL: discord.apiUrl,
          ...env
        }
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
})

/** Stops it as a deploy does, and returns how it ended. */
const stop = (child: ChildProcess): Effect.Effect<unknown> =>
  Effect.promise(async () => {
    const ended = once(child, "exit")
    child.kill("SIGTERM")
    return (await ended)[0]
  })

const registered = FakeDiscord.is("Request", ({ route }) => route.endsWith("/commands"))

// A process that runs from the sources starts slowly on a busy machine.
const patience = 60_000

describe("a bot that was started with the preload", () => {
  it.live(
    "is looked into without a change of its code, and ends as it would without",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const child = yield* start({ FIBERCORD_INSPECTOR_PORT: "0", FIBERCORD_INSPECTOR_SPANS: "1" })
        const [{ inspector }] = (yield* Effect.promise(() => once(child, "message"))) as [{ inspector: number }]
        yield* discord.awaitLog(registered, { timeout: "1 minute" })
        const alice = yield* discord.user("alice")
        yield* alice.slash("ping")
        const at = `http://127.0.0.1:${inspector}`
        const state = yield* stateAt(at)
        assert.deepInclude(state.shards[0], { stage: "Connected" })
        assert.deepInclude(state.interactions[0], { name: "ping", state: "answered", definition: "ping" })
        assert.isTrue(state.rest.some(({ path }) => path.endsWith("/commands")))
        assert.isTrue(state.logs.some(({ message }) => message.startsWith("Connected as")))
        assert.isTrue(state.spans.some(({ name }) => name === "fibercord.handler"))
        assert.strictEqual((yield* ask(`${at}/state`, { host: "evil.example" })).status, 403)
        assert.strictEqual(yield* stop(child), 130)
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer())),
    patience
  )

  it.live(
    "listens to nobody without the variable",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const child = yield* start({})
        let said = ""
        child.on("message", () => (said += "a port"))
        child.stderr?.on("data", (chunk) => (said += String(chunk)))
        const alice = yield* discord.user("alice")
        yield* discord.awaitLog(registered, { timeout: "1 minute" })
        yield* alice.slash("ping")
        yield* stop(child)
        assert.notInclude(said, "port")
        assert.notInclude(said, "inspector")
      }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer())),
    patience
  )
})
