/**
 * Takes tokens out of what the inspector says. Nothing that it makes itself has one in it; but bots log what they like,
 * and so the text is searched as a whole, for the tokens that are known and for what looks like one.
 */
import * as Router from "../../interactions/router/inspected.ts"
import * as Rest from "../../rest/inspected.ts"
import type { Watch } from "./watch.ts"

const placeholder = "[token]"

/**
 * What tokens look like, and what must be in a text before it is searched for them. Source: Discord, "Authentication", and
 * the form of interaction tokens, which begin with `interaction:` in base64.
 */
const shapes: ReadonlyArray<readonly [hint: RegExp, shape: RegExp]> = [
  [/aW50ZXJhY3Rpb246/, /aW50ZXJhY3Rpb246[\w+/=-]*/g],
  [/\.[\w-]{6,7}\.[\w-]{27}/, /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g],
  [/\/webhooks\/|\/interactions\//, /(?<=\/(?:webhooks|interactions)\/\d{1,20}\/)[^\s"'\\/?]{16,}/g],
  [/Bot |Bearer /, /(?<=\b(?:Bot|Bearer) )[\w.~+/=-]{8,}/g]
]

// `token: …` as JSON and as people print it, also inside of a text that is in JSON.
const hint = /token|secret|authorization/i
const named = /((?:token|secret|authorization)\\*["'`]?\s*[:=]\s*)(\\*["'`])(?:(?!\\*["'`])[^\n])+/gi

const inPath = /\/(?:webhooks|interactions)\/\d+\/([^/?]+)/

// What is shorter is a word or a number, of which there are many.
const candidates = /[\w:.-]{16,}/g

// How many tokens are remembered. What has a token in it is forgotten sooner.
const remembered = 5000

/** Takes tokens out of JSON. */
export class Redaction {
  readonly #watch: Watch
  readonly #known = new Set<string>()
  #interactions = 0
  #requests = 0

  constructor(watch: Watch) {
    this.#watch = watch
  }

  /** JSON without tokens. It stays JSON. */
  redact(json: string): string {
    this.#learn()
    let text = json
    for (const secret of this.#secrets) text = text.replaceAll(secret, placeholder)
    if (this.#known.size > 0) {
      text = text.replace(candidates, (candidate) => (this.#known.has(candidate) ? placeholder : candidate))
    }
    for (const [hint, shape] of shapes) if (hint.test(text)) text = text.replace(shape, placeholder)
    return hint.test(text) ? text.replace(named, `$1$2${placeholder}`) : text
  }

  /** The bot's own, which are looked for wherever they are, and in base64. */
  get #secrets(): ReadonlyArray<string> {
    return this.#watch
      .subjects(Rest.secrets)
      .map((secret) => secret())
      .flatMap((secret) => (secret === "" ? [] : [secret, JSON.stringify(secret).slice(1, -1), btoa(secret)]))
  }

  /** Remembers the tokens that have been used since it was last asked and do not look like one. */
  #learn(): void {
    const interactions = this.#watch.notes(Router.interactions)
    for (const { responder } of interactions?.since(this.#interactions) ?? []) this.#add(responder.raw.token)
    this.#interactions = interactions?.total ?? 0
    const requests = this.#watch.notes(Rest.requests)
    for (const { url } of requests?.since(this.#requests) ?? []) this.#add(inPath.exec(url)?.[1])
    this.#requests = requests?.total ?? 0
  }

  #add(token: string | undefined): void {
    if (token === undefined || token === "" || token.startsWith("aW50ZXJhY3Rpb246")) return
    this.#known.add(token)
    const [oldest] = this.#known
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest)
  }
}
