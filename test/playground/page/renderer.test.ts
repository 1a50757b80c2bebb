/** The renderer of messages is a bundle of its own. */
import { assert, it } from "@effect/vitest"
import { build } from "esbuild"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))

it("the renderer knows neither the store nor a connection, and no other part of the page", async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: [`${root}src/playground/page/message/index.ts`],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    minify: true,
    ignoreAnnotations: true,
    absWorkingDir: root
  })
  const own = Object.keys(metafile.inputs)
    .filter((input) => !input.includes("node_modules"))
    .map((input) => relative("src/playground/page", input).split("/")[0] ?? "")
  // Types of the protocol are gone, and nothing of Node is left.
  assert.deepStrictEqual([...new Set(own)].toSorted(), ["base", "composer", "message", "modal"])
  const composer = Object.keys(metafile.inputs).filter((input) => input.includes("page/composer/"))
  for (const input of composer) assert.match(input, /\/(?:files|options)\.ts$/)
  const text = outputFiles[0]?.text ?? ""
  assert.notInclude(text, "WebSocket")
  // In bytes, minified. The page says the same in docs/guide/playground-page.md.
  assert.isBelow(text.length, 260_000)
})
