/** A package as npm packs it, unpacked, and what may be in it. */
import { execFileSync } from "node:child_process"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Tarball {
  readonly name: string
  /** The packed file. */
  readonly file: string
  /** Where it is unpacked. */
  readonly folder: string
  /** What is in it, relative to `folder`, in order. */
  readonly files: ReadonlyArray<string>
}

/** Packs the package in a folder, and removes it with what it was unpacked to when `use` has ended. */
export const withTarball = async <A>(source: string, use: (tarball: Tarball) => Promise<A> | A): Promise<A> => {
  const work = mkdtempSync(join(tmpdir(), "fibercord-tarball-"))
  try {
    const args = ["pack", "--json", "--silent", "--pack-destination", work]
    const [{ filename, name }] = JSON.parse(execFileSync("npm", args, { cwd: source, encoding: "utf8" }))
    execFileSync("tar", ["-xzf", join(work, filename), "-C", work])
    const folder = join(work, "package")
    const files = globSync("**", { cwd: folder })
      .filter((path) => statSync(join(folder, path)).isFile())
      .toSorted()
    return await use({ name, file: join(work, filename), folder, files })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** What `fibercord` consists of. */
const expected = [
  /^(package\.json|README\.md|LICENSE|AGENTS\.md)$/,
  /^dist\/(playground\/page\/)?LICENCES\.md$/,
  /^dist\/.*\.(js|js\.map|d\.ts|d\.ts\.map)$/,
  /^dist\/playground\/page\/\w+\.(html|css)$/,
  /^src\/.*(?<!\.test)\.ts$/,
  /^src\/playground\/page\/.*\.(html|css)$/
]

/** What it cannot be without. */
const required = [
  "package.json",
  "README.md",
  "LICENSE",
  "AGENTS.md",
  "dist/index.js",
  "dist/index.d.ts",
  "src/index.ts"
]

const maximumPath = 200

/** Files that should not be there, and files that should. */
export const misplaced = (files: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...files
    .filter((file) => !expected.some((pattern) => pattern.test(file)))
    .map((file) => `${file} does not belong in it`),
  ...files
    .filter((file) => file.length > maximumPath)
    .map((file) => `${file} has a longer path than ${maximumPath} characters`),
  ...required.filter((file) => !files.includes(file)).map((file) => `${file} is missing`)
]

/** Source maps whose sources are neither in the package nor in the map, and references to maps that are not there. */
export const lostSources = ({ files, folder }: Tarball): ReadonlyArray<string> =>
  files.flatMap((file) => {
    const path = join(folder, file)
    if (file.endsWith(".map")) {
      const { sources, sourcesContent = [] } = JSON.parse(readFileSync(path, "utf8"))
      return (sources as ReadonlyArray<string>)
        .filter((source, index) => sourcesContent[index] == null && !existsSync(join(dirname(path), source)))
        .map((source) => `${file} points to ${source}, which is not in the package`)
    }
    if (!/\.(js|ts)$/.test(file)) return []
    const [, map] = /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(readFileSync(path, "utf8")) ?? []
    return map === undefined || existsSync(join(dirname(path), map))
      ? []
      : [`${file} points to ${map}, which is not there`]
  })

/** Files that name a folder of the machine on which they were built. */
export const machinePaths = ({ files, folder }: Tarball, home: string = root): ReadonlyArray<string> =>
  files
    .filter((file) => readFileSync(join(folder, file), "utf8").includes(home))
    .map((file) => `${file} names the folder ${relative("/", home)} of this machine`)
