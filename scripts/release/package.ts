/**
 * What is published, checked as npm packs it: files and source maps, `package.json` by publint, and the declarations of
 * each entry point by attw, for ES modules. It needs the build.
 */
import { execFile, execFileSync } from "node:child_process"
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { pack, type Package } from "./packing.ts"
import { lostSources, machinePaths, misplaced, root, type Tarball } from "./tarball.ts"

const execute = promisify(execFile)

const lint = async ({ file, name }: Tarball): Promise<ReadonlyArray<string>> => {
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(readFileSync(file)).buffer } })
  return messages.map((message) => `${name}: publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

/** What attw finds. A package without `exports` has no declarations. */
const typeProblems = async ({ file, folder, name }: Tarball): Promise<ReadonlyArray<string>> => {
  if (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports === undefined) return []
  const command = join(root, "node_modules/.bin/attw")
  return execute(command, [file, "--profile", "esm-only", "--format", "ascii", "--no-definitely-typed", "--no-emoji"], {
    maxBuffer: 2 ** 26
  }).then(
    () => [],
    (error: { readonly stdout: string }) => [`${name}: attw:\n${error.stdout}`]
  )
}

const check = async (tarball: Tarball): Promise<ReadonlyArray<string>> => [
  ...(tarball.name === "fibercord" ? misplaced(tarball.files) : []),
  ...lostSources(tarball),
  ...machinePaths(tarball),
  ...(await lint(tarball)),
  ...(await typeProblems(tarball))
]

/** The tarball of a package, unpacked below `work`. */
const unpacked = (name: Package, work: string): Tarball => {
  const to = mkdtempSync(join(work, `${name}-`))
  const file = pack(name, to)
  execFileSync("tar", ["-xzf", file, "-C", to])
  const folder = join(to, "package")
  const files = globSync("**", { cwd: folder })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted()
  return { name, file, folder, files }
}

const work = mkdtempSync(join(tmpdir(), "fibercord-tarball-"))
try {
  for (const name of ["fibercord", "create-fibercord"] as const) {
    const tarball = unpacked(name, work)
    const problems = await check(tarball)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) process.exitCode = 1
    else console.log(`${name}: ${tarball.files.length} files, each where it belongs; publint and attw find nothing`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
