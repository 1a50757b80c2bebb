/**
 * Texts of components in the language of a user. Discord translates names of commands and nothing else, so a component that
 * is not written yet has a field such as `labelLocalizations` beside its `label`, and loses it here.
 */
import * as Predicate from "effect/Predicate"

type Json = Readonly<Record<string, unknown>>

const suffix = "Localizations"

// Source: Discord, "Locale fallbacks".
const fallbacks: Readonly<Record<string, string>> = { "en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES" }

/** The language that stands in for another one, if Discord names one. */
export const fallbackOf = (locale: string): string | undefined =>
  Object.hasOwn(fallbacks, locale) ? fallbacks[locale] : undefined

/** The translation for a user with this language, else that for its fallback; `undefined` if there is neither. */
const translationOf = (translations: unknown, locale: string | undefined): string | undefined => {
  if (!Predicate.isObject(translations) || locale === undefined) return undefined
  const own = (key: string | undefined): unknown =>
    key !== undefined && Object.hasOwn(translations, key) ? (translations as Json)[key] : undefined
  const found = own(locale) ?? own(fallbackOf(locale))
  return typeof found === "string" ? found : undefined
}

// Every component passes here, and few have translations, so it allocates nothing.
const isTranslated = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(isTranslated)
  if (!Predicate.isObject(value)) return false
  for (const key in value) {
    if (Object.hasOwn(value, key) && (key.endsWith(suffix) || isTranslated((value as Json)[key]))) return true
  }
  return false
}

const translate = (value: unknown, locale: string | undefined): unknown => {
  if (Array.isArray(value)) return value.map((each) => translate(each, locale))
  if (!Predicate.isObject(value)) return value
  const json = value as Json
  const written: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(json)) {
    if (key.endsWith(suffix)) continue
    written[key] = translationOf(json[key + suffix], locale) ?? translate(inner, locale)
  }
  return written
}

/** The component in one language: `locale` is only asked for if there are translations. */
export const localized = <A extends Json>(component: A, locale: () => string | undefined): A =>
  isTranslated(component) ? (translate(component, locale()) as A) : component

/** The languages that a component has texts in, beside its own. */
export const localesIn = (value: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!Predicate.isObject(value)) return
    for (const [key, inner] of Object.entries(value)) {
      if (!key.endsWith(suffix)) visit(inner)
      else if (Predicate.isObject(inner)) for (const locale of Object.keys(inner)) found.add(locale)
    }
  }
  visit(value)
  return found
}
