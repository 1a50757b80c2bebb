/** How a message is reached that the bot has sent: by the token of its interaction, by that of its webhook, or as the bot. */
import type { API } from "@discordjs/core/http-only"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Discord from "../../../discord/Discord.ts"
import { errorCode } from "../../../discord/numbers.ts"
import * as Elapsed from "../../../internal/Elapsed.ts"
import type { DiscordRest } from "../../../rest/DiscordRest.ts"
import type { DiscordRestError } from "../../../rest/DiscordRestError.ts"
import { fromRest, MessageError, TokenExpired } from "../MessageError.ts"
import { asMessage } from "./answered.ts"
import { type Body, withFiles } from "./messageBody.ts"

/** Where a message is. */
export interface Address {
  /** Discord's id of the message; `undefined` if it was not told yet. */
  readonly id: string | undefined
  readonly channelId: string | undefined
  readonly isEphemeral: boolean
  /** The application, or the webhook. */
  readonly applicationId: string
  /** The token of the interaction, or of the webhook. */
  readonly token: string
  /** Until when the token is valid, in milliseconds of `Elapsed`; `-Infinity` if there is none. */
  readonly tokenEndsAt: number
  /** What the token calls the message: its id, or `@original`. */
  readonly target: string
  /** Whether Discord may not have the message yet, because it was handed over in another way than by a call. */
  readonly isOnItsWay: boolean
  /** The thread that a webhook's message is in, if it is not in the channel of the webhook. */
  readonly threadId: string | undefined
}

/** The address of a message whose ids are known. */
export interface Known extends Address {
  readonly id: string
  readonly channelId: string
}

// Every interaction brings it anew, and it is always the same.
let lastApplicationId = ""

/** A message that shows components of a Runtime. There may be many: it holds what is needed to end them, and no more. */
export class Shown implements Known {
  readonly id: string
  readonly channelId: string
  readonly isEphemeral: boolean
  readonly applicationId: string
  readonly token: string
  readonly tokenEndsAt: number
  readonly target: string
  readonly isOnItsWay: boolean
  readonly threadId: string | undefined
  /** The JSON of its components that are the Runtime's: a list, or the only one. */
  readonly components: unknown
  /** The next message of the Runtime. */
  next: Shown | undefined

  constructor(address: Known, components: ReadonlyArray<object>) {
    if (address.applicationId !== lastApplicationId) lastApplicationId = address.applicationId
    this.id = address.id
    this.channelId = address.channelId
    this.isEphemeral = address.isEphemeral
    this.applicationId = lastApplicationId
    this.token = address.token
    this.tokenEndsAt = address.tokenEndsAt
    this.target = address.target
    this.isOnItsWay = address.isOnItsWay
    this.threadId = address.threadId
    this.components = components.length === 1 ? components[0] : components
  }
}

/** The address of a message that only its ids are known of: it is reached as the bot. */
export const addressOf = ({ channelId, id }: { readonly channelId: string; readonly id: string }): Address => ({
  id,
  channelId,
  isEphemeral: false,
  applicationId: "",
  token: "",
  tokenEndsAt: -Infinity,
  target: id,
  isOnItsWay: false,
  threadId: undefined
})

type Rest = DiscordRest["Service"]
type Accessed<A> = Effect.Effect<A, MessageError>

// Discord may not have read an initial response that went another way when the next call comes.
const untilKnown = {
  while: ({ code }: DiscordRestError) => code === errorCode.unknownWebhook || code === errorCode.unknownMessage,
  schedule: Schedule.exponential("50 millis").pipe(Schedule.upTo({ duration: "2 seconds" }))
}

/** Makes a call that Discord may only be able to serve in a moment. */
export const patiently = <A>(rest: Rest, isOnItsWay: boolean, f: (api: API) => Promise<A>) =>
  isOnItsWay ? Effect.retry(rest.use(f), untilKnown) : rest.use(f)

/** The two ways to a message. */
interface Ways<A> {
  readonly byToken: (api: API, applicationId: string, token: string, target: string) => Promise<A>
  readonly asBot: (api: API, channelId: string, id: string) => Promise<A>
}

/** By the token while that is valid, else as the bot. As the bot, ephemeral messages do not exist. */
const access = <A>(rest: Rest, address: Address, operation: string, ways: Ways<A>): Accessed<A> =>
  Effect.clockWith((clock): Accessed<A> => {
    const { applicationId, channelId, id, isEphemeral, isOnItsWay, target, token, tokenEndsAt } = address
    const call =
      Elapsed.millis(clock) < tokenEndsAt
        ? patiently(rest, isOnItsWay, (api) => ways.byToken(api, applicationId, token, target))
        : isEphemeral || channelId === undefined || id === undefined
          ? undefined
          : rest.use((api) => ways.asBot(api, channelId, id))
    return call === undefined
      ? Effect.fail(new MessageError({ reason: new TokenExpired({ operation }) }))
      : Effect.mapError(call, (error) => fromRest(operation, error))
  })

// Of a webhook's messages Discord takes components only if they are announced; its token does not end.
const asWebhook = ({ tokenEndsAt }: Address) => (tokenEndsAt === Infinity ? { with_components: true } : {})

const inThread = ({ threadId }: Address) => (threadId === undefined ? {} : { thread_id: threadId })

/** Reads what a message holds now. */
export const read = (rest: Rest, address: Address, operation = "Messages.get"): Accessed<Discord.Message> =>
  access<Discord.Message>(rest, address, operation, {
    byToken: (api, applicationId, token, target) =>
      api.webhooks.getMessage(applicationId, token, target, inThread(address)).then(asMessage),
    asBot: (api, channelId, id) => api.channels.getMessage(channelId, id).then(asMessage)
  })

/** Changes a message. */
export const change = (rest: Rest, address: Address, body: Body, operation: string): Accessed<Discord.Message> =>
  access<Discord.Message>(rest, address, operation, {
    byToken: (api, applicationId, token, target) =>
      api.webhooks
        .editMessage(applicationId, token, target, {
          ...withFiles(body),
          ...inThread(address),
          ...asWebhook(address)
        })
        .then(asMessage),
    asBot: (api, channelId, id) => api.channels.editMessage(channelId, id, withFiles(body)).then(asMessage)
  })

/** Deletes a message. */
export const remove = (rest: Rest, address: Address, operation: string): Accessed<void> =>
  access(rest, address, operation, {
    byToken: (api, applicationId, token, target) =>
      api.webhooks.deleteMessage(applicationId, token, target, inThread(address)),
    asBot: (api, channelId, id) => api.channels.deleteMessage(channelId, id)
  })

/** Replaces the components of a message, and nothing else. */
export const setComponents = (
  rest: Rest,
  shown: Known,
  components: Array<Discord.TopLevelComponent>
): Accessed<unknown> => change(rest, shown, { data: { components }, files: undefined }, "Messages.edit")
