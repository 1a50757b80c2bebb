/** Sends, changes and closes the messages of dialogues. Everything here may happen again after a crash. */
import * as Effect from "effect/Effect"
import { isPrivate } from "../../interactions/replies/internal/responseState.ts"
import { toBody, toChange, withFiles } from "../../interactions/replies/internal/messageBody.ts"
import { call, written } from "../../interactions/replies/internal/messageCalls.ts"
import { SentMessage } from "../../interactions/replies/internal/sent.ts"
import { change, setComponents } from "../../interactions/replies/internal/sentMessage.ts"
import type { ErrorReply } from "../../interactions/replies/ErrorReply.ts"
import type { Message } from "../../interactions/replies/Message.ts"
import type { MessageError } from "../../interactions/replies/MessageError.ts"
import * as Messages from "../../interactions/replies/Messages.ts"
import { disable, toSendAgain } from "../../interactions/wire/componentTree.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import type { Destination } from "../Destination.ts"
import * as CustomId from "./customId.ts"
import { inTurn } from "./inTurn.ts"
import * as Place from "./place.ts"

type Sent = Effect.Effect<Place.Place, MessageError, DiscordRest>

/** Who is told if the way by the token is closed. */
export interface Recipient {
  readonly userId: string | undefined
  /** What the user has used last. */
  readonly place: Place.Place | undefined
}

// What the response showed goes, unless the message keeps it.
const replacing = (message: Message): Message => {
  const isV2 = message.components?.some((component) => !Array.isArray(component)) === true
  return isV2 ? message : { content: "", embeds: [], components: [], ...message }
}

const replace = (place: Place.Place, message: Message): Sent =>
  Effect.gen(function* () {
    const rest = yield* DiscordRest
    const { ephemeral: _, ...shown } = message
    const body = yield* written(() => toChange(replacing(shown), { isV2: false }))
    const made = yield* change(rest, yield* Place.toAddress(place), body, "Durable.reply")
    return { ...place, id: made.id, channelId: made.channel_id, isEphemeral: isPrivate(made) }
  })

const isGone = ({ reason }: MessageError): boolean =>
  reason._tag === "UnknownMessage" || reason._tag === "UnknownWebhook" || reason._tag === "TokenExpired"

const sendTo = (destination: Exclude<Destination, { _tag: "Reply" }>, message: Message, nonce: string): Sent => {
  const { ephemeral: _, ...shown } = message
  const sent =
    destination._tag === "Channel"
      ? Messages.send(destination.id, shown, { nonce })
      : Messages.dm(destination.id, shown, { nonce })
  return Effect.map(
    Effect.flatMap(sent, ({ ids }) => ids),
    Place.inChannel
  )
}

/** The way to a user that needs no token. What only the user saw is not shown to others. */
const asBot = ({ place, userId }: Recipient): Exclude<Destination, { _tag: "Reply" }> | undefined =>
  place !== undefined && !place.isEphemeral && place.channelId !== undefined
    ? { _tag: "Channel", id: place.channelId }
    : userId === undefined
      ? undefined
      : { _tag: "User", id: userId }

/** Sends a message. With the same nonce, Discord makes one of several. */
export const send = (destination: Destination, message: Message, nonce: string, to: Recipient): Sent =>
  inTurn(sendNow(destination, message, nonce, to))

const sendNow = (destination: Destination, message: Message, nonce: string, to: Recipient): Sent => {
  if (destination._tag !== "Reply") return sendTo(destination, message, nonce)
  const { place } = to
  const fallback = asBot(to)
  const otherwise = (error?: MessageError): Sent =>
    fallback === undefined ? (error === undefined ? noWay : Effect.fail(error)) : sendTo(fallback, message, nonce)
  if (place === undefined) return otherwise()
  return Effect.flatMap(Place.hasToken(place), (isValid) =>
    isValid ? Effect.catchIf(replace(place, message), isGone, otherwise) : otherwise()
  )
}

const noWay = Effect.die(
  new TypeError("Durable.reply has nowhere to go, because no user began this dialogue. Name a channel or a user.")
)

/** Changes a message; absent fields are left as they are. */
export const edit = (place: Place.Place, message: Message): Effect.Effect<void, MessageError, DiscordRest> =>
  inTurn(Effect.flatMap(Place.toAddress(place), (address) => new SentMessage(address).edit(message)))

/** Disables the components of a question. A message that cannot be reached any more is left as it is. */
export const close = (
  place: Place.Place,
  components: ReadonlyArray<unknown>,
  execution: string,
  step: string
): Effect.Effect<void, never, DiscordRest> =>
  Effect.gen(function* () {
    const disabled = disable(components, CustomId.isOf(execution, step))
    const { channelId, id } = place
    if (disabled === undefined || channelId === undefined || id === undefined) return
    const rest = yield* DiscordRest
    const address = yield* Place.toAddress(place)
    yield* setComponents(rest, { ...address, channelId, id }, toSendAgain(disabled))
  }).pipe(
    inTurn,
    Effect.catch((error) =>
      isGone(error)
        ? Effect.void
        : Effect.annotateLogs(Effect.logWarning("A question of a dialogue kept its components", error), {
            dialogue: execution,
            step
          })
    )
  )

/** Tells a user that an answer does not count. The question stays. After a crash it may come twice where only the user sees it. */
export const refuse = (
  reply: ErrorReply,
  nonce: string,
  to: Recipient
): Effect.Effect<void, MessageError, DiscordRest> =>
  Effect.gen(function* () {
    const { place } = to
    const withoutToken = tellAsBot(reply, nonce, to)
    if (place === undefined || !(yield* Place.hasToken(place))) return yield* withoutToken
    return yield* Effect.catchIf(followUp(place, reply), isGone, () => withoutToken)
  }).pipe(Effect.asVoid, (call) => inTurn(call, { isSafe: false }))

/**
 * Tells a user about the end of a dialogue: only the user sees what is ephemeral. After a crash it comes once, because the
 * response that only the user sees is changed, or because of the nonce. Discord has no way to do that where only one user is
 * to see something below a message of all: there it may come twice.
 */
export const tell = (reply: ErrorReply, nonce: string, to: Recipient): Effect.Effect<void, MessageError, DiscordRest> =>
  Effect.gen(function* () {
    const { place } = to
    const withoutToken = tellAsBot(reply, nonce, to)
    if (place === undefined || !(yield* Place.hasToken(place))) return yield* withoutToken
    const byToken = place.isEphemeral ? replace(place, reply) : followUp(place, reply)
    const isToken = place.isEphemeral || reply.ephemeral
    // The bot may lack access to the channel, which the token does not need.
    return yield* isToken
      ? Effect.catchIf(byToken, isGone, () => withoutToken)
      : Effect.catch(withoutToken, () => byToken)
  }).pipe(Effect.asVoid, (call) => inTurn(call, { isSafe: false }))

const followUp = (place: Place.Place, reply: ErrorReply): Effect.Effect<unknown, MessageError, DiscordRest> =>
  Effect.gen(function* () {
    const body = yield* written(() => toBody(reply))
    yield* call("Durable.tell", (api) => api.interactions.followUp(place.applicationId, place.token, withFiles(body)))
  })

const tellAsBot = (
  reply: ErrorReply,
  nonce: string,
  to: Recipient
): Effect.Effect<unknown, MessageError, DiscordRest> => {
  const { userId } = to
  const fallback = reply.ephemeral && userId !== undefined ? { _tag: "User" as const, id: userId } : asBot(to)
  return fallback === undefined ? Effect.void : sendTo(fallback, reply, nonce)
}
