/**
 * Who may talk to a server that is only for this machine. It listens on loopback, but pages of other sites in the same
 * browser can send requests there, and a name of theirs can be made to mean 127.0.0.1. So a request must name the server
 * as its host, and a browser must not say that it comes from elsewhere.
 */
import type { IncomingHttpHeaders } from "node:http"

const hosts = ["127.0.0.1", "localhost", "[::1]"]

/** Whether the header names this server. */
const isOwnHost = (host: string | undefined, port: number): host is string => {
  const name = host?.toLowerCase()
  return hosts.some((own) => name === `${own}:${port}` || (port === 80 && name === own))
}

/** Whether the header names a page of this server, under the same name as the request. */
const isOwnOrigin = (origin: string | undefined, host: string): boolean => origin === `http://${host.toLowerCase()}`

// Requests that another page causes, for example for an image, may come without an origin. A link to the server may be
// anywhere: what it opens is a document of its own, which no other page can read. Source: W3C, "Fetch Metadata".
const isFromOtherSite = ({ "sec-fetch-dest": target, "sec-fetch-site": site }: IncomingHttpHeaders): boolean =>
  site !== undefined && site !== "same-origin" && site !== "none" && target !== "document"

/**
 * Why a request is refused, if it is. What only reads may come without an origin, as programs and navigations do;
 * everything else, a WebSocket too, must come from a page of the server itself.
 */
export const refusal = (
  request: { readonly headers: IncomingHttpHeaders; readonly method?: string | undefined },
  port: number,
  isWebSocket: boolean
): string | undefined => {
  const { host, origin } = request.headers
  if (!isOwnHost(host, port)) return `The host is ${JSON.stringify(host)}, expected 127.0.0.1:${port}`
  const isRead = !isWebSocket && (request.method === "GET" || request.method === "HEAD")
  // A page of another origin may not read either, although the browser would let it send.
  const isAllowed = isOwnOrigin(origin, host) || (isRead && origin === undefined)
  if (!isAllowed) return `The origin is ${JSON.stringify(origin)}, expected http://${host}`
  if (isFromOtherSite(request.headers)) return "The request comes from a page of another site"
  return undefined
}

/**
 * The headers of every response. `policy` is what the page needs beside scripts, styles and requests of its own, as
 * directives of a Content-Security-Policy by their names. Source: W3C, "Content Security Policy Level 3".
 */
export const safeHeaders = (policy: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  "content-security-policy": Object.entries({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    ...policy
  })
    .map(([name, sources]) => `${name} ${sources}`)
    .join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
})
