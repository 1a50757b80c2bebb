/**
 * Bundles the inspector's page of its own into `dist/playground/page`: `inspector.html`, `inspector.js` and
 * `inspector.css`. The inspector serves them from there; beside the chat it is part of the playground's page.
 */
import { join } from "node:path"
import { bundlePage, root } from "./pageBundle.ts"

const source = join(root, "src/playground/page/inspector")

/** Writes the page. */
export const buildInspectorPage = (): Promise<void> =>
  bundlePage(source, { inspector: "standalone.ts" }, ["inspector.html", "inspector.css"], { legalComments: "inline" })

if (import.meta.main) await buildInspectorPage()
