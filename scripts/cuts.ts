/**
 * What the packages that the build writes into the files of this one are cut down to. Nothing of them is left out that
 * runs here; what is left out would be loaded by every bot.
 */
import { join } from "node:path"
import type { Plugin } from "rolldown"

/** Packages that something of this package stands in for. */
export const replaced: ReadonlyArray<string> = ["@vladfrangu/async_event_emitter"]

/** Modules that stand in for packages, by their names. Files are named from `root`, the folder of this package. */
const substitutes: ReadonlyMap<string, string> = new Map([
  // It loads everything that it has, its own `fetch` and websockets too.
  ["undici", `export { default as Agent } from "undici/lib/dispatcher/agent.js"`],
  // Eighty files for a few tables.
  [
    "discord-api-types/v10",
    `export { APIVersion, CDNRoutes, RouteBases, Routes } from "./root/node_modules/discord-api-types/rest/v10/index.js"
     export { InteractionResponseType } from "./root/node_modules/discord-api-types/payloads/v10/_interactions/responses.js"
     export { GatewayCloseCodes, GatewayDispatchEvents, GatewayOpcodes } from "./root/node_modules/discord-api-types/gateway/v10.js"`
  ],
  // It brings a `util.inspect` for browsers, an eighth of everything.
  [
    "@vladfrangu/async_event_emitter",
    `export { Emitter as AsyncEventEmitter } from "./root/src/rest/internal/emitter.ts"`
  ],
  // It builds a tree of all kinds of files, which only those need that upload one without a type.
  [
    "magic-bytes.js",
    `export const filetypeinfo = (bytes) => require("./root/node_modules/magic-bytes.js/dist/index.js").filetypeinfo(bytes)`
  ]
])

/**
 * Parts of `undici` that its `Agent` never runs here, and that would load `node:http2` and a `fetch`: HTTP/2 has to be
 * asked for, and bodies are texts and bytes.
 */
const leftOut = /undici[\\/]lib[\\/](dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body)\.js$/

/** The tables of all error codes and languages, beside the routes. */
const tables = /discord-api-types[\\/]rest[\\/]common\.js$/

/** Modules of Node that `undici` gets something smaller for. */
const nodeModules: ReadonlyMap<string, string> = new Map([
  // Node's would load its own client and server, and in a bundle also its `fetch`. What `undici` wants of it is the
  // default of `--max-http-header-size`, and a class, to know bodies of it, which there are none of here.
  ["node:http", `module.exports = { IncomingMessage: class {}, maxHeaderSize: 16_384 }`],
  // Node's would load what compares and shows values. `undici` only asks whether something holds.
  [
    "node:assert",
    `module.exports = (holds, message = "what undici takes for granted does not hold") => {
       if (!holds) throw Object.assign(new Error(message), { name: "AssertionError", code: "ERR_ASSERTION" })
     }`
  ]
])
const inUndici = /[\\/]undici[\\/]lib[\\/]/
const ofUndici = "undici:"

const inRoot = "./root/"

/** Cuts packages down. `root` is the folder of this package. */
export const cuts = (root: string): Plugin => ({
  name: "cuts",
  resolveId: (id, importer) => {
    // The sources have all of `undici`, and the build what it has cut off of it: both are `imports` of package.json.
    if (id === "#undici") return { id: "#agent", external: true }
    if (substitutes.has(id)) return { id, moduleSideEffects: false }
    if (nodeModules.has(id) && importer !== undefined && inUndici.test(importer)) return ofUndici + id
    return id.startsWith(inRoot) ? join(root, id.slice(inRoot.length)) : undefined
  },
  load: (id) =>
    (id.startsWith(ofUndici) ? nodeModules.get(id.slice(ofUndici.length)) : undefined) ??
    substitutes.get(id) ??
    (tables.test(id) ? "" : undefined) ??
    (leftOut.test(id) ? `module.exports = () => { throw new Error("this part of undici was left out") }` : undefined)
})
