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
import type * as Runtime from "../../runtime/Runtime.ts"
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

/** The interaction that the current handler handles, or that it has waited for since. */
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
    /** The custom id of the component or modal that was used. */
    readonly customId: string | undefined
    /** The message whose component was used. */
    readonly message: APIMessage | undefined
    /** When the process received it, in milliseconds of the clock. */
    readonly receivedAt: number
    /** @internal */
    readonly responder: Responder
  }
>()("fibercord/interactions/Interaction") {}

/** That the current interaction may be answered with a modal: any but a modal's submission. Only the types know it. */
export interface OpenModal {
  readonly "~fibercord/OpenModal": true
}

/** What every handler is given; all other requirements of handlers are the bot's. */
export type Provided = Interaction | OpenModal | Runtime.Runtime | Scope.Scope

/** @internal What the router provides: it moves on when a handler has waited for another interaction. */
export class CurrentInteraction {
  #responder: Responder

  constructor(responder: Responder) {
    this.#responder = responder
  }

  moveTo(responder: Responder): void {
    this.#responder = responder
  }

  get responder(): Responder {
    return this.#responder
  }

  get raw(): RawInteraction {
    return this.#responder.raw
  }

  get id(): string {
    return this.raw.id
  }

  // In a guild the user is inside of the member. An interaction without either would be against Discord's schema.
  get user(): APIUser {
    return (this.raw.member?.user ?? this.raw.user) as APIUser
  }

  get member(): APIInteractionGuildMember | undefined {
    return this.raw.member
  }

  get guildId(): string | undefined {
    return this.raw.guild_id
  }

  get channelId(): string | undefined {
    return this.raw.channel?.id
  }

  get locale(): string | undefined {
    return this.raw.locale
  }

  get customId(): string | undefined {
    return "custom_id" in this.raw.data ? this.raw.data.custom_id : undefined
  }

  get message(): APIMessage | undefined {
    return this.#responder.message
  }

  get receivedAt(): number {
    return this.#responder.receivedAt
  }
}
