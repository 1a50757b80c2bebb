/** What may be in a package, as npm packs it. */
import { existsSync, readFileSync } from "node:fs"
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
