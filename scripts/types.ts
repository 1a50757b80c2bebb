/**
 * Types and Effect's diagnostics, by the compiler of `effect-tsgo`, which is TypeScript with both: one program is checked
 * once. A warning is a failure, as an error is.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"
import { root } from "./documents.ts"

const compiler = execFileSync(join(root, "node_modules/.bin/effect-tsgo"), ["get-exe-path"], {
  cwd: root,
  encoding: "utf8"
}).trim()

// Several checkers would each check what files share: half as long where nothing else runs, for twice the work.
const { error, status } = spawnSync(compiler, ["--project", "tsconfig.json", "--singleThreaded"], {
  cwd: root,
  // Go collects garbage when there is three times as much as is in use, and not twice as much.
  env: { ...process.env, GOGC: "200" },
  stdio: "inherit"
})
if (error !== undefined) throw error
process.exitCode = status ?? 1
