/**
 * Takes tokens out of what the inspector says. Nothing that it makes itself has one in it; but bots log what they like,
 * and so the text is searched as a whole, for the tokens that are known and for what looks like one.
 */
import * as Router from "../../interactions/router/inspected.ts"
import * as Rest from "../../rest/inspected.ts"
import type { Watch } from "./watch.ts"

const placeholder = "[token]"

/** Source: Discord, "Authentication", and the form of interaction tokens, which begin with `interaction:` in base64. */
const shapes: ReadonlyArray<RegExp> = [
  /aW50ZXJhY3Rpb246[\w+/=-]*/g,
  /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /(?<=\/(?:webhooks|interactions)\/\d{1,20}\/)[^\s"'\\/?]{16,}/g,
  /(?<=\b(?:Bot|Bearer) )[\w.~+/=-]{8,}/g
]

// `token: …` as JSON and as people print it, also inside of a text that is in JSON.
const named = /((?:token|secret|authorization)\\*["'`]?\s*[:=]\s*)(\\*["'`])(?:(?!\\*["'`])[^\n])+/gi

const inPath = /\/(?:webhooks|interactions)\/\d+\/([^/?]+)/

/** The tokens of interactions and webhooks that are known. */
const knownTokens = (watch: Watch): ReadonlySet<string> => {
  const tokens = new Set<string>()
  for (const { responder } of watch.notes(Router.interactions)?.since(0) ?? []) tokens.add(responder.raw.token)
  for (const { url } of watch.notes(Rest.requests)?.since(0) ?? []) {
    const token = inPath.exec(url)?.[1]
    if (token !== undefined) tokens.add(token)
  }
  return tokens
}

/** The bot's own, which are looked for wherever they are, and in base64. */
const secretsOf = (watch: Watch): ReadonlyArray<string> =>
  watch
    .subjects(Rest.secrets)
    .map((secret) => secret())
    .flatMap((secret) => (secret === "" ? [] : [secret, JSON.stringify(secret).slice(1, -1), btoa(secret)]))

// What is shorter is a word or a number, of which there are many.
const candidates = /[\w:.-]{16,}/g

/** JSON without tokens. It stays JSON. */
export const redact = (watch: Watch, json: string): string => {
  let text = json
  for (const secret of secretsOf(watch)) text = text.replaceAll(secret, placeholder)
  const known = knownTokens(watch)
  text = text.replace(candidates, (candidate) => (known.has(candidate) ? placeholder : candidate))
  for (const shape of shapes) text = text.replace(shape, placeholder)
  return text.replace(named, `$1$2${placeholder}`)
}
