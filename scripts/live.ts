/**
 * Builds the live examples of the site: a module for each block of its pages that begins with ` ```ts live `, and what they
 * share, which is the library, a fake Discord, and the renderer of the playground. The block itself is what runs.
 */
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { blocksOf, documents, idOf, nameOf, root, writeBlocks } from "./documents.ts"

const source = join(root, "docs/.vitepress/theme/live")
const blocks = join(root, ".cache/live")

/** A block that runs in its page. */
export interface Example {
  /** Its name among all examples: the page, and the number of the example in it, for example `guide-forms-1`. */
  readonly id: string
  /** Its page, for example `docs/guide/forms.md`. */
  readonly document: string
  /** The file of the block. */
  readonly file: string
}

/** The live examples of documents, in their order. */
export const examplesOf = (names: ReadonlyArray<string> = documents): ReadonlyArray<Example> =>
  names.flatMap((document) =>
    blocksOf(readFileSync(join(root, document), "utf8"))
      .filter(({ live }) => live === true)
      .map((block, index) => ({ id: idOf(document, index + 1), document, file: nameOf(block) }))
  )

/** What takes the place of Node's modules, by name. */
const modules: Readonly<Record<string, string>> = {
  ws: "ws.ts",
  "node:http": "http.ts",
  "node:crypto": "crypto.ts",
  "node:zlib": "zlib.ts"
}

/** What takes the place of files that are about Node. */
const files: Readonly<Record<string, string>> = {
  "src/gateway/internal/socket/gatewaySocket.ts": "gatewaySocket.ts",
  "src/testing/internal/program/Quiet.ts": "Quiet.ts",
  "src/testing/internal/boundedMatches.ts": "boundedMatches.ts"
}

const packages = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")).compilerOptions.paths as Record<
  string,
  ReadonlyArray<string>
>

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
const oneOf = (names: ReadonlyArray<string>): RegExp => new RegExp(`^(?:${names.map(escaped).join("|")})$`)

/** Finds modules as a page can have them. */
const inBrowser: Plugin = {
  name: "in a browser",
  setup: (build) => {
    build.onResolve({ filter: oneOf(Object.keys(modules)) }, ({ path }) => ({
      path: join(source, "node", modules[path] ?? "")
    }))
    build.onResolve({ filter: /^#undici$/ }, () => ({ path: join(root, "src/rest/internal/noUndici.ts") }))
    build.onResolve({ filter: /^fibercord(?:\/\w+)?$/ }, ({ path }) => {
      const file = packages[path]?.[0]
      return file === undefined ? undefined : { path: join(root, file), sideEffects: false }
    })
    build.onResolve({ filter: /^\..*\.ts$/ }, ({ importer, path }) => {
      const file = join(dirname(importer), path)
      const name = relative(root, file).replaceAll("\\", "/")
      const other = files[name]
      // The package says that its modules have no effects; those of its page define elements.
      const isPage = name.startsWith("src/playground/page/")
      return { path: other === undefined ? file : join(source, "node", other), sideEffects: isPage }
    })
  }
}

/** A block that exports everything that it defines: what it says stays as it is. */
export const exposed = (code: string): string => {
  const names = [...code.matchAll(/^const (\w+)/gm)].map(([, name]) => name)
  return names.length === 0 ? code : `${code}\nexport { ${names.join(", ")} }\n`
}

const exportAll: Plugin = {
  name: "export all",
  setup: (build) => {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
      path.startsWith(blocks) ? { loader: "ts", contents: exposed(readFileSync(path, "utf8")) } : undefined
    )
  }
}

const options = (output: string): BuildOptions => ({
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  splitting: true,
  platform: "browser",
  target: ["chrome123", "firefox121", "safari17.5"],
  minify: true,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  outdir: output,
  chunkNames: "[name]-[hash]",
  loader: { ".css": "text" },
  inject: [join(source, "node/globals.ts")],
  // Blocks lie where nothing is installed.
  nodePaths: [join(root, "node_modules")],
  plugins: [inBrowser, exportAll]
})

/** The packages in a bundle, with their licences. */
const licences = ({ inputs }: Metafile): string => {
  const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/
  const folders = new Set(Object.keys(inputs).flatMap((file) => folder.exec(file)?.[0] ?? []))
  return [...folders]
    .toSorted()
    .map((folder) => {
      const { license, name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))
      const file = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file))
      const text = file === undefined ? "" : `\n\n${readFileSync(join(root, folder, file), "utf8").trim()}`
      return `## ${name} ${version} (${license})${text}\n`
    })
    .join("\n")
}

/** Writes `panel.js`, a module for each example, and what they share into a folder. */
export const buildLive = async (output: string, examples = examplesOf()): Promise<Metafile> => {
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  for (const document of new Set(examples.map(({ document }) => document))) writeBlocks(blocks, document)
  const entries = examples.map(({ document, file, id }) => [id, join(blocks, document, file)])
  const { metafile } = await build({
    ...options(output),
    entryPoints: { ...Object.fromEntries(entries), panel: join(source, "panel.ts") }
  })
  if (metafile === undefined) throw new Error("esbuild has no metafile")
  writeFileSync(join(output, "licences.txt"), licences(metafile))
  return metafile
}
