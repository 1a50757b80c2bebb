/**
 * What each event means for what is kept, in the call that brings it. A guild is whole from its GUILD_CREATE on, and
 * events of one that is not are passed over, because what they change is not known.
 *
 * Source: Discord, "Gateway Events".
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EventShard, EventName, Events, GatewayEvents, Tracker } from "../../gateway/GatewayEvents.ts"
import { isGuildId } from "../../gateway/guildId.ts"
import { fromGuildId } from "../../gateway/ShardId.ts"
import type { Entry, Kind, Open } from "../GuildStore.ts"
import { Coverage } from "./coverage.ts"

/** What to keep of an object as Discord sends it; `undefined` for nothing. */
export type Project = (raw: object) => unknown

/** How objects of each kind that is kept are projected. */
export type Projects = { readonly [K in Kind]?: Project }

type Raw = { readonly [field: string]: unknown }

const without = (raw: object, ...fields: ReadonlyArray<string>): object => {
  // Not by `delete`, which makes an object slow and large.
  const copy: Record<string, unknown> = {}
  for (const field in raw) if (!fields.includes(field)) copy[field] = (raw as Raw)[field]
  return copy
}

// What GUILD_CREATE has beside the guild, and what has a kind of its own.
const apart = [
  ["roles", "emojis", "channels", "threads", "members", "presences", "voice_states", "stage_instances"],
  ["guild_scheduled_events", "soundboard_sounds", "joined_at", "large", "unavailable", "member_count"]
].flat()

/** A guild without what is in it. */
export const guildAlone = (raw: object): object => without(raw, ...apart)

const userOf = (raw: object): string => String((raw as { readonly user?: { readonly id: string } }).user?.id)

const isWhole = (raw: Raw): boolean => raw["unavailable"] !== true

/** The functions of one cache. */
class Feed {
  readonly store: Open
  readonly coverage: Coverage
  readonly projects: Projects
  /** The channels of threads by guild, if messages are kept: who deletes a channel deletes its threads' messages. */
  readonly parents = new Map<string, Map<string, string>>()

  constructor(store: Open, projects: Projects) {
    this.store = store
    this.coverage = new Coverage(store, (guildId) => this.forget(guildId))
    this.projects = projects
  }

  isKnown(guildId: string | undefined): guildId is string {
    return guildId !== undefined && this.store.state(guildId) === "whole"
  }

  entry(kind: Kind, id: string, raw: object, group?: unknown): Entry | undefined {
    const value = this.projects[kind]?.(raw)
    return value === undefined ? undefined : { id, value, group: typeof group === "string" ? group : undefined }
  }

  set(kind: Kind, guildId: string, id: string, raw: object, group?: unknown, merge = false): void {
    if (this.projects[kind] === undefined) return
    const entry = this.entry(kind, id, raw, group)
    if (entry === undefined) this.store.remove(kind, guildId, id)
    else this.store.set(kind, guildId, entry, merge)
  }

  replace(kind: Kind, guildId: string, raws: ReadonlyArray<object>, id: (raw: Raw) => unknown, group?: string): void {
    if (this.projects[kind] === undefined) return
    const entries = raws.flatMap((raw) => {
      const fields = raw as Raw
      const entry = this.entry(kind, String(id(fields)), raw, group === undefined ? undefined : fields[group])
      return entry === undefined ? [] : [entry]
    })
    this.store.replace(kind, guildId, entries)
  }

  ready(d: Events["READY"], shard: EventShard): void {
    // The session knows nothing of these guilds but what follows, and those that it does not name are gone.
    for (const guildId of this.store.guildIds()) {
      if (fromGuildId(guildId, shard.total) !== shard.id) continue
      this.coverage.renew(guildId)
      this.forget(guildId)
    }
    // What is no guild can neither follow nor be asked for.
    for (const guild of d.guilds) if (isGuildId(guild?.id)) this.store.outage(guild.id)
    this.coverage.added()
  }

  guild(d: Events["GUILD_CREATE"], isRepeat: boolean): void {
    const { store } = this
    if (!isGuildId(d.id)) return
    if (!isWhole(d as unknown as Raw)) return this.gone({ id: d.id, unavailable: true })
    // While another session serves the same guild, its members and messages are still known.
    const wasAway = this.coverage.renew(d.id)
    if (wasAway || !isRepeat || store.state(d.id) !== "whole") {
      if (store.state(d.id) === undefined) this.coverage.added()
      store.begin(d.id)
      this.parents.delete(d.id)
    }
    for (const { id, parent_id: parent } of d.threads) this.belongs(d.id, id, parent)
    const inGuild = (raw: object) => ({ ...raw, guild_id: d.id })
    this.set("guilds", d.id, d.id, guildAlone(d))
    this.replace("channels", d.id, d.channels.map(inGuild), ({ id }) => id)
    this.replace("roles", d.id, d.roles, ({ id }) => id)
    this.replace("emojis", d.id, d.emojis, ({ id }) => id)
    this.replace(
      "threads",
      d.id,
      d.threads.map((raw) => without(inGuild(raw), "member")),
      ({ id }) => id,
      "parent_id"
    )
    const states = d.voice_states.map((raw) => without(inGuild(raw), "member"))
    this.replace("voiceStates", d.id, states, (raw) => raw["user_id"], "channel_id")
    for (const member of d.members) this.set("members", d.id, userOf(member), member)
  }

  belongs(guildId: string, threadId: string, parent: string | null | undefined): void {
    if (this.projects.messages === undefined || parent === null || parent === undefined) return
    let ofGuild = this.parents.get(guildId)
    if (ofGuild === undefined) this.parents.set(guildId, (ofGuild = new Map()))
    ofGuild.set(threadId, parent)
  }

  forget(guildId: string): void {
    this.store.forget(guildId)
    this.parents.delete(guildId)
  }

  gone(d: Events["GUILD_DELETE"]): void {
    if (!isGuildId(d.id)) return
    this.coverage.renew(d.id)
    this.forget(d.id)
    if (d.unavailable !== true) return
    this.store.outage(d.id)
    this.coverage.added()
  }

  channelGone(d: Events["CHANNEL_DELETE"]): void {
    const guildId = "guild_id" in d ? d.guild_id : undefined
    if (!this.isKnown(guildId)) return
    this.store.remove("channels", guildId, d.id)
    // Discord does not say that these are gone, too.
    for (const kind of ["threads", "voiceStates", "messages"] as const) this.store.removeGroup(kind, guildId, d.id)
    const ofGuild = this.parents.get(guildId)
    for (const [threadId, parent] of ofGuild ?? []) {
      if (parent !== d.id) continue
      ofGuild?.delete(threadId)
      this.store.removeGroup("messages", guildId, threadId)
    }
  }

  roleGone({ guild_id: guildId, role_id: roleId }: Events["GUILD_ROLE_DELETE"]): void {
    if (!this.isKnown(guildId)) return
    this.store.remove("roles", guildId, roleId)
    // Nor that members have lost it.
    this.store.update("members", guildId, (value) => {
      const roles = (value as { readonly roles?: unknown } | null)?.roles
      if (!Array.isArray(roles) || !roles.includes(roleId)) return value
      return { ...(value as object), roles: roles.filter((each) => each !== roleId) }
    })
  }

  member(d: Events["GUILD_MEMBER_UPDATE"] | Events["GUILD_MEMBER_ADD"], isUpdate: boolean): void {
    // An update leaves fields out that have not changed.
    if (this.isKnown(d.guild_id))
      this.set("members", d.guild_id, d.user.id, without(d, "guild_id"), undefined, isUpdate)
  }

  memberGone(d: Events["GUILD_MEMBER_REMOVE"]): void {
    if (!this.isKnown(d.guild_id)) return
    this.store.remove("members", d.guild_id, d.user.id)
    this.store.remove("voiceStates", d.guild_id, d.user.id)
  }

  voice(d: Events["VOICE_STATE_UPDATE"]): void {
    if (!this.isKnown(d.guild_id)) return
    // Of who leaves, the member is not taken: it may have left the guild before.
    if (d.channel_id === null) return this.store.remove("voiceStates", d.guild_id, d.user_id)
    this.set("voiceStates", d.guild_id, d.user_id, without(d, "member"), d.channel_id)
    if (d.member !== undefined) this.set("members", d.guild_id, d.user_id, d.member)
  }

  thread(raw: object): void {
    const d = raw as { readonly id: string; readonly guild_id?: string; readonly parent_id?: string | null } & Raw
    if (!this.isKnown(d.guild_id)) return
    this.belongs(d.guild_id, d.id, d.parent_id)
    const metadata = d["thread_metadata"] as { readonly archived?: boolean } | undefined
    // Like GUILD_CREATE, it has active threads only.
    if (metadata?.archived === true) this.store.remove("threads", d.guild_id, d.id)
    else this.set("threads", d.guild_id, d.id, without(d, "newly_created", "member"), d.parent_id)
  }

  threadGone(d: Events["THREAD_DELETE"]): void {
    if (!this.isKnown(d.guild_id)) return
    this.store.remove("threads", d.guild_id, d.id)
    this.store.removeGroup("messages", d.guild_id, d.id)
    this.parents.get(d.guild_id)?.delete(d.id)
  }

  threads(d: Events["THREAD_LIST_SYNC"]): void {
    if (!this.isKnown(d.guild_id)) return
    if (d.channel_ids === undefined) this.replace("threads", d.guild_id, [], () => "")
    for (const channelId of d.channel_ids ?? []) this.store.removeGroup("threads", d.guild_id, channelId)
    for (const thread of d.threads) this.thread({ ...thread, guild_id: d.guild_id })
  }

  message(d: Events["MESSAGE_CREATE"] | Events["MESSAGE_UPDATE"], isUpdate: boolean): void {
    const guildId = d.guild_id
    if (this.isKnown(guildId)) this.set("messages", guildId, d.id, d, d.channel_id, isUpdate)
  }

  messagesGone(guildId: string | undefined, ids: ReadonlyArray<string>): void {
    if (this.isKnown(guildId)) for (const id of ids) this.store.remove("messages", guildId, id)
  }
}

/** Forgets the guild of an event that was not applied as a whole: what is kept of it may be wrong. */
const guarded =
  <N extends EventName>(feed: Feed, tracker: Tracker<Events[N]>): Tracker<Events[N]> =>
  (d, shard, isRepeat) => {
    try {
      tracker(d, shard, isRepeat)
    } catch (error) {
      const { guild_id: inGuild, id } = d as { readonly guild_id?: unknown; readonly id?: unknown }
      const guildId = inGuild ?? id
      if (isGuildId(guildId)) feed.forget(guildId)
      throw error
    }
  }

type Trackers = { readonly [N in EventName]?: Tracker<Events[N]> }

const always = (feed: Feed): Trackers => ({
  READY: (d, shard) => feed.ready(d, shard),
  GUILD_CREATE: (d, _, isRepeat) => feed.guild(d as Events["GUILD_CREATE"], isRepeat),
  GUILD_DELETE: (d) => feed.gone(d)
})

const ofKind = (feed: Feed): { readonly [K in Kind]: Trackers } => {
  const channel: Tracker<object> = (d) => {
    const { guild_id: guildId, id } = d as { readonly guild_id?: string; readonly id: string }
    if (feed.isKnown(guildId)) feed.set("channels", guildId, id, d)
  }
  const role: Tracker<Events["GUILD_ROLE_CREATE"]> = (d) => {
    if (feed.isKnown(d.guild_id)) feed.set("roles", d.guild_id, d.role.id, d.role)
  }
  const threads: Trackers = {
    THREAD_CREATE: (d) => feed.thread(d),
    THREAD_UPDATE: (d) => feed.thread(d),
    THREAD_DELETE: (d) => feed.threadGone(d),
    THREAD_LIST_SYNC: (d) => feed.threads(d)
  }
  const channelGone: Trackers = { CHANNEL_DELETE: (d) => feed.channelGone(d) }
  return {
    guilds: {
      GUILD_UPDATE: (d) => {
        if (feed.isKnown(d.id)) feed.set("guilds", d.id, d.id, guildAlone(d))
      }
    },
    channels: { CHANNEL_CREATE: channel, CHANNEL_UPDATE: channel, ...channelGone },
    roles: { GUILD_ROLE_CREATE: role, GUILD_ROLE_UPDATE: role, GUILD_ROLE_DELETE: (d) => feed.roleGone(d) },
    members: {
      GUILD_MEMBER_ADD: (d) => feed.member(d, false),
      GUILD_MEMBER_UPDATE: (d) => feed.member(d, true),
      GUILD_MEMBER_REMOVE: (d) => feed.memberGone(d),
      GUILD_MEMBERS_CHUNK: (d) => {
        if (feed.isKnown(d.guild_id)) for (const one of d.members) feed.set("members", d.guild_id, userOf(one), one)
      },
      GUILD_ROLE_DELETE: (d) => feed.roleGone(d),
      VOICE_STATE_UPDATE: (d) => feed.voice(d)
    },
    voiceStates: { VOICE_STATE_UPDATE: (d) => feed.voice(d), ...channelGone },
    emojis: {
      GUILD_EMOJIS_UPDATE: (d) => {
        if (feed.isKnown(d.guild_id)) feed.replace("emojis", d.guild_id, d.emojis, ({ id }) => id)
      }
    },
    threads: { ...threads, ...channelGone },
    messages: {
      MESSAGE_CREATE: (d) => feed.message(d, false),
      MESSAGE_UPDATE: (d) => feed.message(d, true),
      MESSAGE_DELETE: (d) => feed.messagesGone(d.guild_id, [d.id]),
      MESSAGE_DELETE_BULK: (d) => feed.messagesGone(d.guild_id, d.ids),
      ...threads,
      ...channelGone
    }
  }
}

/**
 * Keeps the store as the events say, until the scope closes, and returns what may be read of it. Only events that matter to
 * a kept kind are listened to.
 */
export const run = (
  events: GatewayEvents["Service"],
  store: Open,
  projects: Projects
): Effect.Effect<Open, never, Scope.Scope> => {
  const feed = new Feed(store, projects)
  const { coverage } = feed
  const kinds = ofKind(feed)
  const trackers: Trackers = Object.assign(
    {},
    always(feed),
    ...(Object.keys(projects) as ReadonlyArray<Kind>).map((kind) => kinds[kind])
  )
  return Effect.forEach(
    Object.entries(trackers) as ReadonlyArray<[EventName, Tracker<Events[EventName]>]>,
    ([event, tracker]) => events.track(event, guarded(feed, tracker)),
    { discard: true }
  ).pipe(Effect.andThen(events.trackShards(coverage)), Effect.as(coverage.view()))
}
