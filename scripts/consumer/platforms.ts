/**
 * Where the package runs: packs it, installs it as a user would, and runs a bot of it on each supported version of Node,
 * on Bun and Deno, and one without a gateway in workerd, against a fake Discord. Says how large bundles are, and checks
 * what is in them. `--effect lowest` and `--effect newest` install another Effect than the dev dependency.
 */
import { Effect } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as Source from "../../src/testing/index.ts"
import { pack } from "../release/packing.ts"
import { effectVersion, nodeBinary, nodes } from "../release/supported.ts"
import { type Bundle, forNode, forWorkers } from "./platforms/bundles.ts"
import { play } from "./platforms/gateway.ts"
import * as Workers from "./platforms/workers.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "fibercord-platforms-"))
const bin = (name: string) => join(root, "node_modules/.bin", name)
const run = (command: string, args: ReadonlyArray<string>, cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" })

const { values } = parseArgs({ options: { effect: { type: "string" } } })

const install = (): void => {
  const tarball = pack("fibercord", folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const packages = ["effect", "@effect/platform-node"].map((name) => `${name}@${effectVersion(values.effect)}`)
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", tarball, ...packages])
  cpSync(join(root, "scripts/consumer/platforms"), folder, { recursive: true })
}

// Neither looks for a newer version of itself, and what Deno compiles stays in the folder.
const env = { ...process.env, DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" }
const permissions = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"]

const runtimes = [
  { name: `Node ${process.versions.node}`, command: process.execPath, args: ["bot.ts"] },
  ...nodes.map((version) => ({ name: `Node ${version}`, command: nodeBinary(version), args: ["bot.ts"] })),
  { name: "Bun", command: bin("bun"), args: ["bot.ts"] },
  { name: "Deno", command: bin("deno"), args: ["run", ...permissions, "bot.ts"] }
]

const onRuntimes = Effect.forEach(
  runtimes,
  (runtime) =>
    play({ ...runtime, cwd: folder, env }).pipe(
      Effect.timeout("5 minutes"),
      Effect.scoped,
      Effect.provide(FakeDiscord.layerServer({ interactionDeadline: "1 minute" })),
      Effect.tap((line) => Effect.sync(() => console.log(line)))
    ),
  { concurrency: "unbounded" }
)

const inWorkerd = ({ code }: Bundle) =>
  Workers.play(code).pipe(
    Effect.timeout("5 minutes"),
    Effect.scoped,
    Effect.provide(Source.FakeDiscord.layer({ interactionDeadline: "1 minute" })),
    Effect.tap((line) => Effect.sync(() => console.log(line)))
  )

const copiesOf = (name: string, { packages }: Bundle): number =>
  [...packages.keys()].filter((folder) => folder.endsWith(`node_modules/${name}`)).length

const describe = (what: string, { code, packages }: Bundle): string => {
  const kilobytes = (bytes: number) => Math.round(bytes / 1000)
  const largest = [...packages].toSorted(([, a], [, b]) => b - a).slice(0, 4)
  const parts = largest.map(([folder, bytes]) => `${folder.replace(/.*node_modules\//, "")} ${kilobytes(bytes)}`)
  return `${what}: ${kilobytes(Buffer.byteLength(code))} kB minified (${parts.join(", ")}, …)`
}

try {
  install()
  const worker = await forWorkers("worker.ts", folder)
  if (worker.imports.length > 0) throw new Error(`the Worker imports ${worker.imports.join(", ")}: nothing expected`)
  const ten = await forNode("ten.ts", folder)
  console.log(describe("A bot of ten lines", ten))
  console.log(describe("A bot in a Worker", worker))
  if (copiesOf("undici", ten) > 1) throw new Error("the bot of ten lines has undici in it more than once")
  if (copiesOf("undici", worker) > 0) throw new Error("the bot in a Worker has undici in it")
  await Effect.runPromise(onRuntimes)
  await Effect.runPromise(inWorkerd(worker))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
