/** Preloaded with `--import`: lets the programs of `chaos/` run on the sources instead of the built package. */
import { registerHooks } from "node:module"

const sources: Readonly<Record<string, string>> = {
  fibercord: "../../src/index.ts",
  "fibercord/testing": "../../src/testing/index.ts",
  "fibercord/persistence": "../../src/persistence.ts"
}

registerHooks({
  resolve: (specifier, context, next) => {
    const source = sources[specifier]
    return source === undefined
      ? next(specifier, context)
      : { url: new URL(source, import.meta.url).href, format: "module-typescript", shortCircuit: true }
  }
})
