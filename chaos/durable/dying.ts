/** A process that kills itself at a certain moment: before or after a write, a request, or an act elsewhere. */
import { channel } from "node:diagnostics_channel"
import { StatementSync } from "node:sqlite"

// Those that only note that something was read, every moment, are left out.
const writes = /^\s*(INSERT|DELETE|UPDATE(?!\s+\S+\s+SET last_read))/i

/** Counts the moments of this process, and ends it with `kill -9` at one of them. */
export class Dying {
  #moments = 0
  #armed = false
  readonly #at: number | undefined
  readonly #of: string
  readonly #lastWords: (moment: number, at: string) => void

  /** With `of`, only the moments count whose names contain that. */
  constructor(at: number | undefined, of: string, lastWords: (moment: number, at: string) => void) {
    this.#at = at
    this.#of = of
    this.#lastWords = lastWords
  }

  /** Moments count from now on. */
  arm(): void {
    this.#armed = true
  }

  /** One moment. */
  readonly moment = (what: string): void => {
    if (!this.#armed || this.#at === undefined || !what.includes(this.#of)) return
    if (++this.#moments !== this.#at) return
    this.#lastWords(this.#moments, what)
    process.kill(process.pid, "SIGKILL")
    // The signal is delivered before anything else happens.
    for (;;);
  }

  /** Before and after each write of SQLite, and each request to Discord. */
  watch(): void {
    const { moment } = this
    for (const name of ["all", "run"] as const) {
      const original = StatementSync.prototype[name] as (...params: Array<unknown>) => unknown
      Object.assign(StatementSync.prototype, {
        [name](this: StatementSync, ...params: Array<unknown>) {
          const isWrite = writes.test(this.sourceSQL)
          if (isWrite) moment(`before ${this.sourceSQL.slice(0, 60)}`)
          const result = original.apply(this, params)
          if (isWrite) moment(`after ${this.sourceSQL.slice(0, 60)}`)
          return result
        }
      })
    }
    const requests = { create: "before", trailers: "after" }
    for (const [event, when] of Object.entries(requests)) {
      channel(`undici:request:${event}`).subscribe((message) => {
        const { method, path } = (message as { readonly request: { readonly method: string; readonly path: string } })
          .request
        moment(`${when} ${method} ${path.replaceAll(/\d{15,}|[\w-]{40,}/g, ":id")}`)
      })
    }
  }
}
