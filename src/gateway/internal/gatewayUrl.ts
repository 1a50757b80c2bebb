/** Which URLs a shard may connect to. READY names one to resume at, and the server at that URL receives the token. */
import { gatewayVersion } from "../../discord/gatewayNumbers.ts"
import { keepNewest } from "./keepNewest.ts"

const isLoopback = (host: string): boolean => host === "localhost" || host === "[::1]" || host.startsWith("127.")

/**
 * Whether the token may be sent to `resumeUrl`: to a `wss:` host of Discord, or to the host that the bot was told to
 * use. When that host is on this machine, any other on this machine is allowed too.
 */
export const isAllowed = keepNewest((resumeUrl: string, mainUrl = ""): boolean => {
  const resume = URL.parse(resumeUrl)
  const main = URL.parse(mainUrl)
  if (resume === null || main === null) return false
  if (resume.host === main.host) return resume.protocol === main.protocol
  if (isLoopback(main.hostname)) {
    return isLoopback(resume.hostname) && (resume.protocol === "ws:" || resume.protocol === "wss:")
  }
  return isDiscord(resume) && isDiscord(main)
})

/**
 * Whether a remembered main URL may be used while Discord cannot be asked for it: one of Discord's, or one on this
 * machine when the REST API is on this machine too. Somebody who can write to a session store must not get the token.
 */
export const isTrusted = (mainUrl: string, apiUrl: string): boolean => {
  const main = URL.parse(mainUrl)
  const api = URL.parse(apiUrl)
  if (main === null || api === null) return false
  if (isDiscord(main)) return true
  return isLoopback(api.hostname) && isLoopback(main.hostname) && (main.protocol === "ws:" || main.protocol === "wss:")
}

const isDiscord = (url: URL): boolean =>
  url.protocol === "wss:" && (url.hostname === "discord.gg" || url.hostname.endsWith(".discord.gg"))

/** Adds the query that every connection needs. Keeps other parameters of the URL. */
export const withQuery = keepNewest((url: string, compression?: string): string => {
  const full = new URL(url)
  full.searchParams.set("v", `${gatewayVersion}`)
  full.searchParams.set("encoding", "json")
  if (compression !== undefined) full.searchParams.set("compress", compression)
  return full.href
})
