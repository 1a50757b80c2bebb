/** The built site, and a server for it as a static host is one: `/guide/bot` is `guide/bot.html`. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import { createReadStream, globSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { root } from "../../../scripts/documents.ts"

/** Builds the site into a folder of its own, with the reference, which is written again only when a source has changed. */
const build = (): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "fibercord-site-"))
  // A test's own mode would make it a site under development.
  const env = { ...process.env, NODE_ENV: "production" }
  // Both make more short-lived objects than Node has room for by default.
  const run = (...args: ReadonlyArray<string>) =>
    execFileSync(process.execPath, ["--max-semi-space-size=64", ...args], { cwd: root, env, stdio: "pipe" })
  run(join(root, "scripts/reference.ts"))
  run(join(root, "node_modules/vitepress/bin/vitepress.js"), "build", "docs", "--outDir", folder)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The pages of a built site, as paths such as `/guide/bot`. */
export const pathsOf = (folder: string): ReadonlyArray<string> =>
  globSync("**/*.html", { cwd: folder })
    .map((file) => `/${file.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, "")}`)
    .filter((path) => path !== "/404")
    .sort()

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2"
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true

/** The file of a path of the site, if there is one. */
export const fileOf = (folder: string, path: string): string | undefined =>
  [path, `${path}.html`, join(path, "index.html")].map((each) => join(folder, each)).find(isFile)

/** Serves a folder on loopback. */
export const serve = async (folder: string): Promise<{ readonly url: string; readonly close: () => void }> => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    const file = fileOf(folder, decodeURI(pathname))
    const found = file ?? join(folder, "404.html")
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": types[extname(found)] ?? "application/octet-stream"
    })
    createReadStream(found).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** The site, built and served. */
export class Site extends Context.Service<Site, { readonly folder: string; readonly url: string }>()(
  "test/docs/Site"
) {}

export const layer: Layer.Layer<Site> = Layer.effect(
  Site,
  Effect.gen(function* () {
    const { folder } = yield* Effect.acquireRelease(Effect.sync(build), ({ remove }) => Effect.sync(remove))
    const { url } = yield* Effect.acquireRelease(
      Effect.promise(() => serve(folder)),
      ({ close }) => Effect.sync(close)
    )
    return { folder, url }
  })
)
