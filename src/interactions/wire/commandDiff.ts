/**
 * What differs between the commands that Discord has and those that a bot wants. Discord writes its defaults out and
 * leaves empty things out, so both sides are brought into one form before they are compared: only fields that are named
 * here count, the order of keys, locales, contexts and types does not, and the order of options and choices does.
 *
 * Source: Discord, "Application Command Object".
 */
import type * as Discord from "../../discord/Discord.ts"
import * as Predicate from "effect/Predicate"
import { commandType, contextType } from "../../discord/numbers.ts"

/** A command as it is sent to Discord. */
export type Wanted = Discord.CommandBody

/** A command as Discord returns it, with localizations. */
export type Existing = Discord.RegisteredCommand

type Json = Readonly<Record<string, unknown>>

/** A command that has to be changed. */
export interface Update {
  readonly existing: Existing
  readonly wanted: Wanted
  /** The fields that differ, with their new values: the body of a PATCH. */
  readonly patch: Json
  /** A line for each difference, for example `options.start.required: false → true`. */
  readonly changes: ReadonlyArray<string>
}

/** The changes to make. Commands are the same if their type and name are; an entry point is the same under any name. */
export interface Diff {
  readonly create: ReadonlyArray<Wanted>
  readonly update: ReadonlyArray<Update>
  readonly remove: ReadonlyArray<Existing>
}

/** Where commands are registered, and the defaults for what they leave out. */
export interface Options {
  /** Commands of a guild have no contexts and no integration types. Default: `"global"`. */
  readonly scope?: "global" | "guild" | undefined
  /**
   * The integration types of commands that name none: those that the application supports. Default: unknown, so that
   * those of such a command stay as Discord has them.
   */
  readonly integrationTypes?: ReadonlyArray<number> | undefined
}

const guildContext = [contextType.guild]

const isJson = (value: unknown): value is Json => Predicate.isObject(value) && !Array.isArray(value)

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const jsons = (value: unknown): ReadonlyArray<Json> => list(value).filter(isJson)

const numbers = (value: unknown): ReadonlyArray<number> =>
  [...new Set(list(value).map(Number))].toSorted((a, b) => a - b)

// Discord writes extensions in lower case. Source: Discord, "File Type Filtering".
const fileTypes = (value: unknown): ReadonlyArray<string> =>
  [...new Set(list(value).map((type) => String(type).toLowerCase()))].toSorted()

const locales = (value: unknown): Json | null => {
  const known = Object.entries(isJson(value) ? value : {}).filter(([, text]) => Predicate.isNotNullish(text))
  return known.length === 0 ? null : Object.fromEntries(known.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const bits = (value: unknown): string | null => {
  if (!Predicate.isNotNullish(value)) return null
  const text = String(value)
  return /^\d+$/.test(text) ? String(BigInt(text)) : text
}

// Discord trims descriptions.
const trim = (text: unknown): unknown => (typeof text === "string" ? text.trim() : text)

const texts = (value: Json): Json => {
  const descriptions = locales(value["description_localizations"])
  return {
    name: value["name"],
    name_localizations: locales(value["name_localizations"]),
    description: trim(value["description"] ?? ""),
    description_localizations:
      descriptions === null
        ? null
        : Object.fromEntries(Object.entries(descriptions).map(([locale, text]) => [locale, trim(text)]))
  }
}

const choice = (value: Json): Json => ({
  name: value["name"],
  name_localizations: locales(value["name_localizations"]),
  value: value["value"]
})

const option = (value: Json): Json => ({
  type: value["type"],
  ...texts(value),
  required: value["required"] === true,
  autocomplete: value["autocomplete"] === true,
  choices: jsons(value["choices"]).map(choice),
  channel_types: numbers(value["channel_types"]),
  file_types: fileTypes(value["file_types"]),
  min_value: value["min_value"] ?? null,
  max_value: value["max_value"] ?? null,
  min_length: value["min_length"] ?? null,
  max_length: value["max_length"] ?? null,
  options: jsons(value["options"]).map(option)
})

// Without contexts a command is in guilds and in direct messages with the bot, but not in other ones. No list of contexts
// means the same to Discord, so `null` is a value of its own (discord-api-docs 6744, 7108 and 7583). The old field that
// keeps a command out of direct messages still counts there.
const contexts = (value: Json): ReadonlyArray<number> | null => {
  if (Array.isArray(value["contexts"])) return numbers(value["contexts"])
  return value["dm_permission"] === false ? guildContext : null
}

const normal = (value: Json, options: Options): Json => ({
  ...texts(value),
  options: jsons(value["options"]).map(option),
  default_member_permissions: bits(value["default_member_permissions"]),
  nsfw: value["nsfw"] === true,
  handler: value["handler"] ?? null,
  ...(options.scope === "guild"
    ? {}
    : {
        contexts: contexts(value),
        integration_types: numbers(value["integration_types"] ?? options.integrationTypes)
      })
})

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing"

const nameOf = (value: unknown): string => (isJson(value) ? String(value["name"]) : show(value))

const describe = (path: string, before: unknown, after: unknown): ReadonlyArray<string> => {
  if (show(before) === show(after)) return []
  if (isJson(before) && isJson(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => describe(`${path}.${key}`, before[key], after[key]))
  }
  if (Array.isArray(before) && Array.isArray(after) && [...before, ...after].every(isJson)) {
    const [old, fresh] = [before.map(nameOf), after.map(nameOf)]
    const order =
      show(old) === show(fresh) ? [] : [`${path}: ${old.join(", ") || "none"} → ${fresh.join(", ") || "none"}`]
    const common = after.filter((value) => old.includes(nameOf(value)))
    const inner = common.flatMap((value) =>
      describe(`${path}.${nameOf(value)}`, before[old.indexOf(nameOf(value))], value)
    )
    return [...order, ...inner]
  }
  return [`${path}: ${show(before)} → ${show(after)}`]
}

// What a PATCH says of a field: what is wanted, or else what the command falls back to.
const patchOf = (field: string, wanted: Json, fallback: Json): Json =>
  field === "contexts" && !Predicate.isNotNullish(wanted["contexts"])
    ? { contexts: null, dm_permission: wanted["dm_permission"] ?? true }
    : { [field]: wanted[field] ?? fallback[field] }

// There is one entry point, whatever its name, and Discord accepts no second one while the first is there.
const keyOf = ({ name, type }: { readonly name: string; readonly type?: number | undefined }): string =>
  type === commandType.entryPoint ? `${type}` : `${type ?? commandType.chatInput} ${name}`

const compare = (existing: Existing, wanted: Wanted, options: Options): ReadonlyArray<Update> => {
  const theirs = existing as unknown as Json
  const ours = wanted as unknown as Json
  const before = normal(theirs, options)
  const integrationTypes = ours["integration_types"] ?? options.integrationTypes ?? theirs["integration_types"]
  const after = normal({ ...ours, integration_types: integrationTypes }, options)
  const fields = Object.keys(after).filter((field) => show(before[field]) !== show(after[field]))
  if (fields.length === 0) return []
  return [
    {
      existing,
      wanted,
      patch: Object.assign({}, ...fields.map((field) => patchOf(field, ours, after))),
      changes: fields.flatMap((field) => describe(field, before[field], after[field]))
    }
  ]
}

/**
 * Whether Discord made a command by itself: the one that launches an Activity. A bot that does not want it leaves it.
 */
export const isDiscords = ({ type }: Existing): boolean => type === commandType.entryPoint

/**
 * The changes that turn the commands that Discord has into the wanted ones. Empty lists if there are none.
 *
 * ```ts
 * import { CommandSync } from "fibercord"
 *
 * const { create, remove, update } = CommandSync.diff([], [{ name: "ping", description: "Says pong" }], { scope: "global" })
 * ```
 */
export const diff = (existing: ReadonlyArray<Existing>, wanted: ReadonlyArray<Wanted>, options: Options = {}): Diff => {
  const known = new Map(existing.map((command) => [keyOf(command), command]))
  const keys = new Set(wanted.map(keyOf))
  return {
    create: wanted.filter((command) => !known.has(keyOf(command))),
    update: wanted.flatMap((command) => {
      const before = known.get(keyOf(command))
      return before === undefined ? [] : compare(before, command, options)
    }),
    remove: existing.filter((command) => !keys.has(keyOf(command)) && !isDiscords(command))
  }
}

/** How many commands differ. */
export const size = ({ create, remove, update }: Diff): number => create.length + update.length + remove.length

const titles: Readonly<Record<number, string>> = {
  [commandType.user]: "user command",
  [commandType.message]: "message command",
  [commandType.entryPoint]: "entry point"
}

/** A command as people read it: `/config`, or `user command "Profile"`. */
export const title = ({
  name,
  type = commandType.chatInput
}: {
  readonly name: string
  readonly type?: number | undefined
}) =>
  type === commandType.chatInput ? `/${name}` : `${titles[type] ?? `command of type ${type}`} ${JSON.stringify(name)}`

/** In lines that people can read: `+` for what is created, `~` for what changes and how, `-` for what is removed. */
export const format = ({ create, remove, update }: Diff): ReadonlyArray<string> => [
  ...create.map((command) => `+ ${title(command)}`),
  ...update.flatMap(({ changes, wanted }) => [`~ ${title(wanted)}`, ...changes.map((change) => `    ${change}`)]),
  ...remove.map((command) => `- ${title(command)}`)
]
