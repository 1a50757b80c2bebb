/**
 * The shortest way of a POST: to `undici` itself, on the connections that all other calls use. For initial responses of
 * interactions, which Discord exempts from the global limit and which somebody waits for: the queue per route, the
 * `Response` and its streams cost as much as the rest of an interaction.
 */
import * as Effect from "effect/Effect"
import type { Dispatcher } from "undici"

/** What was answered. */
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
  /** Longest time to the head of the answer, and between two parts of its body, in milliseconds. */
  readonly timeout: number
}

class Call implements Dispatcher.DispatchHandlers {
  readonly #settle: (result: Effect.Effect<Answer, unknown>) => void
  #abort: ((reason?: Error) => void) | undefined
  #isAborted = false
  #status = 0
  #text = ""
  #decoder: TextDecoder | undefined

  constructor(settle: (result: Effect.Effect<Answer, unknown>) => void) {
    this.#settle = settle
  }

  abort(): void {
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
    this.#settle(Effect.succeed({ status: this.#status, text: this.#text }))
  }

  onError(error: unknown): void {
    this.#settle(Effect.fail(error))
  }
}

/** POSTs JSON. Fails with what `undici` says; interrupted, it aborts the request. */
export const post = (options: Options, path: string, body: unknown): Effect.Effect<Answer, unknown> =>
  Effect.callback((resume) => {
    const call = new Call(resume)
    const { dispatcher, headers, origin, timeout } = options
    try {
      const content = JSON.stringify(body)
      dispatcher.dispatch(
        { origin, path, method: "POST", headers, body: content, headersTimeout: timeout, bodyTimeout: timeout },
        call
      )
    } catch (error) {
      // What is no JSON, or no path.
      call.onError(error)
    }
    return Effect.sync(() => call.abort())
  })
