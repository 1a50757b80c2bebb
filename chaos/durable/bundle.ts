/** The bot's program in one file, from the sources: a process of it starts in a fraction of a second, again and again. */
import { Effect } from "effect"
import { build } from "esbuild"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// What packages in CommonJS find in every module.
const banner = `import { createRequire } from "node:module"\nconst require = createRequire(import.meta.url)`

/** A folder that is gone with the scope. */
export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fibercord-durable-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
)

/** The path of the program, which is gone with the scope. */
export const program = Effect.gen(function* () {
  const outfile = join(yield* folder, "bot.mjs")
  yield* Effect.promise(() =>
    build({
      entryPoints: [here("bot.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node22",
      tsconfig: here("../../tsconfig.json"),
      external: ["pg-native", "bufferutil", "utf-8-validate", "zlib-sync", "erlpack"],
      // The examples are not the program here.
      define: { "import.meta.main": "false" },
      banner: { js: banner },
      logLevel: "error"
    })
  )
  return outfile
})
