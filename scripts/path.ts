/**
 * The way of a newcomer, with the time of each step: from an empty folder to a bot over HTTP in production, by the packed
 * packages. Discord is the fake one.
 */
import { Clock, Effect, Schedule } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Any, open } from "../test/playground/client.ts"
import * as Image from "./create/image.ts"
import { create, make } from "./create/packed.ts"
import { expect, run, start } from "./create/processes.ts"
import { freePort } from "../test/cluster/support/freePort.ts"
import { count, environment, isClean } from "./create/stories.ts"

const times: Array<readonly [step: string, millis: number]> = []

const step = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const from = yield* Clock.currentTimeMillis
    const result = yield* effect
    times.push([name, (yield* Clock.currentTimeMillis) - from])
    return result
  })

const table = (): string => {
  const rows = [...times, ["in all", times.reduce((sum, [, millis]) => sum + millis, 0)] as const]
  const width = Math.max(...rows.map(([name]) => name.length))
  const format = (millis: number): string => `${(millis / 1000).toFixed(1)} s`.padStart(8)
  return rows.map(([name, millis]) => `${name.padEnd(width)} ${format(millis)}`).join("\n")
}

/** A user on the page runs the command, and clicks. */
const playOnPage = Effect.fnUntraced(function* (url: string, label: string) {
  const page = yield* open(url)
  const [{ guilds, users }] = page.updates as ReadonlyArray<Any>
  const user = users.find(({ username }: Any) => username === "alice")
  const channel = guilds[0].channels.find(({ type }: Any) => type === 0).id
  yield* page.ask({ type: "messages", channel })
  const slash = { type: "slash", user: user.id, channel, name: "counter", values: { start: 41 } }
  const ran = yield* page.reply(slash)
  yield* expect(ran.ok === true, () => `/counter was refused: ${JSON.stringify(ran.error)}`)
  const id = ran.value.interaction.original
  const shows = (content: string) =>
    Effect.map(
      page.update((one) => one.type === "message" && one.message.raw.id === id && one.message.raw.content === content),
      ({ message }): Any => message.raw
    )
  const button = (yield* shows("41")).components[0].components[0]
  yield* expect(button.label === label, () => `expected a button ${label}, found ${button.label}`)
  yield* page.ask({ type: "click", user: user.id, message: id, customId: button.custom_id })
  yield* shows("42")
}, Effect.scoped)

/** `npm run dev`: the page, a command, and a change of a file. */
const develop = Effect.fnUntraced(function* (cwd: string) {
  const port = yield* freePort
  const http = `http://127.0.0.1:${port}/interactions`
  const dev = yield* start("npm", ["run", "dev", "--", "--port", "0", "--http", http], {
    cwd,
    env: { PORT: `${port}` }
  })
  const url = yield* step(
    "npm run dev: the page is there, and Discord accepts the bot",
    Effect.gen(function* () {
      const [, url = ""] = yield* dev.awaitLine(/^Discord is at (http:\S+)$/m)
      const page = yield* Effect.promise(async () => (await fetch(url)).text())
      yield* expect(page.includes("<html"), () => `no page: ${page}`)
      // The request with a forged signature, which Discord sends last.
      yield* dev.awaitLine(/'http.status': 401/)
      return url
    })
  )
  yield* step("a user runs the command, and clicks", playOnPage(url, "+1"))
  const file = join(cwd, "src/counter.ts")
  yield* step(
    "a file changes: the bot runs again, with the change",
    Effect.gen(function* () {
      writeFileSync(file, readFileSync(file, "utf8").replace('"+1"', '"one more"'))
      yield* dev.awaitLine(/Starting the bot again[^]*Listening on/)
      yield* playOnPage(url, "one more")
    })
  )
  // npm itself ends by the signal, when its program has ended.
  yield* dev.pressCtrlC
  yield* expect(
    dev.output().trimEnd().endsWith("The bot ended with code 130"),
    () => `npm run dev did not end in order:\n${dev.output()}`
  )
  writeFileSync(file, readFileSync(file, "utf8").replace('"one more"', '"+1"'))
}, Effect.scoped)

/** The image runs in production, and Discord uses it. */
const deploy = Effect.fnUntraced(function* (project: string, cwd: string) {
  const discord = yield* FakeDiscord.FakeDiscord
  const image = yield* step("the image is built: npm ci, npm run build", Image.build(project, cwd))
  const port = yield* freePort
  const env = { ...environment(discord), ...image.env, PORT: `${port}` }
  yield* step(
    "the commands are registered",
    Effect.gen(function* () {
      yield* run("node", ["dist/register.js"], { cwd: image.cwd, env })
      const commands = yield* discord.commands()
      yield* expect(commands.length === 1, () => `expected one command, found ${JSON.stringify(commands)}`)
    })
  )
  const server = yield* start(image.command, image.args, { cwd, env })
  const endpoint = yield* step(
    "the server starts, and Discord accepts the endpoint",
    discord
      .interactionsEndpoint(`http://127.0.0.1:${port}/interactions`)
      .pipe(Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 600 }), Effect.orDie)
  )
  yield* step("two users count together", count(discord))
  const problem = yield* endpoint.check
  yield* expect(problem === undefined, () => `the endpoint was removed: ${problem}`)
  const health = yield* Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/health`)).status)
  yield* expect(health === 200, () => `GET /health answers ${health}`)
  const code = yield* step("SIGTERM ends the server", server.stop)
  yield* expect(code === 130, () => `expected exit code 130 after SIGTERM, got ${code}:\n${server.output()}`)
  yield* isClean(discord)
}, Effect.scoped)

const path = Effect.gen(function* () {
  const packed = yield* make
  const project = join(packed.folder, "my bot")
  yield* step("npm create fibercord, with npm install", create(packed, ["my bot", "--template", "http"]))
  yield* step("npm test", run("npm", ["test"], { cwd: project }))
  yield* develop(project)
  yield* deploy(project, join(packed.folder, "image")).pipe(
    Effect.provide(FakeDiscord.layerServer({ interactionDeadline: "1 minute" }))
  )
  yield* Effect.sync(() => console.log(`From an empty folder to production:\n${table()}`))
}).pipe(Effect.scoped, Effect.timeout("10 minutes"))

await Effect.runPromise(path)
