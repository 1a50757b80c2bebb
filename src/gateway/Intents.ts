/**
 * Gateway intents by name: which groups of events a bot receives. Discord refuses bits that it does not know (close
 * code 4013) and privileged intents that the application has not been granted (4014).
 *
 * Source: Discord, "List of Intents".
 */

import { eventIntents } from "./internal/eventIntents.ts"

/** Every intent and its bit. */
export const bits = {
  Guilds: 1 << 0,
  GuildMembers: 1 << 1,
  GuildModeration: 1 << 2,
  GuildExpressions: 1 << 3,
  GuildIntegrations: 1 << 4,
  GuildWebhooks: 1 << 5,
  GuildInvites: 1 << 6,
  GuildVoiceStates: 1 << 7,
  GuildPresences: 1 << 8,
  GuildMessages: 1 << 9,
  GuildMessageReactions: 1 << 10,
  GuildMessageTyping: 1 << 11,
  DirectMessages: 1 << 12,
  DirectMessageReactions: 1 << 13,
  DirectMessageTyping: 1 << 14,
  MessageContent: 1 << 15,
  GuildScheduledEvents: 1 << 16,
  AutoModerationConfiguration: 1 << 20,
  AutoModerationExecution: 1 << 21,
  GuildMessagePolls: 1 << 24,
  DirectMessagePolls: 1 << 25
} as const

/** The name of an intent, for example `"GuildMessages"`. */
export type IntentName = keyof typeof bits

/** A list of names, or the bit field itself. */
export type Intents = ReadonlyArray<IntentName> | number

/** The intents that have to be enabled for the application in Discord's developer portal. */
export const privileged: ReadonlyArray<IntentName> = ["GuildMembers", "GuildPresences", "MessageContent"]

/** Intents as the bit field that IDENTIFY carries. */
export const toBits = (intents: Intents): number =>
  typeof intents === "number" ? intents : intents.reduce((field, name) => field | bits[name], 0)

/**
 * The names of the intents in a bit field. Unknown bits are left out.
 *
 * ```ts
 * import { Intents } from "fibercord"
 *
 * const field = Intents.toBits(["Guilds", "MessageContent"]) // 32769
 * const names = Intents.toNames(field) // ["Guilds", "MessageContent"]
 * const toEnable = names.filter((name) => Intents.privileged.includes(name)) // ["MessageContent"]
 * const warnings = Intents.missing(field, ["GUILD_MEMBER_ADD"])
 * const bit = Intents.bits.Guilds // 1
 * ```
 */
export const toNames = (field: number): ReadonlyArray<IntentName> =>
  (Object.keys(bits) as Array<IntentName>).filter((name) => (field & bits[name]) !== 0)

/**
 * What a bot that listens to these events does not get with these intents, a sentence for each: events that need an
 * intent it does not have, and the content of messages. `"*"` stands for all events, and is left out.
 */
export const missing = (field: number, events: ReadonlyArray<string>): ReadonlyArray<string> => {
  const has = (name: IntentName) => (field & bits[name]) !== 0
  const sentences = events.flatMap((event) => {
    const intents = eventIntents[event]
    return intents === undefined || intents.some(has)
      ? []
      : [`There is a handler of ${event}, which Discord sends only with the intent ${intents.join(" or ")}`]
  })
  const readsMessages = events.some((event) => event === "MESSAGE_CREATE" || event === "MESSAGE_UPDATE")
  return readsMessages && !has("MessageContent") ? [...sentences, noContent] : sentences
}

const noContent =
  "There is a handler of messages, whose content, embeds, attachments and components are empty without the intent " +
  "MessageContent, except in direct messages and where the bot is mentioned"
