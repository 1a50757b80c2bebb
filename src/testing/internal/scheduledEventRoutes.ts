/** The routes of scheduled events. Source: Discord, "Guild Scheduled Event". */
import { missingPermissions, unknownChannel } from "./apiError.ts"
import {
  checkChoice,
  checkId,
  checkRequired,
  checkString,
  checkTime,
  flagOf,
  given,
  idOf,
  noContent,
  numberOf,
  ok
} from "./answers.ts"
import { demand, isSeen } from "./botAccess.ts"
import { checkRecurrence } from "./eventRecurrence.ts"
import { guildOf } from "./guildRoutes.ts"
import { checkImage, hashOf } from "./imageData.ts"
import { type Json, object, string } from "./json.ts"
import { finishedEvent, otherEntity, tooManyEvents, unknownEvent } from "./limitErrors.ts"
import { demandInGuild, may } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import * as events from "./scheduledEvents.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord } from "./world.ts"

const mostOpen = 100
const { Entity, Status } = events

const eventOf = (call: Call, guild: GuildRecord): Json => {
  const event = guild.scheduledEvents.get(call.params["event"] ?? "")
  if (event === undefined || !isVisible(call, event)) throw unknownEvent()
  return event
}

/** Whether the bot sees the channel of an event. Those elsewhere are seen by all. */
const isVisible = ({ world }: Call, event: Json): boolean => {
  const channel = world.channels.get(String(event["channel_id"]))
  return channel === undefined || isSeen(world, channel)
}

const channelTypes: Readonly<Record<number, number>> = { [Entity.stage]: 13, [Entity.voice]: 2 }

// Source: "Permissions for events with entity_type": what an event in a channel needs there.
const inChannel: Readonly<Record<number, bigint>> = {
  [Entity.stage]: Permission.manageChannels | Permission.muteMembers | Permission.moveMembers,
  [Entity.voice]: Permission.viewChannel | Permission.connect
}

const demandPlace = ({ world }: Call, event: Json, permission: bigint): void => {
  const channel = world.channels.get(String(event["channel_id"]))
  if (channel !== undefined) demand(world, channel, permission | (inChannel[Number(event["entity_type"])] ?? 0n))
}

// Source: "Field Requirements By Entity Type".
const checkEntity = (problems: Problems, event: Json): void => {
  const isExternal = event["entity_type"] === Entity.external
  if (isExternal) {
    checkRequired(problems, ["scheduled_end_time"], event["scheduled_end_time"])
    const { location } = object(event["entity_metadata"])
    checkString(problems, ["entity_metadata", "location"], location)
    problems.length(["entity_metadata", "location"], location, 1, 100)
  } else checkRequired(problems, ["channel_id"], event["channel_id"])
  const absent = isExternal ? "channel_id" : "entity_metadata"
  if (event[absent] === undefined || event[absent] === null) return
  problems.add([absent], "BASE_TYPE_INVALID", "This field must be null for events of this entity_type")
}

const checkFields = (problems: Problems, body: Json): void => {
  for (const field of ["name", "description"]) checkString(problems, [field], body[field])
  if (body["name"] !== undefined) problems.length(["name"], body["name"], 1, 100)
  if (string(body["description"]) !== undefined) problems.length(["description"], body["description"], 0, 1000)
  checkChoice(problems, ["privacy_level"], body["privacy_level"], [2])
  checkChoice(problems, ["entity_type"], body["entity_type"], [1, 2, 3])
  checkChoice(problems, ["status"], body["status"], [1, 2, 3, 4])
  checkId(problems, ["channel_id"], body["channel_id"])
  checkImage(problems, ["image"], body["image"])
  checkRecurrence(problems, body["recurrence_rule"])
  for (const field of ["scheduled_start_time", "scheduled_end_time"]) checkTime(problems, [field], body[field])
}

const checkTimes = (problems: Problems, now: number, body: Json, event: Json): void => {
  const start = Date.parse(String(event["scheduled_start_time"]))
  const end = Date.parse(String(event["scheduled_end_time"]))
  if (body["scheduled_start_time"] !== undefined && start <= now) {
    const message = "Cannot schedule event in the past."
    problems.add(["scheduled_start_time"], "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", message)
  }
  if (end <= start) {
    const message = "The end of the event must be after its start."
    problems.add(["scheduled_end_time"], "GUILD_SCHEDULED_EVENT_END_BEFORE_START", message)
  }
}

/** Throws unless the channel of an event is there, and one of its kind. */
const demandChannel = ({ world }: Call, guild: GuildRecord, event: Json): void => {
  const wanted = channelTypes[Number(event["entity_type"])]
  if (wanted === undefined) return
  const channel = world.channels.get(String(event["channel_id"]))
  if (channel === undefined || channel.guildId !== guild.id) throw unknownChannel()
  if (channel.type !== wanted) throw otherEntity()
}

const settable = [
  "channel_id",
  "description",
  "entity_metadata",
  "entity_type",
  "name",
  "privacy_level",
  "recurrence_rule",
  "scheduled_end_time",
  "scheduled_start_time"
]

const settings = (body: Json): Json => ({
  ...given(body, settable),
  ...(body["image"] === undefined ? {} : { image: hashOf(body["image"]) })
})

const create = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  const required = ["name", "privacy_level", "scheduled_start_time", "entity_type"]
  for (const field of required) checkRequired(problems, [field], body[field])
  checkFields(problems, body)
  checkEntity(problems, body)
  checkTimes(problems, world.now(), body, body)
  problems.done()
  demandChannel(call, guild, body)
  demandInGuild(world, guild, body["entity_type"] === Entity.external ? Permission.createEvents : 0n)
  demandPlace(call, body, Permission.createEvents)
  if ([...guild.scheduledEvents.values()].filter(events.isOpen).length >= mostOpen) throw tooManyEvents()
  return ok(events.add(world, guild, world.bot.id, settings(body)))
}

const demandModify = (call: Call, guild: GuildRecord, event: Json): void => {
  const { world } = call
  const isOwn = event["creator_id"] === world.bot.id
  const mayOwn = isOwn && may(world, guild, world.bot, Permission.createEvents)
  if (!mayOwn && !may(world, guild, world.bot, Permission.manageEvents)) throw missingPermissions()
  demandPlace(call, event, 0n)
}

// Source: "Valid Guild Scheduled Event Status Transitions".
const transitions: Readonly<Record<number, ReadonlyArray<number>>> = {
  [Status.scheduled]: [Status.active, Status.canceled],
  [Status.active]: [Status.completed]
}

const demandTransition = (event: Json, status: unknown): void => {
  if (status === undefined || status === event["status"]) return
  const possible = transitions[Number(event["status"])] ?? []
  const problems = new Problems()
  checkChoice(problems, ["status"], status, possible)
  problems.done()
}

const modify = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const before = eventOf(call, guild)
  const sent = object(call.body)
  const type = sent["entity_type"] ?? before["entity_type"]
  // Source: "Modify Guild Scheduled Event": it is discarded for the others.
  const body = type === Entity.external ? sent : { ...sent, entity_metadata: null }
  const after = { ...before, ...settings(body) }
  const problems = new Problems()
  checkFields(problems, body)
  if (body["entity_type"] === Entity.external && before["entity_type"] !== Entity.external) {
    if (body["channel_id"] !== null) problems.add(["channel_id"], "BASE_TYPE_REQUIRED", "This field is required")
  }
  checkEntity(problems, after)
  checkTimes(problems, world.now(), body, after)
  problems.done()
  demandModify(call, guild, before)
  if (!events.isOpen(before)) throw finishedEvent()
  demandChannel(call, guild, after)
  demandTransition(before, body["status"])
  if (after["channel_id"] !== before["channel_id"]) demandPlace(call, after, 0n)
  return ok(events.change(world, guild, before, { ...settings(body), ...given(body, ["status"]) }))
}

const remove = (call: Call): Answer => {
  const guild = guildOf(call)
  const event = eventOf(call, guild)
  demandModify(call, guild, event)
  events.remove(call.world, guild, event)
  return noContent
}

const list = (call: Call): Answer => {
  const guild = guildOf(call)
  const found = [...guild.scheduledEvents.values()].filter((event) => events.isOpen(event) && isVisible(call, event))
  return ok(found.map((event) => events.payload(guild, event, flagOf(call, "with_user_count"))))
}

const get = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(events.payload(guild, eventOf(call, guild), flagOf(call, "with_user_count")))
}

const listUsers = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const id = String(eventOf(call, guild)["id"])
  const limit = numberOf(call, "limit", { or: 100, min: 1, max: 100 })
  const before = idOf(call, "before")
  // If there are both, the other one counts.
  const after = before === undefined ? idOf(call, "after") : undefined
  const found = [...events.usersOf(guild, id)]
    .map(BigInt)
    .filter((each) => (before === undefined || each < before) && (after === undefined || each > after))
    .toSorted((a, b) => (a < b ? -1 : 1))
  const page = before === undefined ? found.slice(0, limit) : found.slice(-limit)
  const users = page.flatMap((each) => world.users.get(String(each)) ?? [])
  const member = (user: (typeof users)[number]): Json =>
    flagOf(call, "with_member") && guild.members.has(user.id) ? { member: payloads.memberOf(guild, user) } : {}
  return ok(users.map((user) => ({ guild_scheduled_event_id: id, user: payloads.user(user), ...member(user) })))
}

const all = "/guilds/:guild/scheduled-events"
const one = `${all}/:event`

/** The routes. */
export const scheduledEventRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: list },
  { method: "POST", pattern: all, bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: get },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove },
  { method: "GET", pattern: `${one}/users`, bot: true, handle: listUsers }
]
