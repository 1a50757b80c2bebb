/** What a user may do in a channel, and which rule forbids it. Source: Discord, "Permissions". */
import { NotUsable } from "../FakeDiscordError.ts"
import { inChannel, isSeenBy, isTimedOut, isVoice, Permission } from "./permissions.ts"
import * as slowmode from "./slowmode.ts"
import * as threads from "./threads.ts"
import { isThread } from "./threadTypes.ts"
import type { ChannelRecord, UserRecord, World } from "./world.ts"

const nameOf = (bit: bigint): string => {
  const name = Object.entries(Permission).find(([, each]) => each === bit)?.[0] ?? String(bit)
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** Why a user may not do something: what its client shows, and the rule. */
export interface Refusal {
  readonly detail: "invisible" | "forbidden" | "disabled"
  readonly rule: string
}

const forbidden = (rule: string): Refusal => ({ detail: "forbidden", rule })
const invisible = (rule: string): Refusal => ({ detail: "invisible", rule })

/** The rule that keeps a user from a channel, whatever it wants to do there. */
const hidden = (world: World, channel: ChannelRecord, user: UserRecord): Refusal | undefined => {
  if (channel.guildId === undefined) {
    return isSeenBy(world, channel, user) ? undefined : invisible("these are the direct messages of another user")
  }
  const guild = world.guilds.get(channel.guildId)
  if (guild === undefined) return invisible("the guild is gone")
  if (guild.bans.has(user.id)) return invisible(`${user.username} is banned from the guild`)
  if (!guild.members.has(user.id)) return invisible(`${user.username} is no member of the guild`)
  if ((inChannel(world, channel, user) & Permission.viewChannel) === 0n) {
    return invisible(`${user.username} does not have VIEW_CHANNEL`)
  }
  return isSeenBy(world, channel, user) ? undefined : invisible(`${user.username} is not in this private thread`)
}

/**
 * Why a user may not act in a channel, if it may not: it does not see the channel, is timed out, or lacks one of these
 * permissions. In direct messages there are no permissions.
 */
export const refusal = (
  world: World,
  channel: ChannelRecord,
  user: UserRecord,
  ...permissions: ReadonlyArray<bigint>
): Refusal | undefined => {
  const kept = hidden(world, channel, user)
  const guild = world.guilds.get(channel.guildId ?? "")
  if (kept !== undefined || guild === undefined) return kept
  const set = inChannel(world, channel, user)
  // Source: Discord, "Permissions For Timed Out Members".
  if (isTimedOut(world, guild, user) && (set & Permission.administrator) === 0n) {
    return forbidden(`${user.username} is timed out`)
  }
  // Source: Discord, "Get Channel Messages": what is in a voice channel is for those who may connect.
  const wanted = isVoice(channel) ? [Permission.connect, ...permissions] : permissions
  const lacking = wanted.find((bit) => (set & bit) === 0n)
  return lacking === undefined ? undefined : forbidden(`${user.username} does not have ${nameOf(lacking)}`)
}

const withoutMessages: ReadonlyMap<number, string> = new Map([
  [4, "a category"],
  [14, "a directory"],
  [15, "a forum"],
  [16, "a media channel"]
])

/** Why a user may not write into a channel, if it may not. */
export const writeRefusal = (world: World, channel: ChannelRecord, user: UserRecord): Refusal | undefined => {
  const kind = withoutMessages.get(channel.type)
  if (kind !== undefined) return forbidden(`there are no messages in ${kind}`)
  const needed = isThread(channel) ? Permission.sendMessagesInThreads : Permission.sendMessages
  const refused = refusal(world, channel, user, needed)
  if (refused !== undefined) return refused
  if (threads.refusal(world, user, channel) !== undefined) return { detail: "disabled", rule: "the thread is locked" }
  const wait = slowmode.waitOf(world, user, channel)
  return wait > 0 ? { detail: "disabled", rule: `slowmode for ${wait} ms more` } : undefined
}

/** Throws `NotUsable` if there is a rule against it. */
export const demand = (wanted: string, refused: Refusal | undefined): void => {
  if (refused !== undefined) throw new NotUsable({ wanted, detail: refused.detail, rule: refused.rule, found: [] })
}
