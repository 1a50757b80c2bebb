/**
 * The versions that are supported: what `npm run consumer:platforms` and `npm run consumer:types` run, and what
 * `docs/operating/versions.md` says. Versions of dev dependencies are those in package.json.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./tarball.ts"

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))

const dependency = (name: string): string => manifest.devDependencies[name].replace(/^npm:.*@/, "")

/** The lowest version that a range as `^4.1.0` or `>=22.19` allows. */
export const lowest = (range: string): string => {
  const parts = range.replace(/^[^\d]*/, "").split(".")
  return [...parts, "0", "0"].slice(0, 3).join(".")
}

/** Versions of Node beside that of the dev dependency: the lowest that is allowed, and the newest line. */
export const nodes = [lowest(manifest.engines.node), "26.10.0"] as const

/** Compilers that users' declarations are emitted by, and the folders that they are in. */
export const compilers = {
  "TypeScript 7": "node_modules/typescript",
  "TypeScript 6": "docs/node_modules/typescript",
  "TypeScript 5.9": "node_modules/typescript-5.9"
} as const

const installed = (folder: string): string => lock.packages[folder].version

/** What runs, and in which versions. */
export const supported = [
  { name: "Node", range: "22.19 or newer", versions: [nodes[0], dependency("node"), nodes[1]] },
  { name: "Bun", range: "1.4", versions: [dependency("bun")] },
  { name: "Deno", range: "2.9", versions: [dependency("deno")] },
  { name: "workerd", range: "as in miniflare 4", versions: [installed("node_modules/workerd")] },
  { name: "TypeScript", range: "5.9, 6 and 7", versions: Object.values(compilers).map(installed) },
  { name: "Effect", range: "4.1 or newer, below 5", versions: [dependency("effect")] }
] as const

/** The Effect that is installed beside the packed package: that of the dev dependency, or what `--effect` says. */
export const effectVersion = (which: string | undefined): string => {
  if (which === "lowest") return lowest(manifest.peerDependencies.effect)
  return which === "newest" ? manifest.peerDependencies.effect : dependency("effect")
}

const platform = process.platform === "win32" ? "win" : process.platform
const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node"

/** A version of Node, from npm, which is kept in `.cache`. */
export const nodeBinary = (version: string): string => {
  const folder = join(root, ".cache/nodes", version)
  const name = `${prefix}-${platform}-${process.arch}`
  const binary = join(folder, "node_modules", name, "bin", platform === "win" ? "node.exe" : "node")
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }))
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", `${name}@${version}`]
    execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
  }
  return binary
}
