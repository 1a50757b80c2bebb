/**
 * What the edge before Discord answers: pages instead of JSON, and none of Discord's headers.
 *
 * Source: "Cloudflare bans" in Discord, "Rate Limits"; issues 1771, 3042, 5385, 5810, 6473 and 8518 of
 * discord-api-docs, and issue 651 of slash-create.
 */
import type { EdgeForm } from "../Faults.ts"

const html = { "content-type": "text/html; charset=UTF-8" }

const pageOf = (title: string): string =>
  `<!DOCTYPE html><html><head><title>${title} | discord.com | Cloudflare</title></head><body>${title}</body></html>`

/** The headers and the body of an answer. `retryAfter` is in seconds. */
export const edgeAnswer = (
  form: EdgeForm,
  retryAfter: number,
  status = 429
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } => {
  switch (form) {
    case "json": {
      const message = status === 429 ? "You are being blocked from accessing our API temporarily." : "Forbidden"
      return {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ message, ...(status === 429 ? { retry_after: retryAfter, global: false } : {}) })
      }
    }
    case "json-empty":
      return {
        headers: { "content-type": "application/json" },
        body:
          status === 403
            ? JSON.stringify({ message: "internal network error", code: 40333 })
            : JSON.stringify({ message: "You are being blocked from accessing our API temporarily.", code: 0 })
      }
    case "date":
      return { headers: { ...html, "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, body: pageOf("Access denied") }
    case "empty":
      return { headers: html, body: "" }
    case "1015":
      return {
        headers: { "content-type": "text/plain; charset=UTF-8", "retry-after": `${retryAfter}` },
        body: "error code: 1015"
      }
    case "1020":
      return { headers: html, body: pageOf("Access denied: error code 1020") }
    default:
      return { headers: html, body: pageOf(status === 429 || status === 403 ? "Access denied" : `Error ${status}`) }
  }
}
