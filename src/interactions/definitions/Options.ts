/**
 * Options of slash commands. Values arrive typed: choices as literal types, users, channels and roles as resolved
 * objects. Options are pipeable:
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Options, Reply } from "fibercord"
 *
 * const cities = ["Berlin", "Bonn", "London"]
 *
 * const weather = Command.slash(
 *   "weather",
 *   {
 *     description: "The weather in a city",
 *     options: {
 *       city: Options.string("City").pipe(
 *         Options.autocomplete((query) => Effect.succeed(cities.filter((city) => city.startsWith(query))))
 *       ),
 *       days: Options.integer("Days", { min: 1, max: 7 }).pipe(Options.optional)
 *     }
 *   },
 *   ({ city, days = 1 }) => Reply.send({ content: `${city}: rain for ${days} days` })
 * )
 * ```
 *
 * Source: Discord, "Application Command Option Structure".
 */
import type * as Discord from "../../discord/Discord.ts"
import type * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as Pipeable from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { type ChannelType, channelTypeNumbers } from "../../discord/channelTypes.ts"
import { optionType } from "../../discord/numbers.ts"
import { checker } from "../replies/internal/input.ts"
import {
  findAttachment,
  findChannel,
  findMentionable,
  findRole,
  findUser,
  type Resolved,
  type UserWithMember
} from "../wire/resolved.ts"
import type * as Choices from "./Choice.ts"
import type { Localizations } from "./Command.ts"
import { entriesOf } from "./internal/choices.ts"
import { toLocalizations } from "./internal/localizations.ts"
import { type Decode, make, partsOf, toChoices } from "./internal/optionParts.ts"

export { InvalidOption } from "../wire/InvalidOption.ts"

/** A user, with the member's data in a guild. */
export interface ResolvedUser extends UserWithMember {}

/** An option whose value is an `A`. Its suggestions may fail with `E` and need `R`. */
export interface Option<out A, out E = never, out R = never> extends Pipeable.Pipeable {
  readonly "~fibercord/Option": {
    readonly _A: Types.Covariant<A>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
  }
}

/** A choice of an option: a value, or one with a label of 1 to 100 characters. */
export type Choice<V extends string | number> = Choices.Choice<V, LabelledChoice<V>>

/** A choice of an option with what users see for it. */
export interface LabelledChoice<out V extends string | number> extends Choices.Labelled<V> {
  /** The label in the languages of users, for example `{ de: "Herbst" }`. */
  readonly labelLocalizations?: Discord.Localizations | undefined
}

/**
 * Options by name: 1 to 32 lower-case characters each. Discord shows required ones first, whatever their order here.
 */
export type Fields = Readonly<Record<string, Option<unknown, unknown, unknown>>>

// Distributes over the options, so that no options at all are `never`.
type ErrorOf<O> = O extends Option<unknown, infer E, unknown> ? E : never
type RequirementOf<O> = O extends Option<unknown, unknown, infer R> ? R : never

/** The errors of the suggestions of options. */
export type Errors<F extends Fields> = ErrorOf<F[keyof F]>

/** The requirements of the suggestions of options. */
export type Requirements<F extends Fields> = RequirementOf<F[keyof F]>

/** The values that a handler receives. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Option<infer A, unknown, unknown> ? A : never
}

/** The same option, which users may leave out; its value is then `undefined`. */
export const optional = <A, E, R>(option: Option<A, E, R>): Option<A | undefined, E, R> =>
  make<A | undefined, E, R>({ ...partsOf(option), isRequired: false })

/**
 * The same option with its name and its description in the languages of users. Choices have translations of their own,
 * `labelLocalizations`.
 *
 * ```ts
 * import { Options } from "fibercord"
 *
 * const city = Options.string("City").pipe(
 *   Options.localize({ nameLocalizations: { de: "stadt" }, descriptionLocalizations: { de: "Stadt" } })
 * )
 * ```
 */
export const localize: {
  (localizations: Localizations): <A, E, R>(option: Option<A, E, R>) => Option<A, E, R>
  <A, E, R>(option: Option<A, E, R>, localizations: Localizations): Option<A, E, R>
} = dual(2, <A, E, R>(option: Option<A, E, R>, localizations: Localizations): Option<A, E, R> => {
  const parts = partsOf(option)
  return make({ ...parts, data: { ...parts.data, ...toLocalizations(localizations) } })
})

/**
 * The same option with suggestions for what the user is typing. Users see the first 25. They are requested with each
 * keystroke, which interrupts the request of the same user's previous one.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Options } from "fibercord"
 *
 * const cities = ["Berlin", "Bonn", "London"]
 *
 * const city = Options.string("City").pipe(
 *   Options.autocomplete((query) => Effect.succeed(cities.filter((city) => city.startsWith(query))))
 * )
 * ```
 */
export const autocomplete: {
  <const V extends string | number, E, R>(
    suggest: (query: string) => Effect.Effect<ReadonlyArray<Choice<V>>, E, R>
  ): <A extends string | number | undefined>(
    option: Option<A> & ([V] extends [A] ? unknown : "the suggestions are not values of this option")
  ) => Option<A, E, R>
  <A extends string | number | undefined, E, R>(
    option: Option<A>,
    suggest: (query: string) => Effect.Effect<ReadonlyArray<Choice<NonNullable<A>>>, E, R>
  ): Option<A, E, R>
} = dual(
  2,
  <A, E, R>(
    option: Option<A>,
    suggest: (query: string) => Effect.Effect<ReadonlyArray<Choice<string | number>>, E, R>
  ): Option<A, E, R> => {
    const parts = partsOf(option)
    return make({ ...parts, data: { ...parts.data, autocomplete: true }, suggest })
  }
)

/**
 * The same option, decoded by a schema. If the schema refuses the value, the user is told so, and the handler does not
 * run.
 */
export const schema: {
  <A, I extends string | number>(schema: Schema.Codec<A, I>): <E, R>(option: Option<I, E, R>) => Option<A, E, R>
  <A, I extends string | number, E, R>(option: Option<I, E, R>, schema: Schema.Codec<A, I>): Option<A, E, R>
} = dual(
  2,
  <A, I extends string | number, E, R>(option: Option<I, E, R>, schema: Schema.Codec<A, I>): Option<A, E, R> => {
    const { decode, ...parts } = partsOf(option)
    const check = checker(schema as Schema.Codec<A, string>)
    return make({
      ...parts,
      decode: (value, resolved) => {
        const raw = decode(value, resolved)
        return raw === undefined ? undefined : check(String(parts.data["description"]), raw)
      }
    })
  }
)

const required = <A>(data: Readonly<Record<string, unknown>>, decode: Decode<A>): Option<A> =>
  make({ data, decode, isRequired: true, suggest: undefined })

const oneOf = <A extends string | number>(
  choices: ReadonlyArray<Choice<string | number>> | undefined,
  is: (value: unknown) => boolean
): Decode<A> => {
  const allowed = choices && new Set<unknown>(entriesOf(choices).map(({ value }) => value))
  return (value) => (is(value) && allowed?.has(value) !== false ? (value as A) : undefined)
}

/** Text. `min` (0 to 6000) and `max` (1 to 6000) bound its length in characters. `choices`, at most 25, narrow its type. */
export const string = <const C extends ReadonlyArray<Choice<string>> = ReadonlyArray<string>>(
  description: string,
  options?: { readonly min?: number; readonly max?: number; readonly choices?: C }
): Option<Choices.Value<C[number]>> =>
  required(
    {
      type: optionType.string,
      description,
      min_length: options?.min,
      max_length: options?.max,
      choices: options?.choices && toChoices(options.choices)
    },
    oneOf(options?.choices, Predicate.isString)
  )

const numeric =
  (type: number) =>
  <const C extends ReadonlyArray<Choice<number>> = ReadonlyArray<number>>(
    description: string,
    options?: { readonly min?: number; readonly max?: number; readonly choices?: C }
  ): Option<Choices.Value<C[number]>> =>
    required(
      {
        type,
        description,
        min_value: options?.min,
        max_value: options?.max,
        choices: options?.choices && toChoices(options.choices)
      },
      oneOf(options?.choices, Predicate.isNumber)
    )

/** A whole number between −2^53 and 2^53. `min` and `max` are inclusive; `choices`, at most 25, narrow its type. */
export const integer = numeric(optionType.integer)

/**
 * A number between −2^53 and 2^53. `min` and `max` are inclusive; `choices`, at most 25, narrow its type.
 *
 * ```ts
 * import { Command, Options, Reply } from "fibercord"
 *
 * const tip = Command.slash(
 *   "tip",
 *   {
 *     description: "Tips somebody",
 *     options: { amount: Options.number("How much", { min: 0.01, max: 100 }), to: Options.mentionable("Whom") }
 *   },
 *   ({ amount, to }) => Reply.send({ content: `${amount} to ${to.id}` })
 * )
 * ```
 */
export const number = numeric(optionType.number)

/** Yes or no. */
export const boolean = (description: string): Option<boolean> =>
  required({ type: optionType.boolean, description }, (value) => (typeof value === "boolean" ? value : undefined))

const found =
  <A>(find: (id: string, resolved: Resolved) => A | undefined): Decode<A> =>
  (id, resolved) =>
    find(String(id), resolved)

/** A user, with the member's data in a guild. */
export const user = (description: string): Option<ResolvedUser> =>
  required({ type: optionType.user, description }, found<ResolvedUser>(findUser))

/** A channel. `types` narrows which ones users can pick. */
export const channel = (
  description: string,
  options?: { readonly types?: ReadonlyArray<ChannelType> }
): Option<Discord.Channel> =>
  required(
    { type: optionType.channel, description, channel_types: channelTypeNumbers(options?.types) },
    found(findChannel)
  )

/** A role. */
export const role = (description: string): Option<Discord.Role> =>
  required({ type: optionType.role, description }, found(findRole))

/** A user or a role. */
export const mentionable = (description: string): Option<ResolvedUser | Discord.Role> =>
  required({ type: optionType.mentionable, description }, found<ResolvedUser | Discord.Role>(findMentionable))

/** A file that the user uploaded. `fileTypes`, at most 10, narrows which ones users can pick; their content may be other. */
export const attachment = (
  description: string,
  options?: { readonly fileTypes?: ReadonlyArray<Discord.FileType> }
): Option<Discord.Attachment> =>
  required({ type: optionType.attachment, description, file_types: options?.fileTypes }, found(findAttachment))
