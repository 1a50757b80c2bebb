/**
 * The texts of a bot in the languages of its users: keys and parameters are checked by the compiler, and plurals, numbers
 * and dates are written as the language has them.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Catalogue, Reply } from "fibercord"
 *
 * const texts = Catalogue.make(
 *   "en",
 *   {
 *     hello: "Hello, {name}!",
 *     apples: { plural: "count", one: "One apple", other: "{count:number} apples" },
 *     since: "Member since {when:date}"
 *   },
 *   {
 *     de: {
 *       hello: "Hallo, {name}!",
 *       apples: { plural: "count", one: "Ein Apfel", other: "{count:number} Äpfel" },
 *       since: "Mitglied seit dem {when:date}"
 *     }
 *   }
 * )
 *
 * const tell = Effect.flatMap(texts.text("apples", { count: 3 }), (content) => Reply.send({ content }))
 * // "3 apples" or "3 Äpfel"
 * ```
 *
 * A text is looked for in the user's language, then in the language without its region, then in Discord's fallback for it,
 * and then in the catalogue's first language: `pt-BR`, `pt`, `en`.
 */
import type * as Effect from "effect/Effect"
import { locales } from "../../discord/locales.ts"
import type * as Discord from "../../discord/Discord.ts"
import { fallbackOf } from "../wire/localized.ts"
import type * as ErrorReply from "./ErrorReply.ts"
import { defaultTexts } from "./ErrorReply.ts"
import { Interaction } from "./Interaction.ts"
import { type Formats, makeFormats, type Value } from "./internal/formats.ts"

type LanguageOf<L extends string> = L extends `${infer Language}-${string}` ? Language : L

/** A language of Discord's, with or without its region: `pt-BR`, `pt`. */
export type Language = Discord.Locale | LanguageOf<Discord.Locale>

/** How a placeholder is written, `{name:kind}`, and what it takes. Without a kind it is a text. */
export interface Kinds {
  readonly text: string
  /** `1,234.5`. */
  readonly number: number | bigint
  /** `0.5` is `50%`. */
  readonly percent: number
  /** A date, a time or both in the catalogue's time zone; numbers are milliseconds since the Unix epoch. */
  readonly date: Date | number
  readonly time: Date | number
  readonly datetime: Date | number
  /** Discord's own timestamp, which each reader sees in their own time zone. */
  readonly timestamp: Date | number
  /** Discord's own timestamp as a distance, such as "in 5 minutes". */
  readonly relative: Date | number
  /** `a, b, and c`. */
  readonly list: ReadonlyArray<string>
}

/** Writes numbers, dates and plurals, for messages that are functions. */
export interface Format {
  readonly locale: string
  /** The value as a placeholder of that kind shows it. */
  readonly write: <K extends keyof Kinds>(kind: K, value: Kinds[K]) => string
  /** The form for a number. */
  readonly plural: (value: number, forms: Forms) => string
}

/** A form for each category of numbers that a language tells apart. Source: Unicode, "Language Plural Rules". */
export interface Forms {
  /** The form for none, in languages that tell it apart. Default: `other`. */
  readonly zero?: string | undefined
  /** The form for one, and for what a language counts like it. Default: `other`. */
  readonly one?: string | undefined
  /** The form for two, in languages that tell it apart. Default: `other`. */
  readonly two?: string | undefined
  /** The form for few, in languages that tell it apart. Default: `other`. */
  readonly few?: string | undefined
  /** The form for many, in languages that tell it apart. Default: `other`. */
  readonly many?: string | undefined
  /** The form for all other numbers. */
  readonly other: string
}

/** Forms of a number that is a parameter: how many things there are. */
export interface Plural extends Forms {
  /** The name of the parameter that is counted. */
  readonly plural: string
}

/** Forms of a number that is a parameter: which place it is, 1st or 2nd. */
export interface Ordinal extends Forms {
  /** The name of the parameter that is a place. */
  readonly ordinal: string
}

/** A text with placeholders, forms of a number, or a function of parameters. */
export type Message = string | Plural | Ordinal | ((params: never, format: Format) => string)

/** The messages of one language, by key. */
export type Messages = Readonly<Record<string, Message>>

/** A mistake in a catalogue, as the compiler shows it. */
export interface Mistake<out Text extends string> {
  readonly "~fibercord/Mistake": Text
}

type Placeholders<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never
type NameOf<P> = P extends `${infer Name}:${string}` ? Name : P
type TypeOf<P> = P extends `${string}:${infer Kind}`
  ? Kind extends keyof Kinds
    ? Kinds[Kind]
    : Mistake<`there is no kind ${Kind}`>
  : Kinds["text"]
type ParamsIn<S extends string> = string extends S
  ? Readonly<Record<string, Value>>
  : { readonly [P in Placeholders<S> as NameOf<P> & string]: TypeOf<P> }
type FormTexts<M> = Extract<M[keyof M & keyof Forms], string>

/** The parameters of a message. */
export type Params<M> = M extends string
  ? ParamsIn<M>
  : M extends (params: infer P, format: Format) => string
    ? unknown extends P
      ? Readonly<Record<never, never>>
      : P
    : M extends { readonly plural: infer N extends string } | { readonly ordinal: infer N extends string }
      ? { readonly [K in N]: number } & Omit<ParamsIn<FormTexts<M>>, N>
      : never

/** The parameters of a message as arguments: none if there are none. */
export type Args<M> = keyof Params<M> extends never ? [] : [params: Params<M>]

/** What translations of messages can be. */
export type Translations<D extends Messages> = {
  readonly [L in Language]?: {
    readonly [K in keyof D]?: string | Plural | Ordinal | ((params: Params<D[K]>, format: Format) => string)
  }
}

type Checked<D extends Messages, M> = {
  readonly [K in keyof M]: K extends keyof D
    ? Params<D[K]> extends Params<M[K]>
      ? unknown
      : Mistake<"it has parameters that the message in the first language does not have">
    : Mistake<"the first language has no such message">
}

type Missing<D extends Messages, M> = Readonly<Record<Exclude<keyof D, keyof M>, unknown>>

/** Whether what a language with a region lacks is in the language without it. */
type HasBase<First extends string, T, L> = L extends `${infer Base}-${string}`
  ? Base extends keyof T | First
    ? true
    : false
  : false

/** Translations that have every message, and no parameters of their own. */
export type Valid<First extends string, D extends Messages, T, O extends Options> = {
  readonly [L in keyof T]: L extends First
    ? Mistake<"it is the first language, whose messages are given already">
    : Checked<D, T[L]> &
        (O["missing"] extends "fallback" ? unknown : HasBase<First, T, L> extends true ? unknown : Missing<D, T[L]>)
}

/** Options of {@link make}. */
export interface Options {
  /**
   * Whether translations may lack messages, which are then taken from the next language. Languages with a region may in any
   * case, if the catalogue has the language without it. Default: `"error"`, so that the program does not compile.
   */
  readonly missing?: "error" | "fallback"
  /** The time zone of dates and times, for example `Europe/Berlin`. Default: `UTC`. */
  readonly timeZone?: string
}

/** Gives the text of a message in one language. */
export type Translate<D extends Messages> = <K extends keyof D>(key: K, ...params: Args<D[K]>) => string

/** Texts in several languages. */
export interface Catalogue<in out D extends Messages> {
  /** In the language of the user whose interaction is being handled. */
  readonly text: <K extends keyof D>(key: K, ...params: Args<D[K]>) => Effect.Effect<string, never, Interaction>
  /** In the language of its guild, for what everybody reads; in direct messages in that of the user. */
  readonly guildText: <K extends keyof D>(key: K, ...params: Args<D[K]>) => Effect.Effect<string, never, Interaction>
  /** In a language such as `de` or `en-GB`; without one, in the first. */
  readonly in: (locale: string | undefined) => Translate<D>
  /**
   * A function of the language, for options that take one, such as `denied` of middlewares. Placeholders without a parameter
   * are left for whoever fills them in.
   */
  readonly by: <K extends keyof D>(key: K, params?: Partial<Params<D[K]>>) => (locale: string) => string
  /** In all of Discord's languages that the catalogue has, for names and descriptions of commands and components. */
  readonly localizations: <K extends keyof D>(key: K, ...params: Args<D[K]>) => Discord.Localizations
  /**
   * The library's own texts, for `texts` of `Bot.layer`: the messages whose keys are those of `ErrorReply.Texts`,
   * such as `Expired` or `Cooldown`.
   */
  readonly replies: (locale: string) => Partial<ErrorReply.Texts>
}

const languageOf = (locale: string): string => locale.split("-", 1)[0] ?? locale

/** Where to look for a text, best first. */
const chainOf = (locale: string | undefined): ReadonlyArray<string> => {
  // It comes from an interaction, so it may be anything.
  if (typeof locale !== "string") return []
  const fallback = fallbackOf(locale)
  return [locale, languageOf(locale), ...(fallback === undefined ? [] : [fallback])]
}

const placeholder = /\{(\w+)(?::(\w+))?\}/g

type Given = Readonly<Record<string, Value>>

const fill = (template: string, params: Given, formats: Formats, number?: string): string =>
  template.replace(placeholder, (whole, name: string, kind = name === number ? "number" : "text") =>
    Object.hasOwn(params, name) ? (formats.write(kind, params[name]) ?? whole) : whole
  )

const formOf = (forms: Forms, category: Intl.LDMLPluralRule): string => forms[category] ?? forms.other

const toFormat = (formats: Formats): Format => ({
  locale: formats.locale,
  write: (kind, value) => formats.write(kind, value) ?? String(value),
  plural: (value, forms) => formOf(forms, formats.category(value, false))
})

const write = (message: Message | undefined, key: string, params: Given, formats: Formats): string => {
  // The compiler lets nobody come here, but an interaction should not fail for a text that is missing.
  if (message === undefined) return key
  if (typeof message === "string") return fill(message, params, formats)
  if (typeof message === "function") return message(params as never, toFormat(formats))
  const name = "plural" in message ? message.plural : message.ordinal
  const value = params[name]
  const category = typeof value === "number" ? formats.category(value, "ordinal" in message) : "other"
  return fill(formOf(message, category), params, formats, name)
}

const reasons = Object.keys(defaultTexts) as ReadonlyArray<keyof ErrorReply.Texts>

/**
 * Makes a catalogue: its first language, whose messages say which keys and parameters there are, the messages of that
 * language, and those of the others. A translation that lacks a message, has one too many, or has a parameter that the first
 * language does not have, does not compile.
 */
export const make = <
  const First extends Language,
  const D extends Messages,
  const T extends Translations<D>,
  const O extends Options = { readonly missing: "error" }
>(
  first: First,
  messages: D,
  translations: T & Valid<First, D, T, O>,
  options?: O
): Catalogue<D> => {
  const formatsOf = makeFormats(options?.timeZone ?? "UTC")
  const all = new Map<string, Messages>(Object.entries(translations as unknown as Record<string, Messages>))
  all.set(first, messages)

  /** The best message that is not in the first language only because there is no other. */
  const find = (locale: string | undefined, key: string): readonly [message: Message, language: string] | undefined => {
    for (const language of chainOf(locale)) {
      const found = all.get(language)
      if (found !== undefined && Object.hasOwn(found, key) && found[key] !== undefined) return [found[key], language]
    }
    return undefined
  }

  const translate = (locale: string | undefined, key: string, params: Given = {}): string => {
    const [message, language] = find(locale, key) ?? [Object.hasOwn(messages, key) ? messages[key] : undefined, first]
    // Dates of a text in "en" look British to those who are; a text in a foreign language is foreign as a whole.
    const isOwn = typeof locale === "string" && locales.has(locale) && languageOf(locale) === languageOf(language)
    return write(message, key, params, formatsOf(isOwn ? locale : language))
  }

  const translator =
    (locale: string | undefined) =>
    (key: keyof D, params?: Given): string =>
      translate(locale, String(key), params)

  const catalogue = {
    text: (key: keyof D, params?: Given) => Interaction.useSync(({ locale }) => translator(locale)(key, params)),
    guildText: (key: keyof D, params?: Given) =>
      Interaction.useSync(({ guildLocale, locale }) => translator(guildLocale ?? locale)(key, params)),
    in: translator,
    by: (key: keyof D, params?: Given) => (locale: string) => translate(locale, String(key), params),
    localizations: (key: keyof D, params?: Given) =>
      Object.fromEntries(
        [...locales]
          .filter((locale) => find(locale, String(key)) !== undefined)
          .map((locale) => [locale, translate(locale, String(key), params)])
      ),
    replies: (locale: string) =>
      Object.fromEntries(
        reasons.filter((reason) => Object.hasOwn(messages, reason)).map((reason) => [reason, translate(locale, reason)])
      )
  }
  return catalogue as unknown as Catalogue<D>
}
