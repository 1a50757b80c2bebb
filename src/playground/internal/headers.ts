/** The headers of every response of a playground. */
import { safeHeaders } from "../../internal/localServer.ts"

/** Styles may be inline, because elements have them; scripts may not. Bots' images and media may be anywhere. */
export const headers: Readonly<Record<string, string>> = safeHeaders({
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data: blob: https:",
  "media-src": "'self' blob: https:",
  "font-src": "'self' data:"
})
