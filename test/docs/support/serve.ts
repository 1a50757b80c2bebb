/** A handler of requests on the web, as platforms of functions have it, behind a URL. */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** Serves what the platform would call, until the scope closes, and returns the URL. */
export const serve = (handle: (request: Request) => Promise<Response>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(async (incoming, outgoing) => {
        const parts: Array<Buffer> = []
        for await (const part of incoming) parts.push(part)
        const body = Buffer.concat(parts)
        const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, `${value}`])
        const response = await handle(new Request(`http://bot${incoming.url}`, { method: "POST", headers, body }))
        outgoing.writeHead(response.status, Object.fromEntries(response.headers))
        outgoing.end(Buffer.from(await response.arrayBuffer()))
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return server
    }),
    (server) => Effect.promise(() => new Promise((resolve) => server.close(resolve)))
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/interactions`))
