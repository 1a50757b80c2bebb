/** The webhooks of channels. Source: Discord, "Webhook Resource". */
import { ApiError } from "./apiError.ts"
import { emitIn } from "./channelEvents.ts"
import type { Json } from "./json.ts"
import { tooManyWebhooks } from "./limitErrors.ts"
import * as payloads from "./payloads.ts"
import type { ChannelRecord, UserRecord, WebhookRecord, World } from "./world.ts"

const mostInChannel = 15
const mostInGuild = 1000

const incoming = 1
const follower = 2

const announce = (world: World, channelId: string): void => {
  const channel = world.channels.get(channelId)
  if (channel !== undefined) emitIn(world, channel, "WEBHOOKS_UPDATE", {})
}

/** The webhooks of a guild. */
export const inGuild = (world: World, guildId: string | undefined): ReadonlyArray<WebhookRecord> =>
  [...world.webhooks.values()].filter(({ channelId }) => world.channels.get(channelId)?.guildId === guildId)

/** What is known of a webhook before it has an id. */
export interface New {
  readonly name: string
  readonly avatar?: string | null | undefined
  /** Who made it. */
  readonly user: UserRecord
  /** The announcement channel that it follows. */
  readonly sourceChannelId?: string | undefined
}

/** Adds a webhook to a channel: WEBHOOKS_UPDATE. */
export const add = (world: World, channel: ChannelRecord, made: New): WebhookRecord => {
  const there = inGuild(world, channel.guildId)
  if (there.filter(({ channelId }) => channelId === channel.id).length >= mostInChannel) throw tooManyWebhooks()
  if (there.length >= mostInGuild) throw new ApiError(400, 30058, "Maximum number of webhooks per guild reached (1000)")
  const isOwn = made.user.id === world.bot.id && made.sourceChannelId === undefined
  const application = isOwn ? world.settings.applicationId : undefined
  const webhook = { ...world.addWebhook(channel.id, made.name, application), ...made, userId: made.user.id }
  world.webhooks.set(webhook.id, webhook)
  announce(world, channel.id)
  return webhook
}

/** Changes a webhook: WEBHOOKS_UPDATE of its channels. */
export const change = (world: World, webhook: WebhookRecord, fields: Partial<WebhookRecord>): WebhookRecord => {
  const after = { ...webhook, ...fields }
  world.webhooks.set(webhook.id, after)
  for (const channelId of new Set([webhook.channelId, after.channelId])) announce(world, channelId)
  return after
}

/** Deletes a webhook: WEBHOOKS_UPDATE. */
export const remove = (world: World, webhook: WebhookRecord): void => {
  if (world.webhooks.delete(webhook.id)) announce(world, webhook.channelId)
}

const source = (world: World, channelId: string): Json => {
  const channel = world.channels.get(channelId)
  const guild = world.guilds.get(channel?.guildId ?? "")
  if (channel === undefined || guild === undefined) return {}
  return {
    source_channel: { id: channel.id, name: channel.name },
    source_guild: { id: guild.id, name: guild.name, icon: null }
  }
}

/** A webhook object. With its own token, it has no user. */
export const payload = (world: World, webhook: WebhookRecord, withUser = true): Json => {
  const user = world.users.get(webhook.userId ?? "")
  const isFollower = webhook.sourceChannelId !== undefined
  return {
    id: webhook.id,
    type: isFollower ? follower : incoming,
    name: webhook.name,
    avatar: webhook.avatar ?? null,
    channel_id: webhook.channelId,
    guild_id: world.channels.get(webhook.channelId)?.guildId,
    application_id: webhook.applicationId ?? null,
    ...(webhook.sourceChannelId === undefined ? {} : source(world, webhook.sourceChannelId)),
    ...(isFollower
      ? {}
      : { token: webhook.token, url: `https://discord.com/api/webhooks/${webhook.id}/${webhook.token}` }),
    ...(withUser && user !== undefined ? { user: payloads.user(user) } : {})
  }
}
