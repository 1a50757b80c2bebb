/** Options of a command while they are typed. Numbers are Discord's types. Source: Discord, "Application Commands". */
import type { APIApplicationCommandOption, APIApplicationCommandOptionChoice } from "../../../discord/DiscordApi.ts"
import type { Directory } from "../message/Directory.ts"

/** A file as the protocol has it. */
export interface FileValue {
  readonly filename: string
  readonly contentType?: string
  readonly data: string
}

export type OptionValue = string | number | boolean | FileValue

/** What stands in the field of an option, and the value that was chosen for it, if it was chosen from a list. */
export interface Draft {
  readonly text: string
  readonly chosen?: OptionValue | undefined
}

export interface Suggestion {
  readonly label: string
  readonly value: OptionValue
  readonly detail?: string | undefined
}

type Limits = {
  readonly min_value?: number
  readonly max_value?: number
  readonly min_length?: number
  readonly max_length?: number
  readonly choices?: ReadonlyArray<APIApplicationCommandOptionChoice>
  readonly autocomplete?: boolean
  readonly channel_types?: ReadonlyArray<number>
}

export const limitsOf = (option: APIApplicationCommandOption): Limits => option as Limits

const typeNames: Readonly<Record<number, string>> = {
  3: "text",
  4: "whole number",
  5: "True or False",
  6: "user",
  7: "channel",
  8: "role",
  9: "user or role",
  10: "number",
  11: "file"
}

/** What kind of value an option takes, for people. */
export const typeName = ({ type }: APIApplicationCommandOption): string => typeNames[type] ?? "value"

export type Parsed =
  | { readonly ok: true; readonly value: OptionValue | undefined }
  | { readonly ok: false; readonly error: string }

const ok = (value: OptionValue | undefined): Parsed => ({ ok: true, value })
const error = (error: string): Parsed => ({ ok: false, error })

const parseNumber = (option: APIApplicationCommandOption, text: string): Parsed => {
  const value = Number(text)
  const { max_value: max, min_value: min } = limitsOf(option)
  if (text.trim() === "" || !Number.isFinite(value)) return error(`Enter a ${typeName(option)}`)
  if (option.type === 4 && !Number.isSafeInteger(value)) return error("Enter a whole number")
  if (min !== undefined && value < min) return error(`Enter a number of at least ${min}`)
  if (max !== undefined && value > max) return error(`Enter a number of at most ${max}`)
  return ok(value)
}

const parseString = (option: APIApplicationCommandOption, text: string): Parsed => {
  const { max_length: max, min_length: min } = limitsOf(option)
  if (min !== undefined && text.length < min) return error(`Enter at least ${min} characters`)
  if (max !== undefined && text.length > max) return error(`Enter at most ${max} characters`)
  return ok(text)
}

const parseChosen = (option: APIApplicationCommandOption, { chosen, text }: Draft): Parsed => {
  if (chosen !== undefined) return ok(chosen)
  if (option.type === 5 && /^(true|false)$/i.test(text.trim())) return ok(text.trim().toLowerCase() === "true")
  return error(option.type === 11 ? "Choose a file" : `Choose a ${typeName(option)} from the list`)
}

/** The value of an option, or what is wrong with it. An optional one without anything has the value `undefined`. */
export const parseOption = (option: APIApplicationCommandOption, draft: Draft | undefined): Parsed => {
  if (draft === undefined || (draft.chosen === undefined && draft.text.trim() === "")) {
    return option.required === true ? error("This option is required") : ok(undefined)
  }
  const { choices } = limitsOf(option)
  if (choices !== undefined && choices.length > 0) {
    const match = choices.find(
      ({ name, value }) => value === draft.chosen || name.toLowerCase() === draft.text.trim().toLowerCase()
    )
    return match === undefined ? error("Choose one of the choices") : ok(match.value)
  }
  if (option.type === 4 || option.type === 10) return parseNumber(option, String(draft.chosen ?? draft.text))
  if (option.type === 3) return parseString(option, String(draft.chosen ?? draft.text))
  return parseChosen(option, draft)
}

export type ParsedAll =
  | { readonly ok: true; readonly values: Readonly<Record<string, OptionValue>> }
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> }

/** The values of all options, or what is wrong with them, by name. */
export const parseOptions = (
  options: ReadonlyArray<APIApplicationCommandOption>,
  drafts: ReadonlyMap<string, Draft>
): ParsedAll => {
  const values = new Map<string, OptionValue>()
  const errors = new Map<string, string>()
  for (const option of options) {
    const parsed = parseOption(option, drafts.get(option.name))
    if (!parsed.ok) errors.set(option.name, parsed.error)
    else if (parsed.value !== undefined) values.set(option.name, parsed.value)
  }
  return errors.size === 0 ? { ok: true, values: Object.fromEntries(values) } : { ok: false, errors }
}

const users = (directory: Directory): ReadonlyArray<Suggestion> =>
  directory.people().map(({ name, user }) => ({ label: `@${name}`, value: user.id, detail: user.username }))
const roles = (directory: Directory): ReadonlyArray<Suggestion> =>
  directory
    .roles()
    .map(({ id, name }) => ({ label: name.startsWith("@") ? name : `@${name}`, value: id, detail: "role" }))

const all = (option: APIApplicationCommandOption, directory: Directory): ReadonlyArray<Suggestion> => {
  const { channel_types: types, choices } = limitsOf(option)
  if (choices !== undefined) return choices.map(({ name, value }) => ({ label: name, value }))
  switch (option.type as number) {
    case 5:
      return [
        { label: "True", value: true },
        { label: "False", value: false }
      ]
    case 6:
      return users(directory)
    case 7:
      return directory
        .channels()
        .filter(({ type }) => types === undefined || types.includes(type))
        .map(({ id, name }) => ({ label: `#${name ?? id}`, value: id }))
    case 8:
      return roles(directory)
    case 9:
      return [...users(directory), ...roles(directory)]
    default:
      return []
  }
}

/** What an option offers for what was typed, 25 at most, as Discord does. */
export const suggestionsOf = (
  option: APIApplicationCommandOption,
  draft: Draft | undefined,
  directory: Directory
): ReadonlyArray<Suggestion> => {
  const wanted = draft?.chosen === undefined ? (draft?.text ?? "").trim().toLowerCase().replace(/^[@#]/, "") : ""
  return all(option, directory)
    .filter(({ detail, label, value }) => `${label} ${detail ?? ""} ${String(value)}`.toLowerCase().includes(wanted))
    .slice(0, 25)
}
