/**
 * Options of slash commands, typed: what the user picked arrives as the value it names, choices as literal types, users,
 * channels and roles as resolved objects.
 *
 * Source: Discord, "Application Command Option Structure".
 */
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandInteractionDataBasicOption,
  APIAttachment,
  APIInteractionDataResolved,
  APIInteractionDataResolvedChannel,
  APIInteractionDataResolvedGuildMember,
  APIRole,
  APIUser,
  ChannelType
} from "discord-api-types/v10"
import * as Schema from "effect/Schema"

/** Types of options. Source: Discord, "Application Command Option Type". */
export const optionType = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11
} as const satisfies Record<string, number>

/** A user with, in a guild, what Discord tells of the member. */
export interface ResolvedUser extends APIUser {
  readonly member: APIInteractionDataResolvedGuildMember | undefined
}

/** What an option answered: a picked value, and what Discord resolved for it. */
type Decode<A> = (value: string | number | boolean, resolved: APIInteractionDataResolved | undefined) => A | undefined

/** An option whose value is an `A`. */
export interface Option<out A> {
  /** The same option, which users may leave out; its value is then `undefined`. */
  readonly optional: Option<A | undefined>
  /** @internal */
  readonly isRequired: boolean
  /** @internal */
  readonly data: Readonly<Record<string, unknown>>
  /** @internal */
  readonly decode: Decode<A>
}

/** Options by name. Discord shows required ones first, whatever their order here. */
export type Fields = Readonly<Record<string, Option<unknown>>>

/** The values that a handler is given. */
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Option<infer A> ? A : never }

/** An option that Discord sent is missing, of another type, or was not resolved: its registered command is not ours. */
export class InvalidOption extends Schema.TaggedError<InvalidOption>("fibercord/InvalidOption")("InvalidOption", {
  command: Schema.String,
  option: Schema.String,
  /** What the definition says. */
  expected: Schema.String,
  /** What Discord sent. */
  actual: Schema.String
}) {
  override get message() {
    const { actual, command, expected, option } = this
    return `Option "${option}" of /${command}: expected ${expected}, got ${actual}. Is the registered command up to date?`
  }
}

const make = <A>(data: Readonly<Record<string, unknown>>, decode: Decode<A>): Option<A> => ({
  data,
  decode,
  isRequired: true,
  get optional(): Option<A | undefined> {
    const optional: Option<A | undefined> = { data, decode, isRequired: false, optional: undefined as never }
    return Object.assign(optional, { optional })
  }
})

/** Choices as a list of values, or as names that users see with the values they stand for. */
export type Choices<V extends string | number> = ReadonlyArray<V> | Readonly<Record<string, V>>

const choicesOf = (choices: Choices<string | number> | undefined) => {
  if (choices === undefined) return {}
  const named = Array.isArray(choices)
    ? choices.map((value) => ({ name: String(value), value }))
    : Object.entries(choices).map(([name, value]) => ({ name, value }))
  return { choices: named }
}

const oneOf = <V extends string | number>(
  choices: Choices<V> | undefined,
  is: (value: unknown) => value is V
): Decode<V> => {
  if (choices === undefined) return (value) => (is(value) ? value : undefined)
  const allowed = new Set<unknown>(Array.isArray(choices) ? choices : Object.values(choices))
  return (value) => (is(value) && allowed.has(value) ? value : undefined)
}

const isString = (value: unknown): value is string => typeof value === "string"
const isNumber = (value: unknown): value is number => typeof value === "number"

/** Text. `min` and `max` bound its length, 0 to 6000 characters. `choices` (at most 25) narrow its type. */
export const string = <const V extends string = string>(
  description: string,
  options?: { readonly min?: number; readonly max?: number; readonly choices?: Choices<V> }
): Option<V> =>
  make(
    {
      type: optionType.string,
      description,
      min_length: options?.min,
      max_length: options?.max,
      ...choicesOf(options?.choices)
    },
    oneOf(options?.choices, isString as (value: unknown) => value is V)
  )

const numeric =
  (type: number) =>
  <const V extends number = number>(
    description: string,
    options?: { readonly min?: number; readonly max?: number; readonly choices?: Choices<V> }
  ): Option<V> =>
    make(
      { type, description, min_value: options?.min, max_value: options?.max, ...choicesOf(options?.choices) },
      oneOf(options?.choices, isNumber as (value: unknown) => value is V)
    )

/** A whole number between −2^53 and 2^53. `min` and `max` are inclusive; `choices` narrow its type. */
export const integer = numeric(optionType.integer)

/** A number between −2^53 and 2^53. `min` and `max` are inclusive; `choices` narrow its type. */
export const number = numeric(optionType.number)

/** Yes or no. */
export const boolean = (description: string): Option<boolean> =>
  make({ type: optionType.boolean, description }, (value) => (typeof value === "boolean" ? value : undefined))

// Ids come from outside, and may name what every object inherits.
const find = <A>(table: Readonly<Record<string, A>> | undefined, id: string | number | boolean): A | undefined =>
  table !== undefined && Object.hasOwn(table, String(id)) ? table[String(id)] : undefined

const resolvedUser: Decode<ResolvedUser> = (id, resolved) => {
  const user = find(resolved?.users, id)
  return user === undefined ? undefined : { ...user, member: find(resolved?.members, id) }
}

const resolvedRole: Decode<APIRole> = (id, resolved) => find(resolved?.roles, id)

/** A user, with what is known of the member. */
export const user = (description: string): Option<ResolvedUser> =>
  make({ type: optionType.user, description }, resolvedUser)

/** A channel, of certain types if they are given. */
export const channel = (
  description: string,
  options?: { readonly types?: ReadonlyArray<ChannelType> }
): Option<APIInteractionDataResolvedChannel> =>
  make({ type: optionType.channel, description, channel_types: options?.types }, (id, resolved) =>
    find(resolved?.channels, id)
  )

/** A role. */
export const role = (description: string): Option<APIRole> => make({ type: optionType.role, description }, resolvedRole)

/** A user or a role. */
export const mentionable = (description: string): Option<ResolvedUser | APIRole> =>
  make(
    { type: optionType.mentionable, description },
    (id, resolved) => resolvedUser(id, resolved) ?? resolvedRole(id, resolved)
  )

/** A file that the user uploaded. */
export const attachment = (description: string): Option<APIAttachment> =>
  make({ type: optionType.attachment, description }, (id, resolved) => find(resolved?.attachments, id))

/** @internal Discord's JSON of the options, required ones first as Discord wants them. */
export const toData = (fields: Fields): Array<APIApplicationCommandBasicOption> =>
  Object.entries(fields)
    .toSorted(([, a], [, b]) => Number(b.isRequired) - Number(a.isRequired))
    .map(([name, { data, isRequired }]) => {
      const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
      return { name, required: isRequired, ...given } as unknown as APIApplicationCommandBasicOption
    })

/** @internal Throws `InvalidOption`. */
export const decode = <F extends Fields>(
  command: string,
  fields: F,
  picked: ReadonlyArray<APIApplicationCommandInteractionDataBasicOption>,
  resolved: APIInteractionDataResolved | undefined
): Values<F> => {
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(fields)) {
    const found = picked.find((option) => option.name === name)
    if (found === undefined && !option.isRequired) {
      values[name] = undefined
      continue
    }
    const value = found === undefined ? undefined : option.decode(found.value, resolved)
    if (value === undefined) {
      throw new InvalidOption({
        command,
        option: name,
        expected: JSON.stringify(option.data),
        actual: found === undefined ? "nothing" : JSON.stringify(found)
      })
    }
    values[name] = value
  }
  return values as Values<F>
}
