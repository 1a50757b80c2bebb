/** Makes suggestions acceptable: Discord refuses all of them if a single one is wrong. */
import type { APIApplicationCommandOptionChoice } from "../../discord/DiscordApi.ts"
import { optionType } from "../../discord/numbers.ts"
import { invocationOf } from "./invocation.ts"
import type { RawInteraction } from "./rawInteraction.ts"

// Source: Discord, "Autocomplete" and "Application Command Option Choice Structure".
const maxSuggestions = 25
const maxLength = 100

// Not in the middle of a character that is written as two code units.
const cut = (text: string): string =>
  text.length <= maxLength ? text : text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "")

const isValue = (type: number | undefined, value: unknown): boolean => {
  switch (type) {
    case optionType.string:
      return typeof value === "string" && value.length > 0 && value.length <= maxLength
    case optionType.integer:
      return Number.isSafeInteger(value)
    default:
      return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER
  }
}

const isName = (name: unknown): name is string => typeof name === "string" && name.trim() !== ""

/**
 * The suggestions that Discord accepts for the option that is being typed into: the first 25, names cut to 100
 * characters. What can be no suggestion is left out: an empty name, and a value that is empty, too long, or not of the
 * option's type.
 */
export const acceptable = (
  raw: RawInteraction,
  suggestions: ReadonlyArray<APIApplicationCommandOptionChoice>
): Array<APIApplicationCommandOptionChoice> => {
  if (suggestions.length === 0) return []
  const type = invocationOf(raw).picked.find(({ focused }) => focused === true)?.type
  return suggestions
    .filter(({ name, value }) => isName(name) && isValue(type, value))
    .slice(0, maxSuggestions)
    .map(({ name, name_localizations: localized, ...rest }) => ({
      ...rest,
      name: cut(name),
      ...(localized === undefined || localized === null
        ? {}
        : {
            name_localizations: Object.fromEntries(
              Object.entries(localized).flatMap(([locale, text]) => (isName(text) ? [[locale, cut(text)]] : []))
            )
          })
    }))
}
