/**
 * Where the package runs: packs it, installs it as a user would, and runs a bot of it on Node, Bun and Deno against a
 * fake Discord.
 */
import { Effect } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { play } from "./platforms/gateway.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const folder = mkdtempSync(join(tmpdir(), "fibercord-platforms-"))
const bin = (name: string) => join(root, "node_modules/.bin", name)
const run = (command: string, args: ReadonlyArray<string>, cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" })

const install = (): void => {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], root))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const packages = ["effect", "@effect/platform-node"].map((name) => `${name}@${manifest.devDependencies[name]}`)
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, filename), ...packages])
  cpSync(join(root, "scripts/consumer/platforms"), folder, { recursive: true })
}

// Neither looks for a newer version of itself, and what Deno compiles stays in the folder.
const env = { ...process.env, DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" }
const permissions = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"]

const runtimes = [
  { name: "Node", command: process.execPath, args: ["bot.ts"] },
  { name: "Bun", command: bin("bun"), args: ["bot.ts"] },
  { name: "Deno", command: bin("deno"), args: ["run", ...permissions, "bot.ts"] }
]

const onRuntimes = Effect.forEach(
  runtimes,
  (runtime) =>
    play({ ...runtime, cwd: folder, env }).pipe(
      Effect.timeout("30 seconds"),
      Effect.scoped,
      Effect.provide(FakeDiscord.layerServer()),
      Effect.tap((line) => Effect.sync(() => console.log(line)))
    ),
  { concurrency: "unbounded" }
)

try {
  install()
  await Effect.runPromise(onRuntimes)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
