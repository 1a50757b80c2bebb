/**
 * Bundles the page of the playground into `dist/playground/page`: `index.html`, `page.js` and `page.css`, beside the
 * licences of what is in them, and `message.js`, which is the renderer of messages alone. It needs nothing from the
 * network, and no build step on the user's machine.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { buildInspectorPage } from "./inspectorPage.ts"
import { bundlePage, output, root } from "./pageBundle.ts"

export { output }

const source = join(root, "src/playground/page")

/** What is written into `page.js`. */
const inlined = [
  "@lit/reactive-element",
  "@tanstack/lit-virtual",
  "@tanstack/virtual-core",
  "discord-markdown-parser",
  "highlight.js",
  "lit",
  "lit-element",
  "lit-html"
]

const licences = (): string =>
  inlined
    .map((name) => {
      const folder = join(root, "node_modules", name)
      const { license, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
      const text = file === undefined ? "" : `\n\n\`\`\`\n${readFileSync(join(folder, file), "utf8").trim()}\n\`\`\``
      return `## ${name} ${version} (${license})${text}\n`
    })
    .join("\n")

/** Writes the page. */
export const buildPage = async (): Promise<void> => {
  const entries = { page: "main.ts", message: "message/index.ts" }
  await bundlePage(source, entries, ["index.html", "page.css"], { sourcemap: true, legalComments: "none" })
  writeFileSync(join(output, "LICENCES.md"), `# What is in page.js beside fibercord\n\n${licences()}`)
}

if (import.meta.main) {
  await buildPage()
  await buildInspectorPage()
}
