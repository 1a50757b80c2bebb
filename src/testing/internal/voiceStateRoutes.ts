/** The REST routes of voice states. Source: Discord, "Voice Resource". */
import { noContent, ok } from "./answers.ts"
import { missingAccess, notInVoice, unknownVoiceState, wrongChannelType } from "./apiError.ts"
import { allows, demand } from "./botAccess.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { type Json, object, string } from "./json.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { boolean, model, snowflake, timestamp } from "./shapes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord } from "./world.ts"

const idOf = ({ params, world }: Call): string => (params["id"] === "@me" ? world.bot.id : (params["id"] ?? ""))

const channelOf = (guild: GuildRecord, state: Json): ChannelRecord | undefined =>
  guild.channels.find(({ id }) => id === state["channel_id"])

// Of others it needs that the bot may connect to their channel.
const get = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const id = idOf(call)
  const state = guild.voice.get(id)
  if (state === undefined) throw unknownVoiceState()
  const channel = channelOf(guild, state)
  const isOther = id !== world.bot.id && channel !== undefined
  if (isOther && !allows(world, channel, Permission.viewChannel | Permission.connect)) throw missingAccess()
  return ok(state)
}

const stage = 13

const shape = model({ channel_id: snowflake, suppress: boolean, request_to_speak_timestamp: timestamp })

/** What the bot needs to change its own state, or that of somebody else. */
const demandChange = ({ world }: Call, channel: ChannelRecord, isOwn: boolean, body: Json): void => {
  const isHeard = body["suppress"] === false
  if (isOwn ? isHeard : body["suppress"] !== undefined) demand(world, channel, Permission.muteMembers)
  if (isOwn && string(body["request_to_speak_timestamp"]) !== undefined) {
    demand(world, channel, Permission.requestToSpeak)
  }
}

const change = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const id = idOf(call)
  const isOwn = id === world.bot.id
  const body = object(call.body)
  const asked = string(body["request_to_speak_timestamp"])
  const problems = new Problems()
  shape(problems, body, [])
  if (isOwn && asked !== undefined && Date.parse(asked) < world.now() - 60_000) {
    problems.add(["request_to_speak_timestamp"], "INVALID_REQUEST_TO_SPEAK_TIMESTAMP", "It is in the past")
  }
  problems.done()
  const state = guild.voice.get(id)
  if (state === undefined) throw unknownVoiceState()
  const channel = channelOf(guild, state)
  if (channel?.type !== stage) throw wrongChannelType()
  if (body["channel_id"] !== undefined && body["channel_id"] !== channel.id) throw notInVoice()
  demandChange(call, channel, isOwn, body)
  const isUser = world.users.get(id)?.bot === false
  const { channel_id: _, ...kept } = state
  const suppress = body["suppress"] === undefined ? {} : { suppress: body["suppress"] === true }
  // Who becomes a speaker no longer asks; a user who is invited to speak is noted by the time.
  const invited = body["suppress"] === false && isUser ? { request_to_speak_timestamp: world.timestamp() } : {}
  const silenced = body["suppress"] === true ? { request_to_speak_timestamp: null } : {}
  const own =
    isOwn && body["request_to_speak_timestamp"] !== undefined ? { request_to_speak_timestamp: asked ?? null } : {}
  new Actions(world, guild).voice(id, channel.id, { ...kept, ...suppress, ...invited, ...silenced, ...own })
  world.signal.notify()
  return noContent
}

const states = "/guilds/:guild/voice-states/:id"

/** The routes. `@me` is the bot. */
export const voiceStateRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: states, bot: true, handle: get },
  { method: "PATCH", pattern: states, bot: true, handle: change }
]
