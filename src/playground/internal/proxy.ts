/** Passes reads of a page on to another server on loopback, for example the inspector of the bot. */
import { type IncomingMessage, request as send, type ServerResponse } from "node:http"
import { headers } from "./headers.ts"

/** Answers with what the other server says, as it comes: streams of events stay streams. */
export const pass = (request: IncomingMessage, response: ServerResponse, target: URL): void => {
  const { accept, "last-event-id": lastEventId } = request.headers
  const outgoing = send(
    target,
    {
      method: request.method,
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId })
      }
    },
    (incoming) => {
      const type = incoming.headers["content-type"]
      response.writeHead(incoming.statusCode ?? 502, {
        ...headers,
        ...(type === undefined ? {} : { "content-type": type })
      })
      response.flushHeaders()
      // When the other server is gone in the middle, so is this answer: the page connects again.
      incoming.on("close", () => {
        if (!incoming.complete) response.destroy()
      })
      incoming.pipe(response)
    }
  )
  outgoing.on("error", () => {
    if (response.headersSent) return void response.destroy()
    response.writeHead(502, { ...headers, "content-type": "text/plain" }).end("The bot's inspector does not respond")
  })
  response.on("close", () => outgoing.destroy())
  outgoing.end()
}
