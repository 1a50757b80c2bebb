/** Emojis as paths name them. Source: Discord, "Create Reaction". */
import { unknownEmoji } from "./apiError.ts"
import { type Json, object } from "./json.ts"
import type { MessageRecord, World } from "./world.ts"
import { objects } from "./json.ts"

const piece = String.raw`(?![0-9#*])\p{Emoji}(?:\p{EMod}|\uFE0F)?(?:[\u{E0020}-\u{E007E}]+\u{E007F})?`
const standard = new RegExp(String.raw`^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|${piece}(?:\u200D${piece})*)$`, "u")

/** Whether a text is one standard emoji. */
export const isStandard = (text: string): boolean => standard.test(text)

/** The custom emoji with an id, of any guild of the bot or of the application. */
export const customEmoji = (world: World, id: string): Json | undefined =>
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
