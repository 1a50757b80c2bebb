/** What a newcomer gets: both packages as tarballs, and the command from its tarball. */
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { run } from "./processes.ts"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** A folder for bots, and the tarballs. */
export interface Packed {
  /** Its name has a space in it. */
  readonly folder: string
  readonly fibercord: string
  readonly createFibercord: string
}

const pack = (cwd: string, destination: string) =>
  Effect.map(run("npm", ["pack", "--json", "--pack-destination", destination], { cwd }), (output) => {
    const [{ filename }] = JSON.parse(output.slice(output.indexOf("["))) as [{ readonly filename: string }]
    return join(destination, filename)
  })

/** Packs both, into a folder that is gone with the scope. fibercord has to be built. */
export const make = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord new bots "))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  )
  const [fibercord, createFibercord] = yield* Effect.all(
    [pack(root, folder), pack(join(root, "packages/create"), folder)],
    { concurrency: 2 }
  )
  return { folder, fibercord, createFibercord }
})

/** Without questions and reports of npm, and with what it has already downloaded. */
export const quietly = ["--no-audit", "--no-fund", "--prefer-offline"]

/** As `npm create fibercord` runs the command, with its arguments in each call. */
export const create = (packed: Packed, ...calls: ReadonlyArray<ReadonlyArray<string>>) => {
  const quoted = calls.map((args) =>
    ["create-fibercord", ...args, "--fibercord", packed.fibercord].map((arg) => `"${arg}"`).join(" ")
  )
  return run("npm", ["exec", "--yes", `--package=${packed.createFibercord}`, "--call", quoted.join(" && ")], {
    cwd: packed.folder
  })
}
