/**
 * Writes the tables of `docs/operating/versions.md`: which versions are supported, and what entry points use of Effect
 * that is unstable. `--check` fails when they say something else than the code.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { unstableParts } from "./stability.ts"
import { supported } from "./supported.ts"
import { type Table, withTable } from "./tables.ts"
import { root } from "./tarball.ts"

const page = join(root, "docs/operating/versions.md")

const versions: Table = {
  heading: "Supported versions",
  columns: ["platform", "supported", "tested"],
  rows: supported.map(({ name, range, versions }) => [name, range, versions.join(", ")])
}

/** Modules by their folders: `effect/sql`: `SqlClient`, `SqlError`. */
const byFolder = (modules: ReadonlyArray<string>): string => {
  const folders = Map.groupBy(modules, (module) => module.slice(0, module.lastIndexOf("/")))
  return [...folders]
    .map(([folder, own]) => `\`${folder}\`: ${own.map((module) => module.slice(folder.length + 1)).join(", ")}`)
    .join("; ")
}

const stability: Table = {
  heading: "Which entry points are stable",
  columns: ["entry point", "unstable modules of Effect in it"],
  rows: [...unstableParts()].map(([name, modules]) => [
    `\`${name}\``,
    modules.length === 0 ? "none" : byFolder(modules)
  ])
}

const old = readFileSync(page, "utf8")
const fresh = [versions, stability].reduce(withTable, old)
if (!process.argv.includes("--check")) writeFileSync(page, fresh)
else if (fresh !== old) {
  console.error("docs/operating/versions.md does not say what the code says. Run `npm run versions`.")
  process.exitCode = 1
}
