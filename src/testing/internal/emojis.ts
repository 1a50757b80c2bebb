/** Emojis in what bots send. Source: Discord, "Emoji Resource", and issue 8071 of discord-api-docs for the code. */
import { isObject } from "./json.ts"
import { boolean, model, type Shape, snowflake, text } from "./shapes.ts"
import type { World } from "./world.ts"

const standard = /^(?:\p{RGI_Emoji}|\p{Regional_Indicator})$/v
const selector = "\uFE0F"

/** Whether a text is one emoji of Unicode, with or without the selector that asks for its colours. */
export const isStandard = (name: string): boolean =>
  standard.test(name) || standard.test(name + selector) || standard.test(name.replaceAll(selector, ""))

/** Which custom emojis there are. */
export type KnownEmoji = (id: string) => boolean

const known = new WeakMap<World, KnownEmoji>()

/** The emojis of the bot's guilds, and its own. */
export const knownIn = (world: World): KnownEmoji => {
  const isKnown: KnownEmoji =
    known.get(world) ??
    ((id) =>
      world.applicationEmojis.has(id) ||
      [...world.guilds.values()].some(({ emojis }) => emojis.some((emoji) => emoji["id"] === id)))
  known.set(world, isKnown)
  return isKnown
}

/** Every custom emoji is there. */
export const everyEmoji: KnownEmoji = () => true

/** A shape that is made once for the emojis that there are. */
export const cached = (make: (isKnown: KnownEmoji) => Shape): ((isKnown: KnownEmoji) => Shape) => {
  const made = new WeakMap<KnownEmoji, Shape>()
  return (isKnown) => {
    const shape = made.get(isKnown) ?? make(isKnown)
    made.set(isKnown, shape)
    return shape
  }
}

const fields = model({ id: snowflake, name: text, animated: boolean })

/** A partial emoji: a custom one by its id, or one of Unicode by its name. */
export const partialEmoji =
  (isKnown: KnownEmoji): Shape =>
  (problems, value, path) => {
    fields(problems, value, path)
    if (!isObject(value)) return
    const { id, name } = value
    const isCustom = id !== undefined && id !== null
    const isValid = isCustom ? typeof id !== "string" || isKnown(id) : typeof name === "string" && isStandard(name)
    if (!isValid) problems.add([...path, "name"], "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
  }
