/** Where a message of a dialogue is, as it is journaled. Processes reach it by the token while that is valid, else as the bot. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Discord from "../../discord/Discord.ts"
import type { Address } from "../../interactions/replies/internal/sentMessage.ts"
import * as Elapsed from "../../internal/Elapsed.ts"

/** Times are milliseconds since 1970, because processes share them. */
export const Place = Schema.Struct({
  /** The id of its channel. Default: none, for a message that is only known by the token. */
  channelId: Schema.optionalKey(Schema.String),
  /** The id of the message. Default: none, for a message that is only known by the token. */
  id: Schema.optionalKey(Schema.String),
  /** Whether only one user sees it. */
  isEphemeral: Schema.Boolean,
  /** The id of the application, for the token; empty without one. */
  applicationId: Schema.String,
  /** The token of the interaction that it belongs to; empty without one. */
  token: Schema.String,
  /** When the token is no longer valid. */
  tokenEndsAt: Schema.Finite,
  /** What the token calls the message: its id, or `@original`. */
  target: Schema.String
})

/** Where a message of a dialogue is. */
export interface Place extends Schema.Schema.Type<typeof Place> {}

/** The message that an interaction's token calls `@original`. */
export const originalOf = (
  raw: { readonly id: string; readonly application_id: string; readonly token: string },
  fields: {
    readonly isEphemeral: boolean
    readonly createdAt: number
    readonly message?: Discord.Message | undefined
    readonly channelId: string | undefined
  }
): Place => ({
  ...(fields.channelId === undefined ? {} : { channelId: fields.channelId }),
  ...(fields.message === undefined ? {} : { id: fields.message.id }),
  isEphemeral: fields.isEphemeral,
  applicationId: raw.application_id,
  token: raw.token,
  tokenEndsAt: fields.createdAt + 15 * 60_000,
  target: "@original"
})

/** One of the bot's messages in a channel. */
export const inChannel = ({ channelId, id }: { readonly channelId: string; readonly id: string }): Place => ({
  channelId,
  id,
  isEphemeral: false,
  applicationId: "",
  token: "",
  tokenEndsAt: 0,
  target: id
})

/** Whether its token is still valid, with a little time to use it. */
export const hasToken = ({ tokenEndsAt }: Place): Effect.Effect<boolean> =>
  Effect.map(Clock.currentTimeMillis, (now) => now < tokenEndsAt - 5_000)

/** The same for this process. */
export const toAddress = (place: Place): Effect.Effect<Address> =>
  Effect.clockWith((clock) =>
    Effect.succeed({
      id: place.id,
      channelId: place.channelId,
      isEphemeral: place.isEphemeral,
      applicationId: place.applicationId,
      token: place.token,
      tokenEndsAt:
        place.token === "" ? -Infinity : Elapsed.millis(clock) + place.tokenEndsAt - clock.currentTimeMillisUnsafe(),
      target: place.target,
      // The initial response may still be on its way.
      isOnItsWay: place.target === "@original",
      threadId: undefined
    })
  )
