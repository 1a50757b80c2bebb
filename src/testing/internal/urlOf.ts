/** The URL of a request, whatever its target is: a client may send anything, and nobody may end the test by that. */
import type { IncomingMessage } from "node:http"

const origin = "http://localhost"

/** A target that is no path is the root. */
export const urlOf = ({ url = "/" }: Pick<IncomingMessage, "url">): URL => {
  if (url.startsWith("/")) return new URL(origin + url)
  return URL.canParse(url) ? new URL(url) : new URL(origin)
}
