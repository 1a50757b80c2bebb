/** Which URLs a shard may take from the wire. READY names where to resume; whoever answers there is given the token. */

const parse = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined)

const isLoopback = (host: string): boolean => host === "localhost" || host === "[::1]" || host.startsWith("127.")

/**
 * Whether the token may be sent to `resumeUrl`: a `wss:` host of Discord's, or the host that the bot was told to use.
 * Where that is on this machine, so may the other be.
 */
export const isAllowed = (resumeUrl: string, mainUrl: string): boolean => {
  const resume = parse(resumeUrl)
  const main = parse(mainUrl)
  if (resume === undefined || main === undefined) return false
  if (resume.host === main.host) return resume.protocol === main.protocol
  if (isLoopback(main.hostname)) {
    return isLoopback(resume.hostname) && (resume.protocol === "ws:" || resume.protocol === "wss:")
  }
  return isDiscord(resume) && isDiscord(main)
}

/**
 * Whether a main URL that was remembered may stand for the one that cannot be asked for now: Discord's, or one on this
 * machine where REST is on it too. Whoever can write to a session store shall not learn the token.
 */
export const isTrusted = (mainUrl: string, apiUrl: string): boolean => {
  const main = parse(mainUrl)
  const api = parse(apiUrl)
  if (main === undefined || api === undefined) return false
  if (isDiscord(main)) return true
  return isLoopback(api.hostname) && isLoopback(main.hostname) && (main.protocol === "ws:" || main.protocol === "wss:")
}

const isDiscord = (url: URL): boolean =>
  url.protocol === "wss:" && (url.hostname === "discord.gg" || url.hostname.endsWith(".discord.gg"))

/** Adds what every connection asks for. A query that the URL has already is kept. */
export const withQuery = (url: string, compression: string | undefined): string => {
  const full = new URL(url)
  full.searchParams.set("v", "10")
  full.searchParams.set("encoding", "json")
  if (compression !== undefined) full.searchParams.set("compress", compression)
  return full.href
}
