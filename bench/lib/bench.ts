/** Runs the wanted parts, and writes their results. */
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import * as Boot from "../parts/boot.ts"
import * as Cache from "../parts/cache.ts"
import * as DurablePart from "../parts/durable.ts"
import * as Events from "../parts/events.ts"
import * as Fleet from "../parts/fleet.ts"
import * as Idle from "../parts/idle.ts"
import * as Imports from "../parts/imports.ts"
import * as InspectorPart from "../parts/inspector.ts"
import * as Interactions from "../parts/interactions.ts"
import * as Members from "../parts/members.ts"
import * as Memory from "../parts/memory.ts"
import * as Reset from "../parts/reset.ts"
import * as PlaygroundPart from "../parts/playground.ts"
import * as RuntimesPart from "../parts/runtimes.ts"
import * as Shards from "../parts/shards.ts"
import * as Start from "../parts/start.ts"
import * as Storm from "../parts/storm.ts"
import * as Variety from "../parts/variety.ts"
import * as Wss from "../parts/wss.ts"
import { type Load, startLoad } from "./processes.ts"
import { all, type Bench, type Found } from "./rounds.ts"
import { table } from "./table.ts"

const parts = {
  events: Events.run,
  variety: Variety.run,
  interactions: Interactions.run,
  wss: Wss.run,
  storm: Storm.run,
  reset: Reset.run,
  boot: Boot.run,
  memory: Memory.run,
  start: Start.run,
  idle: Idle.run,
  shards: Shards.run,
  fleet: Fleet.run,
  runtimes: RuntimesPart.run,
  imports: Imports.run,
  cache: Cache.run,
  members: Members.run,
  durable: DurablePart.run,
  inspector: InspectorPart.run,
  playground: PlaygroundPart.run
} satisfies Readonly<Record<string, (bench: Bench) => Promise<Found>>>

type Part = keyof typeof parts

const isPart = (name: string): name is Part => Object.hasOwn(parts, name)

/** The options of the command line. */
export interface Options {
  readonly parts: ReadonlyArray<string>
  readonly only: ReadonlyArray<string> | undefined
  /** Only what has one of these in its title, as the log prints it. */
  readonly titles: ReadonlyArray<string> | undefined
  readonly rounds: number
  readonly library: string
  readonly before: string | undefined
  readonly quiet: boolean
  /** Folder for CPU profiles. */
  readonly profiles: string | undefined
}

const versionsIn = async (lockfile: string): Promise<ReadonlyArray<readonly [string, string]>> => {
  const text = await readFile(fileURLToPath(new URL(`../${lockfile}`, import.meta.url)), "utf8")
  const { packages } = JSON.parse(text) as {
    readonly packages: Readonly<
      Record<string, { readonly version?: string; readonly devDependencies?: Readonly<Record<string, string>> }>
    >
  }
  return Object.keys(packages[""]?.devDependencies ?? {})
    .filter((name) => !name.startsWith("@types/"))
    .map((name) => [name, packages[`node_modules/${name}`]?.version ?? ""] as const)
}

const effectOf = (versions: ReadonlyArray<readonly [string, string]>) =>
  versions.filter(([name]) => name === "effect" || name === "ws" || name.startsWith("@effect/platform"))

const versions = async (): Promise<Readonly<Record<string, string>>> => {
  const own = effectOf(await versionsIn("../package-lock.json"))
  const dfx = (await versionsIn("clients/dfx/package-lock.json")).map(([name, version]) =>
    name === "dfx" ? ([name, version] as const) : ([`${name} (dfx)`, version] as const)
  )
  return Object.fromEntries([...own, ...(await versionsIn("package-lock.json")), ...dfx])
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`

const benchOf = (options: Options, load: Load, startedAt: number): Bench => ({
  load,
  rounds: options.rounds,
  libraries: new Map([
    ["fibercord", options.library],
    ...(options.before === undefined ? [] : [["before", options.before] as const])
  ]),
  wants: (client) =>
    client.startsWith("before")
      ? options.before !== undefined
      : options.only === undefined || options.only.includes(client),
  matches: (title) => options.titles === undefined || options.titles.some((each) => title.includes(each)),
  profile: (name) => options.profiles && `${options.profiles}/${name}.cpuprofile`,
  log: (line) => {
    if (!options.quiet) console.log(`${seconds(startedAt)}  ${line}`)
  }
})

/** Runs parts, and returns what they found. */
export const measure = async (options: Options): Promise<Found> => {
  const unknown = options.parts.filter((name) => !isPart(name))
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(", ")}. Expected some of: ${Object.keys(parts).join(", ")}`)
  const wanted = (Object.keys(parts) as Array<Part>).filter(
    (name) => options.parts.length === 0 || options.parts.includes(name)
  )
  if (options.profiles !== undefined) await mkdir(options.profiles, { recursive: true })
  await using load = await startLoad()
  const bench = benchOf(options, load, performance.now())
  let found: Found = { rows: [], peers: [] }
  for (const name of wanted) found = all(found, await parts[name](bench))
  return found
}

/** Runs the benchmark. */
export const bench = async (options: Options): Promise<void> => {
  const startedAt = performance.now()
  const found = await measure(options)
  const report = {
    date: new Date().toISOString(),
    node: process.version,
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    rounds: options.rounds,
    versions: await versions(),
    rows: found.rows,
    peers: found.peers
  }
  await mkdir(new URL("../results/", import.meta.url), { recursive: true })
  // Results of only some parts do not replace the whole table.
  const isWhole =
    options.parts.length === 0 &&
    [options.only, options.titles, options.before].every((restriction) => restriction === undefined)
  const file = isWhole ? "latest.json" : "part.json"
  await writeFile(new URL(`../results/${file}`, import.meta.url), `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\n${table(found)}\n\nNode ${process.version}, ${seconds(startedAt)}, results/${file}`)
}
