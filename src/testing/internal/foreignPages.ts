/**
 * Pages of the web in a browser on the same machine. They could connect to the fake, whose token is known, and read what is
 * written on it; no bot is one of them. This is no rule of Discord's.
 */
import type { IncomingMessage } from "node:http"
import { isPrivate } from "../../internal/privateName.ts"

const local = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/

/** Whether a browser says that a page sends this which is not from this machine, or it came by a name of strangers. */
export const isForeignPage = ({ headers: { host, origin } }: IncomingMessage): boolean =>
  (origin !== undefined && !local.test(origin)) || !isPrivate(host)
