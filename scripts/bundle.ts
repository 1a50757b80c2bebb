/**
 * Writes the JavaScript of the package: a few files, because Node takes a quarter of a millisecond for each it loads.
 * They are cut where bots differ, so that a bundler leaves out the shards of a bot that has none, and what a Worker loads
 * needs no modules of Node. The entry points of single modules are facades of them, and share the classes and services in them.
 */
import { build } from "rolldown"
import { entryPoints, outputOf } from "./exports.ts"

/** A file with these modules and everything that they import, as far as no group before has it. */
const groups = [
  {
    name: "interactions",
    test: /[\\/]src[\\/](interactions|runtime|rest|discord|observability[\\/]internal)[\\/](?!internal[\\/]noUndici)/
  },
  { name: "bot", test: /[\\/]src[\\/]index\.ts$/ },
  { name: "http", test: /[\\/]src[\\/]http[\\/]/ },
  { name: "persistence", test: /[\\/]src[\\/]persistence\.ts$/ },
  { name: "voice", test: /[\\/]src[\\/]voice(\.ts$|[\\/])/ },
  { name: "testing", test: /[\\/]src[\\/]testing[\\/]/ }
]

/** What `imports` in package.json names. */
const substitutes = ["src/rest/internal/noUndici.ts"]

await build({
  input: Object.fromEntries([...entryPoints().values(), ...substitutes].map((file) => [outputOf(file), `./${file}`])),
  platform: "node",
  // Every package, and Node's own modules.
  external: /^[^./]/,
  output: {
    dir: "dist",
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "internal/[name].js",
    codeSplitting: { includeDependenciesRecursively: true, groups }
  }
})
