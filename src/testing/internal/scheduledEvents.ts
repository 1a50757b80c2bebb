/** The scheduled events of a guild. Source: Discord, "Guild Scheduled Event". */
import { wholeRecurrence } from "./eventRecurrence.ts"
import { type Json, object } from "./json.ts"
import * as payloads from "./payloads.ts"
import type { GuildRecord, World } from "./world.ts"

/** Source: Discord, "Guild Scheduled Event Status". */
export const Status = { scheduled: 1, active: 2, completed: 3, canceled: 4 } as const

/** Source: Discord, "Guild Scheduled Event Entity Types". */
export const Entity = { stage: 1, voice: 2, external: 3 } as const

const intent = 1 << 16

/** Whether an event is scheduled or active. */
export const isOpen = ({ status }: Json): boolean => status === Status.scheduled || status === Status.active

const users = new WeakMap<GuildRecord, Map<string, Set<string>>>()

/** Who is interested in an event. */
export const usersOf = (guild: GuildRecord, id: string): ReadonlySet<string> => users.get(guild)?.get(id) ?? new Set()

const emit = (world: World, guild: GuildRecord, t: string, d: Json): void => {
  if (!guild.unavailable) world.emit(t, d, guild.id, intent)
  world.signal.notify()
}

/** An event object, with the number of those who are interested if it is asked for. */
export const payload = (guild: GuildRecord, event: Json, withCount: boolean): Json =>
  withCount ? { ...event, user_count: usersOf(guild, String(event["id"])).size } : event

const put = (world: World, guild: GuildRecord, given: Json): Json => {
  const event: Json = { ...given, recurrence_rule: wholeRecurrence(given["recurrence_rule"]) }
  guild.scheduledEvents.set(String(event["id"]), event)
  watch(world, guild, event)
  return event
}

/** Adds an event: GUILD_SCHEDULED_EVENT_CREATE. */
export const add = (world: World, guild: GuildRecord, creatorId: string, fields: Json): Json => {
  const creator = world.users.get(creatorId)
  const event = put(world, guild, {
    id: world.ids.next(),
    guild_id: guild.id,
    channel_id: null,
    creator_id: creatorId,
    ...(creator === undefined ? {} : { creator: payloads.user(creator) }),
    description: null,
    scheduled_end_time: null,
    privacy_level: 2,
    status: Status.scheduled,
    entity_id: null,
    entity_metadata: null,
    image: null,
    recurrence_rule: null,
    ...fields
  })
  emit(world, guild, "GUILD_SCHEDULED_EVENT_CREATE", event)
  return event
}

/** Changes an event: GUILD_SCHEDULED_EVENT_UPDATE. */
export const change = (world: World, guild: GuildRecord, event: Json, fields: Json): Json => {
  const after = put(world, guild, { ...event, ...fields })
  emit(world, guild, "GUILD_SCHEDULED_EVENT_UPDATE", after)
  return after
}

/** Deletes an event: GUILD_SCHEDULED_EVENT_DELETE. */
export const remove = (world: World, guild: GuildRecord, event: Json): void => {
  guild.scheduledEvents.delete(String(event["id"]))
  users.get(guild)?.delete(String(event["id"]))
  emit(world, guild, "GUILD_SCHEDULED_EVENT_DELETE", event)
}

/** A user is interested in an event, or no longer: GUILD_SCHEDULED_EVENT_USER_ADD or …_REMOVE. */
export const subscribe = (world: World, guild: GuildRecord, id: string, userId: string, isIn: boolean): void => {
  const all = users.get(guild) ?? new Map<string, Set<string>>()
  users.set(guild, all)
  const interested = all.get(id) ?? new Set<string>()
  all.set(id, interested)
  if (interested.has(userId) === isIn) return
  if (isIn) interested.add(userId)
  else interested.delete(userId)
  const t = isIn ? "GUILD_SCHEDULED_EVENT_USER_ADD" : "GUILD_SCHEDULED_EVENT_USER_REMOVE"
  emit(world, guild, t, { guild_scheduled_event_id: id, user_id: userId, guild_id: guild.id })
}

/** An event elsewhere begins and ends by itself. Source: "Guild Scheduled Event Status Update Automation". */
const watch = (world: World, guild: GuildRecord, event: Json): void => {
  if (event["entity_type"] !== Entity.external || !isOpen(event)) return
  const isScheduled = event["status"] === Status.scheduled
  const at = Date.parse(String(isScheduled ? event["scheduled_start_time"] : event["scheduled_end_time"]))
  world.later(Math.max(0, at - world.now()), () => {
    // It was changed meanwhile.
    if (guild.scheduledEvents.get(String(event["id"])) !== event) return
    change(world, guild, object(event), { status: isScheduled ? Status.active : Status.completed })
  })
}
