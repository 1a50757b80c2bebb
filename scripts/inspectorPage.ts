/**
 * Bundles the inspector's page of its own into `dist/playground/page`: `inspector.html`, `inspector.js` and
 * `inspector.css`. The inspector serves them from there; beside the chat it is part of the playground's page.
 */
import { build } from "esbuild"
import { copyFileSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, "src/playground/page/inspector")
const output = join(root, "dist/playground/page")

/** Writes the page. */
export const buildInspectorPage = async (): Promise<void> => {
  mkdirSync(output, { recursive: true })
  await build({
    entryPoints: [join(source, "standalone.ts")],
    outfile: join(output, "inspector.js"),
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    legalComments: "inline",
    // The package says that its modules have no effects; those of the page define elements.
    ignoreAnnotations: true,
    absWorkingDir: root
  })
  for (const file of ["inspector.html", "inspector.css"]) copyFileSync(join(source, file), join(output, file))
}

if (import.meta.main) await buildInspectorPage()
