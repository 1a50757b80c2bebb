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
  /** Longest time to the end of the answer, in milliseconds. */
  readonly timeout: number
}

/** The answer did not come in time. */
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
    // Of Node and not of the Clock: it watches a socket, which lives in real time; a sleeping fiber costs more.
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

/** POSTs JSON. Fails with what `undici` says; interrupted, it aborts the request. */
export const post = (options: Options, path: string, body: unknown): Effect.Effect<Answer, unknown> =>
  Effect.callback((resume) => {
    const { dispatcher, headers, origin, timeout } = options
    const call = new Call(resume, timeout)
    try {
      const content = JSON.stringify(body)
      // Its own timers know no whole, and cost more than the one of the call.
      dispatcher.dispatch(
        { origin, path, method: "POST", headers, body: content, headersTimeout: 0, bodyTimeout: 0 },
        call
      )
    } catch (error) {
      // What is no JSON, or no path.
      call.onError(error)
    }
    return Effect.sync(() => call.abort())
  })
