/** The REST server: reads requests, finds their routes, and writes responses. */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Duration from "effect/Duration"
import type { Action } from "../Faults.ts"
import { ApiError, methodNotAllowed, notFound, notJson, unauthorized } from "./apiError.ts"
import type { Gateway } from "./gateway.ts"
import type { Hooks } from "./hooks.ts"
import type { Journal } from "./journal.ts"
import { parse } from "./json.ts"
import type { Upload } from "./messages.ts"
import { bodyOf, RateLimits } from "./rateLimits.ts"
import { type Answer, type Route, routes } from "./routes.ts"
import type { Time } from "./time.ts"
import { Problems } from "./validate.ts"
import type { World } from "./world.ts"

const prefix = /^\/api(?:\/v10)?(?=\/)/

interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

const matchPattern = (pattern: string, path: string): Readonly<Record<string, string>> | undefined => {
  const wanted = pattern.split("/")
  const given = path.split("/")
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ""
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value)
    else if (part !== value) return undefined
  }
  return params
}

const find = (method: string, path: string): Match => {
  const found = routes.flatMap((route) => {
    const params = matchPattern(route.pattern, path)
    return params === undefined ? [] : [{ route, params }]
  })
  if (found.length === 0) throw notFound()
  const match = found.find(({ route }) => route.method === method)
  if (match === undefined) throw methodNotAllowed()
  return match
}

const routeOf = (method: string, path: string): string => {
  try {
    return find(method, path).route.pattern
  } catch {
    return path
  }
}

interface Body {
  readonly isForm?: boolean
  readonly json: unknown
  readonly files: ReadonlyArray<Upload>
}

/** Reads JSON, or `payload_json` and files of a form. */
const readBody = async (request: IncomingMessage): Promise<Body> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  if (bytes.length === 0) return { json: undefined, files: [] }
  const type = request.headers["content-type"] ?? ""
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return { json: Object.fromEntries(new URLSearchParams(bytes.toString())), files: [], isForm: true }
  }
  if (!type.startsWith("multipart/form-data")) return { json: jsonOf(bytes.toString()), files: [] }
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData()
  const payload = form.get("payload_json")
  const files = [...form.values()].flatMap((value) =>
    typeof value === "string" ? [] : [{ filename: value.name, size: value.size, contentType: value.type }]
  )
  if (typeof payload === "string") return { json: jsonOf(payload), files }
  // Stickers come with their fields in the form itself.
  const fields = [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string")
  return { json: fields.length === 0 ? undefined : Object.fromEntries(fields), files }
}

const jsonOf = (text: string): unknown => {
  const json = parse(text)
  if (json === undefined) throw notJson()
  return json
}

/** The reason for the audit log, as far as it can be decoded. Source: Discord, "Audit Log Resource". */
const reasonOf = (request: IncomingMessage): string | undefined => {
  const header = request.headers["x-audit-log-reason"]
  if (typeof header !== "string") return undefined
  try {
    return decodeURIComponent(header)
  } catch {
    return header
  }
}

// The header has up to 512 characters. Source: Discord, "Audit Log Resource"; the field as in Laggrons-Dumb-Cogs #41.
const checkedReason = (request: IncomingMessage): string | undefined => {
  const reason = reasonOf(request)
  const problems = new Problems()
  problems.length(["reason"], reason, 0, 512)
  problems.done()
  return reason
}

/** Answers REST requests. */
export class Rest {
  readonly #world: World
  readonly #gateway: Gateway
  readonly #journal: Journal
  readonly #hooks: Hooks
  readonly #time: Time
  readonly #limits: RateLimits
  readonly #gatewayUrl: () => string

  constructor(options: {
    readonly world: World
    readonly gateway: Gateway
    readonly journal: Journal
    readonly hooks: Hooks
    readonly time: Time
    readonly gatewayUrl: () => string
  }) {
    this.#world = options.world
    this.#gateway = options.gateway
    this.#journal = options.journal
    this.#hooks = options.hooks
    this.#time = options.time
    const { globalRateLimit: total, rateLimits: rules } = options.world.settings
    this.#limits = new RateLimits({ rules, total, now: options.time.now })
    this.#gatewayUrl = options.gatewayUrl
  }

  /** Handles one request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost")
    const path = url.pathname.replace(prefix, "")
    const method = request.method ?? "GET"
    const reason = reasonOf(request)
    const seen = {
      method,
      path,
      route: routeOf(method, path),
      query: url.search.slice(1),
      ...(reason === undefined ? {} : { reason })
    }
    let body: Body = { json: undefined, files: [] }
    let failure: unknown
    try {
      body = await readBody(request)
    } catch (error) {
      // The client went away, or its body is not JSON.
      if (!(error instanceof ApiError)) return
      failure = error
    }
    const write = (answer: Answer, headers: Readonly<Record<string, string>> = {}): void => {
      const code = answer.body instanceof Object && "code" in answer.body ? Number(answer.body.code) : undefined
      if (answer.body === undefined) response.writeHead(answer.status, { ...answer.headers, ...headers }).end()
      else {
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers, ...headers })
        response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body))
      }
      this.#journal.add({ _tag: "Request", ...seen, body: body.json, status: answer.status, code })
    }
    const answer = (): Answer =>
      this.#limited(method, path, seen.route, () =>
        this.#answer(request, method, path, url.searchParams, body, failure)
      )
    const proceed = (): void => write(answer())
    const fault = this.#hooks.take("request", {
      request: { route: `${method} ${seen.route}`, path: `${method} ${path}` }
    })
    if (fault === undefined) return proceed()
    this.#act(fault, response, write, answer, proceed, () =>
      this.#journal.add({ _tag: "Request", ...seen, body: body.json, status: undefined, code: undefined })
    )
  }

  #act(
    fault: Action,
    response: ServerResponse,
    write: (answer: Answer, headers?: Readonly<Record<string, string>>) => void,
    answer: () => Answer,
    proceed: () => void,
    unanswered: () => void
  ): void {
    switch (fault._tag) {
      case "Delay": {
        this.#time.after(Duration.toMillis(fault.duration), proceed)
        return
      }
      case "Lose": {
        const given = answer()
        if (fault.duration === undefined) {
          response.socket?.resetAndDestroy()
          return unanswered()
        }
        this.#time.after(Duration.toMillis(fault.duration), () => write(given))
        return
      }
      case "Status":
        return write({ status: fault.status, body: fault.body }, fault.headers)
      case "Drop": {
        if (fault.reset === true) response.socket?.resetAndDestroy()
        else response.socket?.destroy()
        return unanswered()
      }
      default:
        return unanswered()
    }
  }

  #limited(method: string, path: string, route: string, answer: () => Answer): Answer {
    if (this.#limits.areNone) return answer()
    const isBot = routes.find((each) => each.pattern === route && each.method === method)?.bot ?? true
    const subject = { route: `${method} ${route}`, path: `${method} ${path}`, isBot }
    const { headers, refused } = this.#limits.take(subject)
    if (refused === undefined) return { ...answer(), headers }
    this.#journal.violation("rate-limit", `${method} ${path} for ${refused.wait} ms more`)
    return { status: 429, body: bodyOf(refused), headers }
  }

  #answer(
    request: IncomingMessage,
    method: string,
    path: string,
    query: URLSearchParams,
    body: Body,
    failure: unknown
  ): Answer {
    try {
      const { params, route } = find(method, path)
      if (route.bot && !this.#isAuthorized(request.headers.authorization)) throw unauthorized()
      if (failure !== undefined) throw failure
      return route.handle({
        world: this.#world,
        gateway: this.#gateway,
        gatewayUrl: this.#gatewayUrl(),
        params,
        query,
        body: body.json,
        isForm: body.isForm === true,
        authorization: request.headers.authorization,
        reason: checkedReason(request),
        files: body.files
      })
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body }
      const message = `500: Internal Server Error: ${error instanceof Error ? error.message : String(error)}`
      return { status: 500, body: { message, code: 0 } }
    }
  }

  #isAuthorized(header: string | undefined): boolean {
    return header !== undefined && header.startsWith("Bot ") && this.#gateway.accepts(header.slice(4))
  }
}
