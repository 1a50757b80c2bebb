/** Checks what every interaction must have before it is routed. The rest of its JSON is checked where it is read. */
import * as Predicate from "effect/Predicate"
import { interactionType } from "../../discord/numbers.ts"
import type { RawInteraction } from "./rawInteraction.ts"

// By hand, and fields by their names: a regular expression and names in variables took a microsecond of each interaction.
const isSnowflake = (value: unknown): boolean => {
  if (typeof value !== "string" || value.length === 0 || value.length > 20) return false
  for (let n = 0; n < value.length; n++) {
    const code = value.charCodeAt(n)
    if (code < zero || code > nine) return false
  }
  return true
}

const zero = 0x30
const nine = 0x39

type Name =
  | "application_id"
  | "custom_id"
  | "data"
  | "id"
  | "member"
  | "message"
  | "name"
  | "options"
  | "token"
  | "type"

/** What is read of any object. None of the names is one that all objects have. */
type Fields = { readonly [K in Name | "user" | "username"]?: unknown }

const nothing: Fields = {}

const fieldsOf = (value: unknown): Fields => (Predicate.isObject(value) ? value : nothing)

/** Whether it has all that a response needs. */
export const isAnswerable = (raw: unknown): raw is RawInteraction => {
  const { application_id: application, id, token } = fieldsOf(raw)
  return isSnowflake(id) && isSnowflake(application) && typeof token === "string"
}

/**
 * What is wrong with an interaction, in words that are the same for every interaction with this fault; else
 * `undefined`.
 */
export const problemOf = (raw: unknown): string | undefined => {
  if (!isAnswerable(raw)) return "expected an id, an application_id and a token"
  const { data, member, message, type, user }: Fields = raw
  const { id, username } = fieldsOf(fieldsOf(member).user ?? user)
  if (!isSnowflake(id) || typeof username !== "string") return "expected a user with an id"
  if (!Predicate.isObject(data)) return "expected data"
  if (message !== undefined && !isSnowflake(fieldsOf(message).id)) return "expected a message with an id"
  const fields: Fields = data
  switch (type) {
    case interactionType.command:
    case interactionType.autocomplete:
      if (typeof fields.name !== "string") return "expected a command with a name"
      if (!Number.isInteger(fields.type)) return "expected a command with a type"
      return isOptions(fields.options ?? [], 0) ? undefined : "expected options with names and types"
    case interactionType.component:
    case interactionType.modalSubmit:
      return typeof fields.custom_id === "string" ? undefined : "expected a custom_id"
    default:
      return undefined
  }
}

// Group, subcommand, options: Discord nests no deeper.
const maxDepth = 3

const isOptions = (options: unknown, depth: number): boolean =>
  Array.isArray(options) && depth < maxDepth && options.every((option) => isOption(option, depth))

const isOption = (option: unknown, depth: number): boolean => {
  const { name, options, type } = fieldsOf(option)
  return typeof name === "string" && Number.isInteger(type) && (options === undefined || isOptions(options, depth + 1))
}
