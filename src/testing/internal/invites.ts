/** Invites to channels. Source: Discord, "Invite Resource". */
import { allows } from "./botAccess.ts"
import { emitIn } from "./channelEvents.ts"
import { tooManyInvites } from "./limitErrors.ts"
import { type Json, object } from "./json.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { ChannelRecord, GuildRecord, UserRecord, World } from "./world.ts"

const mostInGuild = 1000

/** What is chosen about an invite. */
export interface Terms {
  /** Seconds until it expires; 0 for never. */
  readonly maxAge: number
  /** How often it can be used; 0 for any number. */
  readonly maxUses: number
  readonly temporary: boolean
  readonly roleIds: ReadonlyArray<string>
  /** `target_type` and what belongs to it. */
  readonly target: Json
}

/** An invite. */
export interface InviteRecord extends Terms {
  readonly code: string
  readonly channelId: string
  readonly guildId: string
  readonly inviterId: string
  readonly createdAt: number
  readonly uses: number
}

const all = new WeakMap<World, Map<string, InviteRecord>>()

const of = (world: World): Map<string, InviteRecord> => {
  const known = all.get(world) ?? new Map<string, InviteRecord>()
  all.set(world, known)
  return known
}

const expiry = ({ createdAt, maxAge }: InviteRecord): number => (maxAge === 0 ? Infinity : createdAt + maxAge * 1000)

/** The invites that have not expired, of a guild or a channel. */
export const list = (world: World, place: { guildId?: string; channelId?: string }): ReadonlyArray<InviteRecord> =>
  [...of(world).values()].filter(
    (invite) =>
      expiry(invite) > world.now() &&
      (place.guildId === undefined || invite.guildId === place.guildId) &&
      (place.channelId === undefined || invite.channelId === place.channelId)
  )

/** The invite with a code, if it has not expired and its channel is still there. */
export const byCode = (world: World, code: string): InviteRecord | undefined => {
  const invite = of(world).get(code)
  return invite === undefined || expiry(invite) <= world.now() || !world.channels.has(invite.channelId)
    ? undefined
    : invite
}

const metadata = ({ createdAt, maxAge, maxUses, temporary, uses }: InviteRecord): Json => ({
  uses,
  max_uses: maxUses,
  max_age: maxAge,
  temporary,
  created_at: new Date(createdAt).toISOString()
})

const rolesOf = (guild: GuildRecord, { roleIds }: InviteRecord): Json => {
  const fields = ["id", "name", "position", "color", "colors", "icon", "unicode_emoji"]
  const roles = guild.roles.filter(({ id }) => roleIds.includes(id)).map(payloads.role)
  const partial = roles.map((role) => Object.fromEntries(fields.map((field) => [field, role[field]])))
  return partial.length === 0 ? {} : { roles: partial }
}

/** An invite object, with its metadata if it is asked for. */
export const payload = (world: World, invite: InviteRecord, withMetadata: boolean): Json => {
  const guild = world.guilds.get(invite.guildId)
  const channel = world.channels.get(invite.channelId)
  const inviter = world.users.get(invite.inviterId)
  const whole = guild === undefined ? {} : payloads.guildCreate(world, guild)
  const ofGuild = ["id", "name", "icon", "splash", "banner", "description", "features", "verification_level"]
  return {
    type: 0,
    code: invite.code,
    guild: Object.fromEntries([...ofGuild, "vanity_url_code", "nsfw_level"].map((field) => [field, whole[field]])),
    channel: { id: invite.channelId, name: channel?.name, type: channel?.type },
    ...(inviter === undefined ? {} : { inviter: payloads.user(inviter) }),
    expires_at: invite.maxAge === 0 ? null : new Date(expiry(invite)).toISOString(),
    ...invite.target,
    ...(guild === undefined ? {} : rolesOf(guild, invite)),
    ...(withMetadata ? metadata(invite) : {})
  }
}

// Only bots that manage the channel hear of its invites.
const announce = (world: World, invite: InviteRecord, t: "INVITE_CREATE" | "INVITE_DELETE", d: Json): void => {
  const channel = world.channels.get(invite.channelId)
  if (channel === undefined || !allows(world, channel, Permission.manageChannels)) return
  emitIn(world, channel, t, { code: invite.code, ...d })
}

const isAlike = (a: Terms, b: Terms): boolean =>
  a.maxAge === b.maxAge &&
  a.maxUses === b.maxUses &&
  a.temporary === b.temporary &&
  String(a.roleIds) === String(b.roleIds) &&
  JSON.stringify(a.target) === JSON.stringify(b.target)

/** Makes an invite: INVITE_CREATE. Without `unique` a similar one is returned instead, if there is one. */
export const add = (
  world: World,
  channel: ChannelRecord,
  inviter: UserRecord,
  terms: Terms,
  unique = true
): InviteRecord => {
  const guildId = channel.guildId ?? ""
  const there = list(world, { guildId })
  const similar = there.find(
    (each) => each.channelId === channel.id && each.inviterId === inviter.id && isAlike(each, terms)
  )

  if (!unique && similar !== undefined) return similar
  if (there.length >= mostInGuild) throw tooManyInvites()
  const code = BigInt(world.ids.next()).toString(36).toUpperCase()
  const place = { channelId: channel.id, guildId, inviterId: inviter.id }
  const invite: InviteRecord = { ...terms, ...place, code, createdAt: world.now(), uses: 0 }
  of(world).set(code, invite)
  const { expires_at } = payload(world, invite, false)
  const roles = terms.roleIds.length === 0 ? {} : { role_ids: terms.roleIds }
  const by = { inviter: payloads.user(inviter), expires_at, ...terms.target, ...roles }
  announce(world, invite, "INVITE_CREATE", { ...metadata(invite), ...by })
  world.signal.notify()
  return invite
}

/** Deletes an invite: INVITE_DELETE. */
export const remove = (world: World, invite: InviteRecord): void => {
  if (!of(world).delete(invite.code)) return
  announce(world, invite, "INVITE_DELETE", {})
  world.signal.notify()
}

/** Notes that an invite was used. After its last use it is gone: INVITE_DELETE. */
export const use = (world: World, invite: InviteRecord): void => {
  const after = { ...invite, uses: invite.uses + 1 }
  if (after.maxUses > 0 && after.uses >= after.maxUses) remove(world, invite)
  else of(world).set(invite.code, after)
}

/** The default terms. Source: Discord, "Create Channel Invite". */
export const defaults: Terms = { maxAge: 86_400, maxUses: 0, temporary: false, roleIds: [], target: object(undefined) }
