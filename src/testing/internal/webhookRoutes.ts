/** Webhooks of channels. Source: Discord, "Webhook Resource". */
import { unknownMessage, unknownWebhook } from "./apiError.ts"
import { demand, Permission } from "./botAccess.ts"
import { type Json, object, string } from "./json.ts"
import * as messages from "./messages.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { model, text, textUpTo, url } from "./shapes.ts"
import { Problems } from "./validate.ts"
import { flatten } from "./validateComponents.ts"
import type { ChannelRecord, MessageRecord, WebhookRecord } from "./world.ts"

const payload = (world: Call["world"], webhook: WebhookRecord): Json => ({
  id: webhook.id,
  type: 1,
  token: webhook.token,
  name: webhook.name,
  avatar: null,
  channel_id: webhook.channelId,
  guild_id: world.channels.get(webhook.channelId)?.guildId,
  application_id: webhook.applicationId,
  url: `https://discord.com/api/webhooks/${webhook.id}/${webhook.token}`
})

// Source: Discord, "Create Webhook": the names that are refused.
const checkName = (problems: Problems, field: string, name: unknown): void => {
  problems.length([field], name, 1, 80)
  const found = /clyde|discord/i.exec(string(name) ?? "")?.[0]
  if (found === undefined) return
  problems.add([field], "WEBHOOK_USERNAME_INVALID", `Username cannot contain "${found}"`)
}

const nameOf = (body: Json): string => {
  const problems = new Problems()
  checkName(problems, "name", body["name"])
  problems.done()
  return string(body["name"]) ?? ""
}

const sender = model({ username: text, avatar_url: url("http", "https"), thread_name: textUpTo(100) })

// The name that a message overrides its webhook's with.
const senderOf = (body: Json): string | undefined => {
  const problems = new Problems()
  sender(problems, body, [])
  const name = string(body["username"])
  if (name !== undefined && name !== "") checkName(problems, "username", name)
  problems.done()
  return name === "" ? undefined : name
}

const interactive: ReadonlySet<unknown> = new Set([3, 5, 6, 7, 8])
const linkStyle = 5

// A webhook that no application owns sends only what sends no interactions.
const refuseInteractive = (components: unknown): void => {
  const problems = new Problems()
  const all = flatten(components)
  if (all.some(({ style, type }) => interactive.has(type) || (type === 2 && style !== linkStyle))) {
    problems.add(["components"], "WEBHOOK_CANNOT_SEND_INTERACTIVE_COMPONENTS", "Only links, and no menus")
  }
  problems.done()
}

const create = (call: Call, channel: ChannelRecord): Answer => {
  demand(call.world, channel, Permission.manageWebhooks)
  const webhook = call.world.addWebhook(channel.id, nameOf(object(call.body)), call.world.settings.applicationId)
  return { status: 200, body: payload(call.world, webhook) }
}

const list = (call: Call, channel: ChannelRecord): Answer => {
  demand(call.world, channel, Permission.manageWebhooks)
  const found = [...call.world.webhooks.values()].filter(({ channelId }) => channelId === channel.id)
  return { status: 200, body: found.map((webhook) => payload(call.world, webhook)) }
}

/** The webhook of a path, if it is one of a channel and not that of an interaction. */
export const webhookOf = ({ params, world }: Call): WebhookRecord | undefined => {
  const webhook = world.webhooks.get(params["application"] ?? "")
  if (webhook !== undefined && webhook.token !== params["token"]) throw unknownWebhook()
  return webhook
}

const threadOf = ({ query }: Call, webhook: WebhookRecord): string => query.get("thread_id") ?? webhook.channelId

/** Sends a message. Without `wait` there is no answer. */
export const execute = (call: Call, webhook: WebhookRecord): Answer => {
  const { files, query, world } = call
  const body = object(call.body)
  const isOwned = webhook.applicationId !== undefined
  // Others need `with_components`, and even then have no interactive ones. Source: Discord, "Execute Webhook".
  const components = isOwned || query.get("with_components") === "true" ? body["components"] : undefined
  const author = { ...world.bot, id: webhook.id, username: senderOf(body) ?? webhook.name }
  if (!isOwned) refuseInteractive(components)
  const flags = typeof body["flags"] === "number" ? body["flags"] & messages.settableByWebhooks : body["flags"]
  const made = messages.create(world, {
    channelId: threadOf(call, webhook),
    author,
    files,
    body: { ...body, sticker_ids: undefined, message_reference: undefined, flags, components }
  })
  made.raw = { ...made.raw, webhook_id: webhook.id }
  return query.get("wait") === "true" ? { status: 200, body: made.raw } : { status: 204 }
}

/** A message that the webhook sent. */
export const messageOf = (call: Call, webhook: WebhookRecord): MessageRecord => {
  const found = call.world.messages.get(call.params["message"] ?? "")
  const isOurs = found?.raw["webhook_id"] === webhook.id && found.channelId === threadOf(call, webhook)
  if (found === undefined || found.deleted || !isOurs) throw unknownMessage()
  return found
}

/** The routes that need the bot's token. Those of a webhook's own token are beside the interactions'. */
export const webhookRoutes = (channelOf: (call: Call) => ChannelRecord): ReadonlyArray<Route> => [
  {
    method: "POST",
    pattern: "/channels/:channel/webhooks",
    bot: true,
    handle: (call) => create(call, channelOf(call))
  },
  { method: "GET", pattern: "/channels/:channel/webhooks", bot: true, handle: (call) => list(call, channelOf(call)) }
]
