/** Emojis as paths name them. Source: Discord, "Create Reaction". */
import { unknownEmoji } from "./apiError.ts"
import { isStandard } from "./emojis.ts"
import { type Json, object, objects } from "./json.ts"
import type { MessageRecord, World } from "./world.ts"

/** The custom emoji with an id, of any guild of the bot or of the application. */
const customEmoji = (world: World, id: string): Json | undefined =>
  world.applicationEmojis.get(id) ??
  [...world.guilds.values()].flatMap(({ emojis }) => emojis).find((emoji) => emoji["id"] === id)

/**
 * A standard emoji, or `name:id` of a custom one, which must exist or be among the reactions of the message. Throws Discord's
 * error if it is neither.
 */
export const emojiOf = (world: World, message: MessageRecord, text: string): Json => {
  const [, id] = /^(?:a:)?\w+:(\d+)$/.exec(text) ?? []
  if (id === undefined) {
    if (!isStandard(text)) throw unknownEmoji()
    return { id: null, name: text }
  }
  const there = objects(message.raw["reactions"]).map(({ emoji }) => object(emoji))
  const found = customEmoji(world, id) ?? there.find((emoji) => emoji["id"] === id)
  if (found === undefined) throw unknownEmoji()
  return { id, name: found["name"], ...(found["animated"] === true ? { animated: true } : {}) }
}
