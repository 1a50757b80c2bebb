/** Checks what every interaction must have before it is routed. The rest of its JSON is checked where it is read. */
import * as Predicate from "effect/Predicate"
import { interactionType } from "../../discord/numbers.ts"
import type { RawInteraction } from "./rawInteraction.ts"

const isSnowflake = (value: unknown): boolean => typeof value === "string" && /^\d{1,20}$/.test(value)

// None of the names that are read here is one of `Object.prototype`.
const field = (value: unknown, name: string): unknown =>
  Predicate.isObject(value) ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/** Whether it has all that a response needs. */
export const isAnswerable = (raw: unknown): raw is RawInteraction =>
  isSnowflake(field(raw, "id")) && isSnowflake(field(raw, "application_id")) && typeof field(raw, "token") === "string"

/**
 * What is wrong with an interaction, in words that are the same for every interaction with this fault; else
 * `undefined`.
 */
export const problemOf = (raw: unknown): string | undefined => {
  if (!isAnswerable(raw)) return "expected an id, an application_id and a token"
  const user = field(field(raw, "member"), "user") ?? field(raw, "user")
  if (!isSnowflake(field(user, "id")) || typeof field(user, "username") !== "string")
    return "expected a user with an id"
  const data = field(raw, "data")
  if (!Predicate.isObject(data)) return "expected data"
  const message = field(raw, "message")
  if (message !== undefined && !isSnowflake(field(message, "id"))) return "expected a message with an id"
  switch (field(raw, "type")) {
    case interactionType.command:
    case interactionType.autocomplete: {
      if (typeof field(data, "name") !== "string") return "expected a command with a name"
      if (!Number.isInteger(field(data, "type"))) return "expected a command with a type"
      const options = field(data, "options") ?? []
      return isOptions(options, 0) ? undefined : "expected options with names and types"
    }
    case interactionType.component:
    case interactionType.modalSubmit:
      return typeof field(data, "custom_id") === "string" ? undefined : "expected a custom_id"
    default:
      return undefined
  }
}

// Group, subcommand, options: Discord nests no deeper.
const maxDepth = 3

const isOptions = (options: unknown, depth: number): boolean =>
  Array.isArray(options) &&
  depth < maxDepth &&
  options.every(
    (option) =>
      typeof field(option, "name") === "string" &&
      Number.isInteger(field(option, "type")) &&
      (field(option, "options") === undefined || isOptions(field(option, "options"), depth + 1))
  )
