/** Requests as they are, and answers as they are, through `@discordjs/rest`, which keeps the rate limits. */
import type { InternalRequest, ResponseLike } from "@discordjs/rest"
import type { RestAnswer, RestRequest } from "../RestRequest.ts"

/** Whether it is an initial response: a user waits for it, and no rate limit holds it back. */
export const isCallback = (path: string): boolean => path.startsWith("/interactions/") && path.endsWith("/callback")

/** For `@discordjs/rest`. */
export const toInternal = (request: RestRequest, signal: AbortSignal): InternalRequest => {
  const { body, headers, isAuthorized, method, path, query } = request
  return {
    method: method as InternalRequest["method"],
    fullRoute: path as InternalRequest["fullRoute"],
    headers: { ...headers },
    auth: isAuthorized,
    passThroughBody: true,
    signal,
    ...(body === undefined || body.byteLength === 0 ? {} : { body }),
    // Only its `toString` is read. Parsing it would encode it anew.
    ...(query === undefined || query === "" ? {} : { query: { toString: () => query } as URLSearchParams })
  }
}

// They are about one connection or its server, or no longer true of a body that was read. Source: RFC 9110, "Connection";
// RFC 7838.
const ofConnection = new Set([
  "alt-svc",
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-connection",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

/** What was answered, as a value. */
export const toAnswer = ({ headers, status }: ResponseLike, body: Uint8Array): RestAnswer => {
  const named = new Set((headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase()))
  const passes = (name: string): boolean => !ofConnection.has(name) && !named.has(name)
  return { status, headers: Object.fromEntries([...headers].filter(([name]) => passes(name.toLowerCase()))), body }
}

/** An answer with these headers that `@discordjs/rest` does not judge by its status. */
export const accepted = (answer: ResponseLike): ResponseLike => ({ ...answer, ok: true, status: 200 })
