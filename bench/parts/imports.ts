/** Importing the package in a fresh process, beside importing the Effect modules that it uses and `@discordjs/ws`. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { runFile } from "../lib/inprocess.ts"
import { type Bench, clientOf, type Found, found, sample, type Sample } from "../lib/rounds.ts"

const effectModules = async (library: string): Promise<ReadonlyArray<string>> => {
  const directory = dirname(fileURLToPath(library))
  const files = (await readdir(directory, { recursive: true })).filter(
    (name) => name.endsWith(".js") && !name.startsWith("testing")
  )
  const sources = await Promise.all(files.map((name) => readFile(join(directory, name), "utf8")))
  const names = sources.flatMap((source) => [...source.matchAll(/ from "(effect\/[^"]+)"/g)].map(([, name]) => name))
  return [...new Set(names)].flatMap((name) => (name === undefined ? [] : [name])).toSorted()
}

// A file, so that it is loaded like the library: all at once, before anything runs, and with the same `effect`.
const writeBaseline = async (library: string): Promise<string> => {
  const file = join(dirname(fileURLToPath(library)), "../node_modules/.cache/import-baseline.mjs")
  const names = [...(await effectModules(library)), import.meta.resolve("@discordjs/ws")]
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, names.map((name) => `import ${JSON.stringify(name)}\n`).join(""))
  return pathToFileURL(file).href
}

/** Runs both in turn, in fresh processes. */
export const run = async (bench: Bench): Promise<Found> => {
  const baseline = await writeBaseline(clientOf(bench, "fibercord").library)
  const one = async (client: string): Promise<Sample> => {
    const { library } = clientOf(bench, client)
    return { cpu: ((await runFile("import", client === "floor" ? baseline : library, library)) as number) / 1000 }
  }
  const samples = await sample(bench, "import", ["floor", "fibercord", "before"], one, { rounds: bench.rounds * 2 })
  return found(samples, "cpu", "import", "ms", { of: "ratio", most: 1.3 })
}
