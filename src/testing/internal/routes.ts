/** The REST routes of the fake, and who may use them. */
import {
  inForum,
  invalidRecipients,
  notYours,
  unknownChannel,
  unauthorized,
  unknownMessage,
  unknownUser
} from "./apiError.ts"
import { checkId, checkRequired, noContent, ok } from "./answers.ts"
import { applicationRoutes } from "./applicationRoutes.ts"
import { audited } from "./audited.ts"
import { auditLogRoutes } from "./auditLogRoutes.ts"
import { banRoutes } from "./banRoutes.ts"
import { isBearer, requester } from "./bearer.ts"
import { bearerRoutes } from "./bearerRoutes.ts"
import { commandPermissionRoutes } from "./commandPermissionRoutes.ts"
import { commandRoutes } from "./commandRoutes.ts"
import { entitlementRoutes } from "./entitlementRoutes.ts"
import type { Gateway } from "./gateway.ts"
import { channelRoutes as guildChannelRoutes } from "./channelRoutes.ts"
import { emojiRoutes } from "./emojiRoutes.ts"
import { guildRoutes } from "./guildRoutes.ts"
import * as interactions from "./interactions.ts"
import { number, object } from "./json.ts"
import { allows, demand, demandRead, demandSend, Permission } from "./botAccess.ts"
import { notText, systemMessage } from "./limitErrors.ts"
import * as messages from "./messages.ts"
import { oauth2Routes } from "./oauth2.ts"
import { memberRoutes } from "./memberRoutes.ts"
import { messageRoutes } from "./messageRoutes.ts"
import * as payloads from "./payloads.ts"
import { ownGuildRoutes } from "./ownGuildRoutes.ts"
import { pruneRoutes } from "./pruneRoutes.ts"
import { resourceRoutes } from "./resourceRoutes.ts"
import { roleConnectionRoutes } from "./roleConnectionRoutes.ts"
import { roleRoutes } from "./roleRoutes.ts"
import { demandOpen } from "./threads.ts"
import { threadRoutes } from "./threadRoutes.ts"
import type { Upload } from "./uploads.ts"
import { Problems } from "./validate.ts"
import { voiceStateRoutes } from "./voiceStateRoutes.ts"
import { changesOfMessage, execute, messageOf as messageOfWebhook, webhookOf, webhookRoutes } from "./webhookRoutes.ts"
import { type ChannelRecord, type MessageRecord, type World } from "./world.ts"

/** A request whose body was read. */
export interface Call {
  readonly world: World
  readonly gateway: Gateway
  readonly gatewayUrl: string
  /** The variable parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  /** Whether the body was a form without files. */
  readonly isForm: boolean
  /** The header. */
  readonly authorization: string | undefined
  /** The reason for the audit log. */
  readonly reason: string | undefined
  readonly files: ReadonlyArray<Upload>
}

/** A response. Without a body it is a 204. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A route. Routes without `bot` need no bot token, because their path has the token of an interaction. */
export interface Route {
  readonly method: string
  readonly pattern: string
  readonly bot: boolean
  /** Whether it takes the token of a user in place of the bot's. */
  readonly bearer?: boolean
  readonly handle: (call: Call) => Answer
}

// Interactions and their webhooks

const callback = ({ body, files, params, query, world }: Call): Answer => {
  const { id = "", token = "" } = params
  const record = interactions.answer(world, id, token, object(body), files)
  if (query.get("with_response") !== "true") return noContent
  const { original } = record
  const isLaunch = record.answer?.type === interactions.Callback.activity
  const flags = number(original?.raw["flags"]) ?? 0
  return ok({
    interaction: {
      id,
      type: record.type,
      ...(isLaunch ? { activity_instance_id: `i-${id}-gc` } : {}),
      ...(original === undefined
        ? {}
        : {
            response_message_id: original.id,
            response_message_loading: (flags & messages.Flag.loading) !== 0,
            response_message_ephemeral: (flags & messages.Flag.ephemeral) !== 0
          })
    },
    resource: {
      type: record.answer?.type,
      ...(isLaunch ? { activity_instance: { id: `i-${id}-gc` } } : {}),
      ...(original === undefined ? {} : { message: original.raw })
    }
  })
}

const interactionOf = ({ params, world }: Call) =>
  interactions.byWebhook(world, params["application"] ?? "", params["token"] ?? "")

const webhookMessage = (call: Call): MessageRecord => {
  const webhook = webhookOf(call)
  if (webhook !== undefined) return messageOfWebhook(call, webhook)
  const record = interactionOf(call)
  const id = call.params["message"] ?? ""
  return id === "@original" ? interactions.original(record) : interactions.messageOf(record, id)
}

const webhooks = "/webhooks/:application/:token"

const executeWebhook = (call: Call): Answer => {
  const webhook = webhookOf(call)
  return webhook === undefined
    ? ok(interactions.followUp(call.world, interactionOf(call), object(call.body), call.files).raw)
    : execute(call, webhook)
}

const interactionRoutes: ReadonlyArray<Route> = [
  { method: "POST", pattern: "/interactions/:id/:token/callback", bot: false, handle: callback },
  { method: "POST", pattern: webhooks, bot: false, handle: executeWebhook },
  {
    method: "GET",
    pattern: `${webhooks}/messages/:message`,
    bot: false,
    handle: (call) => ok(webhookMessage(call).raw)
  },
  {
    method: "PATCH",
    pattern: `${webhooks}/messages/:message`,
    bot: false,
    handle: (call) => ok(messages.edit(call.world, webhookMessage(call), changesOfMessage(call), call.files).raw)
  },
  {
    method: "DELETE",
    pattern: `${webhooks}/messages/:message`,
    bot: false,
    handle: (call) => {
      messages.remove(call.world, webhookMessage(call))
      return noContent
    }
  }
]

// Channels

const channelOf = ({ params, world }: Call): ChannelRecord => {
  const channel = world.channels.get(params["channel"] ?? "")
  if (channel === undefined) throw unknownChannel()
  return channel
}

// Ephemeral messages do not exist for these routes: they are accessible only with the token of their interaction.
const messageOf = (call: Call): MessageRecord => {
  const message = call.world.messages.get(call.params["message"] ?? "")
  const isHere = message?.channelId === channelOf(call).id && !message.deleted && message.visibleTo === undefined
  if (message === undefined || !isHere) throw unknownMessage()
  demandRead(call.world, channelOf(call))
  return message
}

const ownMessageOf = (call: Call): MessageRecord => {
  const message = messageOf(call)
  if (object(message.raw["author"])["id"] !== call.world.bot.id) throw notYours()
  return message
}

// Source: Discord, "Get Channel Messages".
const listMessages = (call: Call): Answer => {
  const { query, world } = call
  const channel = channelOf(call)
  demandRead(world, channel)
  const limit = Number(query.get("limit") ?? 50)
  const problems = new Problems()
  problems.range(["limit"], limit, 1, 100)
  problems.done()
  // Without it the channel has no past for the bot.
  if (!allows(world, channel, Permission.readMessageHistory)) return ok([])
  const there = [...world.messages.values()]
    .filter((message) => message.channelId === channel.id && !message.deleted && message.visibleTo === undefined)
    .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))
  return ok(messages.page(there, limit, query).map(({ raw }) => raw))
}

const createMessage = (call: Call): Answer => {
  const { body, files, world } = call
  const channel = channelOf(call)
  const sent = object(body)
  if (channel.type === 15 || channel.type === 16) throw inForum()
  if (channel.type === 4 || channel.type === 14) throw notText()
  demandSend(world, channel, sent)
  demandOpen(world, channel)
  if (files.length > 0) demand(world, channel, Permission.attachFiles)
  const again = messages.withNonce(world, channel.id, sent)
  if (again !== undefined) return ok(again.raw)
  return ok(messages.create(world, { channelId: channel.id, author: world.bot, body: sent, files }).raw)
}

// Source: Discord, "Message Types": those that cannot be deleted.
const undeletable: ReadonlySet<unknown> = new Set([1, 2, 3, 4, 5, 21])

const deleteMessage = (call: Call): Answer => {
  const message = messageOf(call)
  if (undeletable.has(message.raw["type"])) throw systemMessage()
  const isOwn = object(message.raw["author"])["id"] === call.world.bot.id
  if (!isOwn) demand(call.world, channelOf(call), Permission.manageMessages)
  messages.remove(call.world, message)
  return noContent
}

const here = "/channels/:channel/messages"

const channelRoutes: ReadonlyArray<Route> = [
  ...messageRoutes({ channelOf, messageOf, ownMessageOf }),
  ...threadRoutes({ channelOf, messageOf }),
  ...guildChannelRoutes(channelOf),
  { method: "GET", pattern: here, bot: true, handle: listMessages },
  { method: "POST", pattern: here, bot: true, handle: createMessage },
  { method: "GET", pattern: `${here}/:message`, bot: true, handle: (call) => ok(messageOf(call).raw) },
  {
    method: "DELETE",
    pattern: `${here}/:message`,
    bot: true,
    handle: deleteMessage
  },
  ...webhookRoutes(channelOf)
]

// The rest

const gatewayBot = ({ gateway, gatewayUrl, world }: Call): Answer =>
  ok({ url: gatewayUrl, shards: world.settings.shards, session_start_limit: gateway.startLimit.view })

const userById = (call: Call): Answer => {
  const { authorization, params, world } = call
  if (params["user"] === "@me") return ok(payloads.user(requester(call, "identify")))
  // Others are for bots.
  if (isBearer(authorization)) throw unauthorized()
  const user = world.users.get(params["user"] ?? "")
  if (user === undefined) throw unknownUser()
  return ok(payloads.user(user))
}

const directChannel = ({ body, world }: Call): Answer => {
  const id = object(body)["recipient_id"]
  const problems = new Problems()
  checkRequired(problems, ["recipient_id"], id)
  checkId(problems, ["recipient_id"], id)
  problems.done()
  const user = world.users.get(String(id))
  // Bots have no direct messages with nobody and themselves. Source: Discord, "JSON Error Codes", 50033, and issue 953 of
  // discordgo.
  if (user === undefined || user.id === world.bot.id) throw invalidRecipients()
  return ok(payloads.channel(world.directChannel(user)))
}

/** Every route. */
export const routes: ReadonlyArray<Route> = audited([
  { method: "GET", pattern: "/gateway", bot: false, handle: ({ gatewayUrl }) => ok({ url: gatewayUrl }) },
  { method: "GET", pattern: "/gateway/bot", bot: true, handle: gatewayBot },
  ...bearerRoutes,
  { method: "GET", pattern: "/users/:user", bot: true, bearer: true, handle: userById },
  { method: "POST", pattern: "/users/@me/channels", bot: true, handle: directChannel },
  ...guildRoutes,
  ...memberRoutes,
  ...roleRoutes,
  ...pruneRoutes,
  ...ownGuildRoutes,
  ...voiceStateRoutes,
  ...banRoutes,
  ...auditLogRoutes,
  ...emojiRoutes,
  ...resourceRoutes(channelOf),
  ...oauth2Routes,
  ...roleConnectionRoutes,
  ...entitlementRoutes,
  ...applicationRoutes,
  ...commandPermissionRoutes,
  ...commandRoutes,
  ...interactionRoutes,
  ...channelRoutes
])
