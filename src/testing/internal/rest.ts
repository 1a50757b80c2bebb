/** The REST server: reads requests, finds their routes, and writes responses. */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Duration from "effect/Duration"
import type { Action } from "../Faults.ts"
import type { RouteFile } from "../Route.ts"
import { isDeprecated, isSpoken } from "./apiVersions.ts"
import { ApiError, contentType, notJson, unauthorized } from "./apiError.ts"
import { isBearer } from "./bearer.ts"
import type { ServeCustom } from "./customRoutes.ts"
import type { Gateway } from "./gateway.ts"
import type { Hooks } from "./hooks.ts"
import type { Journal } from "./journal.ts"
import { parse } from "./json.ts"
import { RateLimits } from "./rateLimits.ts"
import type { Answer, Call } from "./routes.ts"
import { type Match, MissingRoute, RouteTable } from "./routeTable.ts"
import type { Time } from "./time.ts"
import { Problems } from "./validate.ts"
import type { World } from "./world.ts"
import { textOf } from "../../internal/thrown.ts"
import { urlOf } from "./urlOf.ts"

const prefix = /^\/api(?:\/v(\d+))?(?=\/)/

/** Why a request for a version is refused, if it is. Without a version the newest one is meant. */
const refusedVersion = (version: string | undefined): ApiError | undefined => {
  if (version === undefined || isSpoken(version)) return undefined
  return isDeprecated(version)
    ? new MissingRoute(501, 0, `501: the fake speaks v10 and v9; v${version} is deprecated`)
    : new ApiError(400, 50041, "Invalid API version provided")
}

interface Body {
  readonly isForm?: boolean
  readonly json: unknown
  readonly files: ReadonlyArray<RouteFile>
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
  if (type.startsWith("application/json")) return { json: jsonOf(bytes.toString()), files: [] }
  // Source: Discord, "Reference", HTTP API: the content types that are valid.
  if (!type.startsWith("multipart/form-data")) throw contentType()
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData()
  const payload = form.get("payload_json")
  const files: Array<RouteFile> = []
  for (const [name, value] of form) {
    if (typeof value === "string") continue
    // Source: Discord, "Uploading Files": `files[n]`.
    const place = /^files\[(\d+)\]$/.exec(name)?.[1]
    const content = new Uint8Array(await value.arrayBuffer())
    files.push({ filename: value.name, size: value.size, contentType: value.type, content, place })
  }
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

const headersOf = (request: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value = ""]) => [name, Array.isArray(value) ? value.join(", ") : value])
  )

/** A request that was read. */
interface Asked {
  readonly request: IncomingMessage
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly found: Match | ApiError
  readonly body: Body
  /** Why the body could not be read. */
  readonly failure: ApiError | undefined
}

type Later = Answer | Promise<Answer>

const errorAnswer = (error: ApiError): Answer => ({ status: error.status, body: error.body })

/** Calls back at once, if there is nothing to wait for, so that requests are answered in their order. */
const whenDone = (answer: Later, use: (answer: Answer) => void): void => {
  // One that rejects was interrupted: the fake stops.
  if (answer instanceof Promise) void answer.then(use, () => undefined)
  else use(answer)
}

const send = (response: ServerResponse, { body, headers, status }: Answer): void => {
  if (body === undefined) return void response.writeHead(status, headers).end()
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body)
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(text)
}

/** Why an answer of a test cannot be sent, if it cannot; otherwise it was. */
const problemOfSending = (response: ServerResponse, answer: Answer): string | undefined => {
  try {
    send(response, answer)
    return undefined
  } catch (error) {
    return textOf(error)
  }
}

const unsendable = (what: string, problem: string): Answer => ({
  status: 500,
  body: { message: `500: the answer of this test to ${what} cannot be sent: ${problem}`, code: 0 }
})

const scopeOf = (headers: Answer["headers"] = {}): string | undefined => headers["x-ratelimit-scope"]

/** Answers REST requests. */
export class Rest {
  /** Runs the routes of the test. */
  serveCustom: ServeCustom = () => Promise.reject(new Error("The fake has not started"))
  readonly #world: World
  readonly #gateway: Gateway
  readonly #journal: Journal
  readonly #hooks: Hooks
  readonly #time: Time
  readonly #limits: RateLimits
  readonly #table: RouteTable
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
    const {
      globalRateLimit: total,
      invalidRequestLimit: invalidTotal,
      rateLimits: rules,
      routes
    } = this.#world.settings
    this.#limits = new RateLimits({ rules, total, invalidTotal, now: options.time.now })
    this.#table = new RouteTable(routes)
    this.#gatewayUrl = options.gatewayUrl
  }

  /** Handles one request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request)
    const path = url.pathname.replace(prefix, "")
    const method = request.method ?? "GET"
    const found = refusedVersion(prefix.exec(url.pathname)?.[1]) ?? this.#table.find(method, path)
    const reason = reasonOf(request)
    const seen = {
      method,
      path,
      route: found instanceof ApiError ? path : found.pattern,
      query: url.search.slice(1),
      ...(reason === undefined ? {} : { reason })
    }
    let body: Body = { json: undefined, files: [] }
    let failure: ApiError | undefined
    try {
      body = await readBody(request)
    } catch (error) {
      // The client went away, or its body is not JSON.
      if (!(error instanceof ApiError)) return
      failure = error
    }
    const note = (status: number | undefined, code: number | undefined): void =>
      this.#journal.add({ _tag: "Request", ...seen, body: body.json, status, code })
    const write = (wanted: Answer): void => {
      const problem = problemOfSending(response, wanted)
      const answer = problem === undefined ? wanted : unsendable(`${method} ${path}`, problem)
      if (problem !== undefined) {
        send(response, answer)
        this.#journal.violation("failed-route", `${method} ${path}: the answer of the test cannot be sent: ${problem}`)
      }
      const code = answer.body instanceof Object && "code" in answer.body ? Number(answer.body.code) : undefined
      note(answer.status, code)
      const isBlocked = this.#limits.answered(answer.status, scopeOf(answer.headers))
      if (isBlocked)
        this.#journal.violation("invalid-requests", `${method} ${path} gave ${answer.status}, once too often`)
    }
    const asked: Asked = { request, method, path, query: url.searchParams, found, body, failure }
    const answer = (): Later => this.#limits.ban ?? this.#limited(asked, seen.route)
    const fault = this.#hooks.take("request", {
      request: { route: `${method} ${seen.route}`, path: `${method} ${path}` }
    })
    if (fault === undefined) return whenDone(answer(), write)
    this.#act(fault, { response, write, answer, unanswered: () => note(undefined, undefined) })
  }

  #act(
    fault: Action,
    on: {
      readonly response: ServerResponse
      readonly write: (answer: Answer) => void
      readonly answer: () => Later
      readonly unanswered: () => void
    }
  ): void {
    const { answer, response, unanswered, write } = on
    switch (fault._tag) {
      case "Delay": {
        this.#time.after(Duration.toMillis(fault.duration), () => whenDone(answer(), write))
        return
      }
      case "Lose": {
        const { duration } = fault
        return whenDone(answer(), (given) => {
          if (duration !== undefined) return void this.#time.after(Duration.toMillis(duration), () => write(given))
          response.socket?.resetAndDestroy()
          unanswered()
        })
      }
      case "Status":
        return write({ status: fault.status, body: fault.body, headers: fault.headers })
      case "Drop": {
        if (fault.reset === true) response.socket?.resetAndDestroy()
        else response.socket?.destroy()
        return unanswered()
      }
      default:
        return unanswered()
    }
  }

  #limited(asked: Asked, route: string): Later {
    const { found, method, path } = asked
    const isUnknown = found instanceof ApiError
    const isBot = isUnknown || found.bot
    const { headers, refused } = this.#limits.take({
      route: `${method} ${route}`,
      path: `${method} ${path}`,
      isBot,
      isUnknown
    })
    const complete = (answer: Answer): Answer => ({ ...answer, headers: { ...headers, ...answer.headers } })
    if (refused === undefined) {
      const answer = this.#answer(asked)
      return answer instanceof Promise ? answer.then(complete) : complete(answer)
    }
    this.#journal.violation("rate-limit", `${method} ${path} for ${refused.wait} ms more`)
    return complete({ status: refused.status, body: refused.body })
  }

  #answer(asked: Asked): Later {
    try {
      const { failure, found, request } = asked
      if (found instanceof MissingRoute) this.#journal.violation("missing-route", `${asked.method} ${asked.path}`)
      if (found instanceof ApiError) throw found
      if (found.bot && !this.#isAuthorized(request.headers.authorization, found)) throw unauthorized()
      if (failure !== undefined) throw failure
      const reason = checkedReason(request)
      return found.served._tag === "Own"
        ? found.served.route.handle(this.#call(asked, found, reason))
        : this.#custom(asked, found, reason)
    } catch (error) {
      if (error instanceof ApiError) return errorAnswer(error)
      const message = `500: Internal Server Error: ${textOf(error)}`
      return { status: 500, body: { message, code: 0 } }
    }
  }

  #call({ body, query, request }: Asked, { params }: Match, reason: string | undefined): Call {
    return {
      world: this.#world,
      gateway: this.#gateway,
      gatewayUrl: this.#gatewayUrl(),
      params,
      query,
      body: body.json,
      isForm: body.isForm === true,
      authorization: request.headers.authorization,
      reason,
      files: body.files
    }
  }

  #custom(asked: Asked, { params, served }: Match, reason: string | undefined): Later {
    const { body, method, path, query, request } = asked
    if (served._tag !== "Custom") throw new Error("not a route of the test")
    return this.serveCustom(
      served.route,
      { method, path, params, query, body: body.json, headers: headersOf(request), files: body.files, reason },
      (detail) => this.#journal.violation("failed-route", detail)
    )
  }

  #isAuthorized(header: string | undefined, { served }: Match): boolean {
    // The route looks at the token itself.
    if (served._tag === "Own" && served.route.bearer === true && isBearer(header)) return true
    return header !== undefined && header.startsWith("Bot ") && this.#gateway.accepts(header.slice(4))
  }
}
