/** Commands as Discord stores them. Source: Discord, "Application Command Object". */
import { isObject, type Json, objects } from "./json.ts"

const trim = (value: unknown): unknown => (typeof value === "string" ? value.trim() : value)

const trimAll = (texts: unknown): unknown =>
  isObject(texts) ? Object.fromEntries(Object.entries(texts).map(([locale, text]) => [locale, trim(text)])) : texts

/** A command, or an option of one, whose descriptions are trimmed. */
export const trimmed = (value: Json): Json => ({
  ...value,
  ...("description" in value ? { description: trim(value["description"]) } : {}),
  ...("description_localizations" in value
    ? { description_localizations: trimAll(value["description_localizations"]) }
    : {}),
  ...(Array.isArray(value["options"]) ? { options: objects(value["options"]).map(trimmed) } : {})
})
