/** What people type: `npm create fibercord@latest my-bot -- --template gateway`. */
import { parseArgs } from "node:util"
import { CreateError } from "./CreateError.ts"
import { packageNameProblem } from "./names.ts"
import * as PackageManagers from "./packageManagers.ts"
import { didYouMean } from "./suggest.ts"
import * as Templates from "./templates.ts"

/** What is to be created. What is `undefined` was not said. */
export interface Request {
  readonly folder: string | undefined
  readonly template: Templates.Template | undefined
  readonly name: string | undefined
  /** The version of fibercord, or the path of its tarball. */
  readonly fibercord: string | undefined
  readonly packageManager: PackageManagers.Name | undefined
  readonly install: boolean
  readonly git: boolean
}

/** What is to be done. */
export type Command =
  | { readonly _tag: "Create"; readonly request: Request }
  | { readonly _tag: "Help" }
  | { readonly _tag: "Version" }

const lines = Templates.names.map((name) => `  ${name.padEnd(12)} ${Templates.templates[name]}`)

export const usage = `Usage: npm create fibercord@latest <folder> -- [options]

Creates a Discord bot in a new folder: a program, a test, a lockfile and the files to deploy it with.
What is missing is asked for.

Templates:
${lines.join("\n")}

Options:
  --template, -t <template>  which bot; one of the above
  --name <name>              the name in package.json (default: made from the folder's)
  --package-manager <name>   ${PackageManagers.names.join(", ")} (default: the one that runs this command)
  --no-install               does not install packages
  --no-git                   does not make a git repository
  --fibercord <version>      another version of fibercord, or the path of its tarball
  --help, -h                 shows this
  --version, -v              shows the version
`

const options = {
  template: { type: "string", short: "t" },
  name: { type: "string" },
  "package-manager": { type: "string" },
  "no-install": { type: "boolean" },
  "no-git": { type: "boolean" },
  fibercord: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" }
} as const

const flags = Object.keys(options).map((name) => `--${name}`)

const wrong = (message: string): CreateError => new CreateError(message, 2)

/** Fails for a flag that there is not. `parseArgs` would advise to escape it. */
const checkFlags = (args: ReadonlyArray<string>): void => {
  for (const { kind, rawName } of parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens.flatMap(
    (token) => (token.kind === "option" ? [token] : [])
  )) {
    if (kind === "option" && !flags.includes(rawName) && !["-t", "-h", "-v"].includes(rawName)) {
      throw wrong(`There is no option ${rawName}.${didYouMean(rawName, flags)} Expected one of ${flags.join(", ")}`)
    }
  }
}

const templateOf = (name: string | undefined): Templates.Template | undefined => {
  if (name === undefined || Templates.isTemplate(name)) return name
  throw wrong(
    `There is no template ${name}.${didYouMean(name, Templates.names)} Expected one of ${Templates.names.join(", ")}`
  )
}

const packageManagerOf = (name: string | undefined): PackageManagers.Name | undefined => {
  if (name === undefined || PackageManagers.isName(name)) return name
  const known = PackageManagers.names
  throw wrong(`There is no package manager ${name}.${didYouMean(name, known)} Expected one of ${known.join(", ")}`)
}

const nameOf = (name: string | undefined): string | undefined => {
  const problem = name === undefined ? undefined : packageNameProblem(name)
  if (problem === undefined) return name
  throw wrong(
    `--name ${JSON.stringify(name)} ${problem}. Expected a name as npm takes it, such as my-bot or @me/my-bot`
  )
}

const parse = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

/** Reads the arguments of the command. Fails with a `CreateError` that says what is wrong, and what was expected. */
export const read = (args: ReadonlyArray<string>): Command => {
  checkFlags(args)
  const { positionals, values } = parse(args)
  if (values.help === true) return { _tag: "Help" }
  if (values.version === true) return { _tag: "Version" }
  const [folder, ...others] = positionals
  if (others.length > 0) {
    throw wrong(`Expected one folder, and got ${positionals.map((name) => JSON.stringify(name)).join(", ")}`)
  }
  if (folder?.trim() === "") throw wrong("The name of the folder is empty. Expected one such as my-bot")
  if (values.fibercord === "") throw wrong("--fibercord is empty. Expected a version, or the path of a tarball")
  return {
    _tag: "Create",
    request: {
      folder,
      template: templateOf(values.template),
      name: nameOf(values.name),
      fibercord: values.fibercord,
      packageManager: packageManagerOf(values["package-manager"]),
      install: values["no-install"] !== true,
      git: values["no-git"] !== true
    }
  }
}
