/**
 * Serves the inspector over HTTP: to this machine only, to pages of its own only, and nothing but reading. Node's own
 * server, because nothing of it may be part of the bot: neither its fibers nor its layers.
 */
import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { refusal, safeHeaders } from "../../internal/localServer.ts"
import type { Feed } from "./feed.ts"

/** The only addresses that it is bound to. */
export const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"])

// How many may look at the same time, and how many bytes may wait for one before they are dropped.
const mostReaders = 16
const mostWaiting = 4 * 1024 * 1024

const safety = safeHeaders({ "img-src": "'self' data:" })

/** The files of the page, beside this file in the package; where they are from the sources, they are not built. */
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["inspector.html", "text/html; charset=utf-8"],
  "/inspector.js": ["inspector.js", "text/javascript; charset=utf-8"],
  "/inspector.css": ["inspector.css", "text/css; charset=utf-8"]
}
const folders = ["../playground/page/", "../../dist/playground/page/", "../../../dist/playground/page/"]

const fileOf = async (name: string): Promise<Buffer | undefined> => {
  for (const folder of folders) {
    const file = await readFile(new URL(folder + name, import.meta.url)).catch(() => undefined)
    if (file !== undefined) return file
  }
  return undefined
}

const say = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { ...safety, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`)
}

const refusalOf = (request: IncomingMessage, port: number): readonly [status: number, text: string] | undefined => {
  if (request.method !== "GET") return [405, "It can only be read: use GET."]
  const why = refusal(request, port, false)
  return why === undefined ? undefined : [403, why]
}

const events = (feed: Feed, request: IncomingMessage, response: ServerResponse): void => {
  if (feed.readers >= mostReaders) return say(response, 503, "Too many look at this bot already.")
  response.writeHead(200, { ...safety, "content-type": "text/event-stream; charset=utf-8" })
  let isOver = false
  const detach = feed.attach((event, json) => {
    if (isOver) return
    // Who does not read would fill the memory of the bot.
    if (response.writableLength > mostWaiting) response.destroy()
    else response.write(`event: ${event}\ndata: ${json}\n\n`)
  })
  const end = (): void => {
    isOver = true
    detach()
  }
  response.once("close", end)
  request.once("error", end)
  response.once("error", end)
}

const json = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { ...safety, "content-type": "application/json; charset=utf-8" }).end(text)
}

const answer = async (feed: Feed, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? "/", "http://localhost")
  switch (url.pathname) {
    case "/state":
      return json(response, await feed.state())
    case "/events":
      return events(feed, request, response)
    case "/dialogue": {
      const found = await feed.dialogue(url.searchParams.get("id") ?? "")
      return found === undefined ? say(response, 404, "There is no such dialogue.") : json(response, found)
    }
  }
  const [name, type] = files[url.pathname] ?? []
  const file = name === undefined ? undefined : await fileOf(name)
  if (file !== undefined && type !== undefined) {
    response.writeHead(200, { ...safety, "content-type": type }).end(file)
  } else if (url.pathname === "/") {
    say(response, 200, "The inspector of a bot: see /state and /events. Its page has not been built.")
  } else say(response, 404, "There is nothing here.")
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** A server that listens. */
export interface Listening {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Begins to listen; rejects with Node's error. It keeps no process alive. */
export const listen = (feed: Feed, host: string, port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const refused = refusalOf(request, portOf(server))
      if (refused !== undefined) return say(response, ...refused)
      answer(feed, request, response).catch(() => {
        if (!response.headersSent) say(response, 500, "This could not be shown.")
        else response.destroy()
      })
    })
    server.unref()
    server.on("connection", (socket) => socket.unref())
    server.once("error", reject)
    server.listen(port, host, () => {
      resolve({
        port: portOf(server),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })
