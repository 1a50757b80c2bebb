/** Discord's rules for a partial emoji. Source: Discord, "Emoji Resource". */
import * as Predicate from "effect/Predicate"
import type { Check, Json } from "./check.ts"

// Those of Unicode, and the letters that flags are made of. Some keyboards leave out the selector of colours.
const unicode = /^(?:\p{RGI_Emoji}|\p{Regional_Indicator})$/v
const colours = "\uFE0F"

const isUnicode = (name: string): boolean =>
  unicode.test(name) || unicode.test(name + colours) || unicode.test(name.replaceAll(colours, ""))

/** An emoji, if there is one: one of Unicode by its name, or a custom one by its id. */
export const checkEmoji = (check: Check, field: string, value: unknown): void => {
  if (!Predicate.isNotNullish(value)) return
  const { id, name } = (Predicate.isObject(value) ? value : {}) as Json
  if (Predicate.isNotNullish(id)) {
    if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) check.fail(`${field}.id`, "the id of an emoji", id)
  } else if (typeof name !== "string" || !isUnicode(name)) {
    check.fail(field, "an emoji of Unicode, or the id of a custom one", name)
  }
}
