/** The pages that list others: the reference's first page, one for each module, and the sidebar. */
import { textOf } from "./doc.ts"
import type { Kind, Model, Module } from "./model.ts"
import { nameSection, type Relations } from "./nameSection.ts"
import { linkTo, markdown, prose, type Writer } from "./write.ts"

const sentence = (text: string): string =>
  (/^(?:`[^`]*`|[^`])*?\.(?=\s|$)/.exec(text)?.[0] ?? text).replaceAll(/\s*\n\s*/g, " ").replace(/^(.*?[^.])$/, "$1.")

/** What a module is about: the first sentence of its comment, or of what has its name. */
const summaryOf = (module: Module): string => {
  const own = textOf(module.doc)
  const main = module.names.find(({ name }) => name === module.name) ?? module.names[0]
  return sentence(own === "" ? (main === undefined ? "" : textOf(main.doc)) : own)
}

const folders: Readonly<Record<string, string>> = {
  src: "The bot",
  application: "The application",
  cache: "The cache",
  discord: "Discord's data",
  events: "Events of Runtimes",
  gateway: "Shards and events",
  interactions: "Interactions",
  observability: "Observability",
  rest: "Discord's REST API",
  runtime: "Runtimes"
}

/** The modules in groups: those of the core by their subject, the others by their entry point. */
const groupsOf = (model: Model): ReadonlyArray<readonly [title: string, modules: ReadonlyArray<Module>]> => {
  const groups = new Map<string, Array<Module>>()
  for (const module of model.modules) {
    const folder = module.file.split("/")[1] ?? ""
    const title =
      module.entry === "fibercord" ? (folders[folder.endsWith(".ts") ? "src" : folder] ?? folder) : module.entry
    groups.set(title, [...(groups.get(title) ?? []), module])
  }
  return [...groups]
}

export const indexPage = (writer: Writer): string => {
  const parts = [
    "# Reference",
    "Every public module of fibercord has a page, and every name that it exports has a section there: what it is for, its defaults, its errors, and compiled code that uses it. The text is that of the doc comments."
  ]
  for (const [title, modules] of groupsOf(writer.model)) {
    parts.push(`## ${title}`)
    parts.push(
      modules
        .map((module) => `- [\`${module.name}\`](${linkTo(writer, module.path)}): ${prose(writer, summaryOf(module))}`)
        .join("\n")
    )
  }
  return `${parts.join("\n\n")}\n`
}

const titles: ReadonlyArray<readonly [Kind, string]> = [
  ["service", "Services"],
  ["layer", "Layers"],
  ["function", "Functions"],
  ["value", "Values"],
  ["error", "Errors"],
  ["class", "Classes"],
  ["type", "Types"]
]

export const modulePage = (writer: Writer, module: Module, relations: Relations): string => {
  const parts = [
    // The anchors of names are theirs alone.
    `# ${module.name} {#the-module}`,
    `\`\`\`ts\nimport { ${module.name} } from "${module.entry}"\n\`\`\``,
    markdown(writer, module.doc),
    ...(module.name === "DiscordApi"
      ? [
          "Its names are those of the package [`discord-api-types`](https://discord-api-types.dev), which documents them."
        ]
      : [])
  ]
  for (const [kind, title] of titles) {
    const names = module.names.filter((name) => name.kind === kind)
    if (names.length > 0)
      parts.push(
        `## ${title} {#all-${title.toLowerCase()}}`,
        ...names.map((name) => nameSection(writer, name, relations))
      )
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`
}

export interface SidebarGroup {
  readonly text: string
  readonly collapsed: boolean
  readonly items: ReadonlyArray<{ readonly text: string; readonly link: string }>
}

/** The reference's part of the sidebar. */
export const sidebarOf = (model: Model): ReadonlyArray<SidebarGroup> => [
  { text: "Reference", collapsed: false, items: [{ text: "All modules", link: "/reference/" }] },
  ...groupsOf(model).map(([text, modules]) => ({
    text,
    collapsed: true,
    items: modules.map(({ name, path }) => ({ text: name, link: `/reference/${path}` }))
  }))
]
