/**
 * What the fake Discord uses of `node:http`, without a network: servers listen on numbers, and {@link fetch} and the
 * sockets of `ws.ts` find them there. Nothing leaves the page.
 */
import { Buffer, type Bytes } from "./buffer.ts"
import { Emitter } from "./Emitter.ts"
import { later } from "./later.ts"

/** A connection. It has no bytes: what is on it calls it when it is cut. */
export class Socket extends Emitter {
  destroyed = false
  /** What was written instead of an upgrade, for example `HTTP/1.1 503 Fault`. */
  refusal: string | undefined

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit("close")
  }

  resetAndDestroy(): void {
    this.destroy()
  }

  end(text?: string): void {
    this.refusal = text
    this.destroy()
  }
}

/** A request as a server sees it. */
export interface IncomingMessage extends AsyncIterable<Bytes> {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly socket: Socket
  readonly resume: () => void
}

/** Makes a request. */
export const incoming = (
  url: URL,
  init: { readonly method: string; readonly headers: Headers; readonly body: Uint8Array; readonly socket: Socket }
): IncomingMessage => ({
  method: init.method,
  url: url.pathname + url.search,
  headers: Object.fromEntries(init.headers),
  socket: init.socket,
  resume: () => undefined,
  [Symbol.asyncIterator]: async function* () {
    if (init.body.length > 0) yield Buffer.from(init.body)
  }
})

class ServerResponse {
  readonly socket: Socket
  readonly #done: (response: Response) => void
  #status = 200
  #headers: Readonly<Record<string, unknown>> = {}

  constructor(socket: Socket, done: (response: Response) => void) {
    this.socket = socket
    this.#done = done
  }

  writeHead(status: number, headers: Readonly<Record<string, unknown>> = {}): this {
    this.#status = status
    this.#headers = headers
    return this
  }

  end(body?: string | Uint8Array<ArrayBuffer>): void {
    const headers = new Headers(Object.entries(this.#headers).map(([name, value]) => [name, String(value)]))
    // Statuses of which a response must not have a body, and says so if it has one.
    const isEmpty = this.#status === 204 || this.#status === 304
    this.#done(new Response(isEmpty ? null : (body ?? null), { status: this.#status, headers }))
  }
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

const servers = new Map<number, Server>()
let lastPort = 0

class Server extends Emitter {
  readonly #onRequest: OnRequest
  #port = 0

  constructor(onRequest: OnRequest) {
    super()
    this.#onRequest = onRequest
  }

  listen(port: number, _host: string, done: () => void): void {
    this.#port = port === 0 ? ++lastPort : port
    servers.set(this.#port, this)
    later(done)
  }

  address(): { readonly port: number } {
    return { port: this.#port }
  }

  close(done: () => void): void {
    servers.delete(this.#port)
    later(done)
  }

  request(request: IncomingMessage, done: (response: Response) => void): void {
    this.emit("connection", request.socket)
    this.#onRequest(request, new ServerResponse(request.socket, done))
  }

  upgrade(request: IncomingMessage, head: unknown): void {
    this.emit("connection", request.socket)
    this.emit("upgrade", request, request.socket, head)
  }
}

export const createServer = (onRequest: OnRequest): Server => new Server(onRequest)

/** The server at a URL, if there is one. */
export const serverAt = (url: URL): Server | undefined => servers.get(Number(url.port))

const broken = (code: string): TypeError => Object.assign(new TypeError("fetch failed"), { code })

/** `fetch`, for the servers of the page and no others. */
export const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, { ...init, keepalive: false })
  const url = new URL(request.url)
  const body = new Uint8Array(await request.arrayBuffer())
  return new Promise((resolve, reject) => {
    const socket = new Socket()
    const cut = () => reject(broken("ECONNRESET"))
    request.signal.addEventListener("abort", () => {
      reject(request.signal.reason)
      socket.destroy()
    })
    later(() => {
      const server = serverAt(url)
      if (server === undefined) return reject(broken("ECONNREFUSED"))
      socket.on("close", cut)
      const { headers, method } = request
      server.request(incoming(url, { method, headers, body, socket }), (response) => later(() => resolve(response)))
    })
  })
}
