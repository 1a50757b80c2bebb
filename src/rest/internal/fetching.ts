/** Requests by `fetch`, where `undici` does not run. */
import type { RESTOptions } from "@discordjs/rest"
import * as Predicate from "effect/Predicate"
import { type Answer, type Request, type Sent, TooLate, type Waiting } from "./dispatch.ts"

/** A request that was sent, or could not be: `fetch` throws TypeErrors for both, and for what it refuses to send. */
class FetchFailed extends Error {
  override readonly name = "FetchFailed"
  readonly code: string | undefined

  constructor(cause: Error, code: string | undefined) {
    super(cause.message, { cause })
    this.code = code
  }
}

const codeIn = (value: unknown): string | undefined =>
  Predicate.hasProperty(value, "code") && typeof value.code === "string" ? value.code : undefined

// Workers do not name the reason by a code.
const isLost = (message: string): boolean => /connection (?:lost|closed|reset)/i.test(message)

/** What was thrown, as something that says whether it was a connection. */
const toFailure = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error) || thrown.name === "AbortError" || thrown.name === "TimeoutError") return thrown
  const code = codeIn(thrown) ?? codeIn(thrown.cause) ?? (isLost(thrown.message) ? "ECONNRESET" : undefined)
  return new FetchFailed(thrown, code)
}

const open = async (url: string, init: RequestInit): Promise<Response> => {
  // An invalid one throws here, as the TypeError that it is.
  const { href } = new URL(url)
  try {
    return await fetch(href, { ...init, redirect: "manual" })
  } catch (thrown) {
    throw toFailure(thrown)
  }
}

const read = async <A>(reading: Promise<A>): Promise<A> => {
  try {
    return await reading
  } catch (thrown) {
    throw toFailure(thrown)
  }
}

/** For `@discordjs/rest`. The members of the answer are its own, so that it can be spread. */
export const makeRequest: RESTOptions["makeRequest"] = async (url, { body, headers, method, signal }) => {
  const answer = await open(url, { body, headers, method, signal } as RequestInit)
  return {
    body: answer.body as never,
    status: answer.status,
    statusText: answer.statusText,
    ok: answer.ok,
    headers: answer.headers as never,
    bodyUsed: false,
    text: () => read(answer.text()),
    json: () => read(answer.json()),
    arrayBuffer: () => read(answer.arrayBuffer())
  }
}

const exchange = async (request: Request, init: RequestInit): Promise<Answer> => {
  const { body, headers, method, origin, path } = request
  const answer = await open(origin + path, { ...init, method, body: body as BodyInit, headers })
  return { status: answer.status, header: (name) => answer.headers.get(name), text: await read(answer.text()) }
}

/**
 * Sends, and waits for at most `timeout` milliseconds until the end of the answer. It fails with what `fetch` threw, or with
 * `TooLate`. To abandon it aborts the request.
 */
export const post = (request: Request, timeout: number, isFresh: boolean, waiting: Waiting): Sent => {
  const controller = new AbortController()
  let isDone = false
  const end = (tell: () => void): void => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    tell()
  }
  const tooLate = () => waiting.onFailure(new TooLate())
  // As in `dispatch.ts`: it watches a socket.
  const timer = setTimeout(() => {
    end(tooLate)
    controller.abort()
  }, timeout)
  // Bun takes `keepalive: false` as a wish for a connection of its own; for others it is the default.
  const init: RequestInit = isFresh ? { signal: controller.signal, keepalive: false } : { signal: controller.signal }
  exchange(request, init).then(
    (answer) => end(() => waiting.onAnswer(answer)),
    (cause: unknown) => end(() => waiting.onFailure(cause))
  )
  return { abandon: () => end(() => controller.abort()) }
}
