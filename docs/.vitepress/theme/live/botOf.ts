/** The bot of an example: what its block defines, as a program would give it to `Bot.layer`. */
import * as Layer from "effect/Layer"
import * as Bot from "../../../../src/Bot.ts"
import type * as Definition from "../../../../src/interactions/definitions/Definition.ts"

/** The exports of a block. */
export type Block = Readonly<Record<string, unknown>>

const kinds: ReadonlySet<unknown> = new Set(["Command", "Component", "Dialogue"])

const isDefinition = (value: unknown): value is Definition.Definition<never, never> =>
  typeof value === "object" && value !== null && "handler" in value && "kind" in value && kinds.has(value.kind)

/** What a bot runs on here: the services of a bot, over a fake Discord. */
export type BotLayer = Layer.Layer<never, unknown, Bot.Services>

/**
 * A block that makes its bot itself is that bot: the last of its layers. Of any other, the bot has all definitions, except
 * those that belong to others.
 */
export const botOf = (block: Block): BotLayer => {
  const layers = Object.values(block).filter(Layer.isLayer)
  const own = layers.at(-1)
  if (own !== undefined) return own as BotLayer
  return Bot.layer({ interactions: Object.values(block).filter(isDefinition) })
}
