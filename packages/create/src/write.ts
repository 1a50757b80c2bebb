/**
 * Writes a project so that it is there as a whole or not at all: into a temporary folder beside the target, which is
 * then renamed. An empty folder that exists is kept, because somebody may be in it: its temporary folder is within it,
 * because what is beside it may be another disk, or not to be written to, and the files move up one by one, and are
 * removed again if that is interrupted.
 */
import { randomBytes } from "node:crypto"
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { codeOf, CreateError, Interrupted, messageOf } from "./CreateError.ts"
import type { File } from "./templates.ts"

/** What may be in a folder that counts as empty. */
const unimportant = new Set([".git", ".DS_Store", "Thumbs.db"])

/** The temporary folder in a folder that exists, which is taken by it. */
const claim = ".create-fibercord"

const shown = 8

const refuseContents = (target: string, entries: ReadonlyArray<string>): CreateError => {
  const more = entries.length > shown ? `, and ${entries.length - shown} more` : ""
  return new CreateError(
    `The folder ${target} is not empty: it has ${entries.slice(0, shown).join(", ")}${more} in it. Expected a new folder, or an empty one`
  )
}

/** What the target is: fails if it is neither missing nor an empty folder. */
export const inspect = async (target: string): Promise<"missing" | "empty"> => {
  try {
    const entries = (await readdir(target)).filter((name) => !unimportant.has(name)).sort()
    if (entries.length > 0) throw refuseContents(target, entries)
    return "empty"
  } catch (error) {
    const code = codeOf(error)
    if (code === "ENOENT") return "missing"
    if (code === "ENOTDIR") throw new CreateError(`${target} is a file, or below one. Expected a folder`)
    throw new CreateError(`${target} cannot be looked into: ${messageOf(error)}`)
  }
}

const check = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Interrupted()
}

const writeAll = async (folder: string, files: Iterable<File>, signal: AbortSignal): Promise<void> => {
  for (const { content, path } of files) {
    check(signal)
    const file = join(folder, ...path.split("/"))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content, { flag: "wx" })
  }
  check(signal)
}

/** Writes the project into a folder that exists. What is not there completely is taken out again. */
const writeInto = async (target: string, files: Iterable<File>, signal: AbortSignal): Promise<void> => {
  const folder = join(target, claim)
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "EEXIST") throw refuseContents(target, [claim])
    throw error
  })
  const moved: Array<string> = []
  try {
    await writeAll(folder, files, signal)
    const entries = (await readdir(target)).filter((name) => name !== claim && !unimportant.has(name))
    if (entries.length > 0) throw refuseContents(target, entries)
    for (const name of await readdir(folder)) {
      check(signal)
      await rename(join(folder, name), join(target, name))
      moved.push(name)
    }
    check(signal)
  } catch (error) {
    for (const name of moved) await rm(join(target, name), { recursive: true, force: true })
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Gives the project its name, unless somebody else has taken it meanwhile. */
const moveTo = async (folder: string, target: string): Promise<void> => {
  await rename(folder, target).catch(async (error: unknown) => {
    if (["ENOTEMPTY", "EEXIST", "EPERM"].includes(codeOf(error) ?? "")) await inspect(target)
    throw error
  })
}

/** The first folder of a path that does not exist, if any does not. */
const firstMissing = async (path: string): Promise<string | undefined> => {
  let missing: string | undefined
  for (let at = path; ; at = dirname(at)) {
    const found = await readdir(at).then(
      () => true,
      (error: unknown) => codeOf(error) !== "ENOENT"
    )
    if (found || at === dirname(at)) return missing
    missing = at
  }
}

/** `place` is the folder that was written to. */
const explain = (target: string, place: string, error: unknown): unknown => {
  if (error instanceof CreateError || error instanceof Interrupted) return error
  const code = codeOf(error)
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new CreateError(`${place} cannot be written to: ${messageOf(error)}`)
  }
  if (code === "ENOSPC") return new CreateError(`The disk is full: ${messageOf(error)}`)
  return new CreateError(`${target} could not be written: ${messageOf(error)}`)
}

/** Writes the project into a new folder, and the folders on the way. */
const writeBeside = async (target: string, files: Iterable<File>, signal: AbortSignal): Promise<void> => {
  const parent = dirname(target)
  const made = await firstMissing(parent)
  // Not with the target's name in it, which may be as long as a name can be.
  const folder = join(parent, `${claim}-${randomBytes(4).toString("hex")}`)
  try {
    await mkdir(folder, { recursive: true })
    await writeAll(folder, files, signal)
    await moveTo(folder, target)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (made !== undefined) await removeEmpty(parent, made)
    throw error
  }
}

/**
 * Writes the files. Fails with a `CreateError`, or with `Interrupted` once the signal is aborted; in both cases
 * everything is as it was before.
 */
export const write = async (target: string, files: Iterable<File>, signal: AbortSignal): Promise<void> => {
  const isThere = (await inspect(target)) === "empty"
  try {
    check(signal)
    await (isThere ? writeInto : writeBeside)(target, files, signal)
  } catch (error) {
    throw explain(target, isThere ? target : dirname(target), error)
  }
}

/** Removes the folders that were made on the way to the target, as long as they are empty. */
const removeEmpty = async (from: string, to: string): Promise<void> => {
  for (let at = from; ; at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false
    )
    if (!removed || at === to) return
  }
}
