/** Sessions: noted, saved, played again, and turned into tests. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FakeDiscord, Program, VirtualClock } from "fibercord/testing"
import { Recording, type Protocol } from "fibercord/playground"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as actions from "../../src/playground/internal/actions.ts"
import { cause } from "../../src/playground/internal/recording/faults.ts"
import { fieldsOf } from "../../src/testing/internal/snapshot.ts"
import { coreOf } from "../../src/testing/internal/opened.ts"

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const fromSource = path("test/support/fromSource.ts")
const file = path("test/playground/bots/everything.ts")

// Bots that run from their sources start slowly when much else runs.
const patience = "30 seconds"

const bot = () =>
  Program.layer({ file, nodeArgs: ["--import", fromSource] }).pipe(
    Layer.provideMerge(FakeDiscord.layerServer({ patience })),
    Layer.provideMerge(VirtualClock.layer)
  )

/** What a page's requests do, after they are noted. */
const makePage = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const program = yield* Program.Program
  const clock = yield* VirtualClock.VirtualClock
  const recorder = yield* Recording.make({ file, patience })
  const core = coreOf(discord)
  const channel = discord.guild.channelId
  const act = Effect.fnUntraced(function* (request: Protocol.Request) {
    recorder.note(request)
    if (request.type === "advance") return yield* clock.advance(request.millis)
    if (request.type === "restart") return yield* program.restart({ kill: request.kill === true })
    if (request.type === "fault") return yield* cause(discord, request.fault)
    return yield* actions.perform(core, request as Protocol.Action)
  })
  const newest = () => [...core.world.messages.values()].at(-1)?.id ?? ""
  const custom = Effect.fnUntraced(function* (message: string, index: number) {
    const all = JSON.stringify(core.world.messages.get(message)?.raw["components"])
    return [...all.matchAll(/"custom_id":"([^"]*)"/g)][index]?.[1] ?? ""
  })
  return { act, channel, custom, discord, newest, recorder }
})

/** Somebody plays with everything. */
const playWithEverything = Effect.gen(function* () {
  const { act, channel, custom, discord, newest, recorder } = yield* makePage
  const alice = (yield* discord.user("alice")).id
  const bob = (yield* discord.user("bob", { locale: "de" })).id
  const slash = (user: string, name: string, values: Record<string, typeof Protocol.Value.Type> = {}) =>
    act({ type: "slash", user, channel, name, values })

  yield* slash(alice, "counter", { start: 41 })
  const counter = newest()
  yield* act({ type: "click", user: alice, message: counter, customId: yield* custom(counter, 0) })
  yield* act({ type: "click", user: bob, message: counter, customId: yield* custom(counter, 1) })
  yield* act({ type: "fault", fault: { kind: "drop" } })
  yield* act({ type: "click", user: bob, message: counter, customId: yield* custom(counter, 0) })

  const data = Buffer.from("hello").toString("base64")
  const text = 'quotes " and `${1}` \\ \n new line'
  yield* slash(bob, "echo", { text, file: { filename: "a.txt", contentType: "text/plain", data } })
  yield* slash(alice, "greet", { whom: bob })
  yield* (yield* discord.user("bob")).awaitMessage(({ content }) => content === "You were greeted.", { direct: true })

  yield* slash(alice, "order")
  const menu = newest()
  yield* act({ type: "select", user: alice, message: menu, customId: yield* custom(menu, 0), values: ["large"] })
  yield* (yield* discord.user("alice")).awaitMessage(({ content }) => content === "A large one.")

  const opened = (yield* slash(alice, "signup")) as Protocol.Acted
  const [field] = fieldsOf({ ...opened.interaction.modal })
  yield* act({
    type: "submit",
    user: alice,
    opener: opened.interaction.id,
    fields: { [field?.view.customId ?? ""]: "Alice" }
  })
  yield* act({ type: "advance", millis: 15 * 60_000 })
  const since = yield* discord.mark
  yield* act({ type: "restart", kill: true })
  yield* discord.awaitLog(FakeDiscord.is("Ready"), { since })
  yield* slash(alice, "counter")
  return recorder
})

const run = (folder: string) =>
  Effect.callback<string>((resume) => {
    const child = execFile(
      process.execPath,
      [
        path("node_modules/vitest/vitest.mjs"),
        "run",
        "--root",
        path("."),
        "--reporter",
        "verbose",
        "--testTimeout",
        "60000",
        folder
      ],
      { env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: `--import ${fromSource}` } },
      (_, stdout, stderr) => resume(Effect.succeed(stdout + stderr))
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), "generated-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("Recording", () => {
  it.live(
    "plays a session again, and names the step that differs",
    () =>
      Effect.gen(function* () {
        const { differs, exported } = yield* Effect.gen(function* () {
          const exported = yield* (yield* playWithEverything).exported
          // As if the counter had counted otherwise.
          const changed = yield* Recording.parse(exported.session.replaceAll('"42"', '"43"'))
          const differs = yield* Effect.flip(Recording.play(changed, { patience: "100 millis" }))
          return { differs, exported }
        }).pipe(Effect.provide(bot()))
        assert.strictEqual(differs.step, 2)
        assert.match(differs.message, /^step 2 \(alice clicks number 1\): expected "43" .*, got "42"/)

        const { test } = exported
        if (process.env["SHOW"] !== undefined) console.log(test)
        const session = yield* Recording.parse(exported.session)
        yield* Recording.play(session).pipe(Effect.provide(bot()))

        // The same with a bot that counts by two.
        const folder = yield* temporary
        const broken = 'process.env["STEP"] = "2"\nawait import("../bots/everything.ts")\n'
        writeFileSync(join(folder, "broken.ts"), broken)
        writeFileSync(join(folder, "good.test.ts"), test)
        const title = "does the same with a broken bot"
        writeFileSync(
          join(folder, "broken.test.ts"),
          Recording.testSource(session, { file: join(folder, "broken.ts"), title, patience })
        )
        const output = yield* run(folder)
        assert.match(output, /✓.*does what it did when it was recorded/, output)
        assert.match(output, /×.*does the same with a broken bot/, output)
        assert.match(output, /expected '43' to equal '42'/, output)
        assert.match(output, /1 failed \| 1 passed/, output)
      }).pipe(Effect.scoped),
    120_000
  )
})
