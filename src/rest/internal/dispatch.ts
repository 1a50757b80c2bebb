/**
 * Requests with as little overhead as possible: they go straight to a dispatcher of `undici`, and their answers are read
 * to the end. `undici.request` would add streams, and the `fetch` and the `Headers` of Node load 12 MB of code.
 */
import type { Dispatcher } from "undici"
import type { Headers } from "./answers.ts"

/** The answer to a request. */
export interface Answer {
  readonly status: number
  /** A header by its name in lower case. */
  readonly header: Headers
  readonly text: string
}

/** What to send where. */
export interface Request<Body = string | Uint8Array> {
  /** For example `https://discord.com`. */
  readonly origin: string
  readonly path: string
  readonly method: Dispatcher.HttpMethod
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

type Plain = Request<string | Uint8Array | null | undefined>

/** The answer did not arrive in time. */
export class TooLate {
  readonly _tag = "TooLate"
}

/** Who waits for a request: exactly one of both is called, once, and perhaps in the call that sends it. */
export interface Waiting<A = Answer> {
  readonly onAnswer: (answer: A) => void
  readonly onFailure: (cause: unknown) => void
}

/** A request on its way. */
export interface Sent {
  /** Nobody waits any more: neither is called. */
  readonly abandon: () => void
}

/**
 * A request on its way, as `undici` calls it, and its answer. Almost none has a header or a body that matters, so both are
 * read from where they lie.
 *
 * What is private here, and in other classes of which every interaction makes one, is private to the types only: until
 * V8 has optimized a constructor for good, each `#field` is a call, and so is the brand that `#methods` need.
 */
export class Exchange implements Dispatcher.DispatchHandlers, Answer, Sent {
  status = 0
  rawHeaders: ReadonlyArray<unknown> = none
  private readonly waiting: Waiting<Exchange>
  private timer: NodeJS.Timeout | undefined
  private chunks: Array<Uint8Array> | undefined
  private abort: ((reason?: Error) => void) | undefined
  private isDone = false

  constructor(waiting: Waiting<Exchange>) {
    this.waiting = waiting
  }

  /** Sends it. Without a `timeout` in milliseconds it may take as long as it likes. */
  send(dispatcher: Dispatcher, request: Plain, timeout?: number): void {
    // Node's timer and not the Clock's: it watches a socket, which lives in real time, and a sleeping fiber costs more.
    if (timeout !== undefined) this.timer = setTimeout(giveUp, timeout, this)
    const { body = null, headers, method, origin, path } = request
    try {
      // undici's own timers do not cover a call as a whole, and cost more than the single timer of the call.
      dispatcher.dispatch({ origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 }, this)
    } catch (cause) {
      // The path is invalid.
      this.fail(cause)
    }
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    const chunks = this.chunks ?? []
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  get text(): string {
    return this.chunks === undefined ? "" : new TextDecoder().decode(this.bytes)
  }

  header(name: string): string | undefined {
    const { rawHeaders } = this
    for (let n = 0; n + 1 < rawHeaders.length; n += 2) {
      if (String(rawHeaders[n]).toLowerCase() === name) return String(rawHeaders[n + 1])
    }
    return undefined
  }

  /** Gives up, unless it has ended. */
  fail(cause: unknown): void {
    if (!this.end()) return
    this.waiting.onFailure(cause)
    this.abort?.()
  }

  abandon(): void {
    if (this.end()) this.abort?.()
  }

  /** Returns whether it ends with this call. */
  private end(): boolean {
    if (this.isDone) return false
    this.isDone = true
    clearTimeout(this.timer)
    return true
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.abort = abort
    if (this.isDone) abort()
  }

  onHeaders(status: number, headers: ReadonlyArray<unknown>): boolean {
    this.status = status
    this.rawHeaders = headers
    return true
  }

  onData(chunk: Uint8Array): boolean {
    this.chunks ??= []
    // It lies in memory of the parser, which is used again, and the `slice` of a `Buffer` copies nothing.
    this.chunks.push(new Uint8Array(chunk))
    return true
  }

  onComplete(): void {
    if (this.end()) this.waiting.onAnswer(this)
  }

  onError(cause: unknown): void {
    if (this.end()) this.waiting.onFailure(cause)
  }
}

const none: ReadonlyArray<unknown> = []

const giveUp = (exchange: Exchange): void => exchange.fail(new TooLate())

/**
 * Sends, and waits for at most `timeout` milliseconds until the end of the answer. It fails with the error of `undici`, or
 * with `TooLate`.
 */
export const within = (dispatcher: Dispatcher, request: Plain, timeout: number, waiting: Waiting): Sent => {
  const exchange = new Exchange(waiting)
  exchange.send(dispatcher, request, timeout)
  return exchange
}

/** Sends, until the signal aborts. Rejects with the error of `undici`, or with the reason of the signal. */
export const until = (dispatcher: Dispatcher, request: Plain, signal: AbortSignal): Promise<Exchange> => {
  if (signal.aborted) return Promise.reject(signal.reason)
  let stop: () => void = () => {}
  const answer = new Promise<Exchange>((resolve, reject) => {
    const exchange = new Exchange({ onAnswer: resolve, onFailure: reject })
    stop = () => exchange.fail(signal.reason)
    exchange.send(dispatcher, request)
  })
  signal.addEventListener("abort", stop)
  return answer.finally(() => signal.removeEventListener("abort", stop))
}
