/**
 * What AutoMod does with messages of members: rules of keywords and of mentions. What counts as spam, and the words of presets,
 * Discord does not publish: those rules do nothing. Source: Discord, "Auto Moderation".
 */
import { AuditLogEvent, write } from "./auditLog.ts"
import { boundedMatches } from "./boundedMatches.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import { mentionsOf } from "./mentions.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import { inGuild, Permission } from "./permissions.ts"
import type { ChannelRecord, GuildRecord, UserRecord, World } from "./world.ts"

const [byKeyword, byMentions] = [1, 5]
const [block, alert, timeout] = [1, 2, 3]
const alertMessage = 24

/** A rule that a message triggers, and by what. */
interface Hit {
  readonly rule: Json
  readonly keyword: string | null
  readonly content: string | null
}

/** What a message of a user triggers. */
export interface Verdict {
  readonly hits: ReadonlyArray<Hit>
  /** What the user is told, if the message is blocked. */
  readonly blocked: string | undefined
}

// Source: "Keyword Matching Strategies": a keyword is a whole word, unless a wildcard is at an end of it.
const patternOf = (keyword: string): RegExp => {
  const [, before = "", core = "", after = ""] = /^(\*?)(.*?)(\*?)$/s.exec(keyword) ?? []
  const escaped = core.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
  return new RegExp(`${before === "" ? "(?<!\\S)" : ""}${escaped}${after === "" ? "(?!\\S)" : ""}`, "giu")
}

// Rust's patterns, as far as they are JavaScript's, too. One that takes too long there matches nothing.
const regexOf = (pattern: string): RegExp | undefined => {
  try {
    return pattern.startsWith("(?i)") ? new RegExp(pattern.slice(4), "giu") : new RegExp(pattern, "gu")
  } catch {
    return undefined
  }
}

const texts = (list: unknown): ReadonlyArray<string> => array(list).map(String)

const byWords = (rule: Json, content: string): Hit | undefined => {
  const metadata = object(rule["trigger_metadata"])
  const allowed = texts(metadata["allow_list"]).flatMap((word) =>
    [...content.matchAll(patternOf(word))].map((match) => [match.index, match.index + match[0].length] as const)
  )
  const isAllowed = (from: number, to: number) => allowed.some(([start, end]) => start <= from && to <= end)
  const words = texts(metadata["keyword_filter"]).map((keyword) => [keyword, patternOf(keyword)] as const)
  const patterns = texts(metadata["regex_patterns"]).map((pattern) => [pattern, regexOf(pattern)] as const)
  for (const [keyword, pattern] of [...words, ...patterns]) {
    for (const { index, text } of pattern === undefined ? [] : (boundedMatches(pattern, content) ?? [])) {
      if (text !== "" && !isAllowed(index, index + text.length)) return { rule, keyword, content: text }
    }
  }
  return undefined
}

const hitOf = (rule: Json, content: string, mentioned: number): Hit | undefined => {
  if (rule["trigger_type"] === byKeyword) return byWords(rule, content)
  const most = number(object(rule["trigger_metadata"])["mention_total_limit"])
  const isTooMany = rule["trigger_type"] === byMentions && most !== undefined && mentioned > most
  return isTooMany ? { rule, keyword: null, content: null } : undefined
}

// Source: Discord's help, "AutoMod FAQ": who manages the guild is exempt, and so are bots.
const isExempt = (world: World, guild: GuildRecord, user: UserRecord): boolean =>
  user.bot || (inGuild(world, guild, user) & (Permission.manageGuild | Permission.administrator)) !== 0n

const onMessages = 1

/** What AutoMod has against a message that a user is about to write. */
export const judge = (world: World, channel: ChannelRecord, user: UserRecord, content: string): Verdict => {
  const guild = world.guilds.get(channel.guildId ?? "")
  if (guild === undefined || isExempt(world, guild, user)) return { hits: [], blocked: undefined }
  const { mention_roles: roles, mentions } = mentionsOf(world, channel, user, { content }, {})
  const mentioned = array(roles).length + array(mentions).length
  const own = new Set(payloads.rolesOf(guild, user).map(({ id }) => id))
  const places: ReadonlySet<unknown> = new Set([channel.id, channel.fields?.["parent_id"]])
  const hits = [...guild.autoModeration.values()]
    .filter((rule) => rule["enabled"] === true && rule["event_type"] === onMessages)
    .filter((rule) => !array(rule["exempt_roles"]).some((id) => own.has(id)))
    .filter((rule) => !array(rule["exempt_channels"]).some((id) => places.has(id)))
    .flatMap((rule) => hitOf(rule, content, mentioned) ?? [])
  const blocks = hits.flatMap(({ rule }) => objects(rule["actions"]).filter(({ type }) => type === block))
  const said = string(object(blocks[0]?.["metadata"])["custom_message"])
  const why = `Message was blocked by automatic moderation (200000)${said === undefined ? "" : `: ${said}`}`
  return { hits, blocked: blocks.length === 0 ? undefined : why }
}

interface Case {
  readonly channel: ChannelRecord
  readonly guild: GuildRecord
  readonly user: UserRecord
  readonly text: string
  readonly messageId: string | undefined
}

/** Writes the alert, and returns its id. */
const sendAlert = (world: World, { channel, messageId, text, user }: Case, hit: Hit, to: unknown): string => {
  const fields = [
    ["rule_name", hit.rule["name"]],
    ["channel_id", channel.id],
    ["keyword", hit.keyword],
    ["keyword_matched_content", hit.content],
    ["flagged_message_id", messageId]
  ].flatMap(([name, value]) => (value === null || value === undefined ? [] : [{ name, value, inline: false }]))
  const embeds = [{ type: "auto_moderation_message", description: text, fields }]
  return messages.createSystem(world, { channelId: String(to), author: user, type: alertMessage, fields: { embeds } })
    .id
}

const silence = (world: World, { guild, user }: Case, seconds: unknown): void => {
  const until = new Date(world.now() + (number(seconds) ?? 0) * 1000).toISOString()
  guild.memberFields.set(user.id, { ...guild.memberFields.get(user.id), communication_disabled_until: until })
  world.emit("GUILD_MEMBER_UPDATE", { ...payloads.memberOf(guild, user), guild_id: guild.id }, guild.id)
}

const typeOf: Readonly<Record<number, (typeof AuditLogEvent)[keyof typeof AuditLogEvent]>> = {
  [block]: AuditLogEvent.autoModerationBlockMessage,
  [alert]: AuditLogEvent.autoModerationFlagToChannel,
  [timeout]: AuditLogEvent.autoModerationUserCommunicationDisabled
}

const act = (world: World, given: Case, hit: Hit, action: Json): void => {
  const { channel, guild, messageId, text, user } = given
  const { rule } = hit
  const metadata = object(action["metadata"])
  const alertId = action["type"] === alert ? sendAlert(world, given, hit, metadata["channel_id"]) : undefined
  if (action["type"] === timeout) silence(world, given, metadata["duration_seconds"])
  const options = {
    auto_moderation_rule_name: rule["name"],
    auto_moderation_rule_trigger_type: String(rule["trigger_type"]),
    channel_id: channel.id
  }
  const type = typeOf[Number(action["type"])]
  if (type !== undefined) write(world, guild, { type, target: user.id, options, by: user.id })
  // Source: Discord, "Gateway Events", Auto Moderation: these events are for bots with MANAGE_GUILD.
  if (guild.unavailable || (inGuild(world, guild, world.bot) & Permission.manageGuild) === 0n) return
  const d = {
    guild_id: guild.id,
    action,
    rule_id: rule["id"],
    rule_trigger_type: rule["trigger_type"],
    user_id: user.id,
    channel_id: channel.id,
    ...(messageId === undefined ? {} : { message_id: messageId }),
    ...(alertId === undefined ? {} : { alert_system_message_id: alertId }),
    content: text,
    matched_keyword: hit.keyword,
    matched_content: hit.content
  }
  world.emit("AUTO_MODERATION_ACTION_EXECUTION", d, guild.id)
}

/** Does what the rules say: AUTO_MODERATION_ACTION_EXECUTION for each action. Without a message it was blocked. */
export const execute = (
  world: World,
  verdict: Verdict,
  said: { readonly channel: ChannelRecord; readonly user: UserRecord; readonly text: string },
  messageId: string | undefined
): void => {
  const guild = world.guilds.get(said.channel.guildId ?? "")
  if (guild === undefined) return
  for (const hit of verdict.hits) {
    for (const action of objects(hit.rule["actions"])) act(world, { ...said, guild, messageId }, hit, action)
  }
  world.signal.notify()
}
