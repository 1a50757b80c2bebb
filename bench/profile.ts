/**
 * Reads CPU profiles: `node bench/profile.ts file.cpuprofile …` prints the functions with the most self time.
 */
import { readFile } from "node:fs/promises"

interface Profile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

const shown = 25

const nameOf = ({ functionName, lineNumber, url }: Profile["nodes"][number]["callFrame"]): string => {
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(?=dist\/|bench\/)/, "")
  return `${functionName || "(anonymous)"}${file === "" ? "" : `  ${file}:${lineNumber + 1}`}`
}

for (const file of process.argv.slice(2)) {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(file, "utf8")) as Profile
  const names = new Map(nodes.map(({ callFrame, id }) => [id, nameOf(callFrame)]))
  const own = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? ""
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  }
  own.delete("(idle)")
  const total = [...own.values()].reduce((sum, time) => sum + time, 0)
  console.log(`${file}: ${(total / 1000).toFixed(0)} ms on the processor`)
  for (const [name, time] of [...own].toSorted((a, b) => b[1] - a[1]).slice(0, shown)) {
    console.log(`${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
}
