/** The page over the stand-in, on loopback: bundled in memory, so that no other test reads half of a file. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { build } from "esbuild"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import type { Request } from "../../../../src/playground/Protocol.ts"
import { headers } from "../../../../src/playground/internal/headers.ts"
import { connect } from "./standIn.ts"

const source = new URL("../../../../src/playground/page/", import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, source), "utf8")

const script = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [new URL("main.ts", source).pathname],
    bundle: true,
    format: "esm",
    write: false,
    ignoreAnnotations: true
  })
  return outputFiles[0]?.text ?? ""
}

/** Where the page is, and what it has asked for. */
export interface Site {
  readonly url: string
  readonly requests: ReadonlyArray<Request>
}

/** Serves the page until the scope closes. */
export const serve: Effect.Effect<Site, never, Scope.Scope> = Effect.gen(function* () {
  const js = yield* Effect.promise(script)
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", read("index.html")],
    "/page.js": ["text/javascript", js],
    "/page.css": ["text/css", read("page.css")]
  }
  const picture = ["image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'] as const
  const requests: Array<Request> = []
  const server = createServer(({ url = "/" }, response) => {
    const [type, text] = files[url] ?? (url.startsWith("/cdn/") ? picture : (["text/plain", ""] as const))
    response.writeHead(type === "text/plain" ? 404 : 200, { ...headers, "content-type": `${type}; charset=utf-8` })
    response.end(text)
  })
  const sockets = new WebSocketServer({ server, path: "/playground" })
  sockets.on("connection", (socket) => {
    const reply = connect((frame) => socket.send(JSON.stringify(frame)), 1000)
    socket.on("message", (data) => {
      const { request, seq } = JSON.parse(String(data)) as { readonly seq: number; readonly request: Request }
      requests.push(request)
      reply(seq, request)
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        for (const client of sockets.clients) client.terminate()
        sockets.close()
        server.closeAllConnections()
        server.close()
      })
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
})
