/**
 * The versions in the templates of `npm create fibercord`: those of this repository, exact, and a lockfile for each.
 * `--check` fails when they differ; otherwise they are written, for which npm asks its registry.
 *
 * A lockfile names fibercord by its version alone, because the integrity of a package that is not published yet is not
 * known; `npm ci` takes that from a registry. A release gives it the integrity, before create-fibercord is packed:
 * `--tarball fibercord-0.1.0.tgz` writes that of the file that is published. `create-fibercord --fibercord` does the same
 * in a project.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, "packages/create/templates")
const lockName = "_package-lock.json"

/** The fields of JSON files that npm wrote. */
interface Manifest {
  readonly name: string
  readonly version: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  readonly [field: string]: unknown
}

interface Lock {
  readonly packages: Record<string, Record<string, unknown>>
}

const read = <A>(...path: ReadonlyArray<string>): A => JSON.parse(readFileSync(join(...path), "utf8")) as A
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const manifest = read<Manifest>(root, "package.json")
const installed = read<Lock>(root, "package-lock.json").packages

/** The version that this repository uses. What only templates need keeps the version that it has. */
const versionOf = (name: string, current: string): string =>
  name === manifest.name ? manifest.version : String(installed[`node_modules/${name}`]?.["version"] ?? current)

const withVersions = (packages: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(packages).map(([name, current]) => [name, versionOf(name, current)]))

const wantedFor = (template: string): Manifest => {
  const current = read<Manifest>(folder, template, "package.json")
  return {
    ...current,
    dependencies: withVersions(current.dependencies),
    devDependencies: withVersions(current.devDependencies)
  }
}

/** What of this package a lockfile repeats. */
const published = (): Record<string, unknown> =>
  Object.fromEntries(
    ["name", "version", "license", "dependencies", "peerDependencies", "peerDependenciesMeta", "bin", "engines"].map(
      (field) => [field, manifest[field]]
    )
  )

/** npm's lockfile for a project, with a stand-in for this package that has its dependencies. */
const makeLock = (project: Manifest): Lock => {
  const work = mkdtempSync(join(tmpdir(), "fibercord-lock-"))
  const npm = (...args: ReadonlyArray<string>): string =>
    execFileSync("npm", args, { cwd: work, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
  try {
    writeFileSync(join(work, "package.json"), json(published()))
    const [{ filename }] = JSON.parse(npm("pack", "--json")) as [{ filename: string }]
    const dependencies = { ...project.dependencies, [manifest.name]: `file:${filename}` }
    writeFileSync(join(work, "package.json"), json({ ...project, dependencies }))
    npm("install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")
    const lock = read<Lock>(work, "package-lock.json")
    const entry = lock.packages[`node_modules/${manifest.name}`]
    delete entry?.["resolved"]
    delete entry?.["integrity"]
    Object.assign(lock.packages[""] ?? {}, { dependencies: project.dependencies })
    return lock
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The same for npm's normal form and ours: sorted, and paths without `./`. */
const normal = (value: unknown): unknown => {
  if (typeof value === "string") return value.replace(/^\.\//, "")
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, normal(part)])
  )
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(normal(a)) === JSON.stringify(normal(b))

/** What is wrong with a lockfile, a line each. */
const problemsOf = ({ packages }: Lock, project: Manifest): ReadonlyArray<string> => {
  const entry = packages[`node_modules/${manifest.name}`] ?? {}
  const fields = Object.entries(published()).filter(([field]) => field !== "name")
  const exact = Object.entries({ ...project.dependencies, ...project.devDependencies })
  return [
    ...(["dependencies", "devDependencies"] as const)
      .filter((field) => !isSame(packages[""]?.[field], project[field]))
      .map((field) => `its ${field} are not those of package.json`),
    ...fields
      .filter(([field, value]) => !isSame(entry[field], value))
      .map(([field]) => `${field} of ${manifest.name} has changed`),
    ...exact
      .filter(([name, version]) => packages[`node_modules/${name}`]?.["version"] !== version)
      .map(([name, version]) => `it has no ${name} ${version}`)
  ]
}

const check = (template: string): ReadonlyArray<string> => {
  const wanted = wantedFor(template)
  const problems = isSame(read(folder, template, "package.json"), wanted)
    ? []
    : ["package.json has other versions than this repository"]
  return [...problems, ...problemsOf(read<Lock>(folder, template, lockName), wanted)].map(
    (problem) => `packages/create/templates/${template}: ${problem}`
  )
}

const write = (template: string): void => {
  const wanted = wantedFor(template)
  writeFileSync(join(folder, template, "package.json"), json(wanted))
  writeFileSync(join(folder, template, lockName), json(makeLock(wanted)))
}

/** Writes the integrity of this package's tarball into a lockfile. */
const seal = (template: string, integrity: string): void => {
  const lock = read<Lock>(folder, template, lockName)
  Object.assign(lock.packages[`node_modules/${manifest.name}`] ?? {}, { integrity })
  writeFileSync(join(folder, template, lockName), json(lock))
}

const templates = readdirSync(folder)
const { values } = parseArgs({ options: { check: { type: "boolean" }, tarball: { type: "string" } } })
if (values.check === true) {
  const problems = templates.flatMap(check)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) {
    console.error("Run: npm run templates")
    process.exitCode = 1
  }
} else if (values.tarball === undefined) for (const template of templates) write(template)
else {
  const digest = createHash("sha512").update(readFileSync(values.tarball)).digest("base64")
  for (const template of templates) seal(template, `sha512-${digest}`)
}
