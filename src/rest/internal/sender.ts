/** How requests leave: by `undici` where it runs, which is quicker, and otherwise by `fetch`. */
import type { RESTOptions } from "@discordjs/rest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Agent, request } from "#undici"
import type { Dispatcher } from "undici"
import * as Callback from "./callback.ts"
import * as Fetching from "./fetching.ts"
import type { Answer, Request } from "./callback.ts"

/** What sends requests. */
export interface Sender {
  /**
   * POSTs, and waits for at most `timeout` milliseconds until the end of the answer. With `isFresh` over a new
   * connection, where that can be chosen. Fails with what was thrown, or with `TooLate`. Interruption aborts the request.
   */
  readonly post: (request: Request, timeout: number, isFresh: boolean) => Effect.Effect<Answer, unknown>
  /** For `@discordjs/rest`. The members of its answers are their own. */
  readonly makeRequest: RESTOptions["makeRequest"]
  /** For `@discordjs/rest`, which passes it to `makeRequest`. */
  readonly dispatcher: Dispatcher | null
}

// Longer than undici's four seconds, because a new TLS connection would delay the reply more than everything else here.
// The server's own keep-alive hint still takes precedence.
const keepAlive = { keepAliveTimeout: 30_000 }

// Without pipelining, undici closes a connection after its answer.
const single = { pipelining: 0 }

// Its types promise both; `noUndici.ts` and the stubs of runtimes have neither.
const hasUndici = typeof (Agent as Partial<typeof Agent> | undefined)?.prototype?.dispatch === "function"

const agent = (options: Agent.Options) =>
  Effect.acquireRelease(
    Effect.sync(() => new Agent(options)),
    (agent) => Effect.promise(() => agent.destroy())
  )

type Body = Parameters<RESTOptions["makeRequest"]>[1]["body"]

/** `undici.request` takes fewer kinds of bodies than `fetch`. */
const toBody = async (body: Body): Promise<Body> =>
  body == null || typeof body === "string" || body instanceof Uint8Array || body instanceof FormData
    ? body
    : new Uint8Array(await new Response(body as BodyInit).arrayBuffer())

const makeRequest: RESTOptions["makeRequest"] = async (url, init) => {
  const options = { ...init, body: await toBody(init.body) }
  const { body, headers, statusCode: status } = await request(url, options as Parameters<typeof request>[1])
  return {
    body,
    status,
    statusText: "",
    ok: status >= 200 && status < 300,
    headers: new Headers(headers as Record<string, string>) as never,
    bodyUsed: body.bodyUsed,
    text: () => body.text(),
    json: () => body.json(),
    arrayBuffer: () => body.arrayBuffer()
  }
}

/** By this dispatcher, or by agents of its own. */
const byUndici = Effect.fnUntraced(function* (given: Dispatcher | undefined) {
  const dispatcher = given ?? (yield* agent(keepAlive))
  const fresh = given ?? (yield* agent(single))
  const sender: Sender = {
    dispatcher,
    makeRequest,
    post: (request, timeout, isFresh) => Callback.post(isFresh ? fresh : dispatcher, request, timeout)
  }
  return sender
})

const byFetch: Sender = { dispatcher: null, makeRequest: Fetching.makeRequest, post: Fetching.post }

/** Makes the sender that this runtime can have. A given dispatcher stays its owner's. */
export const make = (dispatcher: Dispatcher | undefined): Effect.Effect<Sender, never, Scope.Scope> => {
  if (hasUndici) return byUndici(dispatcher)
  return dispatcher === undefined
    ? Effect.succeed(byFetch)
    : Effect.as(
        Effect.logWarning("This runtime cannot run undici: requests go out by fetch, and not by the given dispatcher"),
        byFetch
      )
}
