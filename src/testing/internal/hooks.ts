/** Scripted faults: rules that lie in wait at named points of the server's work. */
import type { Host } from "../Log.ts"

/**
 * Where a rule can act, each time before the server does its normal work: answers an upgrade, sends HELLO, looks at an
 * IDENTIFY, sends READY, looks at a RESUME, sends RESUMED, sends an ACK, answers op 8, answers a REST request.
 */
export type Point = "upgrade" | "hello" | "identify" | "ready" | "resume" | "resumed" | "ack" | "members" | "request"

/** What a rule does. Unless said otherwise, the normal work is left out. */
export type Action =
  /** The normal work is done later. */
  | { readonly _tag: "Delay"; readonly millis: number }
  /** Nothing is done. */
  | { readonly _tag: "Never" }
  /** A close frame; without a code an empty one. */
  | { readonly _tag: "Close"; readonly code: number | undefined }
  /** The TCP connection is closed without a close frame: a FIN, or with `reset` a RST. */
  | { readonly _tag: "Drop"; readonly reset: boolean }
  /** Nothing is read and nothing is sent any more, and the connection stays open. */
  | { readonly _tag: "Freeze" }
  /** Op 7. With `proceed` the normal work follows. */
  | { readonly _tag: "Reconnect"; readonly proceed: boolean }
  /** Op 9. */
  | { readonly _tag: "InvalidSession"; readonly resumable: boolean }
  /** An HTTP answer. */
  | {
      readonly _tag: "Status"
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: unknown
    }
  /** Op 8 is answered with RATE_LIMITED. Seconds. */
  | { readonly _tag: "RateLimited"; readonly retryAfter: number }

/** What a rule looks at. */
export interface Subject {
  readonly shardId?: number | undefined
  readonly host?: Host | undefined
  /** For REST: `GET /gateway/bot`. */
  readonly request?: string | undefined
}

/** A fault that lies in wait. */
export interface Rule {
  readonly point: Point
  readonly matches: (subject: Subject) => boolean
  readonly action: Action
  /** How often it may still act. */
  left: number
  /** How often it has acted. */
  hits: number
}

/** The rules of one fake. The oldest that matches acts first, so rules at one point form a script. */
export class Hooks {
  readonly #rules = new Set<Rule>()

  add(rule: Rule): void {
    this.#rules.add(rule)
  }

  remove(rule: Rule): void {
    this.#rules.delete(rule)
  }

  clear(): void {
    this.#rules.clear()
  }

  /** The action for this point, if a rule matches; it counts as used. */
  take(point: Point, subject: Subject): Action | undefined {
    for (const rule of this.#rules) {
      if (rule.point !== point || !rule.matches(subject)) continue
      rule.hits++
      if (--rule.left <= 0) this.#rules.delete(rule)
      return rule.action
    }
    return undefined
  }
}
