/** What somebody who looks at a bot does: requests with any headers, and server-sent events. */
import * as Effect from "effect/Effect"
import { type IncomingMessage, request } from "node:http"
import type { Changes, State } from "../../src/inspector/InspectorState.ts"

/** An answer. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly text: string
}

/** Sends a request with these headers as they are, `host` too. */
export const ask = (
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET"
): Effect.Effect<Answer> =>
  Effect.promise(
    () =>
      new Promise((resolve, reject) => {
        const sent = request(url, { headers, method }, (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (chunk: string) => (text += chunk))
          response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
        })
        sent.once("error", reject)
        sent.end()
      })
  )

/** The state of a bot. */
export const stateAt = (url: string): Effect.Effect<State> =>
  Effect.map(ask(`${url}/state`), ({ text }) => JSON.parse(text) as State)

/** What somebody was told, as one text and as values. */
export class Told {
  text = ""
  readonly states: Array<State> = []
  readonly changes: Array<Changes> = []
  #rest = ""

  take(chunk: string): void {
    this.text += chunk
    this.#rest += chunk
    for (let end = this.#rest.indexOf("\n\n"); end >= 0; end = this.#rest.indexOf("\n\n")) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(this.#rest.slice(0, end)) ?? []
      this.#rest = this.#rest.slice(end + 2)
      if (event === "state") this.states.push(JSON.parse(data ?? ""))
      else this.changes.push(JSON.parse(data ?? ""))
    }
  }
}

/** Follows the events of a bot until the scope closes. */
export const follow = (url: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const told = new Told()
        const abort = new AbortController()
        const { body } = await fetch(`${url}/events`, { signal: abort.signal })
        const over = (async () => {
          const decoder = new TextDecoder()
          for await (const chunk of body ?? []) told.take(decoder.decode(chunk, { stream: true }))
        })().catch(() => undefined)
        return { told, abort, over }
      }),
      ({ abort, over }) =>
        Effect.promise(() => {
          abort.abort()
          return over
        })
    ),
    ({ over, told }) => ({ told, over: Effect.promise(() => over) })
  )

/** Waits until something holds, which it looks at again and again. */
export const until = (what: string, holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.andThen(Effect.sleep("20 millis"), until(what, holds)))).pipe(
    Effect.timeoutOrElse({ duration: "1 minute", orElse: () => Effect.die(new Error(`it never held that ${what}`)) })
  )
