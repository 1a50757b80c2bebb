/**
 * Messages through a webhook, under any name and picture.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Webhook } from "fibercord"
 *
 * const mirror = Effect.fn("mirror")(function* (channelId: string) {
 *   const webhook = yield* Webhook.ensure(channelId, "Mirror")
 *   yield* webhook.send({ content: "Hello from elsewhere" }, { username: "Ann" })
 * })
 * ```
 *
 * Source: Discord, "Webhook Resource".
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { given } from "../../internal/given.ts"
import { listOf, withId } from "../../rest/shaped.ts"
import { asMessage } from "./internal/answered.ts"
import { toBody, withFiles } from "./internal/messageBody.ts"
import { call, noteComponents, written } from "./internal/messageCalls.ts"
import { SentMessage } from "./internal/sent.ts"
import { type Address, addressOf } from "./internal/sentMessage.ts"
import type { Message } from "./Message.ts"
import type { MessageError } from "./MessageError.ts"
import type { Ids, Sent } from "./Sent.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** How a message of a webhook looks, and where it goes. */
export interface SendOptions {
  /** Default: the webhook's name. */
  readonly username?: string | undefined
  /** Default: the webhook's picture. */
  readonly avatarUrl?: string | undefined
  /** The thread of the webhook's channel that it goes to. Default: the channel. */
  readonly threadId?: string | undefined
  /** In a forum or media channel: the name of the post that it begins. */
  readonly threadName?: string | undefined
  /** In a forum or media channel: the tags of that post. */
  readonly appliedTags?: ReadonlyArray<string> | undefined
}

/** A webhook. */
export interface Webhook {
  readonly id: string
  /** Whoever has it can send through the webhook. */
  readonly token: Redacted.Redacted
  /** Sends a message. It can have bound components only if the webhook is the application's own. */
  readonly send: (message: Message, options?: SendOptions) => Done<Sent>
  /**
   * A message that it has sent, by its ids, without asking Discord whether there is one. `Sent.from` reaches it as the bot,
   * which cannot change it. `inThread` says that it is in a thread of the webhook's channel (default: `false`).
   */
  readonly sent: (ids: Ids, options?: { readonly inThread?: boolean | undefined }) => Sent
}

const send = (id: string, token: Redacted.Redacted, message: Message, options: SendOptions): Done<Sent> =>
  Effect.gen(function* () {
    const { appliedTags, avatarUrl, threadId, threadName, username } = options
    const body = yield* written(() => toBody(message, "webhook"))
    const fields = given({ username, avatar_url: avatarUrl, thread_name: threadName, applied_tags: appliedTags })
    const where = {
      wait: true as const,
      with_components: true,
      ...(threadId === undefined ? {} : { thread_id: threadId })
    }
    const made = yield* call("Webhook.send", (api) =>
      api.webhooks
        .execute(id, Redacted.value(token), { ...withFiles(body), ...fields, ...where } as never)
        .then(asMessage)
    )
    const { channel_id: channelId, id: messageId } = made
    // A post of a forum is a thread that has the id of its first message.
    const isElsewhere = threadId !== undefined || threadName !== undefined
    const address = addressIn(id, token, { channelId, id: messageId }, isElsewhere)
    yield* noteComponents(address, made, body)
    return new SentMessage(address)
  })

const addressIn = (id: string, token: Redacted.Redacted, ids: Ids, isInThread: boolean): Address => ({
  ...addressOf(ids),
  applicationId: id,
  token: Redacted.value(token),
  tokenEndsAt: Infinity,
  threadId: isInThread ? ids.channelId : undefined
})

/**
 * The webhook with this id and token, without asking Discord whether there is one.
 *
 * ```ts
 * import { Config, Effect } from "effect"
 * import { Webhook } from "fibercord"
 *
 * const announce = Effect.gen(function* () {
 *   const token = yield* Config.Redacted("WEBHOOK_TOKEN")
 *   yield* Webhook.from({ id: "1300000000000000000", token }).send({ content: "Version 2 is out" })
 * })
 * ```
 */
export const from = (options: { readonly id: string; readonly token: Redacted.Redacted | string }): Webhook => {
  const { id } = options
  const token = typeof options.token === "string" ? Redacted.make(options.token) : options.token
  return {
    id,
    token,
    send: (message, options = {}) => send(id, token, message, options),
    sent: (ids, options) => new SentMessage(addressIn(id, token, ids, options?.inThread === true))
  }
}

const inUrl = /\/webhooks\/(\d+)\/([\w-]+)\/?(?:\?.*)?$/

/**
 * The webhook of a URL as Discord's app copies it. Throws a `TypeError` if it is no such URL; it does not show it.
 *
 * ```ts
 * import { Config, Effect } from "effect"
 * import { Webhook } from "fibercord"
 *
 * const announce = Effect.gen(function* () {
 *   const url = yield* Config.Redacted("WEBHOOK_URL")
 *   yield* Webhook.fromUrl(url).send({ content: "Version 2 is out" })
 * })
 * ```
 */
export const fromUrl = (url: Redacted.Redacted | string): Webhook => {
  const [, id, token] = inUrl.exec(typeof url === "string" ? url : Redacted.value(url)) ?? []
  if (id === undefined || token === undefined) {
    throw new TypeError("Webhook.fromUrl: expected https://discord.com/api/webhooks/<id>/<token>, got another text")
  }
  return from({ id, token })
}

/**
 * The application's own webhook of this name in a channel; it is created if there is none. The bot needs the permission
 * `ManageWebhooks` there. 1 to 80 characters, without "clyde" and "discord".
 */
export const ensure = (channelId: string, name: string): Done<Webhook> =>
  Effect.gen(function* () {
    const known = yield* call("Webhook.ensure", (api) => api.channels.getWebhooks(channelId).then(listOf(withId)))
    const own = known.find((webhook) => webhook.name === name && webhook.token !== undefined)
    const { id, token = "" } =
      own ?? (yield* call("Webhook.ensure", (api) => api.channels.createWebhook(channelId, { name }).then(withId)))
    return from({ id, token })
  })
