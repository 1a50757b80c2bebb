/** Which URLs a shard may connect to. READY names one to resume at, and the server at that URL receives the token. */
import { gatewayVersion } from "../../discord/gatewayNumbers.ts"
import { remembering } from "../../internal/remembering.ts"

// Read only: all shards have them.
const parse = remembering((url) => URL.parse(url))

// As the parser of URLs writes addresses. A name may begin with "127." too, and belong to anybody.
const isLoopback = (host: string): boolean => /^(?:localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(host)

/**
 * Whether the token may be sent to `resumeUrl`: to a `wss:` host of Discord, or to the host that the bot was told to
 * use. When that host is on this machine, any other on this machine is allowed too.
 */
export const isAllowed = (resumeUrl: string, mainUrl: string): boolean => {
  const resume = parse(resumeUrl)
  const main = parse(mainUrl)
  if (resume === null || main === null) return false
  if (resume.host === main.host) return resume.protocol === main.protocol
  if (isLoopback(main.hostname)) {
    return isLoopback(resume.hostname) && (resume.protocol === "ws:" || resume.protocol === "wss:")
  }
  return isDiscord(resume) && isDiscord(main)
}

/**
 * Whether a remembered main URL may be used while Discord cannot be asked for it: one of Discord's, or one on this
 * machine when the REST API is on this machine too. Somebody who can write to a session store must not get the token.
 */
export const isTrusted = (mainUrl: string, apiUrl: string): boolean => {
  const main = parse(mainUrl)
  const api = parse(apiUrl)
  if (main === null || api === null) return false
  if (isDiscord(main)) return true
  return isLoopback(api.hostname) && isLoopback(main.hostname) && (main.protocol === "ws:" || main.protocol === "wss:")
}

const isDiscord = (url: URL): boolean =>
  url.protocol === "wss:" && (url.hostname === "discord.gg" || url.hostname.endsWith(".discord.gg"))

const withCompression = remembering((compression: string) =>
  remembering((url) => {
    const full = new URL(url)
    full.searchParams.set("v", `${gatewayVersion}`)
    full.searchParams.set("encoding", "json")
    if (compression !== "") full.searchParams.set("compress", compression)
    return full.href
  })
)

/** Adds the query that every connection needs. Keeps other parameters of the URL. Throws when it is none. */
export const withQuery = (url: string, compression: string | undefined): string =>
  withCompression(compression ?? "")(url)
