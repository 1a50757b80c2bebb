/** Whom a message mentions. Source: Discord, "Message Object" and "Allowed Mentions Object". */
import { array, type Json, object, objects, string } from "./json.ts"
import * as payloads from "./payloads.ts"
import { inChannel, Permission } from "./permissions.ts"
import { flatten } from "./validateComponents.ts"
import type { ChannelRecord, GuildRecord, UserRecord, World } from "./world.ts"

const textDisplay = 10

/** The texts in which mentions count: the content, and texts among the components. */
const textOf = (body: Json): string =>
  [
    string(body["content"]) ?? "",
    ...flatten(body["components"])
      .filter(({ type }) => type === textDisplay)
      .map((component) => string(component["content"]) ?? "")
  ].join("\n")

/** Which mentions of a kind are allowed: all of them, or some ids. */
const allowedOf = (body: Json, kind: "users" | "roles"): ((id: string) => boolean) => {
  if (body["allowed_mentions"] === undefined || body["allowed_mentions"] === null) return () => true
  const allowed = object(body["allowed_mentions"])
  if (array(allowed["parse"]).includes(kind)) return () => true
  return (id) => array(allowed[kind]).includes(id)
}

const idsIn = (text: string, pattern: RegExp): ReadonlyArray<string> => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))
]

/** A reply mentions the author of what it replies to, unless it says otherwise. */
const repliedTo = (body: Json, raw: Json): ReadonlyArray<string> => {
  const id = string(object(object(raw["referenced_message"])["author"])["id"])
  if (id === undefined) return []
  const isAllowed =
    (body["allowed_mentions"] ?? undefined) === undefined || object(body["allowed_mentions"])["replied_user"] === true
  return isAllowed ? [id] : []
}

/** The fields of a message that say whom it mentions. `raw` is the message without them. */
export const mentionsOf = (
  world: World,
  channel: ChannelRecord | undefined,
  author: UserRecord,
  body: Json,
  raw: Json
): Json => {
  const text = textOf(body)
  const isAllowed = allowedOf(body, "users")
  const named = idsIn(text, /<@!?(\d+)>/g).filter(isAllowed)
  const users = [...new Set([...named, ...repliedTo(body, raw)])].flatMap((id) => world.users.get(id) ?? [])
  const guild = world.guilds.get(channel?.guildId ?? "")
  return {
    mentions: users.map(payloads.user),
    ...(channel === undefined || guild === undefined
      ? { mention_roles: [], mention_everyone: false }
      : inGuild(guild, text, body, (inChannel(world, channel, author) & Permission.mentionEveryone) !== 0n))
  }
}

/** Roles and everyone, as far as the author may mention them. */
const inGuild = (guild: GuildRecord, text: string, body: Json, mayAll: boolean): Json => {
  const isAllowed = allowedOf(body, "roles")
  const roles = idsIn(text, /<@&(\d+)>/g).filter((id) => {
    const role = guild.roles.find((one) => one.id === id)
    return role !== undefined && isAllowed(id) && (mayAll || role.fields?.["mentionable"] === true)
  })
  const asked = body["allowed_mentions"]
  const isForAll = asked === undefined || asked === null || array(object(asked)["parse"]).includes("everyone")
  return { mention_roles: roles, mention_everyone: mayAll && isForAll && /@(?:everyone|here)\b/.test(text) }
}

/** Mentioned users as events have them, with their members. Source: Discord, "Message Create Extra Fields". */
export const withMembers = (world: World, guild: GuildRecord, raw: Json): Json => {
  const mentioned = objects(raw["mentions"])
  if (mentioned.length === 0) return {}
  return {
    mentions: mentioned.map((user) => {
      const record = world.users.get(String(user["id"]))
      const isMember = record !== undefined && guild.members.has(record.id)
      return isMember ? { ...user, member: payloads.memberBesideUser(guild, record) } : user
    })
  }
}
