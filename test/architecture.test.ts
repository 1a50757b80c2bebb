/**
 * The rooms of ARCHITECTURE.md against the imports of `src`. Reads text only, so it needs no build.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { fileURLToPath } from "node:url"

/** A room: its name, and the folders (with a slash at the end) and files that it consists of, below `src`. */
interface Room {
  readonly name: string
  readonly places: ReadonlyArray<string>
}

/** The block of ARCHITECTURE.md. `never` forbids an arrow that leads down, `may` allows one into an `internal/`. */
interface Plan {
  /** Top to bottom. */
  readonly rooms: ReadonlyArray<Room>
  readonly never: ReadonlyArray<{ readonly from: string; readonly to: string }>
  readonly may: ReadonlyArray<{ readonly from: string; readonly to: string }>
}

interface Import {
  readonly from: string
  readonly to: string
  /** Whether it is gone after compilation. */
  readonly isType: boolean
}

/** Sources by their paths below `src`. */
type Sources = ReadonlyMap<string, string>

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

const arrowsOf = (rule: string): Plan["never"] => {
  const [from = [], to = []] = rule.split("->").map(words)
  return from.flatMap((from) => to.map((to) => ({ from, to })))
}

const parsePlan = (markdown: string): Plan => {
  const block = /^```text\n(# name [\s\S]*?)^```$/m.exec(markdown)?.[1]
  if (block === undefined) throw new Error("ARCHITECTURE.md has no fenced block that begins with '# name'")
  const lines = block.split("\n").map((line) => line.replace(/#.*$/, "").trim())
  const rooms: Array<Room> = []
  const rules: Record<"never" | "may", Array<Plan["never"][number]>> = { never: [], may: [] }
  for (const line of lines) {
    const [name, ...places] = words(line)
    if (name === undefined) continue
    if (name === "never" || name === "may") rules[name].push(...arrowsOf(line.slice(name.length)))
    else rooms.push({ name, places })
  }
  return { rooms, ...rules }
}

const isIn = (place: string, file: string): boolean => (place.endsWith("/") ? file.startsWith(place) : file === place)

/** The place of a file, the longest if it has several: `internal/` is not `gateway/internal/`. */
const placeOf = ({ rooms }: Plan, file: string) =>
  rooms
    .flatMap(({ name, places }, floor) => places.map((place) => ({ name, floor, place })))
    .filter(({ place }) => isIn(place, file))
    .toSorted((a, b) => b.place.length - a.place.length)
    .at(0)

// A clause of an import or a re-export: a default, a namespace, a list, or the first of these with another.
const clause = String.raw`(?:[\w$]+\s*,\s*)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\}|[\w$]+)`
const statement = new RegExp(
  String.raw`^(?:import|export)\s+(type\s+(?!from\s))?(?:${clause}\s*from\s*)?["'](\.[^"']*)["']`,
  "gm"
)
const dynamic = /\bimport\s*\(\s*["'](\.[^"']*)["']\s*\)/g
const comment = /^[ \t]*\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm

const importsOf = (from: string, source: string): ReadonlyArray<Import> => {
  const code = source.replace(comment, "")
  const toImport = (path: string | undefined, isType: boolean): Import => ({
    from,
    to: posix.join(posix.dirname(from), path ?? ""),
    isType
  })
  return [
    ...[...code.matchAll(statement)].map(([, type, path]) => toImport(path, type !== undefined)),
    // What is imported later, or in a type, makes no cycle when files are loaded.
    ...[...code.matchAll(dynamic)].map(([, path]) => toImport(path, true))
  ]
}

const allImports = (sources: Sources): ReadonlyArray<Import> =>
  [...sources].flatMap(([file, source]) => importsOf(file, source))

const arrow = ({ from, isType, to }: Import): string => `${from} → ${to}${isType ? " (types only)" : ""}`

/** Files without a room. */
const homeless = (plan: Plan, sources: Sources): ReadonlyArray<string> =>
  [...sources.keys()].filter((file) => placeOf(plan, file) === undefined).map((file) => `${file} is in no room`)

/** Places without a file. */
const empty = ({ rooms }: Plan, sources: Sources): ReadonlyArray<string> =>
  rooms.flatMap(({ name, places }) => [
    ...(places.length === 0 ? [`room ${name} has no place`] : []),
    ...places
      .filter((place) => ![...sources.keys()].some((file) => isIn(place, file)))
      .map((place) => `room ${name}: ${place} has no file`)
  ])

/** Imports that lead up, and those that a `never` forbids. */
const forbidden = (plan: Plan, sources: Sources): ReadonlyArray<string> =>
  allImports(sources).flatMap((each) => {
    const [from, to] = [placeOf(plan, each.from), placeOf(plan, each.to)]
    if (from === undefined || to === undefined) return []
    if (to.floor < from.floor) return [`${arrow(each)}: ${to.name} is above ${from.name}`]
    return plan.never.some((rule) => rule.from === from.name && rule.to === to.name)
      ? [`${arrow(each)}: ${from.name} must not know ${to.name}`]
      : []
  })

const isAllowed = (rule: Plan["may"][number], each: Import): boolean =>
  isIn(rule.from, each.from) && isIn(rule.to, each.to)

/** Imports of what another room keeps to itself. */
const trespassing = (plan: Plan, sources: Sources): ReadonlyArray<Import> =>
  allImports(sources).filter((each) => {
    const [from, to] = [placeOf(plan, each.from), placeOf(plan, each.to)]
    if (from === undefined || to === undefined || from.floor === to.floor) return false
    return each.to.slice(to.place.length).split("/").slice(0, -1).includes("internal")
  })

const intrusions = (plan: Plan, sources: Sources): ReadonlyArray<string> =>
  trespassing(plan, sources)
    .filter((each) => !plan.may.some((rule) => isAllowed(rule, each)))
    .map((each) => `${arrow(each)}: internal to ${placeOf(plan, each.to)?.name}`)

/** Rules that name no room, and allowances that nobody needs. */
const idle = (plan: Plan, sources: Sources): ReadonlyArray<string> => {
  const names = new Set(plan.rooms.map(({ name }) => name))
  const used = trespassing(plan, sources)
  return [
    ...plan.never
      .filter(({ from, to }) => !names.has(from) || !names.has(to))
      .map(({ from, to }) => `never ${from} -> ${to}: there is no such room`),
    ...plan.may
      .filter((rule) => !used.some((each) => isAllowed(rule, each)))
      .map(({ from, to }) => `may ${from} -> ${to}: nothing needs it`)
  ]
}

/** Files that load each other: the strongly connected components of value imports, by Tarjan. */
const cycles = (sources: Sources): ReadonlyArray<string> => {
  const edges = new Map([...sources.keys()].map((file) => [file, new Set<string>()] as const))
  for (const { from, isType, to } of allImports(sources)) if (!isType && sources.has(to)) edges.get(from)?.add(to)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: Array<string> = []
  const found: Array<string> = []
  const visit = (file: string): void => {
    index.set(file, index.size)
    low.set(file, index.size - 1)
    stack.push(file)
    const lower = (candidate: number | undefined): void => {
      low.set(file, Math.min(low.get(file) ?? Infinity, candidate ?? Infinity))
    }
    for (const next of edges.get(file) ?? []) {
      if (!index.has(next)) {
        visit(next)
        lower(low.get(next))
      } else if (stack.includes(next)) lower(index.get(next))
    }
    if (low.get(file) !== index.get(file)) return
    const component = stack.splice(stack.indexOf(file))
    const isCycle = component.length > 1 || edges.get(file)?.has(file) === true
    if (isCycle) found.push(pathThrough(component, edges).join(" → "))
  }
  for (const file of edges.keys()) if (!index.has(file)) visit(file)
  return found
}

/** A shortest way from the first file of a component back to it. */
const pathThrough = (
  component: ReadonlyArray<string>,
  edges: ReadonlyMap<string, ReadonlySet<string>>
): ReadonlyArray<string> => {
  const [start = ""] = component
  const ways: Array<ReadonlyArray<string>> = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of edges.get(way.at(-1) ?? "") ?? []) {
      if (next === start) return [...way, next]
      if (seen.has(next) || !component.includes(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return component
}

const root = fileURLToPath(new URL("..", import.meta.url))
const src = join(root, "src")

const readSources = (): Sources =>
  new Map(
    readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file.replaceAll("\\", "/"), readFileSync(join(src, file), "utf8")] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  )

/** Problems a line each, so that a failure shows them all. */
const lines = (problems: ReadonlyArray<string>): string => problems.map((problem) => `\n  ${problem}`).join("")

describe("the rooms of ARCHITECTURE.md", () => {
  const plan = parsePlan(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"))
  const sources = readSources()

  it("have a place for every file of src", () => assert.strictEqual(lines(homeless(plan, sources)), ""))

  it("have files in every place", () => assert.strictEqual(lines(empty(plan, sources)), ""))

  it("are imported downwards only, types included", () => assert.strictEqual(lines(forbidden(plan, sources)), ""))

  it("keep what is internal to themselves", () => assert.strictEqual(lines(intrusions(plan, sources)), ""))

  it("have no rule that says nothing", () => assert.strictEqual(lines(idle(plan, sources)), ""))
})

describe("the files of src", () => {
  it("do not load each other in circles", () => assert.strictEqual(lines(cycles(readSources())), ""))

  it("are found by their imports, every one of them", () => {
    const sources = readSources()
    const missing = allImports(sources).filter(({ to }) => !sources.has(to))
    const unfound = missing.map((each) => `${arrow(each)}: there is no such file in src`)
    assert.strictEqual(lines(unfound), "")
    // `noUndici` and `undici` are found by `imports` in package.json, `emitter` by the build, `cli` by `bin`, `preload` by its path.
    const entries = [
      "index.ts",
      "persistence.ts",
      "voice.ts",
      "http/index.ts",
      "proxy/index.ts",
      "testing/index.ts",
      "rest/internal/emitter.ts",
      "rest/internal/noUndici.ts",
      "rest/internal/undici.ts",
      "testing/internal/program/preload.ts",
      "cluster/index.ts",
      "durable/index.ts",
      "inspector/index.ts",
      "playground/page/inspector/standalone.ts",
      "inspector/preload.ts",
      "playground/cli.ts",
      "playground/index.ts",
      // A bundle of its own.
      "playground/page/main.ts",
      "playground/page/message/index.ts"
    ]
    const reached = new Set(entries)
    for (const file of reached) for (const { to } of importsOf(file, sources.get(file) ?? "")) reached.add(to)
    const unused = [...sources.keys()].filter((file) => !reached.has(file))
    assert.strictEqual(lines(unused.map((file) => `${file} is imported by nobody`)), "")
  })
})

describe("the checks", () => {
  const plan = parsePlan(
    [
      "```text",
      "# name   folders and files",
      "top      index.ts shop/   # a comment",
      "middle   shop/till/ Till.ts",
      "bottom   internal/",
      "never    top -> bottom",
      "may      shop/Cart.ts -> shop/till/internal/",
      "```"
    ].join("\n")
  )
  const clean: Sources = new Map([
    ["index.ts", 'export * as Cart from "./shop/Cart.ts"\n'],
    [
      "shop/Cart.ts",
      'import type {\n  A,\n  B\n} from "./till/internal/coins.ts"\nimport * as Till from "../Till.ts"\n'
    ],
    ["shop/till/internal/coins.ts", 'import { type C, d } from "../../../internal/d.ts"\n'],
    ["Till.ts", 'import "./shop/till/internal/coins.ts"\n'],
    ["internal/d.ts", '/**\n * ```ts\n * import x from "./nowhere.ts"\n * ```\n */\nexport const d = 1\n']
  ])
  const withSource = (file: string, source: string): Sources => new Map([...clean, [file, source]])

  it("find nothing when nothing is wrong", () => {
    for (const check of [homeless, empty, forbidden, intrusions, idle]) assert.deepStrictEqual(check(plan, clean), [])
    assert.deepStrictEqual(cycles(clean), [])
  })

  it("find an import that leads up", () => {
    const expected = ["Till.ts → shop/Cart.ts: top is above middle"]
    assert.deepStrictEqual(forbidden(plan, withSource("Till.ts", 'import "./shop/Cart.ts"')), expected)
  })

  it("find an import of types that leads up", () => {
    const upward = withSource("internal/d.ts", 'import type { Till } from "../Till.ts"')
    assert.deepStrictEqual(forbidden(plan, upward), ["internal/d.ts → Till.ts (types only): middle is above bottom"])
    const inline = withSource("internal/d.ts", 'export const d = (till: import("../Till.ts").Till) => till')
    assert.deepStrictEqual(forbidden(plan, inline), ["internal/d.ts → Till.ts (types only): middle is above bottom"])
  })

  it("find an arrow that is forbidden although it leads down", () => {
    const down = withSource("index.ts", 'export { d } from "./internal/d.ts"')
    assert.deepStrictEqual(forbidden(plan, down), ["index.ts → internal/d.ts: top must not know bottom"])
  })

  it("find a file without a room, and a place without a file", () => {
    assert.deepStrictEqual(homeless(plan, withSource("Lost.ts", "")), ["Lost.ts is in no room"])
    const less = new Map([...clean].filter(([file]) => file !== "Till.ts"))
    assert.deepStrictEqual(empty(plan, less), ["room middle: Till.ts has no file"])
  })

  it("find an import of what is internal to another room", () => {
    const intruder = withSource("shop/Bag.ts", 'import { coins } from "./till/internal/coins.ts"')
    const expected = ["shop/Bag.ts → shop/till/internal/coins.ts: internal to middle"]
    assert.deepStrictEqual(intrusions(plan, intruder), expected)
  })

  it("find a rule that says nothing", () => {
    const useless: Plan = {
      ...plan,
      never: [{ from: "top", to: "cellar" }],
      may: [{ from: "index.ts", to: "shop/till/internal/" }]
    }
    const expected = [
      "never top -> cellar: there is no such room",
      "may index.ts -> shop/till/internal/: nothing needs it"
    ]
    assert.deepStrictEqual(idle(useless, clean), expected)
  })

  it("find files that load each other, and let types be", () => {
    const circle = withSource("Till.ts", 'import { a } from "./index.ts"')
    assert.deepStrictEqual(cycles(circle), ["index.ts → shop/Cart.ts → Till.ts → index.ts"])
    assert.deepStrictEqual(cycles(withSource("Till.ts", 'import type { a } from "./index.ts"')), [])
    assert.deepStrictEqual(cycles(withSource("Till.ts", 'import { type a } from "./Till.ts"')), ["Till.ts → Till.ts"])
  })
})
