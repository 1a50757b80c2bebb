/** What a handler may ask for: the interaction that it handles. */
import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteraction,
  APIInteractionGuildMember,
  APIMessage,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  APIUser
} from "discord-api-types/v10"
import * as Context from "effect/Context"
import type * as Scope from "effect/Scope"
import type * as Runtime from "../runtime/Runtime.ts"
import type { Responder } from "./internal/responder.ts"

/** Every interaction but Discord's ping, as Discord sends it. */
export type RawInteraction =
  | APIApplicationCommandAutocompleteInteraction
  | APIApplicationCommandInteraction
  | APIMessageComponentInteraction
  | APIModalSubmitInteraction

/** Types of interactions. Source: Discord, "Interaction Type". */
export const interactionType = {
  ping: 1,
  command: 2,
  component: 3,
  autocomplete: 4,
  modalSubmit: 5
} as const satisfies Record<string, number>

/** The interaction that the current handler handles. */
export class Interaction extends Context.Service<
  Interaction,
  {
    /** As Discord sent it. */
    readonly raw: RawInteraction
    readonly id: string
    /** Who caused it. */
    readonly user: APIUser
    /** The user as a member of the guild; absent in direct messages. */
    readonly member: APIInteractionGuildMember | undefined
    readonly guildId: string | undefined
    readonly channelId: string | undefined
    /** The user's language, for example `en-GB`. */
    readonly locale: string | undefined
    /** The message whose component was used. */
    readonly message: APIMessage | undefined
    /** When the process received it, in milliseconds of the clock. */
    readonly receivedAt: number
    /** @internal */
    readonly responder: Responder
  }
>()("fibercord/interactions/Interaction") {}

/** What every handler is given; all other requirements of handlers are the bot's. */
export type Provided = Interaction | Runtime.Runtime | Scope.Scope

/** @internal */
export const fromResponder = (responder: Responder): Interaction["Service"] => {
  const { raw } = responder
  // In a guild the user is inside of the member. An interaction without either would be against Discord's schema.
  const user = raw.member?.user ?? raw.user
  return {
    raw,
    id: raw.id,
    user: user as APIUser,
    member: raw.member,
    guildId: raw.guild_id,
    channelId: raw.channel?.id,
    locale: raw.locale,
    message: responder.message,
    receivedAt: responder.receivedAt,
    responder
  }
}
