/** How requests leave: by `undici` where it runs, which is quicker, and otherwise by `fetch`. */
import type { RESTOptions } from "@discordjs/rest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Agent } from "#undici"
import type { Dispatcher } from "undici"
import { inBytes } from "./bodyBytes.ts"
import * as Dispatch from "./dispatch.ts"
import type { Request } from "./dispatch.ts"
import * as Fetching from "./fetching.ts"
import { HeaderList } from "./headerList.ts"

/** What sends requests. */
export interface Sender {
  /**
   * Sends, and waits for at most `timeout` milliseconds until the end of the answer. With `isFresh` over a new
   * connection, where that can be chosen. Fails with what was thrown, or with `TooLate`. To abandon it aborts the request.
   */
  readonly post: (request: Request, timeout: number, isFresh: boolean, waiting: Dispatch.Waiting) => Dispatch.Sent
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

type Init = Parameters<RESTOptions["makeRequest"]>[1] & {
  readonly signal: AbortSignal
  readonly headers: Record<string, string>
}

type Plain = Request<string | null | undefined>

const isPlain = (request: Request<unknown>): request is Plain =>
  request.body == null || typeof request.body === "string"

// One character a byte, as `Headers` has them: what a proxy passes on is the same bytes again.
const textOf = (raw: unknown): string => (Buffer.isBuffer(raw) ? raw.toString("latin1") : `${raw}`)

const headersOf = ({ rawHeaders }: Dispatch.Exchange): HeaderList =>
  new HeaderList(
    Array.from(
      { length: rawHeaders.length >> 1 },
      (_, n) => [textOf(rawHeaders[2 * n]), textOf(rawHeaders[2 * n + 1])] as const
    )
  )

const makeRequest =
  (dispatcher: Dispatcher): RESTOptions["makeRequest"] =>
  async (url, init) => {
    const { body, headers, method, signal } = init as Init
    const { origin, pathname, search } = new URL(url)
    const path = pathname + search
    const request: Request<unknown> = { origin, path, method: method as Request["method"], headers, body }
    const sent = isPlain(request) ? request : await inBytes(request)
    const answer = await Dispatch.until(init.dispatcher ?? dispatcher, sent, signal)
    const { status } = answer
    return {
      status,
      body: null,
      statusText: "",
      ok: status >= 200 && status < 300,
      headers: headersOf(answer) as never,
      bodyUsed: false,
      text: async () => answer.text,
      json: async () => JSON.parse(answer.text),
      arrayBuffer: async () => answer.bytes.buffer
    }
  }

/** By this dispatcher, or by agents of its own. */
const byUndici = Effect.fnUntraced(function* (given: Dispatcher | undefined) {
  const dispatcher = given ?? (yield* agent(keepAlive))
  const fresh = given ?? (yield* agent(single))
  const sender: Sender = {
    dispatcher,
    makeRequest: makeRequest(dispatcher),
    post: (request, timeout, isFresh, waiting) =>
      Dispatch.within(isFresh ? fresh : dispatcher, request, timeout, waiting)
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
