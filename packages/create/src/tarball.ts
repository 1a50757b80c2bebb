/** The tarball of a package, as `npm pack` makes it. */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { gunzipSync } from "node:zlib"
import { codeOf, CreateError, messageOf } from "./CreateError.ts"

/** What a lockfile says of a package, as far as its package.json has it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly [field: string]: unknown
}

/** A package in a file. */
export interface Tarball {
  readonly manifest: Manifest
  /** As lockfiles write it: `sha512-…`. */
  readonly integrity: string
}

const blockSize = 512

const textOf = (block: Buffer, start: number, end: number): string => {
  const text = block.toString("utf8", start, end)
  const zero = text.indexOf("\0")
  return zero < 0 ? text : text.slice(0, zero)
}

/** The content of a file in an archive in the format of tar. */
const find = (archive: Buffer, path: string): string | undefined => {
  for (let at = 0; at + blockSize <= archive.length;) {
    const name = textOf(archive, at, at + 100)
    if (name === "") return undefined
    const size = Number.parseInt(textOf(archive, at + 124, at + 136).trim(), 8)
    if (!Number.isInteger(size) || size < 0) return undefined
    const start = at + blockSize
    if (name === path) return archive.toString("utf8", start, start + size)
    at = start + Math.ceil(size / blockSize) * blockSize
  }
  return undefined
}

const manifestIn = (bytes: Buffer): Manifest | undefined => {
  try {
    const manifest: unknown = JSON.parse(find(gunzipSync(bytes), "package/package.json") ?? "")
    return typeof manifest === "object" && manifest !== null ? (manifest as Manifest) : undefined
  } catch {
    return undefined
  }
}

/** Reads the tarball of a package that has this name. */
export const read = async (file: string, name: string): Promise<Tarball> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT")
      throw new CreateError(`There is no file ${file}. Expected the tarball of ${name}`, 2)
    throw new CreateError(`${file} cannot be read: ${messageOf(error)}`)
  })
  const manifest = manifestIn(bytes)
  if (manifest === undefined) throw new CreateError(`${file} is not the tarball of a package, as npm pack makes it`, 2)
  if (manifest.name !== name) throw new CreateError(`${file} has the package ${manifest.name} in it, not ${name}`, 2)
  return { manifest, integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}` }
}
