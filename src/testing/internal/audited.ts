/**
 * What of a guild's channels, messages and other things is written into the audit log. Routes that are named here need not
 * know of it: what they change is read before and after them.
 *
 * Source: Discord, "Audit Log Events" and "Optional Audit Entry Info".
 */
import { AuditLogEvent, type Change, changesOf, type Done, write } from "./auditLog.ts"
import { array, type Json, number, object, objects, string } from "./json.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { isThread } from "./threadTypes.ts"
import type { ChannelRecord, World } from "./world.ts"

type Type = Done["type"]

/** A request, what the GET of the same path returned before it, and what it returned itself. */
interface Seen {
  readonly call: Call
  readonly before: unknown
  readonly after: Json
}

type Entry = Omit<Done, "reason">

interface Rule {
  /** What else must be known before, because there is no GET of it. */
  readonly read?: (call: Call) => unknown
  /** Nothing if nothing has changed. */
  readonly entries: (seen: Seen) => Entry | ReadonlyArray<Entry> | undefined
  /** The guild, if neither the path nor what was read names it. */
  readonly guildId?: (seen: Seen) => string | undefined
}

const isPlain = (value: unknown): boolean => value !== null && typeof value !== "object"

const told = (all: Json): Json =>
  Object.fromEntries(Object.entries(all).filter(([key, value]) => isPlain(value) && key !== "creator_id"))

const made = (type: Type, options?: (after: Json) => Json): Rule => ({
  entries: ({ after }) => ({
    type,
    // Sounds name their ids themselves.
    target: String(after["id"] ?? after["sound_id"]),
    changes: changesOf({}, told(after)),
    options: options?.(after)
  })
})

// A thread keeps in its metadata what a request sets beside its name.
const flat = (json: Json): Json => ({ ...json, ...object(json["thread_metadata"]) })

const changed = (type: Type | ((call: Call) => Type), param: string, options?: (after: Json) => Json): Rule => ({
  entries: ({ after, before, call }) => {
    const changes = changesOf(flat(object(before)), flat(after), Object.keys(object(call.body)))
    if (changes.length === 0) return undefined
    const target = call.params[param] ?? ""
    return { type: typeof type === "number" ? type : type(call), target, changes, options: options?.(after) }
  }
})

const gone = (type: Type | ((call: Call) => Type), param: string, options?: (before: Json) => Json): Rule => ({
  // The type is asked for before the thing is gone.
  read: (call) => (typeof type === "number" ? type : type(call)),
  entries: ({ before, call }) => {
    const { had, known } = before as Before
    const changes = changesOf(told(object(had)), {})
    return { type: known as Type, target: call.params[param] ?? "", changes, options: options?.(object(had)) }
  }
})

interface Before {
  readonly had: unknown
  readonly known: unknown
}

const channelOf = (world: World, id: unknown): ChannelRecord | undefined => world.channels.get(String(id))

const ofChannel =
  (ofThread: Type, other: Type) =>
  ({ params, world }: Call): Type => {
    const channel = channelOf(world, params["channel"])
    return channel !== undefined && isThread(channel) ? ofThread : other
  }

// Overwrites

const overwriteOf = ({ params, world }: Call): Json | undefined =>
  objects(channelOf(world, params["channel"])?.fields?.["permission_overwrites"]).find(
    ({ id }) => id === params["overwrite"]
  )

const overwritten = (isRemoved: boolean): Rule => ({
  read: overwriteOf,
  entries: ({ before, call }) => {
    const old = (before as Before).known as Json | undefined
    const now = isRemoved ? undefined : overwriteOf(call)
    const fields = ["allow", "deny"]
    const changes = changesOf(old ?? {}, now ?? {}, fields)
    const { channelOverwriteCreate, channelOverwriteDelete, channelOverwriteUpdate } = AuditLogEvent
    const type = isRemoved
      ? channelOverwriteDelete
      : old === undefined
        ? channelOverwriteCreate
        : channelOverwriteUpdate
    if (changes.length === 0 && type === channelOverwriteUpdate) return undefined
    const { channel = "", overwrite: id } = call.params
    const guild = call.world.guilds.get(channelOf(call.world, channel)?.guildId ?? "")
    const role = guild?.roles.find((one) => one.id === id)
    const options = {
      id,
      type: String((now ?? old)?.["type"]),
      ...(role === undefined ? {} : { role_name: role.name })
    }
    return { type, target: channel, changes, options }
  }
})

// Positions of channels

const moved: Rule = {
  entries: ({ before, call }) => {
    const places = (list: unknown) =>
      new Map(objects(list).map(({ id, parent_id: parent, position }) => [String(id), { parent_id: parent, position }]))
    const guild = call.world.guilds.get(call.params["guild"] ?? "")
    const old = places(before)
    return (guild?.channels ?? []).flatMap(({ fields = {}, id }) => {
      const now = { parent_id: fields["parent_id"] ?? null, position: number(fields["position"]) ?? 0 }
      const changes = changesOf(old.get(id) ?? now, now)
      return changes.length === 0 ? [] : [{ type: AuditLogEvent.channelUpdate, target: id, changes }]
    })
  }
}

// Messages

const messageOf = ({ params, world }: Call): Json => world.messages.get(params["message"] ?? "")?.raw ?? {}

const pinned = (isPinned: boolean): Rule => ({
  read: (call) => messageOf(call)["pinned"] === true,
  entries: ({ before, call }) => {
    if ((before as Before).known === isPinned) return undefined
    const { channel, message } = call.params
    const target = String(object(messageOf(call)["author"])["id"])
    const type = isPinned ? AuditLogEvent.messagePin : AuditLogEvent.messageUnpin
    return { type, target, options: { channel_id: channel, message_id: message } }
  }
})

// One's own messages are no matter of moderation.
const deleted: Rule = {
  entries: ({ call }) => {
    const target = String(object(messageOf(call)["author"])["id"])
    if (target === call.world.bot.id) return undefined
    return { type: AuditLogEvent.messageDelete, target, options: { channel_id: call.params["channel"], count: "1" } }
  }
}

const deletedMany: Rule = {
  entries: ({ call }) => {
    const count = String(array(object(call.body)["messages"]).length)
    return { type: AuditLogEvent.messageBulkDelete, target: call.params["channel"] ?? "", options: { count } }
  }
}

// Webhooks and invites

const ofWebhook = (webhook: Json): Json => {
  const { avatar, channel_id: channel, name, type } = webhook
  return { avatar_hash: avatar, channel_id: channel, name, type }
}

const webhookMade: Rule = {
  entries: ({ after }) => ({
    type: AuditLogEvent.webhookCreate,
    target: String(after["id"] ?? after["webhook_id"]),
    changes: changesOf({}, ofWebhook(after))
  }),
  // A channel of another guild may be followed.
  guildId: ({ call }) =>
    channelOf(call.world, object(call.body)["webhook_channel_id"] ?? call.params["channel"])?.guildId
}

const webhookChanged: Rule = {
  entries: ({ after, before, call }) => {
    const changes = changesOf(ofWebhook(object(before)), ofWebhook(after))
    if (changes.length === 0) return undefined
    return { type: AuditLogEvent.webhookUpdate, target: call.params["webhook"] ?? "", changes }
  }
}

const webhookGone: Rule = {
  entries: ({ before, call }) => {
    const changes = changesOf(ofWebhook(object(before)), {})
    return { type: AuditLogEvent.webhookDelete, target: call.params["webhook"] ?? "", changes }
  }
}

const ofInvite = (invite: Json): Json => ({
  code: invite["code"],
  channel_id: object(invite["channel"])["id"],
  inviter_id: object(invite["inviter"])["id"],
  max_age: invite["max_age"],
  max_uses: invite["max_uses"],
  temporary: invite["temporary"],
  uses: invite["uses"]
})

// An invite that is like another one is that one.
const inviteMade: Rule = {
  entries: ({ after, before }) =>
    objects(before).some(({ code }) => code === after["code"])
      ? undefined
      : { type: AuditLogEvent.inviteCreate, target: null, changes: changesOf({}, ofInvite(after)) }
}

const inviteGone: Rule = {
  entries: ({ after }) => ({
    type: AuditLogEvent.inviteDelete,
    target: null,
    changes: changesOf(ofInvite(after), {})
  }),
  guildId: ({ after }) => string(object(after["guild"])["id"]) ?? string(after["guild_id"])
}

// Voice, and commands

const statusSet: Rule = {
  entries: ({ call }) => {
    const status = object(call.body)["status"] ?? ""
    const { voiceChannelStatusCreate, voiceChannelStatusDelete } = AuditLogEvent
    const target = call.params["channel"] ?? ""
    return status === ""
      ? { type: voiceChannelStatusDelete, target, options: { channel_id: target } }
      : { type: voiceChannelStatusCreate, target, options: { channel_id: target, status } }
  }
}

const commandPermissions: Rule = {
  entries: ({ after, before, call }) => {
    const { authorization, params, world } = call
    const by = world.grants.byAccess((authorization ?? "").replace(/^Bearer /, ""), world.now())?.userId
    const of = (whole: unknown) => objects(object(whole)["permissions"])
    const [old, now] = [of(before), of(after)]
    const ids = [...new Set([...old, ...now].map(({ id }) => String(id)))]
    const one = (list: ReadonlyArray<Json>, id: string) => list.find((each) => each["id"] === id)
    const changes = ids.flatMap((id): ReadonlyArray<Change> =>
      changesOf({ [id]: one(old, id) }, { [id]: one(now, id) })
    )
    const options = { application_id: world.settings.applicationId }
    const target = params["command"] ?? ""
    return { type: AuditLogEvent.applicationCommandPermissionUpdate, target, changes, options, by }
  }
}

const E = AuditLogEvent
const stageOptions = ({ channel_id: channel }: Json): Json => ({ channel_id: channel })

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["POST /guilds/:guild/channels", made(E.channelCreate)],
  ["PATCH /guilds/:guild/channels", moved],
  ["PATCH /channels/:channel", changed(ofChannel(E.threadUpdate, E.channelUpdate), "channel")],
  ["DELETE /channels/:channel", gone(ofChannel(E.threadDelete, E.channelDelete), "channel")],
  ["PUT /channels/:channel/permissions/:overwrite", overwritten(false)],
  ["DELETE /channels/:channel/permissions/:overwrite", overwritten(true)],
  ["POST /channels/:channel/threads", made(E.threadCreate)],
  ["POST /channels/:channel/messages/:message/threads", made(E.threadCreate)],
  ["DELETE /channels/:channel/messages/:message", deleted],
  ["POST /channels/:channel/messages/bulk-delete", deletedMany],
  ["PUT /channels/:channel/messages/pins/:message", pinned(true)],
  ["DELETE /channels/:channel/messages/pins/:message", pinned(false)],
  ["PUT /channels/:channel/pins/:message", pinned(true)],
  ["DELETE /channels/:channel/pins/:message", pinned(false)],
  ["POST /channels/:channel/webhooks", webhookMade],
  ["POST /channels/:channel/followers", webhookMade],
  ["PATCH /webhooks/:webhook", webhookChanged],
  ["DELETE /webhooks/:webhook", webhookGone],
  ["POST /channels/:channel/invites", inviteMade],
  ["DELETE /invites/:code", inviteGone],
  ["PUT /channels/:channel/voice-status", statusSet],
  ["POST /guilds/:guild/emojis", made(E.emojiCreate)],
  ["PATCH /guilds/:guild/emojis/:emoji", changed(E.emojiUpdate, "emoji")],
  ["DELETE /guilds/:guild/emojis/:emoji", gone(E.emojiDelete, "emoji")],
  ["POST /guilds/:guild/stickers", made(E.stickerCreate)],
  ["PATCH /guilds/:guild/stickers/:sticker", changed(E.stickerUpdate, "sticker")],
  ["DELETE /guilds/:guild/stickers/:sticker", gone(E.stickerDelete, "sticker")],
  ["POST /guilds/:guild/soundboard-sounds", made(E.soundboardSoundCreate)],
  ["PATCH /guilds/:guild/soundboard-sounds/:sound", changed(E.soundboardSoundUpdate, "sound")],
  ["DELETE /guilds/:guild/soundboard-sounds/:sound", gone(E.soundboardSoundDelete, "sound")],
  ["POST /guilds/:guild/scheduled-events", made(E.guildScheduledEventCreate)],
  ["PATCH /guilds/:guild/scheduled-events/:event", changed(E.guildScheduledEventUpdate, "event")],
  ["DELETE /guilds/:guild/scheduled-events/:event", gone(E.guildScheduledEventDelete, "event")],
  ["POST /stage-instances", made(E.stageInstanceCreate, stageOptions)],
  ["PATCH /stage-instances/:id", changed(E.stageInstanceUpdate, "id", stageOptions)],
  ["DELETE /stage-instances/:id", gone(E.stageInstanceDelete, "id", stageOptions)],
  ["POST /guilds/:guild/auto-moderation/rules", made(E.autoModerationRuleCreate)],
  ["PATCH /guilds/:guild/auto-moderation/rules/:rule", changed(E.autoModerationRuleUpdate, "rule")],
  ["DELETE /guilds/:guild/auto-moderation/rules/:rule", gone(E.autoModerationRuleDelete, "rule")],
  ["PUT /applications/:application/guilds/:guild/commands/:command/permissions", commandPermissions]
])

const guildIdOf = (rule: Rule, seen: Seen, had: Json): string | undefined =>
  rule.guildId?.(seen) ??
  seen.call.params["guild"] ??
  string(had["guild_id"]) ??
  string(seen.after["guild_id"]) ??
  channelOf(seen.call.world, seen.call.params["channel"])?.guildId

/** What the GET of the same path returns now, if there is one and the bot may see it. */
const reader = (all: ReadonlyArray<Route>, { pattern }: Route): ((call: Call) => unknown) => {
  const get = all.find((route) => route.method === "GET" && route.pattern === pattern)
  return (call) => {
    try {
      return get?.handle(call).body
    } catch {
      return undefined
    }
  }
}

/** The routes, with entries in the audit log for what they do. */
export const audited = (all: ReadonlyArray<Route>): ReadonlyArray<Route> =>
  all.map((route) => {
    const rule = rules.get(`${route.method} ${route.pattern}`)
    if (rule === undefined) return route
    const read = reader(all, route)
    const handle = (call: Call): Answer => {
      const [had, known] = [read(call), rule.read?.(call)]
      const answer = route.handle(call)
      const before = rule.read === undefined ? had : { had, known }
      const seen = { call, before, after: object(answer.body) }
      const guild = call.world.guilds.get(guildIdOf(rule, seen, object(had)) ?? "")
      const found = guild === undefined ? undefined : rule.entries(seen)
      const entries: ReadonlyArray<Entry> = found === undefined ? [] : Array.isArray(found) ? found : [found as Entry]
      if (guild !== undefined) for (const entry of entries) write(call.world, guild, { ...entry, reason: call.reason })
      return answer
    }
    return { ...route, handle }
  })
