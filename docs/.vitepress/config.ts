/** The site. The pages are the Markdown files of `docs/`, so they read the same on the site and in the repository. */
import { defineConfig } from "vitepress"
import { sidebar } from "./sidebar.ts"

export default defineConfig({
  title: "fibercord",
  description: "Discord bots in Effect: supervised gateway shards, and dialogues that live in a Scope",
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ["**/node_modules/**"],
  themeConfig: { search: { provider: "local" }, sidebar, outline: [2, 3] }
})
