/** The order of the pages, which is the order of a bot author's questions. */
import type { DefaultTheme } from "vitepress"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { titleOf } from "./documents.ts"
import { root } from "./links.ts"

interface Part {
  readonly text: string
  /** The folder of the pages. Several parts can share one. */
  readonly folder: string
  /** The pages as `[file, title]`. */
  readonly pages: ReadonlyArray<readonly [file: string, text: string]>
}

export const parts: ReadonlyArray<Part> = [
  {
    text: "Start",
    folder: "start",
    pages: [
      ["first-bot", "A first bot"],
      ["first-test", "A first test"],
      ["first-deploy", "A first deploy"],
      ["words", "Words"],
      ["is-it-for-you", "Is it for you?"]
    ]
  },
  {
    text: "Commands and replies",
    folder: "guide",
    pages: [
      ["bot", "The bot"],
      ["commands", "Commands"],
      ["options", "Options"],
      ["replies", "Replies"],
      ["components", "Components"],
      ["forms", "Forms"],
      ["questions", "Questions"]
    ]
  },
  {
    text: "Dialogues",
    folder: "guide",
    pages: [
      ["runtimes", "Runtimes"],
      ["lifetimes", "Lifetimes"],
      ["errors", "Errors"],
      ["middleware", "Middleware"],
      ["permissions", "Permissions"],
      ["localisation", "Localisation"],
      ["files", "Files"]
    ]
  },
  {
    text: "What happens on Discord",
    folder: "guide",
    pages: [
      ["events", "Events"],
      ["messages", "Messages"],
      ["rest", "Calling Discord's API"],
      ["cache", "The cache"],
      ["keyed-runtimes", "Keyed Runtimes"]
    ]
  },
  {
    text: "Durable dialogues",
    folder: "guide",
    pages: [
      ["durable", "Durable dialogues"],
      ["durable-collect", "Collecting answers"],
      ["durable-crashes", "What a crash costs"]
    ]
  },
  {
    text: "Other ways and features",
    folder: "guide",
    pages: [
      ["http", "Bots over HTTP"],
      ["serverless", "Serverless"],
      ["emojis", "Emojis"],
      ["linked-roles", "Linked roles"],
      ["voice", "Voice"]
    ]
  },
  {
    text: "Testing and tools",
    folder: "guide",
    pages: [
      ["testing", "Testing"],
      ["faults", "Faults"],
      ["playground", "The playground"],
      ["playground-page", "The playground's page"],
      ["inspector", "The inspector"],
      ["limits", "Limits"],
      ["examples", "Examples"]
    ]
  },
  { text: "Cookbook", folder: "cookbook", pages: [["index", "Recipes"]] },
  {
    text: "Operating",
    folder: "operating",
    pages: [
      ["shards", "Shards"],
      ["policies", "Policies"],
      ["sessions", "Sessions"],
      ["rate-limits", "Rate limits"],
      ["observability", "Observability"],
      ["metrics", "Metrics"],
      ["cluster", "Many machines"],
      ["workers", "Many cores"],
      ["proxy", "Many programs"],
      ["deploys", "Deploys"],
      ["failures", "What can fail"],
      ["security", "Security"],
      ["sizing", "Sizing"],
      ["platforms", "Platforms"],
      ["versions", "Versions and stability"]
    ]
  },
  {
    text: "Coming from",
    folder: "coming-from",
    pages: [
      ["discord-js", "discord.js"],
      ["sapphire", "sapphire"],
      ["dfx", "dfx"],
      ["serenity", "serenity"],
      ["jda-commands", "JDA-Commands"]
    ]
  },
  {
    text: "Why it is built so",
    folder: "why",
    pages: [
      ["index", "Decisions"],
      ["architecture", "Architecture"],
      ["guarantees", "Guarantees"],
      ["benchmarks", "Benchmarks"],
      ["changelog", "Changelog"]
    ]
  },
  {
    text: "Discord's rules",
    folder: "",
    pages: [
      ["discord-changes", "Discord's changes"],
      ["conformance", "Conformance of the fake"],
      ["fake-routes", "Routes of the fake"]
    ]
  }
]

/** The file of a page, relative to the root. */
export const fileOf = (folder: string, page: string): string => join("docs", folder, `${page}.md`)

const linkOf = (folder: string, page: string): string =>
  `/${[folder, page === "index" ? "" : page].filter((part) => part !== "" || folder !== "").join("/")}`

const exists = (file: string): boolean => existsSync(join(root, file))

/** Pages that are listed and not written. Links may lead to them; that there are none is the sidebar's own test. */
export const unwritten: ReadonlyArray<string> = parts
  .flatMap(({ folder, pages }) => pages.map(([page]) => fileOf(folder, page)))
  .filter((file) => !exists(file))

/** The part as the theme shows it, without pages that are not written. */
const group = ({ folder, pages, text }: Part): DefaultTheme.SidebarItem => ({
  text,
  items: pages
    .filter(([page]) => exists(fileOf(folder, page)))
    .map(([page, text]) => ({ text, link: linkOf(folder, page) }))
})

const groups = (...folders: ReadonlyArray<string>): Array<DefaultTheme.SidebarItem> =>
  parts
    .filter(({ folder }) => folders.includes(folder))
    .map(group)
    .filter(({ items = [] }) => items.length > 0)

/** The recipes, in the groups and the order of the cookbook's index. */
const recipes = (): Array<DefaultTheme.SidebarItem> => {
  const index = fileOf("cookbook", "index")
  if (!exists(index)) return []
  const groups: Array<{ text: string; items: Array<DefaultTheme.SidebarItem> }> = []
  for (const line of readFileSync(join(root, index), "utf8").split("\n")) {
    const heading = /^## (.+)/.exec(line)?.[1]
    if (heading !== undefined) groups.push({ text: heading, items: [] })
    for (const [, page = ""] of line.matchAll(/\]\((?:\.\/)?([\w-]+)\.md\)/g)) {
      const file = fileOf("cookbook", page)
      if (!exists(file)) continue
      if (groups.length === 0) groups.push({ text: "Recipes", items: [] })
      groups.at(-1)?.items.push({ text: titleOf(file), link: linkOf("cookbook", page) })
    }
  }
  return groups.filter(({ items }) => items.length > 0)
}

/** The modules, as the reference's own script lists them. */
const modules = (): Array<DefaultTheme.SidebarItem> => {
  const file = "docs/reference/sidebar.json"
  if (!exists(file)) return []
  return JSON.parse(readFileSync(join(root, file), "utf8")) as Array<DefaultTheme.SidebarItem>
}

/** Each section has its own sidebar. What is not one of them is beside the reasons. */
export const sidebar: DefaultTheme.SidebarMulti = {
  "/start/": groups("start", "guide"),
  "/guide/": groups("start", "guide"),
  "/cookbook/": [...groups("cookbook"), ...recipes()],
  "/operating/": groups("operating"),
  "/reference/": modules(),
  "/": groups("coming-from", "why", "")
}

/** The first page of a section that is written. */
const first = (section: string): ReadonlyArray<string> =>
  (sidebar[section] as Array<DefaultTheme.SidebarItem>)
    .flatMap(({ items = [], link }) => [link, ...items.map(({ link }) => link)])
    .filter((link): link is string => link?.startsWith(section.replace(/\/$/, "")) === true)
    .slice(0, 1)

const entry = (text: string, section: string): ReadonlyArray<DefaultTheme.NavItemWithLink> =>
  first(section).map((link) => ({ text, link, activeMatch: `^${section}` }))

export const nav: Array<DefaultTheme.NavItem> = [
  ...entry("Start", "/start/"),
  ...entry("Guide", "/guide/"),
  ...entry("Cookbook", "/cookbook/"),
  ...entry("Operating", "/operating/"),
  ...entry("Reference", "/reference/"),
  { text: "More", items: groups("coming-from", "why", "") as Array<DefaultTheme.NavItemChildren> }
]
