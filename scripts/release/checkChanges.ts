/**
 * Fails when a fragment of the changelog cannot be read, and when `src` or `packages/create` differ from the base without
 * one. The base is `--base <commit>`, by default where this branch left `origin/main` or `main`. A given base must exist.
 * Where neither branch is known, as in a shallow clone, and on the main branch itself, only the texts are checked.
 */
import { execFileSync } from "node:child_process"
import { parseArgs } from "node:util"
import { fragments, unexplained } from "./changes.ts"
import { root } from "./tarball.ts"

const git = (...args: ReadonlyArray<string>): string | undefined => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
  } catch {
    return undefined
  }
}

/** Where this branch left its base; nothing if that is unknown. */
const baseOf = (given: string | undefined): string | undefined => {
  const candidates = given === undefined ? ["origin/main", "main"] : [given]
  return candidates
    .map((name) => git("merge-base", name, "HEAD"))
    .find((commit) => commit !== undefined && commit !== "")
}

/** The files that differ from a commit, committed or not. */
const changedSince = (base: string): ReadonlyArray<string> => {
  const lines = (output: string | undefined) => output?.split("\n").filter((line) => line !== "") ?? []
  return [...lines(git("diff", "--name-only", base)), ...lines(git("ls-files", "--others", "--exclude-standard"))]
}

const { values } = parseArgs({ options: { base: { type: "string" } } })
const found = fragments()
const problems = found.flatMap((each) => ("problem" in each ? [`${each.file}: ${each.problem}`] : []))

const base = baseOf(values.base)
if (base === undefined && values.base !== undefined) {
  problems.push(
    `There is no commit that ${values.base} and this one have in common. Fetch it, with enough of its history.`
  )
}
if (base === undefined) console.log("No base to compare with: only the texts of changes/ are checked.")
else {
  for (const name of unexplained(changedSince(base), found)) {
    problems.push(
      `${name} differs from ${base.slice(0, 8)} without a fragment in changes/. Write one for what users see, or of the kind \`none\` with the reason why they see nothing. CONTRIBUTING.md says how.`
    )
  }
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
