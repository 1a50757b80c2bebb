/**
 * The benchmark: `npm run bench -- [part …] [--only client,client] [--match title] [--rounds n] [--before dist]`.
 *
 * Installs the peers on first use, builds the library if necessary, runs the parts, and writes one table to the
 * terminal and to `results/latest.json`. `--match` measures only what has that text in its title, as the log prints it.
 * `--library` measures another build than `../dist`, and `--before` measures a
 * second one in the same rounds, as the client `before`. Both take a `dist` folder. `--profile` writes CPU profiles of
 * the floods and of the interactions to `results/profiles`, which costs time that shows in the figures. `profile.ts`
 * reads them. `--short` measures a few ratios in a few minutes, and fails if one is worse than in the committed table.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const npm = (directory: string, ...command: ReadonlyArray<string>): void => {
  console.log(`npm ${command.join(" ")} in ${directory}`)
  execFileSync("npm", command, { cwd: directory, stdio: "inherit" })
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    match: { type: "string" },
    rounds: { type: "string", default: "5" },
    library: { type: "string" },
    before: { type: "string" },
    short: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false }
  }
})

for (const directory of values.short ? ["./"] : ["./", "clients/dfx/"]) {
  if (!existsSync(path(`${directory}node_modules`))) npm(path(directory), "ci", "--no-audit", "--no-fund")
}
if (values.library === undefined && !existsSync(path("../dist/index.js"))) npm(path("../"), "run", "build")

// Imported only now, because it needs what was just installed.
const { bench } = await import("./lib/bench.ts")
const { short } = await import("./lib/short.ts")
const entry = (dist: string): string => pathToFileURL(`${dist}/index.js`).href
const options = {
  parts: positionals,
  only: values.only?.split(","),
  titles: values.match === undefined ? undefined : [values.match],
  rounds: Math.max(1, Number.parseInt(values.rounds, 10) || 1),
  library: entry(values.library ?? path("../dist")),
  before: values.before === undefined ? undefined : entry(values.before),
  profiles: values.profile ? path("./results/profiles") : undefined,
  quiet: values.quiet
}
if (!values.short) await bench(options)
else if (!(await short(options))) process.exitCode = 1
