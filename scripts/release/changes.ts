/**
 * Fragments of the changelog: `changes/*.md`, a file for each change that users see. `CONTRIBUTING.md` says how to write
 * one; `scripts/release/version.ts` moves them into the changelog.
 */
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { root } from "./tarball.ts"

/** The packages that are published, and their folders. */
export const packages = { fibercord: ".", "create-fibercord": "packages/create" } as const

export const packageNames = Object.keys(packages) as ReadonlyArray<keyof typeof packages>

/** What a change is, and its heading in the changelog. A change of the kind `none` is not listed. */
export const kinds = {
  breaking: "Breaking",
  added: "Added",
  deprecated: "Deprecated",
  fixed: "Fixed",
  none: ""
} as const

export interface Fragment {
  readonly file: string
  readonly package: keyof typeof packages
  readonly kind: keyof typeof kinds
  readonly text: string
}

/** A fragment, or what is wrong with it. */
export type Parsed = Fragment | { readonly file: string; readonly problem: string }

const maximum = 400
const expected = `expected \`package: ${packageNames.join(" | ")}\` and \`kind: ${Object.keys(kinds).join(" | ")}\` between two lines \`---\`, then the text`

const isIn = <T extends object>(name: string | undefined, record: T): name is keyof T & string =>
  name !== undefined && Object.hasOwn(record, name)

const problemOf = (text: string): string | undefined => {
  const [first = ""] = text.split("\n\n")
  if (!/^[A-Z][\w@/.]*(?:[ ,]+\w+)*: \S/.test(first))
    return "the text begins with its area and a colon, as in `Gateway: shards resume …`"
  if (!/[.)`]$/.test(first)) return "the first paragraph ends with a full stop"
  if (first.length > maximum)
    return `the first paragraph has ${first.length} characters, at most ${maximum} expected; details belong in \`docs/\``
  if (/\b(wip|todo|fixme)\b/i.test(text)) return "the text is about something that is not finished"
  return undefined
}

/** Reads a fragment. */
export const parse = (file: string, content: string): Parsed => {
  const [, head = "", text = ""] = /^---\n([^]*?)\n---\n([^]*)$/.exec(content) ?? []
  const fields = new Map(head.split("\n").map((line) => line.split(": ") as [string, string]))
  const [owner, kind] = [fields.get("package"), fields.get("kind")]
  if (!isIn(owner, packages) || !isIn(kind, kinds)) return { file, problem: expected }
  const problem = problemOf(text.trim())
  return problem === undefined ? { file, package: owner, kind, text: text.trim() } : { file, problem }
}

/** All fragments, in the order of their names. */
export const fragments = (folder: string = root): ReadonlyArray<Parsed> =>
  globSync("changes/*.md", { cwd: folder })
    .filter((file) => basename(file) !== "README.md")
    .toSorted()
    .map((file) => parse(file, readFileSync(join(folder, file), "utf8")))

/** The changelog of a package. */
export const changelogOf = (name: keyof typeof packages): string => join(packages[name], "CHANGELOG.md")

/** The package that a changed file belongs to, if users get that file. */
export const ownerOf = (file: string): keyof typeof packages | undefined => {
  if (/^packages\/create\/(?!test\/|CHANGELOG)/.test(file)) return "create-fibercord"
  return file.startsWith("src/") ? "fibercord" : undefined
}

/**
 * The packages that have changed without a fragment. `changed` are the files that differ from the base. A release, which
 * removes fragments and writes the changelog of a package, needs none.
 */
export const unexplained = (
  changed: ReadonlyArray<string>,
  found: ReadonlyArray<Parsed>
): ReadonlyArray<keyof typeof packages> => {
  const fresh = found.filter(({ file }) => changed.includes(file))
  return packageNames.filter(
    (name) =>
      changed.some((file) => ownerOf(file) === name) &&
      !changed.includes(changelogOf(name)) &&
      !fresh.some((each) => "kind" in each && each.package === name)
  )
}
