/**
 * Writes the JavaScript of the package: a few files, because Node takes a quarter of a millisecond for each it loads.
 */
import { build } from "rolldown"

await build({
  input: {
    index: "./src/index.ts",
    "http/index": "./src/http/index.ts",
    persistence: "./src/persistence.ts",
    "testing/index": "./src/testing/index.ts"
  },
  platform: "node",
  // Every package, and Node's own modules.
  external: /^[^./]/,
  output: {
    dir: "dist",
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "internal/[name].js"
  }
})
