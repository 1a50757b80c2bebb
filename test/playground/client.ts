/** A page without a browser: its WebSocket, and requests with any headers. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdirSync, writeFileSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { connect as tcp } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocket } from "ws"
import type { Protocol } from "../../src/playground/index.ts"
import { Arrivals } from "../support/Arrivals.ts"

/** JSON of which a test knows the shape. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Any = any

/** A folder with a page that is enough for the server, the same for all tests. */
export const emptyPage = (): string => {
  const folder = join(tmpdir(), "fibercord-empty-page")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>")
  writeFileSync(join(folder, "page.js"), "void 0")
  return folder
}

export interface Page {
  readonly socket: WebSocket
  readonly updates: ReadonlyArray<Any>
  /** Sends anything. */
  readonly raw: (text: string | Buffer) => Effect.Effect<void>
  /** Sends a request, and returns the whole reply. */
  readonly reply: (request: unknown) => Effect.Effect<Any>
  /** Sends a request that is fulfilled, and returns its value. Dies if it is not. */
  readonly ask: (request: Protocol.Request) => Effect.Effect<Any>
  /** The first update that fits, of those that have come or will come. */
  readonly update: (fits: (update: Any) => boolean) => Effect.Effect<Any>
  /** The code with which it was closed. */
  readonly closed: Effect.Effect<number>
}

/** Opens a page. */
export const open = (
  url: string,
  headers: Readonly<Record<string, string>> = {}
): Effect.Effect<Page, never, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = new WebSocket(`${url.replace("http", "ws")}/playground`, { headers: { origin: url, ...headers } })
    const all: Array<Any> = []
    const arrivals = new Arrivals()
    let code: number | undefined
    socket.on("message", (data) => {
      all.push(JSON.parse(String(data)))
      arrivals.notify()
    })
    socket.on("error", () => undefined)
    socket.on("close", (closed) => {
      code = closed
      arrivals.notify()
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => socket.terminate()))
    yield* arrivals.until(() => all.find(({ type }) => type === "hello"))
    let last = 0
    const reply = (request: unknown) =>
      Effect.suspend(() => {
        const seq = ++last
        socket.send(JSON.stringify({ seq, request }))
        return arrivals.until(() => all.find((one) => one.type === "reply" && one.seq === seq))
      })
    return {
      socket,
      updates: all,
      raw: (text) => Effect.sync(() => socket.send(text)),
      reply,
      ask: (request) =>
        Effect.flatMap(reply(request), (one) =>
          one.ok === true ? Effect.succeed(one.value) : Effect.die(new Error(JSON.stringify(one.error)))
        ),
      update: (fits) => arrivals.until(() => all.find(fits)),
      closed: arrivals.until(() => code)
    }
  })

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
}

/** Sends an HTTP request whose path and headers are not tidied up. */
export const get = (
  port: number,
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {}
): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const { body, headers = {}, method = "GET" } = options
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString()
          })
        )
      )
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(body)
  })

/** Sends text over TCP, and returns what comes back until the connection ends. */
export const talk = (port: number, text: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    const socket = tcp(port, "127.0.0.1", () => socket.write(text))
    let said = ""
    socket.on("data", (data) => (said += String(data)))
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.succeed(said)))
  })
