/** Armed faults: rules at named points of the server's work. */
import type { Action, Point } from "../Faults.ts"
import type { Host } from "../Log.ts"

/** What a rule is matched against. */
export interface Subject {
  readonly shardId?: number | undefined
  readonly host?: Host | undefined
  /** Of a REST request: `METHOD /route` and `METHOD /path`. */
  readonly request?: { readonly route: string; readonly path: string } | undefined
}

/** An armed fault. */
export interface Rule {
  readonly point: Point
  readonly matches: (subject: Subject) => boolean
  readonly action: Action
  /** How often it may still act. */
  left: number
  /** How often it has acted. */
  hits: number
}

/** The rules of one fake. The oldest matching rule acts first, so rules at one point form a script. */
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

  /** The action at this point, if a rule matches. It counts as used. */
  take(point: Point, subject: Subject): Action | undefined {
    for (const rule of this.#rules) {
      if (rule.point !== point || rule.left <= 0 || !rule.matches(subject)) continue
      rule.hits++
      if (--rule.left <= 0) this.#rules.delete(rule)
      return rule.action
    }
    return undefined
  }
}
