/** Paths of requests as they appear in errors and metrics: without tokens, and for metrics without ids. */

/** What a request is to metrics and spans. */
export interface Kind {
  readonly method: string
  /** Of {@link templateOf}. */
  readonly template: string
}

/** The attributes of a span, by the names of OpenTelemetry. */
export const attributesOf = ({ method, template }: Kind, status: number | undefined): Record<string, unknown> => ({
  "http.request.method": method,
  "url.template": template,
  ...(status === undefined ? {} : { "http.response.status_code": status })
})

// A token in a path is a credential: an interaction's is valid for 15 minutes, a webhook's forever.
const tokenInPath = /\/(interactions|webhooks)\/(\d+)\/[^/?]+/

/** The path below the API version, with interaction and webhook tokens replaced by `:token`. */
export const routeOf = (url: string): string => {
  const path = url.replace(/^https?:\/\/[^/]+/, "").replace(/^.*?\/v\d+(?=\/)/, "")
  return path.replace(/\?.*$/, "").replace("%40", "@").replace(tokenInPath, "/$1/$2/:token")
}

const topLevel = /^\/(?:channels|guilds|webhooks)\/\d+(?=\/|$)/

/**
 * The bucket of a path below the version: its resource at the top, or the route without one. `undefined` for what needs
 * no token of the bot. Source: Discord, "Rate Limits".
 */
export const bucketOf = (path: string): string | undefined => {
  const route = routeOf(path)
  return route.includes("/:token") ? undefined : (topLevel.exec(route)?.[0] ?? templateOf(route))
}

/** The route of {@link routeOf} with everything replaced that differs between calls, so that there are few of them. */
export const templateOf = (route: string): string =>
  route
    .replace(/\/reactions\/[^/]+/, "/reactions/:emoji")
    .replace(/\/(invites|templates)\/[^/]+/, "/$1/:code")
    .replace(/\/\d+(?=\/|$)/g, "/:id")
