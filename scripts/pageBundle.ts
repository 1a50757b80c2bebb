/** Bundles a page for browsers into `dist/playground/page`. */
import { build, type BuildOptions } from "esbuild"
import { copyFileSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where pages are. */
export const output = join(root, "dist/playground/page")

/** Bundles entry points, by the names of their files, and copies what is beside them in the folder of sources. */
export const bundlePage = async (
  source: string,
  entries: Readonly<Record<string, string>>,
  copied: ReadonlyArray<string>,
  options: BuildOptions
): Promise<void> => {
  mkdirSync(output, { recursive: true })
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(source, file)])),
    outdir: output,
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    // The package says that its modules have no effects; those of the page define elements.
    ignoreAnnotations: true,
    absWorkingDir: root,
    ...options
  })
  for (const file of copied) copyFileSync(join(source, file), join(output, file))
}
