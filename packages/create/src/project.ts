/** The files of a bot: those of a template, with its name and the fibercord that it uses. */
import { isAbsolute, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { CreateError } from "./CreateError.ts"
import { slugOf } from "./names.ts"
import * as PackageManagers from "./packageManagers.ts"
import * as Tarball from "./tarball.ts"
import { type File, placeholder, read, type Template } from "./templates.ts"

/** What a bot is made of. */
export interface Options {
  readonly template: Template
  /** The name in package.json. */
  readonly name: string
  /** The project's folder, absolute. */
  readonly target: string
  /** The folder from which relative paths are. Default: that of this process. */
  readonly cwd?: string
  readonly packageManager: PackageManagers.Name
  /** The version of fibercord, or the path of its tarball. Default: the version that the template names. */
  readonly fibercord: string | undefined
}

/** package.json, and package-lock.json. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

const parse = (files: ReadonlyArray<File>, path: string): Json => {
  const file = files.find((file) => file.path === path)
  return file === undefined ? undefined : JSON.parse(file.content)
}

const library = "fibercord"

/** Which fibercord a project installs. */
type Source =
  | { readonly _tag: "Template" }
  | { readonly _tag: "Version"; readonly version: string }
  | { readonly _tag: "Tarball"; readonly spec: string; readonly tarball: Tarball.Tarball }

const isPath = (spec: string): boolean => spec.endsWith(".tgz") || spec.startsWith("file:") || isAbsolute(spec)

const sourceOf = async ({ cwd = process.cwd(), fibercord, target }: Options): Promise<Source> => {
  if (fibercord === undefined) return { _tag: "Template" }
  if (isPath(fibercord)) {
    const file = fibercord.startsWith("file://")
      ? fileURLToPath(fibercord)
      : resolve(cwd, fibercord.replace(/^file:/, ""))
    // Another drive of Windows has no relative path.
    const path = relative(target, file).replaceAll("\\", "/")
    return { _tag: "Tarball", spec: `file:${path}`, tarball: await Tarball.read(file, library) }
  }
  if (!/^[\w.^~<>=*|+ -]+$/.test(fibercord)) {
    throw new CreateError(`--fibercord ${fibercord} is neither a version, such as 0.1.0, nor the path of a tarball`, 2)
  }
  return { _tag: "Version", version: fibercord }
}

/** The fields of a package that a lockfile repeats. */
const lockedFields = [
  "dependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "optionalDependencies",
  "bin",
  "engines"
]

const isSame = (a: unknown, b: unknown): boolean => sorted(a) === sorted(b)

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof part === "string"
        ? part.replace(/^\.\//, "")
        : part
  ) ?? ""

/**
 * The lockfile for a source, or `undefined` if it does not fit: another version of fibercord may need other packages,
 * so the package manager makes a lockfile of its own then.
 */
const lockfileFor = (lock: Json, source: Source): Json => {
  if (lock === undefined || source._tag === "Version") return undefined
  if (source._tag === "Template") return lock
  const entry = lock.packages[`node_modules/${library}`]
  const { integrity, manifest } = source.tarball
  if (!lockedFields.every((field) => isSame(entry[field], manifest[field]))) return undefined
  Object.assign(entry, { version: manifest.version, resolved: source.spec, integrity })
  lock.packages[""].dependencies[library] = source.spec
  return lock
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** The files of the bot, package.json last: a folder with a package.json is complete. */
export const make = async (options: Options): Promise<ReadonlyArray<File>> => {
  const files = await read(options.template)
  const source = await sourceOf(options)
  const manifest = parse(files, "package.json")
  manifest.name = options.name
  if (source._tag === "Version") manifest.dependencies[library] = source.version
  if (source._tag === "Tarball") manifest.dependencies[library] = source.spec
  const lock = options.packageManager === "npm" ? lockfileFor(parse(files, "package-lock.json"), source) : undefined
  if (lock !== undefined) {
    lock.name = options.name
    lock.packages[""].name = options.name
  }
  const slug = slugOf(options.name.replace(/^@[^/]*\//, ""))
  return [
    ...files
      .filter(({ path }) => path !== "package.json" && path !== "package-lock.json")
      .map(({ content, path }) => ({
        path: path.replaceAll(placeholder, slug),
        content: PackageManagers.translate(content.replaceAll(placeholder, slug), options.packageManager)
      })),
    ...(lock === undefined ? [] : [{ path: "package-lock.json", content: json(lock) }]),
    { path: "package.json", content: json(manifest) }
  ]
}
