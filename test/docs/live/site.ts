/** The live examples as a site serves them: static files, under a policy that allows nothing but them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../../../scripts/documents.ts"
import { buildLive, examplesOf } from "../../../scripts/live.ts"

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'"

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example</title>
<meta name="viewport" content="width=device-width"><script type="module" src="/start.js"></script></head>
<body><main></main></body></html>`

const start = `import { mount } from "/panel.js"
const id = new URLSearchParams(location.search).get("id")
mount(document.querySelector("main"), () => import(\`/\${id}.js\`))`

const own: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/": ["text/html", page],
  "/start.js": ["text/javascript", start],
  "/favicon.ico": ["image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`]
}

const serve = (folder: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(async (request, response) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost")
        const [type, body] = own[pathname] ?? [
          "text/javascript",
          await readFile(join(folder, pathname)).catch(() => undefined)
        ]
        if (body === undefined) return response.writeHead(404).end()
        return response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(body)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.promise(() => new Promise((done) => server.close(done)))
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** Where the examples are built. */
export const folder = join(root, ".cache/live-test")

/** Bots that fail. */
export const failures = examplesOf(["test/docs/live/failures.md"])

/** The URL of a site; `/?id=guide-forms-1` runs an example. */
export class Site extends Context.Service<Site, string>()("test/docs/live/Site") {}

/** Builds all examples, and serves them. */
export const layer: Layer.Layer<Site> = Layer.effect(
  Site,
  Effect.andThen(
    Effect.promise(() => buildLive(folder, [...examplesOf(), ...failures])),
    serve(folder)
  )
)
