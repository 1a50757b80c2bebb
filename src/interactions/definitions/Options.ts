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
  APIMessage,
  APIRole,
  APIUser,
  ChannelType
} from "discord-api-types/v10"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Input from "../replies/internal/input.ts"
import { Interaction } from "../replies/Interaction.ts"
import type { ReplyError } from "../replies/ReplyError.ts"

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

/** An option whose value is an `A`. Its suggestions may fail with `E` and need `R`. */
export interface Option<out A, out E = never, out R = never> {
  /** The same option, which users may leave out; its value is then `undefined`. */
  readonly optional: Option<A | undefined, E, R>
  /** @internal */
  readonly isRequired: boolean
  /** @internal */
  readonly data: Readonly<Record<string, unknown>>
  /** @internal */
  readonly decode: Decode<A>
  /** @internal */
  readonly suggest: Suggest<E, R> | undefined
}

/** A suggested value, and what users see for it. */
export type Suggestion<V extends string | number> = V | { readonly name: string; readonly value: V }

type Suggest<E, R> = (query: string) => Effect.Effect<ReadonlyArray<Suggestion<string | number>>, E, R>

/** Options by name. Discord shows required ones first, whatever their order here. */
export type Fields = Readonly<Record<string, Option<unknown, unknown, unknown>>>

// Distributes over the options, so that no options at all are `never`.
type ErrorOf<O> = O extends Option<unknown, infer E, unknown> ? E : never
type RequirementOf<O> = O extends Option<unknown, unknown, infer R> ? R : never

/** What the suggestions of options may fail with. */
export type Errors<F extends Fields> = ErrorOf<F[keyof F]>

/** What the suggestions of options need. */
export type Requirements<F extends Fields> = RequirementOf<F[keyof F]>

/** The values that a handler is given. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Option<infer A, unknown, unknown> ? A : never
}

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
    const of = command === "" ? "" : ` of /${command}`
    return `Option "${option}"${of}: expected ${expected}, got ${actual}. Is it from another version of the bot?`
  }
}

class OptionImpl<A, E, R> implements Option<A, E, R> {
  readonly data: Readonly<Record<string, unknown>>
  readonly decode: Decode<A>
  readonly suggest: Suggest<E, R> | undefined
  readonly isRequired: boolean

  constructor(
    data: Readonly<Record<string, unknown>>,
    decode: Decode<A>,
    suggest: Suggest<E, R> | undefined,
    isRequired: boolean
  ) {
    this.data = data
    this.decode = decode
    this.suggest = suggest
    this.isRequired = isRequired
  }

  get optional(): Option<A | undefined, E, R> {
    return new OptionImpl<A | undefined, E, R>(this.data, this.decode, this.suggest, false)
  }
}

const make = <A, E = never, R = never>(
  data: Readonly<Record<string, unknown>>,
  decode: Decode<A>,
  suggest?: Suggest<E, R>
): Option<A, E, R> => new OptionImpl(data, decode, suggest, true)

/**
 * The same option with suggestions for what the user is typing, at most 25. They are asked for with each keystroke, and a
 * stale question of the same user is interrupted.
 *
 * ```ts
 * Options.autocomplete(Options.string("City"), (query) => Effect.succeed(cities.filter((city) => city.startsWith(query))))
 * ```
 */
export const autocomplete = <A extends string | number, E, R>(
  option: Option<A>,
  suggest: (query: string) => Effect.Effect<ReadonlyArray<Suggestion<A>>, E, R>
): Option<A, E, R> => make({ ...option.data, autocomplete: true }, option.decode, suggest)

/** The same option, decoded by a schema. What the schema refuses is told to the user, and the handler does not run. */
export const schema = <A, I extends string | number, E, R>(
  option: Option<I, E, R>,
  schema: Schema.Codec<A, I>
): Option<A, E, R> => {
  const check = Input.checker(schema as Schema.Codec<A, string>)
  return make(
    option.data,
    (value, resolved) => {
      const raw = option.decode(value, resolved)
      return raw === undefined ? undefined : check(String(option.data["description"]), raw)
    },
    option.suggest
  )
}

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

/** @internal A user that Discord resolved. */
export const findUser: Decode<ResolvedUser> = (id, resolved) => {
  const user = find(resolved?.users, id)
  return user === undefined ? undefined : { ...user, member: find(resolved?.members, id) }
}

/** @internal A role that Discord resolved. */
export const findRole: Decode<APIRole> = (id, resolved) => find(resolved?.roles, id)

/** @internal A channel that Discord resolved. */
export const findChannel: Decode<APIInteractionDataResolvedChannel> = (id, resolved) => find(resolved?.channels, id)

/** @internal A message that Discord resolved. */
export const findMessage = (id: string, resolved: APIInteractionDataResolved | undefined): APIMessage | undefined =>
  find((resolved as { readonly messages?: Readonly<Record<string, APIMessage>> } | undefined)?.messages, id)

/** A user, with what is known of the member. */
export const user = (description: string): Option<ResolvedUser> =>
  make({ type: optionType.user, description }, findUser)

/** A channel, of certain types if they are given. */
export const channel = (
  description: string,
  options?: { readonly types?: ReadonlyArray<ChannelType> }
): Option<APIInteractionDataResolvedChannel> =>
  make({ type: optionType.channel, description, channel_types: options?.types }, (id, resolved) =>
    find(resolved?.channels, id)
  )

/** A role. */
export const role = (description: string): Option<APIRole> => make({ type: optionType.role, description }, findRole)

/** A user or a role. */
export const mentionable = (description: string): Option<ResolvedUser | APIRole> =>
  make(
    { type: optionType.mentionable, description },
    (id, resolved) => findUser(id, resolved) ?? findRole(id, resolved)
  )

/** A file that the user uploaded. */
export const attachment = (description: string): Option<APIAttachment> =>
  make({ type: optionType.attachment, description }, (id, resolved) => find(resolved?.attachments, id))

const maxSuggestions = 25

/** @internal Answers what the option that is typed into suggests. */
export const suggest = <F extends Fields>(
  fields: F,
  picked: ReadonlyArray<{ readonly name: string; readonly value: unknown; readonly focused?: boolean }>
): Effect.Effect<void, Errors<F> | ReplyError, Requirements<F> | Interaction> =>
  Effect.gen(function* () {
    const { responder } = yield* Interaction
    const focused = picked.find(({ focused }) => focused === true)
    const option = focused !== undefined && Object.hasOwn(fields, focused.name) ? fields[focused.name] : undefined
    const suggestions = yield* option?.suggest?.(String(focused?.value ?? "")) ?? Effect.succeed([])
    yield* responder.choices(
      suggestions
        .slice(0, maxSuggestions)
        .map((suggestion) =>
          typeof suggestion === "object" ? suggestion : { name: String(suggestion), value: suggestion }
        )
    )
  }) as Effect.Effect<void, Errors<F> | ReplyError, Requirements<F> | Interaction>

/** @internal A decoded value, or a throw that says that the component or command is of another version of the bot. */
export const orOutdated = <A>(what: string, value: A | undefined, submitted: unknown): A => {
  if (value !== undefined) return value
  const actual = submitted === undefined ? "nothing" : JSON.stringify(submitted)
  throw new InvalidOption({ command: "", option: what, expected: "a value of its definition", actual })
}

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
