/** Finds the route of a request: one of the test's own, or one of the fake's. */
import type { Route as CustomRoute } from "../Route.ts"
import { ApiError, methodNotAllowed } from "./apiError.ts"
import { isDocumented } from "./documentedRoutes.ts"
import { type Route, routes } from "./routes.ts"

/** What serves a request. */
export type Served =
  | { readonly _tag: "Own"; readonly route: Route }
  | { readonly _tag: "Custom"; readonly route: CustomRoute }

/** A route that fits a request. */
export interface Match {
  readonly served: Served
  readonly method: string
  readonly pattern: string
  /** Whether it needs the bot's token. */
  readonly bot: boolean
  readonly params: Readonly<Record<string, string>>
}

/** Discord has this route, perhaps, and the fake has not. */
export class MissingRoute extends ApiError {}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const matchPattern = (pattern: string, path: string): Readonly<Record<string, string>> | undefined => {
  const wanted = pattern.split("/")
  const given = path.split("/")
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ""
    if (part.startsWith(":")) params[part.slice(1)] = decode(value)
    else if (part !== value) return undefined
  }
  return params
}

const isVariable = (part: string): boolean => /^\d+$/.test(part) || part.length > 30

/** The path with names in place of ids, as a route is written. */
const suggested = (path: string): string => {
  const parts = path.split("/")
  const name = (index: number): string => {
    const before = parts[index - 1] ?? ""
    return isVariable(before) || before === "" ? "token" : before.replace(/s$/, "").replaceAll(/\W/g, "")
  }
  return parts.map((part, index) => (isVariable(part) ? `:${name(index)}` : part)).join("/")
}

const missing = (method: string, path: string): MissingRoute => {
  const route = `{ method: "${method}", path: "${suggested(path)}", handle: (request, discord) => ({ body: {} }) }`
  const how = `Add it with FakeDiscord.layer({ routes: [${route}] })`
  return new MissingRoute(501, 0, `501: the fake has no such route: ${method} ${path}. ${how}`)
}

/** All routes of a fake. */
export class RouteTable {
  readonly #all: ReadonlyArray<Omit<Match, "params">>

  constructor(custom: ReadonlyArray<CustomRoute>) {
    for (const { method, path } of custom) {
      if (path.startsWith("/") && !path.startsWith("/api/") && !path.includes("?")) continue
      throw new Error(`The path of the route ${method} ${path} must be that below /api/v10: /guilds/:guild/templates`)
    }
    this.#all = [
      ...custom.map((route) => {
        const { bot = true, method, path } = route
        return { served: { _tag: "Custom", route }, method, pattern: path, bot } as const
      }),
      ...routes.map((route) => {
        const { bot, method, pattern } = route
        return { served: { _tag: "Own", route }, method, pattern, bot } as const
      })
    ]
  }

  /** The route of a request, or the error that it is answered with. */
  find(method: string, path: string): Match | ApiError {
    let isKnown = false
    for (const each of this.#all) {
      const params = matchPattern(each.pattern, path)
      if (params === undefined) continue
      if (each.method === method) return { ...each, params }
      isKnown = true
    }
    return isKnown && !isDocumented(method, path) ? methodNotAllowed() : missing(method, path)
  }
}
