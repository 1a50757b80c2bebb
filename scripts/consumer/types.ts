/**
 * Whether users can emit declarations: `exports.ts` is compiled with `--declaration` against the packed package, by each
 * supported version of TypeScript, with both ways to resolve modules, and in the folders that npm and pnpm make. Under pnpm a
 * user cannot import what only this package depends on, so nothing of it may be in his declarations.
 */
import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { pack } from "../release/packing.ts"
import { compilers } from "../release/supported.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const folder = mkdtempSync(join(tmpdir(), "fibercord-types-"))
const execute = promisify(execFile)

const managers = {
  npm: ["npm", "install", "--no-audit", "--no-fund"],
  pnpm: [join(root, "node_modules/.bin/pnpm"), "install", "--store-dir", join(folder, "store")]
} as const
const resolutions = { nodenext: "nodenext", bundler: "esnext" } as const

interface Combination {
  readonly manager: keyof typeof managers
  readonly compiler: keyof typeof compilers
  readonly resolution: keyof typeof resolutions
}

/** What is wrong, by the export or the file that it is wrong with. */
type Problems = ReadonlyArray<{ readonly where: string; readonly what: string }>

/** The oldest and the newest compiler in every folder, those between them in npm's. */
const combinations: ReadonlyArray<Combination> = Object.keys(managers)
  .flatMap((manager) =>
    Object.keys(compilers).flatMap((compiler) =>
      Object.keys(resolutions).map((resolution) => ({ manager, compiler, resolution }) as Combination)
    )
  )
  .filter(({ compiler, manager }) => manager === "npm" || compiler !== "TypeScript 6")

const install = async (manager: Combination["manager"], tarball: string): Promise<void> => {
  const cwd = join(folder, manager)
  const { "@types/node": node, effect } = manifest.devDependencies
  const dependencies = { fibercord: `file:${tarball}`, effect, "@types/node": node }
  mkdirSync(cwd)
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }))
  cpSync(join(root, "scripts/consumer/exports.ts"), join(cwd, "exports.ts"))
  const [command, ...args] = managers[manager]
  await execute(command, [...args, "--ignore-scripts"], { cwd })
}

const configure = ({ compiler, manager, resolution }: Combination): string => {
  const name = `tsconfig.${compiler.replace(" ", ".")}.${resolution}`
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "dom", "esnext.disposable"],
    module: resolutions[resolution],
    moduleResolution: resolution,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    // Our own declarations are checked as well, by the compiler that is quick about it.
    skipLibCheck: compiler !== "TypeScript 7",
    declaration: true,
    emitDeclarationOnly: true,
    noEmitOnError: false,
    outDir: name
  }
  writeFileSync(join(folder, manager, `${name}.json`), JSON.stringify({ compilerOptions, files: ["exports.ts"] }))
  return name
}

const ofUser = /^exports\.ts\((\d+),\d+\): error (.*)$/
const ofPackage = /node_modules\/fibercord\/(dist\/.*)\(\d+,\d+\): error (.*)$/
const nameless = /without a reference to (?:'(\w+)' from )?'.*?\/node_modules\/(.*?)(?:\.js)?'/

/** The same words for the same problem, whichever compiler says it. */
const toWords = (problem: string): string => {
  const [, type = "a type", file] = nameless.exec(problem) ?? []
  return file === undefined ? problem : `no entry point has a name for ${type} of ${file}`
}

/** The export that a line belongs to. */
const nameAt = (lines: ReadonlyArray<string>, index: number): string =>
  lines
    .slice(0, index + 1)
    .map((line) => /^export (?:declare )?(?:const|class) (\w+)/.exec(line)?.[1])
    .findLast((name) => name !== undefined) ?? "the module"

const problemsIn = (output: string, source: ReadonlyArray<string>): Problems =>
  output.split("\n").flatMap((line) => {
    const [, number, problem] = ofUser.exec(line) ?? []
    if (problem !== undefined) {
      // An unused directive is above the export that it is about.
      const index = problem.startsWith("TS2578") ? Number(number) : Number(number) - 1
      return [{ where: nameAt(source, index), what: toWords(problem) }]
    }
    const [, file = "", ours] = ofPackage.exec(line) ?? []
    if (ours !== undefined) return [{ where: file, what: ours }]
    return line.startsWith("error ") ? [{ where: "tsc", what: line }] : []
  })

const entryPoints = new Set(Object.keys(manifest.exports).map((path) => manifest.name + path.slice(1)))

/**
 * Imports of packages that the user did not ask for. Where npm has put `discord-api-types` beside this package,
 * TypeScript prefers that name to `fibercord/DiscordApi`, which cannot be helped for exports of its objects: those end
 * in `Raw`.
 */
const strangers = (lines: ReadonlyArray<string>): Problems =>
  lines.flatMap((line, index) => {
    const where = nameAt(lines, index)
    return [...line.matchAll(/(?:from |import\()"([^"]+)"/g)]
      .map(([, specifier]) => String(specifier))
      .filter((specifier) => !entryPoints.has(specifier) && !/^effect(\/|$)/.test(specifier))
      .filter((specifier) => !(where.endsWith("Raw") && specifier.startsWith("discord-api-types/")))
      .map((specifier) => ({ where, what: `its declaration imports ${specifier}` }))
  })

const emit = async (combination: Combination): Promise<Problems> => {
  const cwd = join(folder, combination.manager)
  const config = configure(combination)
  const tsc = join(root, compilers[combination.compiler], "bin/tsc")
  // Two compilers run at a time. The native one would have four checkers of its own, which check much of it four times, and
  // one in JavaScript makes more short-lived objects than Node has room for by default.
  const isNative = combination.compiler === "TypeScript 7"
  const command = isNative ? [tsc, "--singleThreaded"] : ["--max-semi-space-size=64", tsc]
  const args = [...command, "--project", `${config}.json`, "--pretty", "false"]
  const output = await execute(process.execPath, args, { cwd }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout
  )
  const problems = problemsIn(output, readFileSync(join(cwd, "exports.ts"), "utf8").split("\n"))
  // A compiler that found a type without a name has written nothing.
  const written = join(cwd, config, "exports.d.ts")
  return existsSync(written) ? [...problems, ...strangers(readFileSync(written, "utf8").split("\n"))] : problems
}

const found = new Map<string, Array<Combination>>()

/** Works on all combinations, two at a time. */
const worker = async (waiting: Array<Combination>): Promise<void> => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const problems = await emit(next)
    for (const line of new Set(problems.map(({ what, where }) => `${where}: ${what}`))) {
      found.set(line, [...(found.get(line) ?? []), next])
    }
    const { compiler, manager, resolution } = next
    console.log(
      `${compiler} ${resolution} ${manager}: ${problems.length === 0 ? "fine" : `${problems.length} problems`}`
    )
  }
}

try {
  const tarball = pack("fibercord", folder)
  await Promise.all([install("npm", tarball), install("pnpm", tarball)])
  const waiting = [...combinations]
  await Promise.all([worker(waiting), worker(waiting)])
  for (const [line, where] of found) {
    const which = where.map(({ compiler, manager, resolution }) => `${compiler} ${resolution} ${manager}`)
    console.error(`${line}\n  (${where.length === combinations.length ? "everywhere" : which.join(", ")})`)
  }
  if (found.size > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
