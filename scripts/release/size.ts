/**
 * The size of each entry point in a bundle, and of a minimal bot: minified by esbuild, and gzipped. Of an entry point it
 * is what this package adds, everything exported from it in use; other packages stay outside. It needs the build. This
 * writes `scripts/release/size.json` and the table of `docs/operating/platforms.md`; `--check` fails when a size is more
 * than 5 % over what is written there, or when the table says something else.
 */
import { build, type BuildOptions } from "esbuild"
import { readFileSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { entryPoints } from "../exports.ts"
import { type Table, withTable } from "./tables.ts"
import { root } from "./tarball.ts"

/** How much a size may grow before the budget must be raised. */
const room = 1.05

interface Size {
  /** In bytes. */
  readonly minified: number
  /** In bytes. */
  readonly gzipped: number
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const others = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
const outside = [...builtinModules, "#agent", "#undici", "node:*", ...others.flatMap((name) => [name, `${name}/*`])]

const measure = async (contents: string, options: BuildOptions): Promise<Size> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
    // The package's names mean its build, and not its sources.
    tsconfigRaw: {},
    ...options
  })
  const code = outputFiles?.[0]?.contents ?? new Uint8Array()
  return { minified: code.byteLength, gzipped: gzipSync(code, { level: 9 }).byteLength }
}

const ofEntryPoint = (name: string): Promise<Size> =>
  measure(`export * from ${JSON.stringify(name)}`, { platform: "node", external: outside })

const bot = "A bot of ten lines, for Node, with all that it needs"

const ofBot = (): Promise<Size> =>
  measure(readFileSync(join(root, "scripts/consumer/platforms/ten.ts"), "utf8"), {
    platform: "node",
    external: ["zlib-sync"]
  })

/** Entry points with several modules. A single one has most of what they share, and no interesting size of its own. */
const names = [...entryPoints().keys()]
  .filter((path) => /^\.(\/[a-z]+)?$/.test(path))
  .map((path) => `fibercord${path.slice(1)}`)

const sizes = async (): Promise<Readonly<Record<string, Size>>> => {
  const all: Array<readonly [string, Size]> = []
  for (const name of names) all.push([name, await ofEntryPoint(name)])
  return Object.fromEntries([...all, [bot, await ofBot()]])
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`

const tableOf = (budget: Readonly<Record<string, Size>>): Table => ({
  heading: "Sizes of entry points",
  columns: ["what", "minified", "gzipped"],
  rows: Object.entries(budget).map(([name, { gzipped, minified }]) => [
    name === bot ? bot : `\`${name}\``,
    kilobytes(minified),
    kilobytes(gzipped)
  ])
})

const file = join(root, "scripts/release/size.json")
const page = join(root, "docs/operating/platforms.md")
const measured = await sizes()
const old = readFileSync(page, "utf8")
if (!process.argv.includes("--check")) {
  writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`)
  writeFileSync(page, withTable(old, tableOf(measured)))
} else {
  const budget: Readonly<Record<string, Size>> = JSON.parse(readFileSync(file, "utf8"))
  const tooLarge = Object.entries(measured).flatMap(([name, { gzipped }]) => {
    const most = Math.floor((budget[name]?.gzipped ?? 0) * room)
    return gzipped <= most ? [] : [`${name} has ${gzipped} bytes gzipped, at most ${most} expected`]
  })
  for (const problem of tooLarge) console.error(problem)
  if (tooLarge.length > 0) console.error("If that is meant, run `npm run size`, and say why in the commit.")
  const isOld = withTable(old, tableOf(budget)) !== old
  if (isOld) console.error("docs/operating/platforms.md does not say what size.json says. Run `npm run size`.")
  if (tooLarge.length > 0 || isOld) process.exitCode = 1
  else console.log(`${Object.keys(measured).length} sizes are within their budgets`)
}
