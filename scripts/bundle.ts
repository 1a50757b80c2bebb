/**
 * Writes the JavaScript of the package: a few files, because Node takes a quarter of a millisecond for each it loads.
 * They are cut where bots differ, so that a bundler leaves out the shards of a bot that has none, and what a Worker loads
 * needs no modules of Node. The entry points of single modules are facades of them, and share the classes and services
 * in them.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "rolldown"
import { cuts, replaced } from "./cuts.ts"
import { entryPoints, outputOf } from "./exports.ts"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A file with these modules and everything that they import, as far as no group before has it. */
const groups = [
  {
    name: "interactions",
    test: /[\\/]src[\\/](interactions|runtime|rest|discord|observability[\\/]internal)[\\/](?!internal[\\/](noU|u)ndici|definitions[\\/]KeyValue)/
  },
  { name: "bot", test: /[\\/]src[\\/]index\.ts$/ },
  { name: "http", test: /[\\/]src[\\/]http[\\/]/ },
  { name: "proxy", test: /[\\/]src[\\/]proxy[\\/]/ },
  { name: "persistence", test: /[\\/]src[\\/]persistence\.ts$/ },
  { name: "cluster", test: /[\\/]src[\\/]cluster[\\/]/ },
  { name: "voice", test: /[\\/]src[\\/]voice(\.ts$|[\\/])/ },
  { name: "inspector", test: /[\\/]src[\\/]inspector[\\/](?!preload)/ },
  { name: "testing", test: /[\\/]src[\\/]testing[\\/]/ },
  { name: "playground", test: /[\\/]src[\\/]playground[\\/](?!page[\\/]|cli\.ts$)/ }
]

/** What `imports` in package.json names, for runtimes without `undici` and for those with it. */
const noUndici = "src/rest/internal/noUndici.ts"
const undici = "src/rest/internal/undici.ts"

/** The command that `bin` in package.json names. */
const command = "src/playground/cli.ts"

/** What `Program` preloads into the programs that it starts. */
const preload = "src/testing/internal/program/preload.ts"

/**
 * What is written into the files. Beside another version of `undici`, which `@effect/platform-node` brings, npm installs
 * it twice: for this package, and for `@discordjs/rest`. A bundle of a bot had both, half of its size. The client that
 * is written into the files is the one for browsers, whose requests this package sends itself. The others are what it
 * and `@discordjs/core` need, and are not dependencies of this package. Of `undici` only what sends requests is written.
 */
const inlined: ReadonlyArray<string> = [
  "@discordjs/collection",
  "@discordjs/core",
  "@discordjs/rest",
  "@discordjs/util",
  "@sapphire/async-queue",
  "@sapphire/snowflake",
  "discord-api-types",
  "magic-bytes.js"
]

const isPackage = /^[^./]/
const isInlined = (id: string): boolean =>
  [...inlined, ...replaced].some((name) => id === name || id.startsWith(`${name}/`))

/** The licences of what is inlined, each text once. */
const licences = (): string => {
  const holders = new Map<string, Array<string>>()
  for (const name of [...inlined, "undici"]) {
    const folder = join(root, "node_modules", name)
    const { author, license, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
    const by = typeof author === "string" ? `, by ${author}` : ""
    const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()
    holders.set(text, [...(holders.get(text) ?? []), `- ${name} ${version} (${license}${by})`])
  }
  return [...holders]
    .map(([text, names]) => `${names.join("\n")}\n${text === "" ? "" : `\n\`\`\`\n${text}\n\`\`\`\n`}`)
    .join("\n")
}

// V8 keeps the text of each file that it runs: without comments, and with one byte for each letter.
const output = {
  dir: "dist",
  format: "esm",
  sourcemap: true,
  charset: "ascii",
  comments: { annotation: true, jsdoc: false, legal: true }
} as const

await build({
  input: Object.fromEntries(
    [...entryPoints().values(), noUndici, command].map((file) => [outputOf(file), `./${file}`])
  ),
  // Neither Node's modules nor its variants of packages, except for what is imported by name.
  platform: "neutral",
  // `cuts` says what `#undici` is.
  external: (id) => isPackage.test(id) && id !== "#undici" && !isInlined(id),
  plugins: [cuts(root)],
  resolve: { conditionNames: ["import", "default"], mainFields: ["module", "main"] },
  output: {
    ...output,
    entryFileNames: "[name].js",
    chunkFileNames: "internal/[name].js",
    codeSplitting: { includeDependenciesRecursively: true, groups }
  }
})

// What programs are preloaded with is a file of its own: it runs before they have loaded anything.
await build({
  input: { [outputOf(preload)]: `./${preload}` },
  platform: "node",
  output: { ...output, entryFileNames: "[name].js" }
})

// Of `undici` there is only what sends requests. Its modules may `require` those of Node, as they do in this file: an
// `import` of `node:http` would load the `fetch` of Node, too.
await build({
  input: { [outputOf(undici)]: `./${undici}` },
  platform: "node",
  plugins: [cuts(root)],
  output: { ...output, entryFileNames: "[name].js", codeSplitting: false }
})

// Bundles of bots often begin with an import of `createRequire`, and may not have two of that name.
const written = join(root, "dist", `${outputOf(undici)}.js`)
writeFileSync(
  written,
  readFileSync(written, "utf8")
    .replace("import { createRequire } from", "import { createRequire as requireOf } from")
    .replaceAll(" createRequire(", " requireOf(")
)

writeFileSync(join(root, "dist/LICENCES.md"), `# What is in these files beside fibercord\n\n${licences()}`)
