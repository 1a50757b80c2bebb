/** The templates, and how their files are read. */
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

/** What bots there are, in the order in which they are offered. */
export const templates = {
  gateway: "On the gateway: commands, buttons, events. If in doubt, this one",
  http: "Without a gateway: Discord posts interactions to your server",
  workers: "The same in Cloudflare Workers, without a server",
  cluster: "On the gateway in several processes, with PostgreSQL"
} as const

export type Template = keyof typeof templates

export const names = Object.keys(templates) as ReadonlyArray<Template>

export const isTemplate = (name: string): name is Template => (names as ReadonlyArray<string>).includes(name)

/** A file of a project. */
export interface File {
  /** Relative to the project's folder, with `/` between its parts. */
  readonly path: string
  readonly content: string
}

/** The name that the templates have, in place of which the bot's goes. */
export const placeholder = "my-bot"

const folder = fileURLToPath(new URL("../templates/", import.meta.url))

// npm leaves files of these names out of packages, or renames them, so that they have another one here.
const renamed = (path: string): string =>
  path.replace(/(^|\/)_(gitignore|package-lock\.json)$/, "$1.$2").replace(".package-lock", "package-lock")

/** The files of a template, sorted by path. */
export const read = async (template: Template): Promise<ReadonlyArray<File>> => {
  const root = join(folder, template)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .sort()
  return Promise.all(
    paths.map(async (path) => ({ path: renamed(path), content: await readFile(join(root, path), "utf8") }))
  )
}
