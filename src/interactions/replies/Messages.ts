/**
 * Messages without an interaction: into channels, to users, and about messages that are there already.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Messages } from "fibercord"
 *
 * const greet = Effect.fn("greet")(function* (channelId: string, userId: string) {
 *   const sent = yield* Messages.send(channelId, { content: "Good morning" })
 *   yield* Messages.dm(userId, { content: "Your ticket is open." }).pipe(
 *     Effect.catchReason("MessageError", "CannotMessageUser", () => sent.edit({ content: "I cannot message you." }))
 *   )
 * })
 * ```
 *
 * They take the same `Message` as replies. Bound components belong to the current Runtime, and are disabled when it ends.
 * `ephemeral` is refused: only a reply to an interaction can be seen by one user only.
 *
 * A message is sent once: Discord's POSTs are not repeated after a lost connection, unless there is a `nonce`.
 *
 * Source: Discord, "Message Resource".
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Discord from "../../discord/Discord.ts"
import { message as limits } from "../../discord/limits.ts"
import { given } from "../../internal/given.ts"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { listOf, withId } from "../../rest/shaped.ts"
import { asMessage } from "./internal/answered.ts"
import { toBody, withFiles } from "./internal/messageBody.ts"
import { call, noteComponents, written } from "./internal/messageCalls.ts"
import { SentMessage } from "./internal/sent.ts"
import { addressOf } from "./internal/sentMessage.ts"
import { throwInvalid } from "./internal/validBody.ts"
import type { Message } from "./Message.ts"
import type { MessageError } from "./MessageError.ts"
import * as Sent from "./Sent.ts"

export { MessageError } from "./MessageError.ts"

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** A message that is there already: its ids, what `send` returned, or Discord's own object. */
export type Target = Sent.Ids | Sent.Sent | Pick<Discord.Message, "id" | "channel_id">

/** Options of everything that sends. */
export interface SendOptions {
  /**
   * Makes sure that the message comes once: Discord takes a second one with the same nonce within the next minutes for
   * the first. With it, the call is sent up to four times if the connection is lost or Discord responds with 5xx. 1 to 25
   * characters. Default: none.
   */
  readonly nonce?: string | undefined
}

/** Options of {@link reply}. */
export interface ReplyOptions extends SendOptions {
  /** Whether it is sent as a message of its own if the other one is gone. Default: `false`: it fails. */
  readonly orSend?: boolean | undefined
}

const isSent = (target: Target): target is Sent.Sent => "~fibercord/Sent" in target

const sentOf = (target: Target): Sent.Sent =>
  isSent(target)
    ? target
    : "channel_id" in target
      ? Sent.from({ channelId: target.channel_id, id: target.id })
      : Sent.from(target)

const checkNonce = (nonce: string | undefined): void => {
  const { max, min } = limits.nonce
  if (nonce === undefined || (nonce.length >= min && nonce.length <= max)) return
  throwInvalid("nonce", `${min} to ${max} characters`, `${nonce.length} characters`)
}

const again = Schedule.exponential("250 millis").pipe(Schedule.upTo({ times: 3 }))

// A call that was not answered in time has used up its time, and one behind a rate limit knows how long it has to wait.
const isLost = ({ reason }: MessageError): boolean =>
  reason._tag === "Rest" && reason.error.isRetryable && /^(?:Api|Transport)$/.test(reason.error.reason._tag)

const post = (
  operation: string,
  channelId: string,
  message: Message,
  { nonce }: SendOptions = {},
  extra: object = {}
): Done<Sent.Sent> =>
  Effect.gen(function* () {
    const body = yield* written(() => {
      checkNonce(nonce)
      return toBody(message, "channel")
    })
    const once = nonce === undefined ? {} : { nonce, enforce_nonce: true }
    const sending = call(operation, (api) =>
      api.channels.createMessage(channelId, { ...withFiles(body), ...once, ...extra } as never).then(asMessage)
    )
    const made = yield* nonce === undefined ? sending : Effect.retry(sending, { while: isLost, schedule: again })
    const sent = new SentMessage(addressOf({ channelId: made.channel_id, id: made.id }))
    yield* noteComponents(sent.address, made, body)
    return sent
  })

/** Sends a message into a channel or a thread. */
export const send = (channelId: string, message: Message, options?: SendOptions): Done<Sent.Sent> =>
  post("Messages.send", channelId, message, options)

/** Sends a direct message to a user. Fails with `CannotMessageUser` if the user takes none from this bot. */
export const dm = (userId: string, message: Message, options?: SendOptions): Done<Sent.Sent> =>
  Effect.flatMap(
    call("Messages.dm", (api) => api.users.createDM(userId).then(withId)),
    ({ id }) => post("Messages.dm", id, message, options)
  )

/**
 * Replies to a message, which Discord shows above the new one. Its author is mentioned if `allowedMentions.repliedUser`
 * says so.
 */
export const reply = (target: Target, message: Message, options?: ReplyOptions): Done<Sent.Sent> =>
  Effect.flatMap(sentOf(target).ids, ({ channelId, id }) => {
    const reference = { type: 0, message_id: id, fail_if_not_exists: options?.orSend !== true }
    return post("Messages.reply", channelId, message, options, { message_reference: reference })
  })

/**
 * Forwards a message into another channel: a copy of what it holds now.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Messages } from "fibercord"
 *
 * const move = (channelId: string, id: string, archive: string) =>
 *   Effect.andThen(Messages.forward({ channelId, id }, archive), Messages.delete({ channelId, id }))
 * ```
 */
export const forward = (target: Target, channelId: string, options?: SendOptions): Done<Sent.Sent> =>
  Effect.flatMap(sentOf(target).ids, (from) => {
    const reference = { type: 1, message_id: from.id, channel_id: from.channelId }
    return post("Messages.forward", channelId, {}, options, { message_reference: reference })
  })

/** Changes a message of the bot; absent fields are left as they are. */
export const edit = (target: Target, message: Message): Done => sentOf(target).edit(message)

/** Reads a message. */
export const get = (target: Target): Done<Discord.Message> => sentOf(target).get

/** Which messages {@link list} reads: one of `before`, `after` and `around`, which are ids, or none for the newest. */
export interface ListOptions {
  /** 1 to 100. Default: 50. */
  readonly limit?: number | undefined
  /** Those that are older. */
  readonly before?: string | undefined
  /** Those that follow it. */
  readonly after?: string | undefined
  /** Those next to it, and itself. */
  readonly around?: string | undefined
}

const checkList = ({ after, around, before, limit }: ListOptions): void => {
  const { max, min } = limits.listed
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= min && limit <= max)) {
    throwInvalid("limit", `${min} to ${max}`, String(limit))
  }
  const places = [before, after, around].filter((id) => id !== undefined).length
  if (places > 1) throwInvalid("before", "one of before, after and around", `${places} of them`)
}

/**
 * Reads messages of a channel, newest first. Without the permission `ReadMessageHistory` there are none. Content is empty
 * without the intent `MessageContent`, but for messages of the bot, to it, and those that mention it.
 *
 * Source: Discord, "Get Channel Messages".
 */
export const list = (channelId: string, options: ListOptions = {}): Done<ReadonlyArray<Discord.Message>> =>
  Effect.flatMap(
    written(() => {
      checkList(options)
      const { after, around, before, limit } = options
      return given({ after, around, before, limit })
    }),
    (query) => call("Messages.list", (api) => api.channels.getMessages(channelId, query).then(listOf(asMessage)))
  )

const remove = (target: Target): Done => sentOf(target).delete

export {
  /** Deletes a message, the bot's or anybody's. */
  remove as delete
}

/**
 * Deletes messages of one channel: 100 with a call. Those that are gone already do not matter. Fails with
 * `MessagesTooOld` if one is older than two weeks: none of that call is deleted then. It works in guilds only.
 *
 * Source: Discord, "Bulk Delete Messages".
 */
export const deleteMany = (channelId: string, ids: ReadonlyArray<string>): Done => {
  const unique = [...new Set(ids)]
  const { max: most } = limits.deleted
  const chunks = Array.from({ length: Math.ceil(unique.length / most) }, (_, n) =>
    unique.slice(n * most, (n + 1) * most)
  )
  return Effect.forEach(
    chunks,
    (chunk) =>
      chunk.length === 1
        ? Effect.catchReason(
            Sent.from({ channelId, id: String(chunk[0]) }).delete,
            "MessageError",
            "UnknownMessage",
            () => Effect.void
          )
        : call("Messages.deleteMany", (api) => api.channels.bulkDeleteMessages(channelId, chunk)),
    { discard: true }
  )
}

/** Adds a reaction of the bot: `"👍"`, `"name:id"` or `"<:name:id>"`. */
export const react = (target: Target, emoji: string): Done => sentOf(target).react(emoji)
