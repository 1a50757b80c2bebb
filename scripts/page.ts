/**
 * Bundles the page of the playground into `dist/playground/page`: `index.html`, `page.js` and `page.css`, beside the
 * licences of what is in them, and `message.js`, which is the renderer of messages alone. It needs nothing from the network, and no build step on the user's machine.
 */
import { build } from "esbuild"
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildInspectorPage } from "./inspectorPage.ts"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, "src/playground/page")
export const output = join(root, "dist/playground/page")

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
  mkdirSync(output, { recursive: true })
  await build({
    entryPoints: { page: join(source, "main.ts"), message: join(source, "message/index.ts") },
    outdir: output,
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    sourcemap: true,
    legalComments: "none",
    // The package says that its modules have no effects; those of the page define elements.
    ignoreAnnotations: true,
    absWorkingDir: root
  })
  for (const file of ["index.html", "page.css"]) copyFileSync(join(source, file), join(output, file))
  writeFileSync(join(output, "LICENCES.md"), `# What is in page.js beside fibercord\n\n${licences()}`)
}

if (import.meta.main) {
  await buildPage()
  await buildInspectorPage()
}
