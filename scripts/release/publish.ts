/**
 * Publishes each package whose version npm does not have, with provenance: the workflow `release.yml` runs it. A version
 * that has no day in its changelog is not released yet. `--dry-run` publishes nothing.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { changelogOf, packageNames, packages } from "./changes.ts"
import { root } from "./tarball.ts"
import { isPending } from "./version.ts"

const isOnNpm = (name: string, version: string): boolean => {
  try {
    execFileSync("npm", ["view", `${name}@${version}`, "version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"]
    })
    return true
  } catch (error) {
    const { stderr } = error as { readonly stderr: string }
    if (stderr.includes("E404")) return false
    throw error
  }
}

const isDry = process.argv.includes("--dry-run")
for (const name of packageNames) {
  const folder = join(root, packages[name])
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  if (isPending(readFileSync(join(root, changelogOf(name)), "utf8"), version)) {
    console.log(`${name} ${version} is not released yet: \`npm run release\` does that`)
  } else if (isOnNpm(name, version)) {
    console.log(`${name} ${version} is on npm`)
  } else {
    const args = ["publish", "--access", "public", ...(isDry ? ["--dry-run"] : ["--provenance"])]
    execFileSync("npm", args, { cwd: folder, stdio: "inherit" })
    console.log(`${name} ${version} is ${isDry ? "ready" : "published"}`)
  }
}
