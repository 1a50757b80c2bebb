/** Names that nobody on the Internet owns. */

/**
 * Whether a `Host` header names this machine or its network. Whoever owns another name can make it mean this machine, and
 * then a page there is of the same origin as a server here: what it reads has no header that tells. Source: RFC 6761, 6762
 * and 8375; ICANN on "internal"; "svc" is Kubernetes'.
 */
export const isPrivate = (host: string | undefined): boolean => {
  const name = nameOf(host)
  return (
    !name.includes(".") ||
    /^\d+(?:\.\d+){3}$/.test(name) ||
    name.startsWith("[") ||
    /\.(?:internal|local|localhost|svc|home\.arpa|test)$/.test(name)
  )
}

/** The name in a `Host` header, in lower case, without the port. */
export const nameOf = (host: string | undefined): string =>
  (host ?? "").toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "")
