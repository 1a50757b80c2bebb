/** The site. The pages are the Markdown files of `docs/`, so they read the same on the site and in the repository. */
import { defineConfig } from "vitepress"
import { join } from "node:path"
import { buildLive } from "../../scripts/live.ts"
import { headingAnchors } from "./headings.ts"
import { highlightOnce } from "./highlight.ts"
import { liveInDev } from "./liveInDev.ts"
import { writeTexts } from "./llms.ts"
import { mendTheme } from "./mends.ts"
import { repository, siteLinks } from "./links.ts"
import { search } from "./search.ts"
import { nav, sidebar, unwritten } from "./sidebar.ts"
import { slugOf } from "./slug.ts"
import { liveExamples } from "./theme/live/markdown.ts"

export default defineConfig({
  lang: "en-GB",
  title: "fibercord",
  description: "Discord bots in Effect: supervised gateway shards, and dialogues that live in a Scope",
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: "/logo.svg" }],
    ["meta", { name: "theme-color", content: "#4451b8" }]
  ],
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ["**/node_modules/**"],
  // The index of the search is loaded when it is opened.
  vite: { plugins: [mendTheme, liveInDev(buildLive)], build: { chunkSizeWarningLimit: 1500 } },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-default" },
    anchor: { slugify: slugOf },
    // As on GitHub, braces are braces.
    attrs: { disable: true },
    languages: ["ini"],
    languageAlias: { rooms: "ini" },
    config: (md) => {
      highlightOnce(md)
      headingAnchors(md)
      siteLinks(md)
      liveExamples(md)
    }
  },
  ignoreDeadLinks: [(link) => unwritten.some((file) => file.endsWith(`/${link.replace(/^(\.{0,2}\/)+/, "")}.md`))],
  buildEnd: async (config) => {
    writeTexts(config)
    await buildLive(join(config.outDir, "live"))
  },
  themeConfig: {
    logo: "/logo.svg",
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: "local", options: search },
    socialLinks: [{ icon: "github", link: repository, ariaLabel: "The repository on GitHub" }],
    footer: { message: "MIT licence" },
    externalLinkIcon: true
  }
})
