/**
 * A real PostgreSQL for tests: on loopback, on a free port, in a temporary folder, under an unprivileged user. It starts
 * in about a second, and is gone with its scope, or with this process if that is killed.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { promisify } from "node:util"
import { freePort } from "./freePort.ts"
import * as Guardian from "./guardian.ts"
import * as Installation from "./installation.ts"

const run = promisify(execFile)

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

type Unavailable = Installation.PostgresUnavailable

/** How a client connects. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: Redacted.Redacted
  readonly database: string
}

/** A running PostgreSQL that a test can stop, kill, freeze and start again. Its data and its port stay the same. */
export class Postgres extends Context.Service<
  Postgres,
  {
    /** Where it is on this machine. */
    readonly place: { readonly folder: string; readonly port: number }
    /** A new, empty database. */
    readonly makeDatabase: Effect.Effect<Settings, Unavailable>
    /** As an operator does: connections are cut, and data is written. */
    readonly stop: Effect.Effect<void>
    /** `kill -9` of the server. The processes of its sessions notice it a moment later, and end too. */
    readonly kill: Effect.Effect<void>
    /** After `stop` or `kill`; returns when it accepts connections. */
    readonly start: Effect.Effect<void, Unavailable>
  }
>()("fibercord/test/cluster/Postgres") {}

/** Durability towards a power cut is the one thing that tests do not need. */
const configuration = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "16MB",
  max_connections: "100",
  timezone: "UTC"
}

/** What differs from the user that runs the tests. */
const surroundings = ({ account, folder }: Installation.Installation) => ({
  ...account,
  cwd: folder,
  env: { LC_ALL: "C", PATH: process.env["PATH"] }
})

/** Makes the folder of the data, which belongs to the account. */
const initialise = Effect.fnUntraced(function* (installation: Installation.Installation, password: string) {
  const file = join(installation.folder, "password")
  yield* Installation.step("a password", () => writeFile(file, password))
  const data = join(installation.folder, "data")
  const settings = Object.entries(configuration).flatMap(([name, value]) => ["--set", `${name}=${value}`])
  const access = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${file}`]
  const text = ["--locale=C", "--encoding=UTF8", "--no-sync"]
  const args = [`--pgdata=${data}`, ...access, ...text, ...settings]
  yield* Installation.step("initdb", () => run(installation.program("initdb"), args, surroundings(installation)))
  return data
})

/** Starts and ends the server whose data is in `data`. */
const makeControl = Effect.fnUntraced(function* (installation: Installation.Installation, data: string) {
  const guardian = yield* Guardian.make(installation.folder)
  const log = join(installation.folder, "log")
  let server: ChildProcess | undefined

  const launch = (port: number) => {
    const output = openSync(log, "a")
    const child = spawn(installation.program("postgres"), ["-D", data, "-p", String(port)], {
      ...surroundings(installation),
      // In a session of its own, so that Ctrl-C ends the tests first.
      detached: true,
      stdio: ["ignore", output, output]
    })
    closeSync(output)
    guardian.watch(child.pid)
    server = child
    return child
  }

  /** The server says in this file that it is ready, as it does to its own tools. */
  const isReady = async (child: ChildProcess): Promise<boolean> => {
    const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")
    return lines[0] === String(child.pid) && lines[7]?.trim() === "ready"
  }

  const startOn = (port: number) =>
    Installation.step("starting", async () => {
      const child = launch(port)
      while (!(await isReady(child))) {
        if (hasEnded(child)) throw new Error(await readFile(log, "utf8"))
        await setTimeout(10)
      }
    })

  const end = (signal: "SIGINT" | "SIGQUIT" | "SIGKILL") =>
    Effect.promise(async () => {
      const child = server
      if (child === undefined || hasEnded(child)) return
      const exit = once(child, "exit")
      child.kill(signal)
      await exit
      guardian.watch(undefined)
    })

  yield* Effect.addFinalizer(() => end("SIGQUIT"))
  // On another port if somebody was quicker.
  const port = yield* freePort.pipe(Effect.tap(startOn), Effect.retry({ times: 2 }))
  // Again if it fails: the processes of a server that was killed, and their memory, are there for a moment longer.
  const start = Effect.retry(startOn(port), Schedule.upTo(Schedule.spaced("100 millis"), { times: 500 }))
  return { place: { folder: installation.folder, port }, start, stop: end("SIGINT"), kill: end("SIGKILL") }
})

const make = Effect.gen(function* () {
  const installation = yield* Installation.make
  const password = randomBytes(16).toString("hex")
  const data = yield* initialise(installation, password)
  const control = yield* makeControl(installation, data)
  const settings = (database: string): Settings => ({
    host: "127.0.0.1",
    port: control.place.port,
    username: "postgres",
    password: Redacted.make(password),
    database
  })
  let databases = 0
  const makeDatabase = Effect.gen(function* () {
    const name = `test_${++databases}`
    const sql = yield* PgClient.make(settings("postgres"))
    yield* sql.unsafe(`CREATE DATABASE ${name}`)
    return settings(name)
  }).pipe(
    Effect.scoped,
    Effect.provide(Reactivity.layer),
    Effect.mapError((cause) => new Installation.PostgresUnavailable({ message: `a database: ${cause.message}`, cause }))
  )
  return Postgres.of({ makeDatabase, ...control })
})

/** One server for all that share the layer. */
export const layer: Layer.Layer<Postgres, Unavailable> = Layer.effect(Postgres, make)
