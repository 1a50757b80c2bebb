/** The order of the pages, which is the order of a bot author's questions. */
interface Part {
  readonly text: string
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
      ["is-it-for-you", "Is it for you?"]
    ]
  },
  {
    text: "Guide",
    folder: "guide",
    pages: [
      ["bot", "The bot"],
      ["commands", "Commands"],
      ["options", "Options"],
      ["replies", "Replies"],
      ["components", "Components"],
      ["forms", "Forms"],
      ["questions", "Questions"],
      ["runtimes", "Runtimes"],
      ["lifetimes", "Lifetimes"],
      ["errors", "Errors"],
      ["middleware", "Middleware"],
      ["permissions", "Permissions"],
      ["localisation", "Localisation"],
      ["files", "Files"],
      ["events", "Events"],
      ["messages", "Messages"],
      ["rest", "Calling Discord's API"],
      ["cache", "The cache"],
      ["keyed-runtimes", "Keyed Runtimes"],
      ["durable", "Durable dialogues"],
      ["durable-collect", "Collecting answers"],
      ["durable-crashes", "What a crash costs"],
      ["http", "Bots over HTTP"],
      ["serverless", "Serverless"],
      ["emojis", "Emojis"],
      ["linked-roles", "Linked roles"],
      ["voice", "Voice"],
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
      ["benchmarks", "Benchmarks"]
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

const linkOf = (folder: string, file: string): string =>
  `/${[folder, file === "index" ? "" : file].filter((part) => part !== "" || folder !== "").join("/")}`

export const sidebar = parts.map(({ folder, pages, text }) => ({
  text,
  items: pages.map(([file, text]) => ({ text, link: linkOf(folder, file) }))
}))
