/**
 * What `import "fibercord"` loads of others: every bot pays for it at each start, whatever it uses. An import that is
 * not here is new: see "What a bot loads" in bench/README.md for what modules cost.
 */
import { assert, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

// Without those that `Schema` and `Effect` load themselves, which are most.
const effect =
  "Cause Clock Config Context Data DateTime Deferred Duration Effect Exit Fiber Formatter Function Hash HashMap Latch Layer " +
  "Metric Option Pipeable Predicate Pull Queue Random Redacted References Result Runtime Schedule " +
  "Schema Scope Semaphore Stream Tracer"

const allowed = new Set([
  ...effect.split(" ").map((name) => `effect/${name}`),
  // What the build writes of these into its files is in `scripts/cuts.ts`.
  "#undici",
  "@discordjs/core/http-only",
  "@discordjs/rest",
  "node:crypto",
  "node:net",
  "node:tls",
  "node:zlib"
])

const statement = /^(?:import|export) (?:(?:\* as \w+|\*|\{[^}*]*\}|\w+(?:, \{[^}*]*\})?) from )?"([^"]+)"/gm

const collect = (file: string, files = new Set<string>(), packages = new Set<string>()) => {
  files.add(file)
  for (const [, name = ""] of readFileSync(file, "utf8").matchAll(statement)) {
    if (!name.startsWith(".")) packages.add(name)
    else if (!files.has(join(dirname(file), name))) collect(join(dirname(file), name), files, packages)
  }
  return { files, packages }
}

const { files, packages } = collect("src/index.ts")

it("fibercord loads no modules of others but these", () => {
  assert.isAbove(files.size, 150)
  assert.includeMembers([...packages], ["effect/Effect", "effect/Schema", "#undici"])
  assert.deepStrictEqual(
    [...packages].filter((name) => !allowed.has(name)),
    []
  )
})

it("fibercord loads nothing of the entry points beside it", () => {
  const beside = [
    "cluster",
    "durable",
    "http",
    "inspector",
    "members",
    "playground",
    "proxy",
    "sqlite",
    "testing",
    "voice"
  ]
  for (const folder of beside) assert.isTrue(existsSync(`src/${folder}`), folder)
  assert.deepStrictEqual(
    [...files].filter((file) => beside.some((folder) => file.startsWith(`src/${folder}/`))),
    []
  )
})
