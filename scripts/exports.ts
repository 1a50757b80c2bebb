/**
 * The entry points in package.json: one for every module that an index names, by that name. TypeScript writes them into
 * the declarations of users (`import("fibercord/Command").Sub`), so a public module without one breaks their build.
 * `--check` fails when package.json and the indexes differ; otherwise it is written.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, posix } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifestFile = `${root}/package.json`

/** The indexes, by the path under which users import them. */
const indexes = {
  ".": "src/index.ts",
  "./cluster": "src/cluster/index.ts",
  "./durable": "src/durable/index.ts",
  "./http": "src/http/index.ts",
  "./inspector": "src/inspector/index.ts",
  "./persistence": "src/persistence.ts",
  "./playground": "src/playground/index.ts",
  "./proxy": "src/proxy/index.ts",
  "./testing": "src/testing/index.ts",
  "./voice": "src/voice.ts"
} as const

/** Files that are entry points by themselves, because they are run and not imported by name. */
const alone = { "./inspector/preload": "src/inspector/preload.ts" } as const

/** A source file by each path under which users import it. */
export type EntryPoints = ReadonlyMap<string, string>

const comments = /\/\*[^]*?\*\/|\/\/.*/g
const reexport = /^export \* as (\w+) from "(\.[^"]+)"$/

const modulesOf = (index: string): ReadonlyArray<readonly [name: string, file: string]> =>
  readFileSync(`${root}/${index}`, "utf8")
    .replace(comments, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, path] = reexport.exec(line) ?? []
      if (name === undefined || path === undefined) {
        throw new Error(`${index}: expected \`export * as Name from "./file.ts"\` in one line, got: ${line}`)
      }
      const file = posix.join(posix.dirname(index), path)
      if (file.includes("/internal/")) throw new Error(`${index}: ${file} is internal, and cannot be an entry point`)
      return [name, file]
    })

/** What the indexes say. */
export const entryPoints = (): EntryPoints =>
  new Map([
    ...Object.entries(indexes).flatMap(([path, index]) => [
      [path, index] as const,
      ...modulesOf(index).map(([name, file]) => [`${path}/${name}`, file] as const)
    ]),
    ...Object.entries(alone)
  ])

/** Where the build puts a source file, without the extension. */
export const outputOf = (file: string): string => file.replace(/^src\//, "").replace(/\.ts$/, "")

const toExports = (points: EntryPoints): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(
    [...points].map(([path, file]) => [
      path,
      { types: `./dist/${outputOf(file)}.d.ts`, default: `./dist/${outputOf(file)}.js` }
    ])
  ),
  "./package.json": "./package.json"
})

if (import.meta.main) {
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8"))
  const expected = toExports(entryPoints())
  if (!process.argv.includes("--check")) {
    writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, exports: expected }, undefined, 2)}\n`)
  } else {
    const actual: Readonly<Record<string, unknown>> = manifest.exports
    const differs = (path: string) => JSON.stringify(actual[path]) !== JSON.stringify(expected[path])
    const wrong = Object.keys({ ...expected, ...actual }).filter(differs)
    if (wrong.length > 0) {
      console.error(
        `package.json#exports does not fit the indexes in src: ${wrong.join(", ")}. Run \`npm run exports\`.`
      )
      process.exitCode = 1
    }
  }
}
