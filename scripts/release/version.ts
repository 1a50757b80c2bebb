/**
 * Prepares a release: moves the fragments of `changes/` into the changelogs, raises the versions by what they are, and
 * removes them. `--dry-run` says only what it would do. The rules are those of `docs/operating/versions.md`.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { changelogOf, type Fragment, fragments, kinds, packageNames, packages } from "./changes.ts"
import { root } from "./tarball.ts"

/** The version after one, by what has changed. Before 1.0 what breaks raises the minor version, and all else the patch. */
export const next = (version: string, changed: ReadonlyArray<Fragment["kind"]>): string => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number)
  const has = (...some: ReadonlyArray<Fragment["kind"]>) => changed.some((kind) => some.includes(kind))
  const level = has("breaking") ? 0 : has("added", "deprecated") ? 1 : 2
  switch (major === 0 ? Math.min(level + 1, 2) : level) {
    case 0:
      return `${major + 1}.0.0`
    case 1:
      return `${major}.${minor + 1}.0`
    default:
      return `${major}.${minor}.${patch + 1}`
  }
}

/** What is listed in a changelog, by heading. */
const lists = (all: ReadonlyArray<Fragment>): ReadonlyArray<readonly [heading: string, list: string]> =>
  Object.entries(kinds).flatMap(([kind, heading]) => {
    const own = all.filter((each) => each.kind === kind).map(({ text }) => `- ${text.replace(/\n(?=.)/g, "\n  ")}`)
    return heading === "" || own.length === 0 ? [] : [[`### ${heading}`, own.join("\n")] as const]
  })

/** The part of a changelog for one version. */
export const section = (version: string, day: string, all: ReadonlyArray<Fragment>): string =>
  [`## ${version} (${day})`, ...(lists(all).length === 0 ? ["Nothing that users see."] : lists(all).flat())].join(
    "\n\n"
  )

/** Whether a changelog has a part for a version that was not released yet: one without a day. */
export const isPending = (changelog: string, version: string): boolean =>
  changelog.split("\n").includes(`## ${version}`)

/** A changelog with a part before the others. */
export const insert = (changelog: string, added: string): string => {
  const at = changelog.search(/^## /m)
  return at === -1
    ? `${changelog.trimEnd()}\n\n${added}\n`
    : `${changelog.slice(0, at)}${added}\n\n${changelog.slice(at)}`
}

/** A changelog whose part for a version that was not released yet has its day, and lists more. */
export const complete = (changelog: string, version: string, day: string, all: ReadonlyArray<Fragment>): string => {
  const [before = "", rest = ""] = changelog.split(new RegExp(`^## ${version.replaceAll(".", "\\.")}$`, "m"))
  const end = rest.search(/^## /m)
  const [own, after] = end === -1 ? [rest, ""] : [rest.slice(0, end), rest.slice(end)]
  const parts = own.trim().split(/\n\n(?=### )/)
  for (const [heading, list] of lists(all)) {
    const index = parts.findIndex((part) => part.startsWith(`${heading}\n`))
    if (index === -1) parts.push(`${heading}\n\n${list}`)
    else parts[index] += `\n${list}`
  }
  return `${before}## ${version} (${day})\n\n${parts.join("\n\n")}\n${after === "" ? "" : `\n${after}`}`
}

const release = (name: keyof typeof packages, to: string, all: ReadonlyArray<Fragment>, isDry: boolean): void => {
  const manifestFile = join(root, packages[name], "package.json")
  const changelogFile = join(root, changelogOf(name))
  const manifest = readFileSync(manifestFile, "utf8")
  const changelog = readFileSync(changelogFile, "utf8")
  const day = new Date().toISOString().slice(0, 10)
  const { version } = JSON.parse(manifest)
  const added = section(to, day, all)
  console.log(`${name}: ${version} → ${to}\n\n${added}\n`)
  if (isDry) return
  writeFileSync(manifestFile, manifest.replace(`"version": "${version}"`, `"version": "${to}"`))
  writeFileSync(changelogFile, isPending(changelog, to) ? complete(changelog, to, day, all) : insert(changelog, added))
  for (const { file } of all) rmSync(join(root, file))
}

// Both packages have one version: the command creates bots on the fibercord of its own version.
if (import.meta.main) {
  const all = fragments()
  const wrong = all.filter((each) => "problem" in each)
  if (wrong.length > 0) throw new Error(wrong.map(({ file, problem }) => `${file}: ${problem}`).join("\n"))
  const fine = all.filter((each): each is Fragment => "kind" in each)
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const isFirst = isPending(readFileSync(join(root, changelogOf("fibercord")), "utf8"), version)
  const changed = fine.map(({ kind }) => kind)
  if (!isFirst && changed.every((kind) => kind === "none"))
    console.log("Nothing to release: no fragment says what users see.")
  else {
    const to = isFirst ? version : next(version, changed)
    const isDry = process.argv.includes("--dry-run")
    for (const name of packageNames)
      release(
        name,
        to,
        fine.filter((each) => each.package === name),
        isDry
      )
  }
}
