/**
 * Rate limits per route and in total, which a fake has if its options name some: counted in windows that begin with
 * their first request, one for each top-level resource. Source: Discord, "Rate Limits".
 */
import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import type { RateLimit } from "../Options.ts"
import { fits } from "./requestPattern.ts"

/** What a request gets from the limits: headers, and how long to wait in milliseconds if it is refused. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>
  readonly refused: { readonly wait: number; readonly isGlobal: boolean } | undefined
}

/** A request as limits see it. */
export interface Subject {
  readonly route: string
  readonly path: string
  /** Whether it needs the bot's token. The others have no limit in total. */
  readonly isBot: boolean
}

interface Window {
  left: number
  readonly endsAt: number
}

const none: Verdict = { headers: {}, refused: undefined }

// Of a resource at the top level: a channel, a guild, or a webhook with its token.
const majorOf = (path: string): string =>
  /^\S+ \/(?:webhooks\/\d+\/[^/]+|(?:channels|guilds|webhooks)\/\d+)/.exec(path)?.[0].replace(/^\S+ /, "") ?? ""

const second = 1000

/** The limits of one fake. */
export class RateLimits {
  readonly #rules: ReadonlyArray<RateLimit & { readonly name: string }>
  readonly #total: number | undefined
  readonly #now: () => number
  readonly #windows = new Map<string, Window>()

  constructor(options: {
    readonly rules: ReadonlyArray<RateLimit>
    readonly total: number | undefined
    readonly now: () => number
  }) {
    this.#rules = options.rules.map((rule) => ({
      ...rule,
      name: createHash("md5").update(`${rule.requests}`).digest("hex")
    }))
    this.#total = options.total
    this.#now = options.now
  }

  /** Whether no request is limited. */
  get areNone(): boolean {
    return this.#rules.length === 0 && this.#total === undefined
  }

  /** Counts a request, unless it is refused. */
  take(subject: Subject): Verdict {
    const total = subject.isBot && this.#total !== undefined ? this.#window("", this.#total, second) : undefined
    if (total !== undefined && total.left === 0) {
      const wait = total.endsAt - this.#now()
      return { headers: refusal(wait, "global"), refused: { wait, isGlobal: true } }
    }
    const rule = this.#rules.find(({ requests }) => fits(requests, subject))
    if (rule === undefined) {
      if (total !== undefined) total.left--
      return none
    }
    const window = this.#window(`${rule.name}${majorOf(subject.path)}`, rule.limit, Duration.toMillis(rule.per))
    const wait = window.endsAt - this.#now()
    if (window.left === 0) {
      const headers = { ...this.#headers(rule, window, wait), ...refusal(wait, "user") }
      return { headers, refused: { wait, isGlobal: false } }
    }
    window.left--
    if (total !== undefined) total.left--
    return { headers: this.#headers(rule, window, wait), refused: undefined }
  }

  #window(key: string, limit: number, per: number): Window {
    const now = this.#now()
    const known = this.#windows.get(key)
    if (known !== undefined && now < known.endsAt) return known
    const window = { left: limit, endsAt: now + per }
    this.#windows.set(key, window)
    return window
  }

  #headers(rule: RateLimit & { readonly name: string }, window: Window, wait: number): Record<string, string> {
    return {
      "x-ratelimit-bucket": rule.name,
      "x-ratelimit-limit": `${rule.limit}`,
      "x-ratelimit-remaining": `${window.left}`,
      "x-ratelimit-reset": `${window.endsAt / second}`,
      "x-ratelimit-reset-after": `${wait / second}`
    }
  }
}

const refusal = (wait: number, scope: "user" | "global"): Record<string, string> => ({
  "retry-after": `${Math.ceil(wait / second)}`,
  "x-ratelimit-scope": scope,
  ...(scope === "global" ? { "x-ratelimit-global": "true" } : {})
})

/** The body of a refused request. */
export const bodyOf = ({ isGlobal, wait }: { readonly wait: number; readonly isGlobal: boolean }): unknown => ({
  message: "You are being rate limited.",
  retry_after: wait / second,
  global: isGlobal
})
