/** The HTTP server of a playground: the page, its WebSocket, files of the fake, and the bot's inspector. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type WebSocket, WebSocketServer } from "ws"
import { path as webSocketPath } from "../Protocol.ts"
import { refusal } from "../../internal/localServer.ts"
import { headers } from "./headers.ts"
import type { PageFile } from "./pageFiles.ts"
import * as proxy from "./proxy.ts"

/** What the server serves. */
export interface Site {
  readonly files: ReadonlyMap<string, PageFile>
  /** A page has connected. `host` is the name by which it knows the server. */
  readonly connect: (socket: WebSocket, host: string) => void
  /** Where the bot's inspector is. */
  readonly inspector: () => string | undefined
  /** Serves what begins with `/cdn/`. Returns whether there is such a file. */
  readonly cdn: (request: IncomingMessage, response: ServerResponse) => boolean
}

const text = (response: ServerResponse, status: number, message: string, more: Record<string, string> = {}): void => {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8", ...more }).end(message)
}

const inspectorPrefix = "/inspector/"

/** The path of a request as it was sent, without normalisation, or `undefined` if it is none. */
const pathOf = (request: IncomingMessage): string | undefined => /^(\/[^?#]*)/.exec(request.url ?? "")?.[1]

const serve = (site: Site, request: IncomingMessage, response: ServerResponse): void => {
  const path = pathOf(request)
  if (path === undefined) return text(response, 400, "Expected a path")
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text(response, 405, "Only GET and HEAD are allowed", { allow: "GET, HEAD" })
  }
  if (path.startsWith(inspectorPrefix)) {
    const target = site.inspector()
    if (target === undefined) return text(response, 404, "The bot has no inspector")
    const rest = (request.url ?? "").slice(inspectorPrefix.length)
    // What begins with a dot and a slash is a path, whatever follows: it names no other host.
    return proxy.pass(request, response, new URL(`./${rest}`, target))
  }
  if (path.startsWith("/cdn/") && site.cdn(request, response)) return
  const file = site.files.get(path)
  if (file === undefined) return text(response, 404, "There is no such file")
  response.writeHead(200, { ...headers, "content-type": file.type, "content-length": file.bytes.length })
  response.end(request.method === "HEAD" ? undefined : file.bytes)
}

const refuseUpgrade = (socket: Duplex, status: string, message: string): void => {
  const length = Buffer.byteLength(message)
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${message}`
  )
}

const listen = (server: Server, port: number): Effect.Effect<void, NodeJS.ErrnoException> =>
  Effect.callback((resume) => {
    server.once("error", (error) => resume(Effect.fail(error)))
    server.listen(port, "127.0.0.1", () => resume(Effect.void))
  })

/** The first port after this one that nobody listens on now, among so many. */
export const nextFree = Effect.fnUntraced(function* (taken: number, among: number) {
  for (let port = taken + 1; port <= Math.min(taken + among, 65_535); port++) {
    const server = createServer()
    const isFree = yield* Effect.isSuccess(listen(server, port))
    yield* Effect.sync(() => server.close())
    if (isFree) return port
  }
  return undefined
})

/** Listens on 127.0.0.1 until the scope closes, and returns the port. Fails if the port is taken. */
export const start = Effect.fnUntraced(function* (
  site: Site,
  options: { readonly port: number; readonly maxPayload: number }
): Effect.fn.Return<number, NodeJS.ErrnoException, Scope.Scope> {
  const sockets = new Set<Socket>()
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: options.maxPayload
  })
  let port = options.port
  const onRequest: RequestListener = (request, response) => {
    const refused = refusal(request, port, false)
    if (refused !== undefined) text(response, 403, refused)
    else serve(site, request, response)
    // What it sends besides is not read.
    request.resume()
  }
  const server = createServer({ maxHeaderSize: 16_384 }, onRequest)
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => undefined)
  })
  server.on("upgrade", (request, socket, head) => {
    const refused = refusal(request, port, true)
    if (refused !== undefined) return refuseUpgrade(socket, "403 Forbidden", refused)
    if (pathOf(request) !== webSocketPath) return refuseUpgrade(socket, "404 Not Found", "There is no such WebSocket")
    webSockets.handleUpgrade(request, socket, head, (ws) => site.connect(ws, request.headers.host ?? ""))
  })
  yield* Effect.acquireRelease(listen(server, port), () =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    })
  )
  port = (server.address() as AddressInfo).port
  return port
})
