/** What answers say, whoever sent them: Discord, the edge before it, or a proxy. Pure functions. */
import { DiscordAPIError, type DiscordErrorData } from "@discordjs/rest"
import * as Predicate from "effect/Predicate"
import { nameOf } from "./statusNames.ts"

/** Reads a header by its name in lower case. */
export type Headers = (name: string) => string | null | undefined

/**
 * Whose limit a 429 is about: this bot's on the route, this bot's on everything, a limit that others use up too, or a
 * block by the edge before Discord, which knows addresses and no bots.
 */
export type Scope = "user" | "global" | "shared" | "edge"

/** What a 429 says. */
export interface Limited {
  readonly scope: Scope
  /** How long to wait, in milliseconds. `undefined` if the answer does not say it in a way that can be used. */
  readonly retryAfter: number | undefined
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// No limit of Discord's is longer than a day. Whatever else is said would hold everything back until the next start.
const longest = 86_400

// Zero seconds is no wait. An HTTP date depends on two clocks, so it is not used.
const toMillis = (seconds: unknown): number | undefined => {
  const number = typeof seconds === "string" && seconds.trim() !== "" ? Number(seconds) : seconds
  return typeof number === "number" && number > 0 ? Math.min(number, longest) * 1000 : undefined
}

const limitHeaders = ["x-ratelimit-scope", "x-ratelimit-global", "x-ratelimit-bucket", "x-ratelimit-remaining"]

const scopeOf = (header: Headers, body: unknown): Scope => {
  const scope = header("x-ratelimit-scope")
  if (header("x-ratelimit-global") != null || scope === "global") return "global"
  if (scope === "shared") return "shared"
  if (Predicate.hasProperty(body, "global") && body.global === true) return "global"
  return limitHeaders.some((name) => header(name) != null) ? "user" : "edge"
}

/**
 * Reads a 429. Discord says how long to wait in the header and the body; its edge sends HTML, or JSON without any of
 * Discord's headers. Source: Discord, "Rate Limits"; issues 1771, 3042, 5810 and 8518 of discord-api-docs.
 */
export const readLimit = (header: Headers, text: string): Limited => {
  const body = parse(text)
  const waits = [
    toMillis(header("retry-after")),
    toMillis(Predicate.hasProperty(body, "retry_after") ? body.retry_after : undefined)
  ].filter((wait) => wait !== undefined)
  return { scope: scopeOf(header, body), retryAfter: waits.length === 0 ? undefined : Math.max(...waits) }
}

/** Whether an answer counts towards Discord's limit of invalid requests. Source: Discord, "Invalid Request Limit". */
export const isInvalid = (status: number, scope: Scope | undefined): boolean =>
  status === 401 || status === 403 || (status === 429 && scope !== "shared")

/** Why Discord refused a request. */
export interface Problem {
  /** Discord's JSON error code; 0 if there is none. */
  readonly code: number | string
  readonly message: string
}

const isCode = (code: unknown): code is number | string => typeof code === "number" || typeof code === "string"

/** Reads an answer with a status from 300. What is not Discord's error gets the name of the status as its message. */
export const readProblem = (status: number, text: string): Problem => {
  const unknown: Problem = { code: 0, message: nameOf(status) }
  const body = status < 500 ? parse(text) : undefined
  if (!Predicate.isObject(body)) return unknown
  const { code, error, message } = body as Readonly<Record<string, unknown>>
  if (!isCode(code) || typeof message !== "string") {
    // The form of OAuth2.
    const { error_description: description } = body as Readonly<Record<string, unknown>>
    return isCode(error)
      ? { code: error, message: typeof description === "string" ? description : unknown.message }
      : unknown
  }
  try {
    // It adds the path of each invalid field.
    return { code, message: new DiscordAPIError(body as unknown as DiscordErrorData, code, status, "", "", {}).message }
  } catch {
    // The list of invalid fields is not what Discord documents.
    return { code, message }
  }
}

/** What is wrong with a successful answer that should be JSON; `undefined` if nothing is. */
export const faultOf = (text: string): string | undefined => {
  if (text.trim() === "") return "the answer is empty, and JSON was expected"
  const body = parse(text)
  if (body === undefined) return "the answer is not JSON"
  return body === null ? "the answer is null" : undefined
}
