/** Sessions: recorded by a real playground, saved, played again, and turned into tests. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import { FakeDiscord, Program, VirtualClock } from "fibercord/testing"
import { Playground, type Protocol, Recording } from "fibercord/playground"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { coreOf } from "../../src/testing/internal/opened.ts"
import { fieldsOf } from "../../src/testing/internal/snapshot.ts"
import { bot } from "./bots/parts.ts"
import { type Any, emptyPage, open, type Page } from "./client.ts"

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const fromSource = path("test/support/fromSource.ts")
const file = path("test/playground/bots/everything.ts")

// Bots that run from their sources start slowly when much else runs.
const patience = "1 minute"

/** A bot in this process, over a fake and a clock of its own, which can be restarted. */
const makeBot = Effect.gen(function* () {
  const services = yield* Effect.context<Layer.Services<typeof bot>>()
  let scope: Scope.Closeable | undefined
  const stop = Effect.suspend(() => (scope === undefined ? Effect.void : Scope.close(scope, Exit.void)))
  const start = Effect.gen(function* () {
    const next = yield* Scope.make()
    scope = next
    yield* Layer.buildWithScope(bot, next)
  }).pipe(Effect.provideContext(services), Effect.orDie)
  yield* Effect.addFinalizer(() => stop)
  yield* start
  const program: Playground.Program = {
    view: () => ({ state: "running", starts: 1 }),
    output: () => [],
    listen: () => () => undefined,
    restart: () => Effect.andThen(stop, start)
  }
  return program
})

const inProcess = Layer.provideMerge(FakeDiscord.layer({ patience, identifyInterval: 0 }), VirtualClock.layer)

const asProgram = Program.layer({ file, nodeArgs: ["--import", fromSource] }).pipe(
  Layer.provideMerge(FakeDiscord.layerServer({ patience, identifyInterval: 0 })),
  Layer.provideMerge(VirtualClock.layer)
)

/** A playground with a recorder, and what a page does on it. */
const makeDesk = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const clock = yield* VirtualClock.VirtualClock
  const program = yield* makeBot
  const recorder = yield* Recording.make({ file, patience })
  const time = { advance: (millis: number) => clock.advance(millis) }
  const { url } = yield* Playground.make({ port: 0, page: emptyPage(), recorder, program, time })
  const page = yield* open(url)
  const { world } = coreOf(discord)
  const custom = (message: string, index: number): string => {
    const all = JSON.stringify(world.messages.get(message)?.raw["components"])
    return [...all.matchAll(/"custom_id":"([^"]*)"/g)][index]?.[1] ?? ""
  }
  /** Waits until there is a message with this text, and returns it. */
  const shown = (text: string) =>
    Effect.map(
      Effect.repeat(
        Effect.sync(() => [...world.messages.values()].findLast(({ raw }) => String(raw["content"]).includes(text))),
        { until: (found) => found !== undefined }
      ),
      (found) => ({ id: found?.id ?? "", channel: found?.channelId ?? "" })
    )
  const user = (name: string, more: object = {}) =>
    Effect.map(page.ask({ type: "addUser", name, ...more }), ({ id }: Any) => String(id))
  const restarted = Effect.gen(function* () {
    const since = yield* discord.mark
    yield* page.ask({ type: "restart", kill: true })
    yield* discord.awaitLog(FakeDiscord.is("Ready"), { since })
  })
  return { channel: discord.guild.channelId, custom, discord, page, recorder, restarted, shown, user }
})

type Desk = Effect.Success<typeof makeDesk>

const slashOf =
  ({ channel, page }: Desk) =>
  (user: string, name: string, values: Record<string, typeof Protocol.Value.Type> = {}): Effect.Effect<Any> =>
    page.ask({ type: "slash", user, channel, name, values })

/** Counting, with faults, and words that are hard to write down. */
const playFirst = Effect.fnUntraced(function* (desk: Desk, alice: string, bob: string) {
  const { custom, page } = desk
  const slash = slashOf(desk)
  const { interaction } = yield* slash(alice, "counter", { start: 41 })
  const counter: string = interaction.original
  yield* page.ask({ type: "click", user: alice, message: counter, customId: custom(counter, 0) })
  yield* page.ask({ type: "click", user: bob, message: counter, customId: custom(counter, 1) })
  yield* page.ask({ type: "fault", fault: { kind: "drop" } })
  yield* page.ask({ type: "click", user: bob, message: counter, customId: custom(counter, 0) })
  // The bot cannot respond, until somebody has mercy.
  const requests = "POST /interactions/:id/:token/callback"
  const { fault } = yield* page.ask({
    type: "fault",
    fault: { kind: "failRest", status: 503, times: 1000, requests }
  })
  const failed = yield* slash(bob, "counter")
  assert.strictEqual(failed.interaction.state, "failed")
  yield* page.ask({ type: "clearFault", fault })

  const data = Buffer.from("hello").toString("base64")
  const text = 'quotes " and `${1}` \\ \n new line'
  yield* slash(bob, "echo", { text, file: { filename: "a.txt", contentType: "text/plain", data } })
  yield* slash(alice, "greet", { whom: bob })
  yield* desk.shown("You were greeted.")
  return counter
})

/** Menus, forms, roles, suggestions, context menus. */
const playSecond = Effect.fnUntraced(function* (desk: Desk, alice: string, bob: string) {
  const { channel, custom, discord, page, shown } = desk
  const slash = slashOf(desk)
  const { interaction: ordered } = yield* slash(alice, "order")
  const menu: string = ordered.original
  yield* page.ask({ type: "select", user: alice, message: menu, customId: custom(menu, 0), values: ["large"] })
  yield* shown("A large one.")
  const { interaction: opened } = yield* slash(alice, "signup")
  const [field] = fieldsOf({ ...opened.modal })
  const fields = { [field?.view.customId ?? ""]: "Alice" }
  yield* page.ask({ type: "submit", user: alice, opener: opened.id, fields })

  const { id: role } = yield* page.ask({ type: "addRole", guild: discord.guild.id, name: "painters" })
  const typing = { type: "autocomplete", user: bob, channel, name: "paint", focused: "colour" } as const
  // Only what was typed at last is part of the session.
  yield* page.ask({ ...typing, values: { role, colour: "b" } })
  yield* page.ask({ ...typing, values: { role, colour: "" } })
  yield* slash(bob, "paint", { role, colour: "green" })
  yield* page.ask({ type: "contextMenu", user: bob, channel, name: "Wave", target: { user: alice } })
})

/** Messages of users, a poll, a thread that the bot makes. */
const playThird = Effect.fnUntraced(function* (desk: Desk, alice: string, bob: string) {
  const { channel, custom, page, shown } = desk
  const slash = slashOf(desk)
  const files = [{ filename: "b.txt", contentType: "text/plain", data: Buffer.from("b").toString("base64") }]
  const { message: said } = yield* page.ask({ type: "say", user: bob, channel, content: `look, <@${alice}>`, files })
  yield* page.ask({ type: "contextMenu", user: alice, channel, name: "Quote", target: { message: said } })
  yield* page.ask({ type: "react", user: alice, message: said, emoji: "👍" })
  yield* page.ask({ type: "unreact", user: alice, message: said, emoji: "👍" })
  const { interaction: asked } = yield* slash(alice, "ask")
  yield* page.ask({ type: "vote", user: bob, message: asked.original, answers: [2] })
  yield* page.ask({ type: "delete", user: bob, message: said })

  yield* slash(bob, "ticket")
  const { channel: thread, id: first } = yield* shown("What is it about?")
  yield* page.ask({ type: "say", user: bob, channel: thread, content: "It is about tea." })
  yield* page.ask({ type: "click", user: alice, message: first, customId: custom(first, 0) })
})

/** Somebody plays with everything. */
const playWithEverything = Effect.gen(function* () {
  const desk = yield* makeDesk
  const { custom, discord, page, recorder, restarted, user } = desk
  const [alice, bob] = [yield* user("alice"), yield* user("bob", { locale: "de" })]
  const early = (yield* slashOf(desk)(alice, "counter")).interaction.original as string
  yield* page.ask({ type: "restartRecording" })
  // It is of before, so that nobody can play it again.
  yield* page.ask({ type: "click", user: bob, message: early, customId: custom(early, 0) })
  const counter = yield* playFirst(desk, alice, bob)
  yield* playSecond(desk, alice, bob)
  yield* playThird(desk, alice, bob)
  yield* page.ask({ type: "advance", millis: 15 * 60_000 })
  yield* Effect.repeat(refusalOf(page, { type: "click", user: bob, message: counter, customId: custom(counter, 0) }), {
    until: (tag) => tag === "NotUsable"
  })
  yield* restarted
  yield* slashOf(desk)(alice, "counter")
  assert.deepStrictEqual(yield* discord.violations, [])
  return yield* recorder.exported
}).pipe(Effect.provide(inProcess), Effect.scoped)

const refusalOf = (page: Page, request: Protocol.Request): Effect.Effect<string | undefined> =>
  Effect.map(page.reply(request), ({ error }) => error?.tag)

const run = (folder: string) =>
  Effect.callback<string>((resume) => {
    const args = [
      "run",
      "--root",
      path("."),
      "--reporter",
      "verbose",
      "--testTimeout",
      "60000",
      "--maxWorkers",
      "1",
      "--no-isolate",
      folder
    ]
    const child = execFile(
      process.execPath,
      [path("node_modules/vitest/vitest.mjs"), ...args],
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
        const { session: json, test } = yield* playWithEverything
        if (process.env["SHOW"] !== undefined) writeFileSync(process.env["SHOW"], test)
        const session = yield* Recording.parse(json)
        const did = session.steps.map(({ do: { type } }) => type)
        for (const type of ["autocomplete", "contextMenu", "select", "submit", "say", "react", "vote", "delete"]) {
          assert.include(did, type)
        }
        assert.strictEqual(did.filter((type) => type === "autocomplete").length, 1)
        assert.deepStrictEqual(session.skipped, [
          { before: 0, action: "bob: click", reason: "the message is from before the recording" }
        ])
        assert.deepStrictEqual(
          session.steps.flatMap(({ failed, refused }) => (failed === true ? ["failed"] : (refused ?? []))),
          ["failed", "NotUsable"]
        )

        // As if the counter had counted otherwise.
        const changed = yield* Recording.parse(json.replaceAll('"42"', '"43"'))
        const differs = yield* makeBot.pipe(
          Effect.andThen(Effect.flip(Recording.play(changed, { patience: "100 millis" }))),
          Effect.provide(inProcess),
          Effect.scoped
        )
        assert.strictEqual(differs.step, 2)
        assert.match(differs.message, /^step 2 \(alice clicks number 1\): expected "43" .*, got "42"/)
        yield* Recording.play(session).pipe(Effect.provide(asProgram))

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
    480_000
  )
})
