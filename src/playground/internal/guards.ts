/**
 * Who may talk to the server. It listens on loopback only, but other pages of the same browser can send requests there,
 * and a name of theirs can be made to mean 127.0.0.1. So a request must name the server as its host, and what changes
 * something must come from a page of the server itself.
 */
import type { IncomingHttpHeaders } from "node:http"

const hosts = ["127.0.0.1", "localhost", "[::1]"]

/** Whether the header names this server. */
export const isOwnHost = (host: string | undefined, port: number): host is string =>
  host !== undefined && hosts.some((name) => host === `${name}:${port}` || (port === 80 && host === name))

/** Whether the header names a page of this server, under the same name as the request. */
export const isOwnOrigin = (origin: string | undefined, host: string): boolean => origin === `http://${host}`

/** Why a request is refused, if it is. */
export const refusal = (
  request: { readonly headers: IncomingHttpHeaders; readonly method?: string | undefined },
  port: number,
  isWebSocket: boolean
): string | undefined => {
  const { host, origin } = request.headers
  if (!isOwnHost(host, port)) return `The host is ${JSON.stringify(host)}, expected 127.0.0.1:${port}`
  const isRead = !isWebSocket && (request.method === "GET" || request.method === "HEAD")
  // A page of another origin may not read either, although the browser would let it send.
  if (isRead && origin === undefined) return undefined
  if (isOwnOrigin(origin, host)) return undefined
  return `The origin is ${JSON.stringify(origin)}, expected http://${host}`
}

/** The headers of every response. Styles may be inline, because elements have them; scripts may not. */
export const headers: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https:",
    "media-src 'self' blob: https:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
}
