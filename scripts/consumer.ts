/**
 * What a user of the package does: packs it, installs the tarball beside nothing but `effect`, imports every entry
 * point under plain Node and from a bundle, and type-checks and runs a small bot against it.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { playCommand } from "./consumer/command.ts"
import { pack } from "./release/packing.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "fibercord-consumer-"))
const run = (command: string, args: ReadonlyArray<string>, cwd = folder) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" })
const write = (name: string, content: string) => writeFileSync(join(folder, name), content)

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const entryPoints = Object.keys(manifest.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => manifest.name + path.slice(1))

/** Entry points that need an optional peer, which is installed for the first of them. */
const peers = {
  "fibercord/voice": "@discordjs/voice",
  "fibercord/cluster": "@effect/platform-node",
  "fibercord/durable": "@effect/platform-node"
} as const
const needs = (name: string, entryPoint: string) => name.startsWith(entryPoint)

// Every entry point, and that one module is the same under both of its names.
const importsOf = (names: ReadonlyArray<string>) => `
${names.map((name, i) => `import * as m${i} from ${JSON.stringify(name)}`).join("\n")}
import { Command } from "fibercord"
import { slash } from "fibercord/Command"
if (Command.slash !== slash) throw new Error("fibercord and fibercord/Command are different modules")
`

/** Node takes a quarter of a millisecond for each. */
const maxFiles = 5

/** Prints which of Node's own clients an import of this package loads: see `scripts/cuts.ts`. */
const loadedClients = `
await import(${JSON.stringify(manifest.name)})
console.log(process.moduleLoadList.filter((name) => /^NativeModule (https?|http2|internal.deps.undici.undici)$/.test(name)).join(" "))
`

/** The files of this package that Node loads for one of them. */
const filesOf = (file: string, found = new Set<string>()): ReadonlySet<string> => {
  if (found.has(file)) return found
  found.add(file)
  const code = readFileSync(join(folder, "node_modules", manifest.name, "dist", file), "utf8")
  for (const [, path = ""] of code.matchAll(/^(?:import|export) .*?"(\.[^"]+)"/gm)) {
    filesOf(join(dirname(file), path), found)
  }
  return found
}

// Ten lines of a bot, and a type error that must stay one: an error of a handler that nobody answers.
const bot = `
import { Effect, Layer, Ref, Schema } from "effect"
import { Bot, Button, Command, ErrorReply, Options, Reply } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}
const options = { start: Options.optional(Options.integer("From")) }
const counter = Command.slash("counter", { description: "Count", options },
  ({ start }) => Effect.gen(function*() {
    const count = yield* Ref.make(start ?? 0)
    const more = yield* Button.bound({ label: "+1" }, () =>
      Effect.flatMap(Ref.updateAndGet(count, (n) => n + 1), (n) => Reply.update({ content: String(n) })))
    yield* Reply.send({ content: String(start ?? 0), components: [[more]] })
  }))
const buy = Command.slash("buy", { description: "Buy" }, () => Effect.fail(new OutOfStock({ item: "tea" })))
// @ts-expect-error OutOfStock is not handled
void (() => Bot.layer({ interactions: [buy] }))
const BotLive = Bot.layer({
  interactions: [counter, buy],
  onError: { OutOfStock: (error) => ErrorReply.ephemeral("No more " + error.item) }
})
const program = Effect.gen(function*() {
  const discord = yield* FakeDiscord.FakeDiscord
  const alice = yield* discord.user("alice")
  const message = yield* alice.slash("counter", { start: 41 })
  yield* message.click("+1")
  return yield* message.content
}).pipe(Effect.provide(Layer.provideMerge(BotLive, FakeDiscord.layer())))
Effect.runPromise(program).then((content: string) => {
  if (content !== "42") throw new Error("expected 42, got " + content)
})
`

/** That an install brings as many packages as the page says, and runs nothing. */
const checkInstall = (): void => {
  const { packages } = JSON.parse(readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8"))
  const page = readFileSync(join(root, "docs/operating/platforms.md"), "utf8")
  const [, expected] = /^`npm install fibercord effect` brings (\d+) packages/m.exec(page) ?? []
  const names = Object.keys(packages)
  if (names.length !== Number(expected)) {
    throw new Error(
      `docs/operating/platforms.md says ${expected} packages, but ${names.length} came: ${names.join(", ")}`
    )
  }
  const scripts = names.filter((name) => packages[name].hasInstallScript === true)
  if (scripts.length > 0) throw new Error(`expected no install scripts, but ${scripts.join(", ")} have some`)
  console.log(`an install brings ${names.length} packages, and runs no script`)
}

const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts"]

try {
  const tarball = pack("fibercord", folder)
  write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }))
  run("npm", [...install, tarball, `effect@${manifest.devDependencies.effect}`])

  checkInstall()

  const alone = entryPoints.filter((name) => !Object.keys(peers).some((entryPoint) => needs(name, entryPoint)))
  write("imports.ts", importsOf(alone))
  run(process.execPath, ["imports.ts"])
  console.log(`imported ${alone.length} entry points under plain Node`)

  const files = filesOf("index.js")
  const foreign = [...files].filter((file) => /http|proxy|testing|persistence|voice|cluster|durable/.test(file))
  if (files.size > maxFiles || foreign.length > 0) {
    throw new Error(
      `fibercord loads ${[...files].join(", ")}: at most ${maxFiles}, and none of another index, expected`
    )
  }
  const clients = run(process.execPath, ["--input-type=module", "--eval", loadedClients]).trim()
  if (clients !== "") throw new Error(`fibercord loads no HTTP client but its own, but Node loaded ${clients}`)
  console.log(`fibercord loads ${files.size} files, and no other HTTP client`)

  write("bot.ts", bot)
  const libraries = ["--lib", "es2024,dom,esnext.disposable", "--types", "", "--skipLibCheck"]
  const target = ["--module", "nodenext", "--target", "es2024", "--noEmit", "--singleThreaded"]
  const options = ["--strict", "--exactOptionalPropertyTypes", ...target]
  run(join(root, "node_modules/.bin/tsc"), [...options, ...libraries, "bot.ts", "imports.ts"])
  console.log("type-checked a bot and all entry points against the published declarations")

  await playCommand(folder)
  console.log("ran bots in TypeScript and JavaScript with fibercord dev")

  for (const [entryPoint, peer] of Object.entries(peers)) {
    const file = `${entryPoint.replace("fibercord/", "")}.ts`
    run("npm", [...install, `${peer}@${manifest.devDependencies[peer]}`])
    write(file, importsOf(entryPoints.filter((name) => needs(name, entryPoint))))
    run(process.execPath, [file])
    run(join(root, "node_modules/.bin/tsc"), [...options, ...libraries, file])
    console.log(`imported and type-checked ${entryPoint} beside ${peer}`)
  }

  // Everything in one file, discord-api-types included; only what Node itself has stays outside.
  run(join(root, "node_modules/.bin/esbuild"), [
    "bot.ts",
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--outfile=bundle.mjs",
    "--external:zlib-sync",
    "--log-level=error",
    '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'
  ])
  rmSync(join(folder, "node_modules"), { recursive: true })
  run(process.execPath, ["bundle.mjs"])
  console.log("ran the bot from a bundle, without node_modules")
} finally {
  rmSync(folder, { recursive: true, force: true })
}
