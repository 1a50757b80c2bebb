/**
 * A message that was sent: what a reply and `Messages.send` return.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Reply, Sent } from "fibercord"
 *
 * const vote = Effect.gen(function* () {
 *   const sent = yield* Reply.send({ content: "Vote!" })
 *   yield* sent.react("👍")
 *   const ids = yield* sent.ids // { channelId, id }: plain data, to be stored
 *   yield* Sent.from(ids).edit({ content: "Closed." })
 * })
 * ```
 *
 * A reply is reached with the token of its interaction for 15 minutes, and as the bot after that; an ephemeral one only
 * with the token. Discord does not tell the id of an initial response without components, so that {@link Sent.ids} asks
 * for it when it is needed for the first time.
 */
import * as Schema from "effect/Schema"
import type * as Effect from "effect/Effect"
import type * as Discord from "../../discord/Discord.ts"
import type { DiscordRest } from "../../rest/DiscordRest.ts"
import { addressOf } from "./internal/sentMessage.ts"
import { SentMessage } from "./internal/sent.ts"
import type { Message } from "./Message.ts"
import type { MessageError } from "./MessageError.ts"

/** What identifies a message, as plain data. */
export interface Ids {
  readonly channelId: string
  readonly id: string
}

/** The Schema of {@link Ids}, to store them. */
export const Ids: Schema.Codec<Ids> = Schema.Struct({ channelId: Schema.String, id: Schema.String })

type Done<A = void> = Effect.Effect<A, MessageError, DiscordRest>

/** Options of a thread. Source: Discord, "Start Thread from Message". */
export interface ThreadOptions {
  /** Minutes without messages after which it is archived. Default: the channel's. */
  readonly archiveAfter?: 60 | 1440 | 4320 | 10080 | undefined
  /** Seconds between two messages of a user, at most 21600. Default: the channel's. */
  readonly slowmode?: number | undefined
  /** For the audit log. */
  readonly reason?: string | undefined
}

/** A message that was sent. All its methods fail with `MessageError`. */
export interface Sent {
  readonly "~fibercord/Sent": true
  /** Its ids. Asks Discord once if they are not known; fails with `TokenExpired` if it is too late for that. */
  readonly ids: Done<Ids>
  /**
   * Changes it; absent fields are left as they are. Fails with `InvalidMessage` if it says `ephemeral: true` and others see
   * the message. Bound components of the current Runtime are disabled when that ends.
   */
  readonly edit: (message: Message) => Done
  /** Deletes it. */
  readonly delete: Done
  /** Reads what it holds now. */
  readonly get: Done<Discord.Message>
  /** Adds a reaction of the bot: `"👍"`, `"name:id"` or `"<:name:id>"`. */
  readonly react: (emoji: string) => Done
  /** Removes a reaction of the bot. */
  readonly unreact: (emoji: string) => Done
  readonly pin: Done
  readonly unpin: Done
  /** Starts a thread at it, and returns the thread's id, which is that of a channel. The name has 1 to 100 characters. */
  readonly startThread: (name: string, options?: ThreadOptions) => Done<string>
  /** Ends its poll now. */
  readonly endPoll: Done
}

/** The message with these ids, without asking Discord whether there is one. */
export const from = (ids: Ids): Sent => new SentMessage(addressOf(ids))
