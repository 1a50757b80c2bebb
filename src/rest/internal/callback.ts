/**
 * A POST with as little overhead as possible: it goes straight to `undici`, over the connections of all other calls. It
 * is for initial responses, for which a user waits and which Discord exempts from the global rate limit: the queue per
 * route, the `Response` and its streams would cost as much as the rest of an interaction.
 */
import * as Effect from "effect/Effect"
import type { Dispatcher } from "undici"

/** Discord's response. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Where and how to POST. */
export interface Options {
  readonly dispatcher: Dispatcher
  /** For example `https://discord.com`. */
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
  /** Longest time until the end of the response, in milliseconds. */
  readonly timeout: number
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

  onHeaders(status: number): boolean {
    this.#status = status
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#decoder ??= new TextDecoder()
    this.#text += this.#decoder.decode(chunk, { stream: true })
    return true
  }

  onComplete(): void {
    clearTimeout(this.#timer)
    this.#settle(Effect.succeed({ status: this.#status, text: this.#text }))
  }

  onError(error: unknown): void {
    clearTimeout(this.#timer)
    this.#settle(Effect.fail(error))
  }
}

/** POSTs JSON. Fails with the error of `undici`, or with `TooLate`. Interruption aborts the request. */
export const post = (options: Options, path: string, body: unknown): Effect.Effect<Answer, unknown> =>
  Effect.callback((resume) => {
    const { dispatcher, headers, origin, timeout } = options
    const call = new Call(resume, timeout)
    try {
      const content = JSON.stringify(body)
      // undici's own timers do not cover a call as a whole, and cost more than the single timer of the call.
      dispatcher.dispatch(
        { origin, path, method: "POST", headers, body: content, headersTimeout: 0, bodyTimeout: 0 },
        call
      )
    } catch (error) {
      // The body has no JSON form, or the path is invalid.
      call.onError(error)
    }
    return Effect.sync(() => call.abort())
  })
