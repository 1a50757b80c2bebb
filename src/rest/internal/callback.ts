/**
 * A POST with as little overhead as possible: it goes straight to `undici`, over the connections of all other calls. It
 * is for initial responses, for which a user waits and which Discord exempts from the global rate limit: the queue per
 * route, the `Response` and its streams would cost as much as the rest of an interaction.
 */
import * as Effect from "effect/Effect"
import type { Dispatcher, FormData as Form } from "undici"
import type { Headers } from "./answers.ts"

/** Discord's response. */
export interface Answer {
  readonly status: number
  readonly header: Headers
  readonly text: string
}

/** Where to POST, and what. */
export interface Request {
  /** For example `https://discord.com`. */
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or a form that names its content type itself. */
  readonly body: string | FormData
}

/** The response did not arrive in time. */
export class TooLate {
  readonly _tag = "TooLate"
}

class Call implements Dispatcher.DispatchHandlers {
  readonly #settle: (result: Effect.Effect<Answer, unknown>) => void
  readonly #timer: NodeJS.Timeout
  #abort: ((reason?: Error) => void) | undefined
  #isAborted = false
  #status = 0
  #headers: ReadonlyArray<unknown> = []
  #text = ""
  #decoder: TextDecoder | undefined

  constructor(settle: (result: Effect.Effect<Answer, unknown>) => void, timeout: number) {
    this.#settle = settle
    // Node's timer and not the Clock's: it watches a socket, which lives in real time, and a sleeping fiber costs more.
    this.#timer = setTimeout(() => {
      settle(Effect.fail(new TooLate()))
      this.abort()
    }, timeout)
  }

  abort(): void {
    clearTimeout(this.#timer)
    this.#isAborted = true
    this.#abort?.()
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort
    if (this.#isAborted) abort()
  }

  onHeaders(status: number, headers: ReadonlyArray<unknown>): boolean {
    this.#status = status
    this.#headers = headers
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#decoder ??= new TextDecoder()
    this.#text += this.#decoder.decode(chunk, { stream: true })
    return true
  }

  onComplete(): void {
    clearTimeout(this.#timer)
    this.#settle(Effect.succeed({ status: this.#status, header: (name) => this.#header(name), text: this.#text }))
  }

  // Read from where it lies, because almost no answer has one that matters.
  #header(name: string): string | undefined {
    for (let n = 0; n + 1 < this.#headers.length; n += 2) {
      if (String(this.#headers[n]).toLowerCase() === name) return String(this.#headers[n + 1])
    }
    return undefined
  }

  onError(error: unknown): void {
    clearTimeout(this.#timer)
    this.#settle(Effect.fail(error))
  }
}

/**
 * POSTs, and waits for at most `timeout` milliseconds until the end of the answer. Fails with the error of `undici`, or
 * with `TooLate`. Interruption aborts the request.
 */
export const post = (dispatcher: Dispatcher, request: Request, timeout: number): Effect.Effect<Answer, unknown> =>
  Effect.callback((resume) => {
    const call = new Call(resume, timeout)
    try {
      // undici's own timers do not cover a call as a whole, and cost more than the single timer of the call.
      const body = request.body as string | Form
      dispatcher.dispatch({ ...request, body, method: "POST", headersTimeout: 0, bodyTimeout: 0 }, call)
    } catch (error) {
      // The path is invalid.
      call.onError(error)
    }
    return Effect.sync(() => call.abort())
  })
