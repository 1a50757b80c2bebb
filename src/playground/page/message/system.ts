/** Messages that Discord writes itself. Numbers are Discord's types. Source: Discord, "Message Types". */
import type { APIMessage } from "../../../discord/DiscordApi.ts"

/** Types whose content is the author's. */
const ordinary = new Set([0, 19, 20, 21, 23])

export const isSystem = (message: APIMessage): boolean => !ordinary.has(message.type)

/** The content is how many boosts there were, if there was more than one. */
const boost = (name: string, content: string): string =>
  `${name} just boosted the server${/^\d+$/.test(content) ? ` ${content} times` : ""}!`

const of = (name: string): Readonly<Record<number, (content: string, message: APIMessage) => string>> => ({
  1: (_, { mentions }) => `${name} added ${mentions[0]?.username ?? "someone"} to the group.`,
  2: (_, { mentions }) => `${name} removed ${mentions[0]?.username ?? "someone"} from the group.`,
  3: () => `${name} started a call.`,
  4: (content) => `${name} changed the channel name: ${content}`,
  5: () => `${name} changed the channel icon.`,
  6: () => `${name} pinned a message to this channel.`,
  7: () => `${name} joined the server.`,
  8: (content) => boost(name, content),
  9: (content) => `${boost(name, content)} It has reached level 1.`,
  10: (content) => `${boost(name, content)} It has reached level 2.`,
  11: (content) => `${boost(name, content)} It has reached level 3.`,
  12: (content) => `${name} has added ${content} to this channel. Its most important updates will show up here.`,
  14: () => "This server is no longer eligible for Server Discovery.",
  15: () => "This server is eligible for Server Discovery again.",
  16: () => "This server has failed Discovery's requirements for 1 week.",
  17: () => "This server has failed Discovery's requirements for 3 weeks.",
  18: (content) => `${name} started a thread: ${content}`,
  22: () => "Invite friends to this server.",
  24: (content) => `AutoMod acted on a message: ${content}`,
  25: () => `${name} subscribed to a role.`,
  26: () => `${name} wants you to try a premium feature.`,
  27: (content) => `${name} started ${content}`,
  28: (content) => `${name} ended ${content}`,
  29: () => `${name} is now a speaker.`,
  30: () => `${name} wants to speak.`,
  31: (content) => `${name} changed the Stage topic: ${content}`,
  32: () => `${name} upgraded an app for this server.`,
  36: () => `${name} enabled security actions.`,
  37: () => `${name} disabled security actions.`,
  38: () => `${name} reported a raid.`,
  39: () => `${name} reported a false alarm.`,
  44: () => `${name} made a purchase.`,
  46: () => `${name}'s poll has closed.`
})

/** What a system message says, or `undefined` if its type is not known. */
export const systemText = (message: APIMessage, name: string): string | undefined =>
  of(name)[message.type]?.(message.content, message)
