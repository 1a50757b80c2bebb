/** What to do with a bot that was created. */
import { packageManagers, type Name } from "./packageManagers.ts"
import type { Template } from "./templates.ts"

/** What the advice depends on. */
export interface Options {
  readonly template: Template
  /** Relative to the folder of the shell; empty if it is the same. */
  readonly folder: string
  readonly packageManager: Name
  readonly installed: boolean
  /** Default: that of this process. */
  readonly platform?: NodeJS.Platform
  /** The version of the Node that runs this, such as `24.21.0`. */
  readonly nodeVersion: string
}

// Shells other than that of Windows read more in double quotes than what is there, and take a dash for an option.
const quoted = (folder: string, platform: NodeJS.Platform): string => {
  const path = folder.startsWith("-") ? `./${folder}` : folder
  if (/^[\w./-]+$/.test(path) || (platform === "win32" && /^[\w.:\\/-]+$/.test(path))) return path
  return platform !== "win32" && /[$`"\\!\p{Cc}]/u.test(path)
    ? `'${path.replaceAll("'", String.raw`'\''`)}'`
    : `"${path}"`
}

const isOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major < 22 || (major === 22 && minor < 19)
}

/** What starts the bot on Discord, and what it is. */
const live = {
  gateway: ["start", "starts the bot on Discord; README.md says where the token comes from"],
  http: ["start", "starts the server; README.md says how Discord finds it"],
  workers: ["deploy", "deploys to Cloudflare; README.md says what it needs"],
  cluster: ["start", "starts one member; README.md says how to start three"]
} as const

/** The advice, a step a line. */
export const nextSteps = ({
  folder,
  installed,
  nodeVersion,
  packageManager,
  platform = process.platform,
  template
}: Options): string => {
  const { run } = packageManagers[packageManager]
  const [script, what] = live[template]
  const steps: ReadonlyArray<readonly [command: string, what: string]> = [
    ...(folder === "" ? [] : [[`cd ${quoted(folder, platform)}`, ""] as const]),
    ...(installed ? [] : [[`${packageManager} install`, "installs packages"] as const]),
    [run("test"), "runs the tests, on a Discord of its own"],
    [run("dev"), "starts a Discord on your desk with the bot in it, and prints its address"],
    [run(script), what]
  ]
  const width = Math.max(...steps.map(([command]) => command.length))
  const lines = steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd())
  const old = isOld(nodeVersion) ? [`Bots need Node 22.19 or newer, and this is Node ${nodeVersion}.`, ""] : []
  return ["", ...old, "Next steps:", ...lines].join("\n")
}
