/** Requests of this process that another member of its cluster sends, because it owns their bucket. */
import {
  DiscordAPIError,
  HTTPError,
  type InternalRequest,
  parseResponse,
  type REST,
  type ResponseLike
} from "@discordjs/rest"
import * as Effect from "effect/Effect"
import type * as Context from "effect/Context"
import { DiscordRestError, Transport } from "../DiscordRestError.ts"
import type { RestOwners, Unreachable } from "../RestOwners.ts"
import type { RestAnswer, RestRequest } from "../RestRequest.ts"
import { readProblem } from "./answers.ts"
import { bodyBytes } from "./bodyBytes.ts"
import { unexpected } from "./failure.ts"
import { HeaderList } from "./headerList.ts"
import { readable } from "./readable.ts"
import { bucketOf, type Kind, routeOf, templateOf } from "./routes.ts"

/** What remote requests need. */
export interface Options {
  readonly owners: RestOwners
  readonly rest: REST
  readonly context: Context.Context<never>
  /** Requests a second, of all members together. */
  readonly globalLimit: number
  readonly isRepeatable: (request: InternalRequest) => boolean
  /** Whether this failure of a repeated request says that the first has done its work. */
  readonly isDone: (request: InternalRequest, cause: unknown) => boolean
}

/** On whose behalf a request is sent. */
export interface Caller {
  readonly signal: AbortSignal
  /** The last request, and the status of its answer. */
  sent: Kind | undefined
  status: number | undefined
}

/** Sends the requests of this process, here or elsewhere. */
export interface Remote {
  /** `timeout` is what it has left, in milliseconds. */
  readonly request: (request: InternalRequest, timeout: number, caller: Caller) => Promise<unknown>
  /** Makes the global limit the share of this process. */
  readonly share: () => void
}

interface Resolved {
  readonly url: string
  readonly fetchOptions: { readonly body?: unknown; readonly headers: Readonly<Record<string, string>> }
}

/** Makes the way. */
export const make = ({ context, globalLimit, isDone, isRepeatable, owners, rest }: Options): Remote => {
  const { api, version } = rest.options
  const prefix = `${api}/v${version}`
  const { resolveRequest } = rest as unknown as { resolveRequest: (request: InternalRequest) => Promise<Resolved> }
  // A share is simple and safe: nobody has to be asked, and it holds while anybody is away.
  const share = (): void => {
    const { options } = rest as { readonly options: { globalRequestsPerSecond: number } }
    options.globalRequestsPerSecond = Math.max(1, Math.floor(globalLimit / Math.max(1, owners.members().length)))
  }
  const here = (request: InternalRequest): Promise<unknown> => {
    share()
    return rest.request(request)
  }
  const again = (request: InternalRequest): Promise<unknown> =>
    here(request).catch((cause: unknown) => {
      if (!isDone(request, cause)) throw cause
    })
  return {
    share,
    request: async (given, timeout, caller) => {
      const bucket = given.auth === false || given.versioned === false ? undefined : bucketOf(given.fullRoute)
      const owner = bucket === undefined ? owners.self : owners.ownerOf(bucket)
      if (owner === owners.self) return here(given)
      const resolved = await resolveRequest.call(rest, given)
      const request = await toRequest(given, resolved, prefix, timeout)
      caller.sent = { method: request.method, template: templateOf(routeOf(request.path)) }
      caller.status = undefined
      const sent = Effect.matchEffect(owners.send(owner, request), {
        onSuccess: (answer) => Effect.succeed({ _tag: "Answer" as const, answer }),
        onFailure: (failure) =>
          failure._tag === "Unreachable" ? Effect.succeed({ _tag: "Gone" as const, failure }) : Effect.fail(failure)
      })
      const result = await Effect.runPromiseWith(context)(sent, { signal: caller.signal })
      if (result._tag === "Gone") {
        if (!result.failure.mayHaveArrived) return here(given)
        if (isRepeatable(given)) return again(given)
        throw toError(result.failure)
      }
      caller.status = result.answer.status
      return judge(result.answer, request.method, resolved.url)
    }
  }
}

const toError = (cause: Unreachable): DiscordRestError => new DiscordRestError({ reason: new Transport({ cause }) })

const toRequest = async (
  { method }: InternalRequest,
  { fetchOptions, url }: Resolved,
  prefix: string,
  timeout: number
): Promise<RestRequest> => {
  const target = url.slice(prefix.length)
  const mark = target.indexOf("?")
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(fetchOptions.headers)) headers[name.toLowerCase()] = value
  delete headers["authorization"]
  delete headers["user-agent"]
  const given = fetchOptions.body
  const body = given === undefined || given === null ? undefined : await bodyBytes(given, headers)
  return {
    method: method as RestRequest["method"],
    path: mark === -1 ? target : target.slice(0, mark),
    headers,
    isAuthorized: true,
    timeout,
    ...(mark === -1 ? {} : { query: target.slice(mark + 1) }),
    ...(body === undefined ? {} : { body })
  }
}

/** What `@discordjs/rest` makes of such an answer when it has sent the request itself. */
const judge = async (answer: RestAnswer, method: string, url: string): Promise<unknown> => {
  const { body, status } = answer
  if (status < 300) return parseResponse(readable(toResponse(answer), method, url))
  const { code, message } = readProblem(status, new TextDecoder().decode(body))
  if (status < 400) throw unexpected(method, url, status, message)
  if (status >= 500) throw new HTTPError(status, message, method, url, {})
  throw new DiscordAPIError({ code: code as number, message }, code, status, method, url, {})
}

const toResponse = ({ body, headers, status }: RestAnswer): ResponseLike => {
  const text = async (): Promise<string> => new TextDecoder().decode(body)
  return {
    status,
    text,
    body: null,
    bodyUsed: false,
    headers: new HeaderList(Object.entries(headers)) as unknown as ResponseLike["headers"],
    ok: true,
    statusText: "",
    json: async (): Promise<unknown> => JSON.parse(await text()),
    arrayBuffer: async () => body.slice().buffer as ArrayBuffer
  }
}
