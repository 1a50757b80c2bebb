/** The bots of the templates gateway, cluster and workers as programs, as they are started in production. */
import { Effect, Redacted, Schedule } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Postgres from "../../test/cluster/support/Postgres.ts"
import { worker } from "../worker.ts"
import type { Image } from "./image.ts"
import { expect, run, start } from "./processes.ts"
import { freePort } from "../../test/cluster/support/freePort.ts"
import { count, environment, isClean, wave } from "./stories.ts"

const stopped = 130

/** Programs start slowly, and answer late, on a machine that is busy with others. */
const patient = { interactionDeadline: "1 minute" } as const

/** What `npm start` runs, without npm in between. */
const startCommand = (cwd: string): ReadonlyArray<string> =>
  JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")).scripts.start.split(" ")

const playGateway = Effect.fnUntraced(function* (
  discord: FakeDiscord.FakeDiscord["Service"],
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }
) {
  const bot = yield* start(command, args, options)
  yield* bot.awaitLine(/Connected as/)
  yield* count(discord)
  yield* wave(discord)
  const code = yield* bot.stop
  yield* expect(code === stopped, () => `expected exit code ${stopped} after SIGTERM, got ${code}:\n${bot.output()}`)
  yield* isClean(discord)
}, Effect.scoped)

/** The template gateway, with its settings in a file. */
export const gateway = (cwd: string) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const lines = Object.entries(environment(discord)).map(([name, value]) => `${name}=${value}`)
    writeFileSync(join(cwd, ".env"), lines.join("\n"))
    const [command = "", ...args] = startCommand(cwd)
    yield* playGateway(discord, command, args, { cwd, env: {} })
    return "gateway: two users counted, one was greeted, SIGTERM ended it"
  }).pipe(Effect.provide(FakeDiscord.layerServer(patient)))

/** The image of the template gateway. */
export const gatewayImage = ({ args, command, cwd, env }: Image) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    yield* playGateway(discord, command, args, { cwd, env: { ...env, ...environment(discord) } })
    return "gateway: its bundle did the same in an image without packages"
  }).pipe(Effect.provide(FakeDiscord.layerServer(patient)))

const isUp = (port: number) =>
  Effect.tryPromise({
    try: async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`)
      if (status !== 200) throw new Error(`${status}`)
    },
    catch: (cause) => ({ _tag: "NotUp", cause }) as const
  }).pipe(Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 600 }), Effect.orDie)

/** What the containers of the bot run. */
const commandOf = (cwd: string): ReadonlyArray<string> => {
  const found = /command: (\[.*\])/.exec(readFileSync(join(cwd, "compose.yaml"), "utf8"))?.[1]
  // The names of variables are escaped from Docker Compose.
  return (JSON.parse(found ?? "[]") as ReadonlyArray<string>).map((word) => word.replaceAll("$$", "$"))
}

/** Three members of the template cluster, as Docker Compose starts them, one of which is killed. */
export const cluster = (project: string, image: Image) =>
  Effect.gen(function* () {
    const { cwd } = image
    const discord = yield* FakeDiscord.FakeDiscord
    const postgres = yield* Postgres.Postgres
    const { database, host, password, port, username } = yield* postgres.makeDatabase
    const url = `postgres://${username}:${Redacted.value(password)}@${host}:${port}/${database}`
    const [command = "", ...args] = commandOf(project)
    const member = Effect.gen(function* () {
      const [clusterPort, healthPort] = [yield* freePort, yield* freePort]
      const env = {
        ...environment(discord),
        DATABASE_URL: url,
        HOSTNAME: "127.0.0.1",
        CLUSTER_PORT: `${clusterPort}`,
        HEALTH_PORT: `${healthPort}`,
        ...image.env
      }
      const program = yield* start(command, args, { cwd, env })
      return { ...program, isUp: isUp(healthPort) }
    })
    const members = [yield* member, yield* member, yield* member]
    yield* Effect.forEach(members, ({ isUp }) => isUp, { concurrency: 3 })
    yield* count(discord)
    yield* wave(discord)
    const [lost, ...others] = members
    yield* lost?.kill ?? Effect.void
    // All shards are connected again, on the other two.
    yield* Effect.retry(count(discord), { schedule: Schedule.spaced("1 second"), times: 20 })
    const codes = yield* Effect.forEach(others, ({ stop }) => stop, { concurrency: 2 })
    yield* expect(
      codes.every((code) => code === stopped),
      () =>
        `expected exit codes ${stopped} after SIGTERM, got ${codes.join()}:\n${others.map(({ output }) => output()).join()}`
    )
    yield* isClean(discord)
    return "cluster: three members on a PostgreSQL, one was killed, the others went on, SIGTERM ended them"
  }).pipe(
    Effect.scoped,
    Effect.provide([FakeDiscord.layerServer({ ...patient, shards: 3 }), Postgres.layer]),
    Effect.orDie
  )

/** The Worker that `npm run deploy` would deploy, in workerd. */
export const workers = (cwd: string) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const env = { ...environment(discord), WRANGLER_SEND_METRICS: "false", CI: "1" }
    yield* run("npm", ["run", "deploy", "--", "--dry-run", "--outdir", "dist"], { cwd, env })
    yield* run("npm", ["run", "register"], { cwd, env })
    const commands = yield* discord.commands()
    yield* expect(commands.length === 1, () => `expected one registered command, got ${JSON.stringify(commands)}`)
    const deployed = yield* worker(readFileSync(join(cwd, "dist/worker.js"), "utf8"), environment(discord))
    const url = new URL("/interactions", yield* Effect.promise(() => deployed.ready)).href
    const endpoint = yield* discord.interactionsEndpoint(url)
    yield* count(discord)
    const problem = yield* endpoint.check
    yield* expect(problem === undefined, () => `the endpoint was removed: ${problem}`)
    yield* isClean(discord)
    return "workers: bundled by wrangler, commands registered, accepted by Discord in workerd, two users counted"
  }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layerServer(patient)), Effect.orDie)
