/** The routes of stage instances. Source: Discord, "Stage Instance Resource". */
import { checkChoice, checkId, checkRequired, given, noContent, ok } from "./answers.ts"
import { unknownChannel, wrongChannelType } from "./apiError.ts"
import { demand } from "./botAccess.ts"
import { type Json, object } from "./json.ts"
import { stageIsOpen, unknownEvent, unknownStage } from "./limitErrors.ts"
import * as messages from "./messages.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord, World } from "./world.ts"

const stage = 13
const guildOnly = 2
const started = 27
const ended = 28

const moderator = Permission.manageChannels | Permission.muteMembers | Permission.moveMembers

interface Place {
  readonly channel: ChannelRecord
  readonly guild: GuildRecord
}

const placeOf = ({ world }: Call, id: unknown): Place => {
  const channel = world.channels.get(String(id))
  const guild = world.guilds.get(channel?.guildId ?? "")
  if (channel === undefined || guild === undefined) throw unknownChannel()
  return { channel, guild }
}

const emit = (world: World, { guild }: Place, t: string, d: Json): void => {
  if (!guild.unavailable) world.emit(t, d, guild.id, 1 << 0)
  world.signal.notify()
}

/** What Discord writes into the channel. Source: Discord, "Message Types". */
const tell = (world: World, { channel }: Place, type: number, topic: unknown): void => {
  messages.createSystem(world, { channelId: channel.id, author: world.bot, type, fields: { content: String(topic) } })
}

const create = (call: Call): Answer => {
  const { world } = call
  const body = object(call.body)
  const problems = new Problems()
  checkRequired(problems, ["channel_id"], body["channel_id"])
  checkId(problems, ["channel_id"], body["channel_id"])
  problems.length(["topic"], body["topic"], 1, 120)
  checkChoice(problems, ["privacy_level"], body["privacy_level"], [1, guildOnly])
  problems.done()
  const place = placeOf(call, body["channel_id"])
  if (place.channel.type !== stage) throw wrongChannelType()
  demand(world, place.channel, moderator)
  if (body["send_start_notification"] === true) demand(world, place.channel, Permission.mentionEveryone)
  const event = body["guild_scheduled_event_id"] ?? null
  if (event !== null && !place.guild.scheduledEvents.has(String(event))) throw unknownEvent()
  if (place.guild.stages.has(place.channel.id)) throw stageIsOpen()
  const instance = {
    id: world.ids.next(),
    guild_id: place.guild.id,
    channel_id: place.channel.id,
    topic: body["topic"],
    privacy_level: body["privacy_level"] ?? guildOnly,
    discoverable_disabled: true,
    guild_scheduled_event_id: event
  }
  place.guild.stages.set(place.channel.id, instance)
  emit(world, place, "STAGE_INSTANCE_CREATE", instance)
  tell(world, place, started, instance.topic)
  return ok(instance)
}

const found = (call: Call): { readonly place: Place; readonly instance: Json } => {
  const place = placeOf(call, call.params["id"])
  demand(call.world, place.channel, 0n)
  const instance = place.guild.stages.get(place.channel.id)
  if (instance === undefined) throw unknownStage()
  return { place, instance }
}

const modify = (call: Call): Answer => {
  const { world } = call
  const { instance, place } = found(call)
  const body = object(call.body)
  const problems = new Problems()
  if (body["topic"] !== undefined) problems.length(["topic"], body["topic"], 1, 120)
  checkChoice(problems, ["privacy_level"], body["privacy_level"], [1, guildOnly])
  problems.done()
  demand(world, place.channel, moderator)
  const after = { ...instance, ...given(body, ["topic", "privacy_level"]) }
  place.guild.stages.set(place.channel.id, after)
  emit(world, place, "STAGE_INSTANCE_UPDATE", after)
  return ok(after)
}

const remove = (call: Call): Answer => {
  const { world } = call
  const { instance, place } = found(call)
  demand(world, place.channel, moderator)
  place.guild.stages.delete(place.channel.id)
  emit(world, place, "STAGE_INSTANCE_DELETE", instance)
  tell(world, place, ended, instance["topic"])
  return noContent
}

const one = "/stage-instances/:id"

/** The routes. */
export const stageRoutes: ReadonlyArray<Route> = [
  { method: "POST", pattern: "/stage-instances", bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: (call) => ok(found(call).instance) },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
