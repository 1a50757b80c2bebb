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

/** How the command is typed. */
export const example = "npm create fibercord@latest my-bot -- --template gateway"

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

const short: Readonly<Record<string, string>> = { "-t": "--template", "-h": "--help", "-v": "--version" }

/** What an option expects, in words. */
const expected: Readonly<Record<string, string>> = {
  "--template": `one of ${Templates.names.join(", ")}`,
  "--name": "a name as npm takes it, such as my-bot or @me/my-bot",
  "--package-manager": `one of ${PackageManagers.names.join(", ")}`,
  "--fibercord": "a version, or the path of a tarball"
}

/** Fails for an option that there is not, or that has no value. `parseArgs` would advise to escape it. */
const checkFlags = (args: ReadonlyArray<string>): void => {
  for (const token of parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens) {
    if (token.kind !== "option") continue
    const { rawName, value } = token
    const name = short[rawName] ?? rawName
    if (!flags.includes(name)) {
      throw wrong(`There is no option ${rawName}.${didYouMean(rawName, flags)} Expected one of ${flags.join(", ")}`)
    }
    const what = expected[name]
    if (what !== undefined && (value === undefined || value === ""))
      throw wrong(`${rawName} has no value. Expected ${what}`)
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
  throw wrong(`--name ${JSON.stringify(name)} ${problem}. Expected ${expected["--name"]}`)
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
    const found = positionals.map((name) => JSON.stringify(name)).join(", ")
    // Without `--`, npm takes the name of an option for itself, and its value is left.
    const hint = others.some((word) => Templates.isTemplate(word)) ? `. Options come after --: ${example}` : ""
    throw wrong(`Expected one folder, and got ${found}${hint}`)
  }
  if (folder?.trim() === "") throw wrong("The name of the folder is empty. Expected one such as my-bot")
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
