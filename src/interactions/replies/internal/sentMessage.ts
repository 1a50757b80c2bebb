/** A message that a reply sent or changed: what it takes to read it and to change it again. */
import type * as Discord from "../../../discord/Discord.ts"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../../rest/DiscordRestError.ts"
import { ReplyError, TokenExpired } from "../ReplyError.ts"

/** The message. */
export interface Sent {
  /** Discord's id of the message. */
  readonly id: string
  readonly channelId: string
  readonly isEphemeral: boolean
  /** What the reply gave it. */
  readonly components: ReadonlyArray<unknown>
  readonly applicationId: string
  /** Of the interaction. */
  readonly token: string
  /** Until when the token is valid, in milliseconds of `Elapsed`. */
  readonly tokenEndsAt: number
  /** What the token calls the message: its id, or `@original`. */
  readonly target: string
}

type Rest = DiscordRest["Service"]
type Accessed<A> = Effect.Effect<A, DiscordRestError | ReplyError>

/** By the interaction's token while that is valid, else as the bot. As the bot, ephemeral messages do not exist. */
const access = <A>(
  { isEphemeral, tokenEndsAt }: Sent,
  ways: { readonly byToken: () => Accessed<A>; readonly asBot: () => Accessed<A> }
): Accessed<A> =>
  Effect.clockWith((clock): Accessed<A> => {
    if (Elapsed.millis(clock) < tokenEndsAt) return ways.byToken()
    return isEphemeral ? Effect.fail(new ReplyError({ reason: new TokenExpired({ operation: "edit" }) })) : ways.asBot()
  })

/** Reads what a message holds now. */
export const read = (rest: Rest, sent: Sent): Accessed<Discord.Message> => {
  const { applicationId, channelId, id, target, token } = sent
  return access(sent, {
    byToken: () => rest.use((api) => api.webhooks.getMessage(applicationId, token, target)),
    asBot: () => rest.use((api) => api.channels.getMessage(channelId, id))
  })
}

/** Replaces the components of a message, and nothing else. */
export const setComponents = (
  rest: Rest,
  sent: Sent,
  components: Array<Discord.TopLevelComponent>
): Accessed<unknown> => {
  const { applicationId, channelId, id, target, token } = sent
  return access<unknown>(sent, {
    byToken: () => rest.use((api) => api.interactions.editReply(applicationId, token, { components }, target)),
    asBot: () => rest.use((api) => api.channels.editMessage(channelId, id, { components }))
  })
}
