/** The packages that are published, as npm packs them. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./tarball.ts"

/** Their folders. */
const packages = { fibercord: root, "create-fibercord": join(root, "packages/create") } as const

export type Package = keyof typeof packages

/** The variable that names a folder with all of them, packed for a run of several scripts. */
export const variable = "FIBERCORD_TARBALLS"

/** The tarball of a package: that of this run, or else one that is packed into `destination`. */
export const pack = (name: Package, destination: string): string => {
  const folder = process.env[variable]
  const cwd = packages[name]
  if (folder !== undefined) {
    const { version } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"))
    return join(folder, `${name}-${version}.tgz`)
  }
  const args = ["pack", "--json", "--silent", "--pack-destination", destination]
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { cwd, encoding: "utf8" }))
  return join(destination, filename)
}
