/** What a newcomer gets: both packages as tarballs, and the command from its tarball. */
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { pack } from "../release/packing.ts"
import { run } from "./processes.ts"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** A folder for bots, and the tarballs. */
export interface Packed {
  /** Its name has a space in it. */
  readonly folder: string
  readonly fibercord: string
  readonly createFibercord: string
}

/** Both, and a folder that is gone with the scope. fibercord has to be built. */
export const make = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord new bots "))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  )
  return { folder, fibercord: pack("fibercord", folder), createFibercord: pack("create-fibercord", folder) }
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
