/**
 * What is published, checked as npm packs it: files and source maps, `package.json` by publint, and the declarations of
 * each entry point by attw, for ES modules. It needs the build.
 */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { lostSources, machinePaths, misplaced, root, type Tarball, withTarball } from "./tarball.ts"

const execute = promisify(execFile)

/** The folders of the packages that are published. */
const packages = { fibercord: root, "create-fibercord": join(root, "packages/create") } as const

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

for (const [name, folder] of Object.entries(packages)) {
  await withTarball(folder, async (tarball) => {
    const problems = await check(tarball)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) process.exitCode = 1
    else console.log(`${name}: ${tarball.files.length} files, each where it belongs; publint and attw find nothing`)
  })
}
