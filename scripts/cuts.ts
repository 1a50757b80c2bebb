/**
 * What the packages that the build writes into the files of this one are cut down to. Nothing of them is left out that
 * runs here; what is left out would be loaded by every bot.
 */
import { join } from "node:path"
import type { Plugin } from "rolldown"

/** Packages that something of this package stands in for. */
export const replaced: ReadonlyArray<string> = ["@vladfrangu/async_event_emitter"]

/** Modules that stand in for packages, by their names. */
const substitutes = (root: string): ReadonlyMap<string, string> => {
  const types = (path: string) => JSON.stringify(join(root, "node_modules/discord-api-types", path))
  return new Map([
    // It loads everything that it has, its own `fetch` and websockets too.
    ["undici", `export { default as Agent } from "undici/lib/dispatcher/agent.js"`],
    // Eighty files for a few tables.
    [
      "discord-api-types/v10",
      `export { APIVersion, CDNRoutes, RouteBases, Routes } from ${types("rest/v10/index.js")}
       export { InteractionResponseType } from ${types("payloads/v10/_interactions/responses.js")}
       export { GatewayCloseCodes, GatewayDispatchEvents, GatewayOpcodes } from ${types("gateway/v10.js")}`
    ],
    // It brings a `util.inspect` for browsers, an eighth of everything.
    [
      "@vladfrangu/async_event_emitter",
      `export { Emitter as AsyncEventEmitter } from ${JSON.stringify(join(root, "src/rest/internal/emitter.ts"))}`
    ],
    // It builds a tree of all kinds of files, which only those need that upload one without a type.
    [
      "magic-bytes.js",
      `export const filetypeinfo = (bytes) => require(${JSON.stringify(join(root, "node_modules/magic-bytes.js/dist/index.js"))}).filetypeinfo(bytes)`
    ]
  ])
}

/**
 * Parts of `undici` that its `Agent` never runs here, and that would load `node:http2` and a `fetch`: HTTP/2 has to be
 * asked for, and bodies are texts and bytes.
 */
const leftOut = /undici[\\/]lib[\\/](dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body)\.js$/

/** Cuts packages down. `root` is the folder of the package. */
export const cuts = (root: string): Plugin => {
  const sources = substitutes(root)
  return {
    name: "cuts",
    resolveId: (id) => (sources.has(id) ? { id, moduleSideEffects: false } : undefined),
    load: (id) =>
      sources.get(id) ??
      (leftOut.test(id) ? `module.exports = () => { throw new Error("this part of undici was left out") }` : undefined)
  }
}
