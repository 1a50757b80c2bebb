/** The routes of webhooks. Source: Discord, "Webhook Resource". */
import { invalidToken, unknownChannel, unknownMessage, unknownWebhook, wrongChannelType } from "./apiError.ts"
import { checkId, flagOf, idOf, noContent, ok } from "./answers.ts"
import { demand } from "./botAccess.ts"
import { checkImage, hashOf } from "./imageData.ts"
import { guildOf } from "./guildRoutes.ts"
import { array, type Json, object, string } from "./json.ts"
import { forumHasBoth, forumNeedsThread, notInForum } from "./limitErrors.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as messages from "./messages.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { isThread } from "./threadTypes.ts"
import { list as listOf, model, snowflake, text, url } from "./shapes.ts"
import { Problems } from "./validate.ts"
import { flatten } from "./validateComponents.ts"
import type { ChannelRecord, MessageRecord, WebhookRecord } from "./world.ts"
import * as webhooks from "./webhooks.ts"

// Source: Discord, "Webhook Resource": the channels that have webhooks.
const withWebhooks: ReadonlySet<number> = new Set([0, 2, 5, 13, 15, 16])
const announcement = 5
const isForum = ({ type }: ChannelRecord): boolean => type === 15 || type === 16

// Source: Discord, "Usernames and Nicknames": names are trimmed.
const trimmed = (text: unknown): string => (string(text) ?? "").trim().replace(/\s+/g, " ")

// Source: Discord, "Create Webhook": the names that are refused.
const checkName = (problems: Problems, field: string, name: unknown): void => {
  const text = trimmed(name)
  problems.length([field], text, 1, 80)
  const [refused] = /clyde|discord/i.exec(text) ?? []
  if (refused === undefined) return
  problems.add([field], "USERNAME_INVALID_CONTAINS", `Username cannot contain "${refused.toLowerCase()}"`)
}

const create = (call: Call, channel: ChannelRecord): Answer => {
  const { world } = call
  const { avatar, name } = object(call.body)
  const problems = new Problems()
  checkName(problems, "name", name)
  checkImage(problems, ["avatar"], avatar)
  problems.done()
  demand(world, channel, Permission.manageWebhooks)
  if (!withWebhooks.has(channel.type)) throw wrongChannelType()
  const made = { name: trimmed(name), avatar: hashOf(avatar), user: world.bot }
  return ok(webhooks.payload(world, webhooks.add(world, channel, made)))
}

const list = ({ world }: Call, channel: ChannelRecord): Answer => {
  demand(world, channel, Permission.manageWebhooks)
  const found = [...world.webhooks.values()].filter(({ channelId }) => channelId === channel.id)
  return ok(found.map((webhook) => webhooks.payload(world, webhook)))
}

const listOfGuild = (call: Call): Answer => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageWebhooks)
  return ok(webhooks.inGuild(call.world, guild.id).map((webhook) => webhooks.payload(call.world, webhook)))
}

// Source: Discord, "Follow Announcement Channel".
const follow = (call: Call, channel: ChannelRecord): Answer => {
  const { world } = call
  const id = object(call.body)["webhook_channel_id"]
  const problems = new Problems()
  if (id === undefined) problems.length(["webhook_channel_id"], id, 1, 20)
  checkId(problems, ["webhook_channel_id"], id)
  problems.done()
  demand(world, channel, Permission.viewChannel)
  if (channel.type !== announcement) throw wrongChannelType()
  const target = world.channels.get(String(id))
  if (target === undefined) throw unknownChannel()
  demand(world, target, Permission.manageWebhooks)
  if (!withWebhooks.has(target.type)) throw wrongChannelType()
  const name = `${world.guilds.get(channel.guildId ?? "")?.name ?? ""} #${channel.name}`
  const made = webhooks.add(world, target, { name, user: world.bot, sourceChannelId: channel.id })
  return ok({ channel_id: channel.id, webhook_id: made.id })
}

// One webhook

const byId = ({ params, world }: Call): WebhookRecord => {
  const webhook = world.webhooks.get(params["webhook"] ?? "")
  if (webhook === undefined) throw unknownWebhook()
  return webhook
}

const channelOf = ({ world }: Call, { channelId }: WebhookRecord): ChannelRecord => {
  const channel = world.channels.get(channelId)
  if (channel === undefined) throw unknownWebhook()
  return channel
}

const get = (call: Call): Answer => {
  const webhook = byId(call)
  const isOwn = webhook.applicationId === call.world.settings.applicationId
  if (!isOwn) demand(call.world, channelOf(call, webhook), Permission.manageWebhooks)
  return ok(webhooks.payload(call.world, webhook))
}

const changesOf = ({ avatar, name }: Json): Partial<WebhookRecord> => {
  const problems = new Problems()
  if (name !== undefined) checkName(problems, "name", name)
  checkImage(problems, ["avatar"], avatar)
  problems.done()
  return {
    ...(name === undefined ? {} : { name: trimmed(name) }),
    ...(avatar === undefined ? {} : { avatar: hashOf(avatar) })
  }
}

const modify = (call: Call): Answer => {
  const { world } = call
  const webhook = byId(call)
  const body = object(call.body)
  const changes = changesOf(body)
  demand(world, channelOf(call, webhook), Permission.manageWebhooks)
  const to = body["channel_id"]
  if (to === undefined) return ok(webhooks.payload(world, webhooks.change(world, webhook, changes)))
  const target = world.channels.get(String(to))
  if (target === undefined || target.guildId !== channelOf(call, webhook).guildId) throw unknownChannel()
  demand(world, target, Permission.manageWebhooks)
  if (!withWebhooks.has(target.type)) throw wrongChannelType()
  return ok(webhooks.payload(world, webhooks.change(world, webhook, { ...changes, channelId: target.id })))
}

const remove = (call: Call): Answer => {
  const webhook = byId(call)
  demand(call.world, channelOf(call, webhook), Permission.manageWebhooks)
  webhooks.remove(call.world, webhook)
  return noContent
}

// One webhook, by its token

/** The webhook of a path, if it is one of a channel and not that of an interaction. */
export const webhookOf = ({ params, world }: Call): WebhookRecord | undefined => {
  const webhook = world.webhooks.get(params["application"] ?? "")
  if (webhook === undefined) return undefined
  if (webhook.token !== params["token"] || webhook.sourceChannelId !== undefined) throw invalidToken()
  return webhook
}

const byToken = (call: Call): WebhookRecord => {
  const webhook = webhookOf(call)
  if (webhook === undefined) throw unknownWebhook()
  return webhook
}

const getByToken = (call: Call): Answer => ok(webhooks.payload(call.world, byToken(call), false))

const modifyByToken = (call: Call): Answer => {
  const webhook = webhooks.change(call.world, byToken(call), changesOf(object(call.body)))
  return ok(webhooks.payload(call.world, webhook, false))
}

const removeByToken = (call: Call): Answer => {
  webhooks.remove(call.world, byToken(call))
  return noContent
}

// Messages

/** Where a message of a webhook is: in its channel, or in a thread there. */
const placeOf = (call: Call, webhook: WebhookRecord): ChannelRecord => {
  const channel = channelOf(call, webhook)
  const id = idOf(call, "thread_id")?.toString()
  if (id === undefined) return channel
  const thread = call.world.channels.get(id)
  if (thread === undefined || !isThread(thread) || thread.fields?.["parent_id"] !== channel.id) throw unknownChannel()
  return thread
}

/** Makes the thread of a forum post: THREAD_CREATE. */
const startPost = ({ world }: Call, forum: ChannelRecord, webhook: WebhookRecord, body: Json): ChannelRecord => {
  const archiveAfter = forum.fields?.["default_auto_archive_duration"] ?? 4320
  const metadata = { archived: false, locked: false, auto_archive_duration: archiveAfter }
  const thread = world.addChannel({
    name: String(body["thread_name"]),
    type: 11,
    guildId: forum.guildId,
    fields: {
      parent_id: forum.id,
      owner_id: webhook.id,
      rate_limit_per_user: forum.fields?.["default_thread_rate_limit_per_user"] ?? 0,
      applied_tags: array(body["applied_tags"]),
      thread_metadata: { ...metadata, archive_timestamp: world.timestamp(), create_timestamp: world.timestamp() }
    }
  })
  world.emit("THREAD_CREATE", { ...payloads.channel(thread), newly_created: true }, thread.guildId)
  return thread
}

const destination = (call: Call, webhook: WebhookRecord, body: Json): ChannelRecord => {
  const place = placeOf(call, webhook)
  const channel = channelOf(call, webhook)
  const name = body["thread_name"]
  const hasThread = place !== channel
  if (!isForum(channel)) {
    if (name !== undefined) throw notInForum()
    return place
  }
  if (hasThread && name !== undefined) throw forumHasBoth()
  if (hasThread) return place
  if (name === undefined) throw forumNeedsThread()
  const problems = new Problems()
  problems.length(["thread_name"], name, 1, 100)
  problems.done()
  messages.check(call.world, channel.id, body, call.files, [])
  return startPost(call, channel, webhook, body)
}

const interactive: ReadonlySet<unknown> = new Set([2, 3, 5, 6, 7, 8])
const link = 5

// Source: Discord, "Execute Webhook": what others than applications cannot send. The code is not documented.
const checkPassive = (components: ReadonlyArray<unknown>): void => {
  const problems = new Problems()
  const isActive = flatten(components).some(({ style, type }) => interactive.has(type) && style !== link)
  if (isActive) problems.add(["components"], "BASE_TYPE_INVALID", "This webhook cannot send interactive components")
  problems.done()
}

const componentsOf = (call: Call, webhook: WebhookRecord, body: Json): Json => {
  if (webhook.applicationId !== undefined || body["components"] === undefined) return body
  if (!flagOf(call, "with_components")) return { ...body, components: [] }
  checkPassive(array(body["components"]))
  return body
}

const sender = model({
  username: text,
  avatar_url: url("http", "https"),
  thread_name: text,
  applied_tags: listOf(snowflake)
})

// Source: Discord, "Execute Webhook": the fields of messages that webhooks have not, and their flags.
const supported = ({ message_reference: _reference, sticker_ids: _stickers, ...body }: Json): Json => ({
  ...body,
  ...(typeof body["flags"] === "number" ? { flags: body["flags"] & messages.settableByWebhooks } : {})
})

/** Sends a message. Without `wait` there is no answer. */
export const execute = (call: Call, webhook: WebhookRecord): Answer => {
  const { files, world } = call
  const body = supported(componentsOf(call, webhook, object(call.body)))
  const { avatar_url: avatar, username } = body
  const problems = new Problems()
  if (username !== undefined && username !== null) checkName(problems, "username", username)
  sender(problems, body, [])
  problems.done()
  const name = typeof username === "string" ? trimmed(username) : webhook.name
  const author = { ...world.bot, id: webhook.id, username: name }
  const { id: channelId } = destination(call, webhook, body)
  const hash = typeof avatar === "string" ? avatar : (webhook.avatar ?? null)
  const owner = webhook.applicationId === undefined ? {} : { application_id: webhook.applicationId }
  const shown = { ...payloads.user(author), avatar: hash, discriminator: "0000" }
  const fields = { ...owner, author: shown, webhook_id: webhook.id }
  const made = messages.create(world, { channelId, author, files, body, fields })
  return flagOf(call, "wait") ? ok(made.raw) : noContent
}

/** What an edit by the token of a webhook or an interaction changes. Source: Discord, "Edit Webhook Message". */
export const changesOfMessage = (call: Call): Json => {
  const { components: _, ...rest } = object(call.body)
  const webhook = webhookOf(call)
  const isIgnored = webhook !== undefined && webhook.applicationId === undefined && !flagOf(call, "with_components")
  if (isIgnored) return supported(rest)
  return supported(webhook === undefined ? object(call.body) : componentsOf(call, webhook, object(call.body)))
}

/** A message that the webhook sent. */
export const messageOf = (call: Call, webhook: WebhookRecord): MessageRecord => {
  const found = call.world.messages.get(call.params["message"] ?? "")
  const isOurs = found?.raw["webhook_id"] === webhook.id && found.channelId === placeOf(call, webhook).id
  if (found === undefined || found.deleted || !isOurs) throw unknownMessage()
  return found
}

/** The routes. Those of messages are beside the interactions', which have webhooks, too. */
export const webhookRoutes = (channelOf: (call: Call) => ChannelRecord): ReadonlyArray<Route> => {
  const inChannel = "/channels/:channel/webhooks"
  const one = "/webhooks/:webhook"
  const token = "/webhooks/:application/:token"
  const bot = true
  return [
    { method: "POST", pattern: inChannel, bot, handle: (call) => create(call, channelOf(call)) },
    { method: "GET", pattern: inChannel, bot, handle: (call) => list(call, channelOf(call)) },
    { method: "GET", pattern: "/guilds/:guild/webhooks", bot, handle: listOfGuild },
    { method: "POST", pattern: "/channels/:channel/followers", bot, handle: (call) => follow(call, channelOf(call)) },
    { method: "GET", pattern: one, bot, handle: get },
    { method: "PATCH", pattern: one, bot, handle: modify },
    { method: "DELETE", pattern: one, bot, handle: remove },
    { method: "GET", pattern: token, bot: false, handle: getByToken },
    { method: "PATCH", pattern: token, bot: false, handle: modifyByToken },
    { method: "DELETE", pattern: token, bot: false, handle: removeByToken }
  ]
}
