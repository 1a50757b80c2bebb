/**
 * Requests with as little overhead as possible: they go straight to a dispatcher of `undici`, and their answers are read
 * to the end. `undici.request` would add streams, and the `fetch` and the `Headers` of Node load 12 MB of code.
 */
import * as Effect from "effect/Effect"
import type { Dispatcher } from "undici"
import type { Headers } from "./answers.ts"

/** The answer to a request. */
export interface Answer {
  readonly status: number
  readonly header: Headers
  readonly text: string
}

/** What to send where. */
export interface Request<Body = string | FormData> {
  /** For example `https://discord.com`. */
  readonly origin: string
  readonly path: string
  readonly method: Dispatcher.HttpMethod
  readonly headers: Readonly<Record<string, string>>
  /** A form names its content type itself. */
  readonly body: Body
}

type Plain = Request<string | Uint8Array | null | undefined>

/** The answer did not arrive in time. */
export class TooLate {
  readonly _tag = "TooLate"
}

/** An answer as it arrived. Almost none has a header or a body that matters, so both are read from where they lie. */
export class Arrived implements Answer {
  status = 0
  rawHeaders: ReadonlyArray<unknown> = []
  #chunks: Array<Uint8Array> | undefined

  append(chunk: Uint8Array): void {
    this.#chunks ??= []
    // It lies in memory of the parser, which is used again, and the `slice` of a `Buffer` copies nothing.
    this.#chunks.push(new Uint8Array(chunk))
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    const chunks = this.#chunks ?? []
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  get text(): string {
    return this.#chunks === undefined ? "" : new TextDecoder().decode(this.bytes)
  }

  readonly header: Headers = (name) => {
    const { rawHeaders } = this
    for (let n = 0; n + 1 < rawHeaders.length; n += 2) {
      if (String(rawHeaders[n]).toLowerCase() === name) return String(rawHeaders[n + 1])
    }
    return undefined
  }
}

/** What becomes of a request: exactly one of both is called, once. */
interface Waiting {
  readonly onAnswer: (answer: Arrived) => void
  readonly onFailure: (cause: unknown) => void
}

/** The handlers of a request, as `undici` calls them. */
class Exchange implements Dispatcher.DispatchHandlers {
  readonly #waiting: Waiting
  readonly #answer = new Arrived()
  #abort: ((reason?: Error) => void) | undefined
  #isDone = false

  constructor(waiting: Waiting) {
    this.#waiting = waiting
  }

  /** Gives up, unless it has ended. */
  fail(cause: unknown): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#waiting.onFailure(cause)
    this.#abort?.()
  }

  /** Nobody waits any more. */
  abandon(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#abort?.()
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort
    if (this.#isDone) abort()
  }

  onHeaders(status: number, headers: ReadonlyArray<unknown>): boolean {
    this.#answer.status = status
    this.#answer.rawHeaders = headers
    return true
  }

  onData(chunk: Uint8Array): boolean {
    this.#answer.append(chunk)
    return true
  }

  onComplete(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#waiting.onAnswer(this.#answer)
  }

  onError(cause: unknown): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#waiting.onFailure(cause)
  }
}

const send = (dispatcher: Dispatcher, request: Plain, waiting: Waiting): Exchange => {
  const exchange = new Exchange(waiting)
  const { body = null, headers, method, origin, path } = request
  try {
    // undici's own timers do not cover a call as a whole, and cost more than the single timer of the call.
    dispatcher.dispatch({ origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 }, exchange)
  } catch (cause) {
    // The path is invalid.
    exchange.fail(cause)
  }
  return exchange
}

/**
 * Sends, and waits for at most `timeout` milliseconds until the end of the answer. Fails with the error of `undici`, or
 * with `TooLate`. Interruption aborts the request.
 */
export const within = (dispatcher: Dispatcher, request: Plain, timeout: number): Effect.Effect<Answer, unknown> =>
  Effect.callback((resume) => {
    // Node's timer and not the Clock's: it watches a socket, which lives in real time, and a sleeping fiber costs more.
    const timer = setTimeout(() => exchange.fail(new TooLate()), timeout)
    const exchange = send(dispatcher, request, {
      onAnswer: (answer) => {
        clearTimeout(timer)
        resume(Effect.succeed(answer))
      },
      onFailure: (cause) => {
        clearTimeout(timer)
        resume(Effect.fail(cause))
      }
    })
    return Effect.sync(() => {
      clearTimeout(timer)
      exchange.abandon()
    })
  })

/** Sends, until the signal aborts. Rejects with the error of `undici`, or with the reason of the signal. */
export const until = (dispatcher: Dispatcher, request: Plain, signal: AbortSignal): Promise<Arrived> => {
  if (signal.aborted) return Promise.reject(signal.reason)
  let stop: () => void = () => {}
  const answer = new Promise<Arrived>((resolve, reject) => {
    const exchange = send(dispatcher, request, { onAnswer: resolve, onFailure: reject })
    stop = () => exchange.fail(signal.reason)
  })
  signal.addEventListener("abort", stop)
  return answer.finally(() => signal.removeEventListener("abort", stop))
}
