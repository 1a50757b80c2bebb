/**
 * Rate limits per route and in total, and the limit on invalid requests. Windows begin with their first request, one for
 * each top-level resource. Source: Discord, "Rate Limits".
 */
import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import type { RateLimit } from "../RateLimit.ts"
import { edgeAnswer } from "./edge.ts"
import { fits } from "./requestPattern.ts"
import type { Answer } from "./routes.ts"

/** What a request gets from the limits: headers, and an answer if it is refused. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>
  readonly refused: (Answer & { readonly wait: number }) | undefined
}

/** A request as limits see it. */
export interface Subject {
  /** `METHOD /route` with names in place of ids. */
  readonly route: string
  /** `METHOD /path`. */
  readonly path: string
  /** Whether it needs the bot's token. The others have no limit in total. */
  readonly isBot: boolean
  /** Whether Discord has no such route, or none for this request. */
  readonly isUnknown: boolean
}

interface Rule {
  readonly name: string
  readonly limit: number
  readonly per: number
  readonly scope: "user" | "shared"
  readonly code: number | undefined
  /** Whether it is only shown: the limits of most routes are not known. */
  readonly isShown: boolean
}

interface Window {
  left: number
  readonly limit: number
  readonly per: number
  readonly began: number
  readonly reallyBegan: number
}

// Of a resource at the top level: a channel, a guild, or a webhook with its token.
const majorOf = (path: string): string =>
  /^\S+ \/(?:webhooks\/\d+\/[^/]+|(?:channels|guilds|webhooks)\/\d+)/.exec(path)?.[0].replace(/^\S+ /, "") ?? ""

const second = 1000
const invalidWindow = 10 * 60 * second

// Initial responses have no bucket, and no endpoint of interactions counts in total. Source: Discord, "Rate Limits".
const isResponse = ({ route }: Subject): boolean => route.startsWith("POST /interactions/")

const nameOf = (requests: string): string => createHash("md5").update(requests).digest("hex")

/** The limits of one fake. */
export class RateLimits {
  readonly #rules: ReadonlyArray<RateLimit>
  readonly #total: number
  readonly #invalidTotal: number
  readonly #now: () => number
  readonly #windows = new Map<string, Window>()
  readonly #names = new Map<string, string>()
  #invalid: Array<number> = []
  #bannedUntil = -Infinity

  constructor(options: {
    readonly rules: ReadonlyArray<RateLimit>
    /** Requests in one second. */
    readonly total: number
    /** Invalid requests in ten minutes. */
    readonly invalidTotal: number
    readonly now: () => number
  }) {
    this.#rules = options.rules
    this.#total = options.total
    this.#invalidTotal = options.invalidTotal
    this.#now = options.now
  }

  /** What the edge answers while the address is blocked for too many invalid requests. */
  get ban(): Answer | undefined {
    const wait = this.#bannedUntil - this.#now()
    return wait > 0 ? { status: 429, ...edgeAnswer("1015", Math.ceil(wait / second)) } : undefined
  }

  /**
   * Notes an answer, and returns whether it is the one that gets the address blocked. Source: Discord, "Invalid Request
   * Limit".
   */
  answered(status: number, scope: string | undefined): boolean {
    if (status !== 401 && status !== 403 && (status !== 429 || scope === "shared")) return false
    const now = this.#now()
    this.#invalid.push(now)
    if (this.#invalid.length < this.#invalidTotal) return false
    this.#invalid = this.#invalid.filter((at) => now - at < invalidWindow)
    if (this.#invalid.length < this.#invalidTotal) return false
    this.#invalid = []
    this.#bannedUntil = now + invalidWindow
    return true
  }

  /** Counts a request, unless it is refused. */
  take(subject: Subject): Verdict {
    const total = subject.isBot && Number.isFinite(this.#total) ? this.#window("", this.#total, second) : undefined
    if (total !== undefined && total.left === 0) {
      const wait = this.#wait(total)
      const headers = refusal(wait, "global")
      return { headers, refused: { status: 429, wait, body: bodyOf(wait, "global", undefined) } }
    }
    const rule = this.#ruleOf(subject)
    if (rule === undefined) {
      if (total !== undefined) total.left--
      return { headers: {}, refused: undefined }
    }
    const window = this.#window(`${rule.name}${majorOf(subject.path)}`, rule.limit, rule.per)
    const wait = this.#wait(window)
    if (window.left === 0 && !rule.isShown) {
      const headers = { ...this.#headers(rule, window, wait), ...refusal(wait, rule.scope) }
      return { headers, refused: { status: 429, wait, body: bodyOf(wait, rule.scope, rule.code) } }
    }
    window.left = Math.max(rule.isShown ? 1 : 0, window.left - 1)
    if (total !== undefined) total.left--
    return { headers: this.#headers(rule, window, wait), refused: undefined }
  }

  #ruleOf(subject: Subject): Rule | undefined {
    if (isResponse(subject) || subject.isUnknown) return undefined
    const rule = this.#rules.find(({ requests }) => fits(requests, subject))
    const { code, limit = 50, per = second, requests = subject.route, scope = "user" } = rule ?? {}
    const name = this.#nameOf(`${requests}`)
    return { name, limit, per: Duration.toMillis(per), scope, code, isShown: rule === undefined }
  }

  #nameOf(requests: string): string {
    const known = this.#names.get(requests)
    if (known !== undefined) return known
    const name = nameOf(requests)
    this.#names.set(requests, name)
    return name
  }

  // A window also ends by real time, because a client may wait in real time while the test's clock stands still.
  #isOver({ began, per, reallyBegan }: Window): boolean {
    return this.#now() - began >= per || performance.now() - reallyBegan >= per
  }

  #wait({ began, per }: Window): number {
    return Math.max(0, began + per - this.#now())
  }

  #window(key: string, limit: number, per: number): Window {
    const known = this.#windows.get(key)
    if (known !== undefined && !this.#isOver(known)) return known
    const window: Window = { left: limit, limit, per, began: this.#now(), reallyBegan: performance.now() }
    this.#windows.set(key, window)
    return window
  }

  // What others use of a resource is not shown: "Exceeded Resource Rate Limit Response" has requests left.
  #headers({ name, scope }: Rule, window: Window, wait: number): Record<string, string> {
    return {
      "x-ratelimit-bucket": name,
      "x-ratelimit-limit": `${window.limit}`,
      "x-ratelimit-remaining": `${scope === "shared" ? Math.max(1, window.left) : window.left}`,
      "x-ratelimit-reset": `${(this.#now() + wait) / second}`,
      "x-ratelimit-reset-after": `${wait / second}`
    }
  }
}

const refusal = (wait: number, scope: "user" | "global" | "shared"): Record<string, string> => ({
  "retry-after": `${Math.ceil(wait / second)}`,
  "x-ratelimit-scope": scope,
  ...(scope === "global" ? { "x-ratelimit-global": "true" } : {})
})

const bodyOf = (wait: number, scope: "user" | "global" | "shared", code: number | undefined): unknown => ({
  message: scope === "shared" ? "The resource is being rate limited." : "You are being rate limited.",
  retry_after: wait / second,
  global: scope === "global",
  ...(code === undefined ? {} : { code })
})
