/** The blocks of the language `sh`: each command exists, and what is known about its arguments fits. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { read } from "../../src/playground/internal/commandLine.ts"
import { type Fence, root } from "../documents.ts"

/** What a document is checked against. */
export interface Context {
  /** The document. */
  readonly file: string
  /** The names of files that the document shows, which a reader has. */
  readonly files: ReadonlySet<string>
  /** Whether code reads an environment variable, or a fence of the document sets it. */
  readonly reads: (variable: string) => boolean
}

/** Programs that are no part of the project. Whoever needs another one in a document adds it here. */
const programs = new Set(
  [
    "bun bunx cat cd chmod cp curl deno docker echo export exit fly flyctl git install jq journalctl kill kubectl ls mkdir mv",
    "node npm npx printf",
    "openssl pnpm psql rm sed sleep sudo systemctl tail test ssh scp rsync touch tee true wrangler [ createdb pg_dump"
  ].flatMap((line) => line.split(" "))
)

const keywords = new Set(["if", "then", "else", "fi", "for", "while", "until", "do", "done", "!"])

/** Commands of packages that `npx` runs in documents. */
const packages = new Set([
  "fibercord",
  "vitest",
  "tsc",
  "wrangler",
  "effect-tsgo",
  "cloudflared",
  "tsx",
  "create-fibercord",
  "rolldown"
])

const npmCommands = new Set(
  "add audit ci create exec init install ls outdated pack pkg publish run start test uninstall update view version".split(
    " "
  )
)

const scriptsOf = (manifest: string): ReadonlySet<string> =>
  new Set(
    existsSync(join(root, manifest))
      ? Object.keys(JSON.parse(readFileSync(join(root, manifest), "utf8")).scripts ?? {})
      : []
  )

const templates = join(root, "packages/create/templates")

/** The scripts that a reader has: those of the repository, or of a bot that `npm create fibercord` has made. */
const scripts: ReadonlySet<string> = new Set([
  ...scriptsOf("package.json"),
  ...(existsSync(templates)
    ? readdirSync(templates).flatMap((name) => [...scriptsOf(`packages/create/templates/${name}/package.json`)])
    : [])
])

const words = (text: string): ReadonlyArray<string> =>
  (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/["']/g, ""))

/** The simple commands of a line, without comments, redirections and keywords. */
const commandsOf = (line: string): ReadonlyArray<ReadonlyArray<string>> =>
  line
    .replace(/(^|\s)#.*$/, "")
    .replaceAll(/'[^']*'/g, (quoted) => quoted.replaceAll(/[|;&]/g, " "))
    .split(/\|\||&&|\||;|\s&(?=\s|$)/)
    .map((part) => words(part).filter((word) => !/^\d?[<>]/.test(word)))
    .filter((part) => part.length > 0)

/** What documents call the reader's own program, and what is built of it. */
const own = new Set(["bot.ts", "main.ts", "dist/main.js"])

const fileProblem = (file: string | undefined, { file: document, files }: Context): string | undefined => {
  if (file === undefined || file.includes("…") || file.startsWith("-")) return undefined
  const name = file.replace(/^\.\//, "")
  const folder = join(root, document, "..")
  const exists = own.has(name) || files.has(name) || existsSync(join(root, name)) || existsSync(join(folder, name))
  return exists || !/\.(ts|js|ya?ml|toml)$/.test(name) ? undefined : `there is no file ${name}`
}

const npmProblem = ([command, ...rest]: ReadonlyArray<string>): string | undefined => {
  if (command === undefined || !npmCommands.has(command)) return `npm has no command ${command}`
  if (command === "run") {
    const script = rest.find((word) => !word.startsWith("-"))
    return script === undefined || scripts.has(script) ? undefined : `package.json has no script ${script}`
  }
  if (command !== "create" && command !== "init") return undefined
  if (rest[0]?.replace(/@.*$/, "") !== "fibercord") return undefined
  const template = rest[rest.indexOf("--template") + 1]
  const isKnown = !rest.includes("--template") || template === undefined || existsSync(join(templates, template))
  return isKnown ? undefined : `packages/create has no template ${template}`
}

const npxProblem = (args: ReadonlyArray<string>, context: Context): string | undefined => {
  const [name = "", ...rest] = args.filter((word) => word !== "--yes" && word !== "-y")
  if (!packages.has(name.replace(/(?<=.)@.*$/, ""))) return `npx runs the unknown command ${name}`
  if (name !== "fibercord") return undefined
  const command = read(rest)
  if (command._tag === "Wrong") return command.message
  return command._tag === "Dev" ? fileProblem(command.options.file, context) : undefined
}

const nodeProblem = (args: ReadonlyArray<string>, context: Context): string | undefined => {
  const imported = args[args.indexOf("--import") + 1]
  if (args.includes("--import") && imported?.startsWith("fibercord/") === true) {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    if (exports[imported.replace("fibercord", ".")] === undefined) return `there is no entry point ${imported}`
  }
  const file = args.find((word, index) => !word.startsWith("-") && args[index - 1] !== "--import")
  return fileProblem(file, context)
}

const commandProblem = (command: ReadonlyArray<string>, context: Context): string | undefined => {
  const [name, ...args] = command
  if (name === undefined) return undefined
  if (keywords.has(name)) return name === "for" ? undefined : commandProblem(args, context)
  const variable = /^([A-Za-z_]\w*)=/.exec(name)?.[1]
  if (variable !== undefined) {
    const problem = context.reads(variable) ? undefined : `no code reads the variable ${variable}`
    return problem ?? commandProblem(args, context)
  }
  if (name.startsWith("./")) return fileProblem(name, context)
  if (!programs.has(name)) return `there is no command ${name}; if there is, add it to scripts/blocks/commands.ts`
  if (name === "sudo" || name === "export") return commandProblem(args, context)
  if (name === "npm") return npmProblem(args)
  if (name === "npx") return npxProblem(args, context)
  return name === "node" ? nodeProblem(args, context) : undefined
}

/** What is wrong with a block, as `[line of the block, message]`. */
export const problemsOf = ({ code }: Fence, context: Context): ReadonlyArray<readonly [number, string]> => {
  const problems: Array<readonly [number, string]> = []
  let line = ""
  let isOpen = false
  for (const [index, text] of code.entries()) {
    line += text
    if (line.endsWith("\\")) line = line.slice(0, -1)
    else {
      // A quoted argument may go on over several lines, and a program in it is not the shell's.
      if ((text.match(/'/g) ?? []).length % 2 === 1 && !text.trimStart().startsWith("#")) isOpen = !isOpen
      if (isOpen) line += " "
      else {
        for (const command of commandsOf(line.replace(/^\$ /, ""))) {
          const problem = commandProblem(command, context)
          if (problem !== undefined) problems.push([index, problem])
        }
        line = ""
      }
    }
  }
  if (isOpen) problems.push([code.length - 1, "a quote is not closed"])
  return problems
}
