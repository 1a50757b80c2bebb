/** Numbers, dates, lists and plurals in a language, by `Intl`. */

/** What a parameter can be. */
export type Value = string | number | bigint | boolean | Date | ReadonlyArray<string> | undefined

/** Writes values of one language. */
export class Formats {
  readonly locale: string
  readonly #plurals: Intl.PluralRules
  readonly #ordinals: Intl.PluralRules
  readonly #writers: Readonly<Record<string, (value: Value) => string | undefined>>

  /** `locale` must be one that `Intl` accepts. */
  constructor(locale: string, timeZone: string) {
    this.locale = locale
    this.#plurals = new Intl.PluralRules(locale)
    this.#ordinals = new Intl.PluralRules(locale, { type: "ordinal" })
    const number = new Intl.NumberFormat(locale)
    const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 })
    const date = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone })
    const time = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone })
    const datetime = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone })
    const list = new Intl.ListFormat(locale, { type: "conjunction" })
    this.#writers = {
      number: numeric((value) => number.format(value)),
      percent: numeric((value) => percent.format(value)),
      date: timely((value) => date.format(value)),
      time: timely((value) => time.format(value)),
      datetime: timely((value) => datetime.format(value)),
      timestamp: timely((value) => `<t:${Math.floor(value / 1000)}:f>`),
      relative: timely((value) => `<t:${Math.floor(value / 1000)}:R>`),
      list: (value) => (Array.isArray(value) ? list.format(value) : undefined),
      text: (value) => (value === undefined ? undefined : String(value))
    }
  }

  /** The category of a number: `one`, `few`, `other` and so on. */
  category(value: number, isOrdinal: boolean): Intl.LDMLPluralRule {
    return (isOrdinal ? this.#ordinals : this.#plurals).select(value)
  }

  /** The value as a text; `undefined` if it is not of that kind. */
  write(kind: string, value: Value): string | undefined {
    return Object.hasOwn(this.#writers, kind) ? this.#writers[kind]?.(value) : undefined
  }
}

const numeric =
  (format: (value: number | bigint) => string) =>
  (value: Value): string | undefined =>
    typeof value === "number" || typeof value === "bigint" ? format(value) : undefined

const timely =
  (format: (millis: number) => string) =>
  (value: Value): string | undefined => {
    const millis = value instanceof Date ? value.getTime() : value
    return typeof millis === "number" && Number.isFinite(millis) ? format(millis) : undefined
  }

/** The formats of a catalogue, made when they are first needed: they are slow to make, and there are few languages. */
export const makeFormats = (timeZone: string): ((locale: string) => Formats) => {
  const made = new Map<string, Formats>()
  return (locale) => {
    const known = made.get(locale) ?? new Formats(locale, timeZone)
    made.set(locale, known)
    return known
  }
}
