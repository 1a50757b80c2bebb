/** What people type: `fibercord dev bot.ts`. */
import { statSync } from "node:fs"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import type { Options } from "../Dev.ts"
import { textOf } from "../../internal/thrown.ts"

/** What is to be done. */
export type Command =
  | { readonly _tag: "Dev"; readonly options: Options }
  | { readonly _tag: "Help" }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Wrong"; readonly message: string }

export const usage = `Usage: fibercord dev [options] <file> [-- <arguments of the bot>]

Starts a fake Discord, a page on which you use it, and the bot in the file, which is started again when its
files change. TypeScript needs no build: Node 22.19 or newer runs it.

  --port <port>        the page's port on 127.0.0.1; 0 means any free one (default: 8470, or the
                       next free one)
  --http <url>         posts interactions to this URL, for a bot without a gateway
  --no-watch           does not start the bot again when its files change
  --no-inspector       the bot cannot be looked into
  --node-arg <arg>     an argument of Node, for example --node-arg=--inspect; can be repeated
  --help, -h           shows this
  --version, -v        shows the version of fibercord
`

const wrong = (message: string): Command => ({ _tag: "Wrong", message })

const options = {
  port: { type: "string" },
  http: { type: "string" },
  "no-watch": { type: "boolean" },
  "no-inspector": { type: "boolean" },
  "node-arg": { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" }
} as const

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const port = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(port <= 65_535)) throw new Error(`--port is ${text}, expected a number from 0 to 65535`)
  return port
}

const httpOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  const isUrl = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  if (!isUrl) throw new Error(`--http is ${text}, expected a URL such as http://127.0.0.1:3000/interactions`)
  return text
}

/** What is wrong with the file of a bot, if anything is. */
export const problemOf = (file: string): string | undefined => {
  const path = resolve(file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return `There is no file ${path}`
  return found.isFile() ? undefined : `${path} is no file. Name the file that starts the bot, such as bot.ts`
}

/** What is wrong with the version of Node, for example `20.11.1`, if anything is. */
export const problemOfNode = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return undefined
  return `This is Node ${version}, and bots need 22.19 or newer, which runs TypeScript`
}

/** Reads the arguments of the command. */
export const read = (args: ReadonlyArray<string>): Command => {
  const end = args.indexOf("--")
  const own = end < 0 ? args : args.slice(0, end)
  try {
    const { positionals, values } = parseArgs({ args: [...own], options, allowPositionals: true })
    if (values.help === true || (positionals.length === 0 && values.version !== true)) return { _tag: "Help" }
    if (values.version === true) return { _tag: "Version" }
    const [command, file, ...others] = positionals
    if (command !== "dev") return wrong(`There is no command ${command}, expected: dev`)
    if (file === undefined) return wrong("Expected the file of a bot: fibercord dev bot.ts")
    if (others.length > 0) return wrong(`Expected one file. Arguments of the bot follow after --: ${others.join(" ")}`)
    return {
      _tag: "Dev",
      options: {
        file,
        args: end < 0 ? [] : args.slice(end + 1),
        nodeArgs: values["node-arg"],
        port: portOf(values.port),
        http: httpOf(values.http),
        watch: values["no-watch"] !== true,
        inspector: values["no-inspector"] !== true
      }
    }
  } catch (error) {
    return wrong(textOf(error))
  }
}
