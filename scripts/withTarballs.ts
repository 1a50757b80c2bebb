/**
 * Packs the packages that are published, and runs a command whose scripts find them there: `npm test` packs them once for
 * all that install them. They are gone when the command has ended.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pack, variable } from "./release/packing.ts"

const folder = mkdtempSync(join(tmpdir(), "fibercord-tarballs-"))
try {
  pack("fibercord", folder)
  pack("create-fibercord", folder)
  const [command = "", ...args] = process.argv.slice(2)
  const env = { ...process.env, [variable]: folder }
  const { error, status } = spawnSync(command, args, { env, stdio: "inherit" })
  if (error !== undefined) throw error
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
