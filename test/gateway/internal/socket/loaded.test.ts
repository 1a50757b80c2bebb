/** A bot on the gateway has a websocket of its own, so that it loads no other one. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const entry = (name: string): string => new URL(`../../../../src/${name}`, import.meta.url).href

/** The packages that are loaded with an entry point. */
const packagesOf = (url: string): ReadonlyArray<string> => {
  const program = `
    import { registerHooks } from "node:module"
    const found = new Set()
    registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context)
        const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(resolved.url)?.[1]
        if (name !== undefined) found.add(name)
        return resolved
      }
    })
    await import(${JSON.stringify(url)})
    console.log(JSON.stringify([...found]))
  `
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL("../../../..", import.meta.url)),
    encoding: "utf8"
  })
  return JSON.parse(output)
}

/** The modules of Node that are loaded with one of ours. */
const builtinsOf = (url: string): ReadonlyArray<string> => {
  const program = `
    await import(${JSON.stringify(url)})
    console.log(JSON.stringify(process.moduleLoadList))
  `
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" })
  return JSON.parse(output)
}

describe("what is loaded", () => {
  it("with the websocket has no HTTP client, and no `fetch`, which an import of `node:http` would load", () => {
    const builtins = builtinsOf(entry("gateway/internal/socket/gatewaySocket.ts"))
    assert.include(builtins, "NativeModule net")
    assert.notInclude(builtins, "NativeModule http")
    assert.notInclude(builtins, "NativeModule internal/deps/undici/undici")
  })

  it("with fibercord has no websockets of others in it", () => {
    const packages = packagesOf(entry("index.ts"))
    assert.include(packages, "effect")
    assert.notInclude(packages, "ws")
    assert.notInclude(packages, "@discordjs/ws")
  })

  it("with fibercord/testing has the servers of `ws`", () => {
    assert.include(packagesOf(entry("testing/index.ts")), "ws")
  })
})
