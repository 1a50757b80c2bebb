/** The interaction that a handler handles, and what every handler is given. */
import type * as Discord from "../../discord/Discord.ts"
import * as Context from "effect/Context"
import type * as Scope from "effect/Scope"
import type * as Runtime from "../../runtime/Runtime.ts"
import type { RawInteraction } from "../wire/rawInteraction.ts"

export type { RawInteraction } from "../wire/rawInteraction.ts"

/**
 * The interaction that the current handler handles, or the one that it last waited for with `Reply.ask` or `Modal.ask`.
 */
export class Interaction extends Context.Service<
  Interaction,
  {
    /** As Discord sent it. */
    readonly raw: RawInteraction
    readonly id: string
    /** The user who caused it. */
    readonly user: Discord.User
    /** The user as a member of the guild; `undefined` in direct messages. */
    readonly member: Discord.GuildMember | undefined
    readonly guildId: string | undefined
    readonly channelId: string | undefined
    /** The user's language, for example `en-GB`. */
    readonly locale: string | undefined
    /** The custom id of the component or modal that was used. */
    readonly customId: string | undefined
    /** The message whose component was used. */
    readonly message: Discord.Message | undefined
    /** When the process received it, in milliseconds of the clock. */
    readonly receivedAt: number
  }
>()("fibercord/interactions/Interaction") {}

/**
 * A requirement that exists only in the types: the current interaction may open a modal. That holds for every
 * interaction except the submission of a modal.
 */
export interface OpenModal {
  readonly "~fibercord/OpenModal": true
}

/** What every handler is given. All other requirements of handlers are the bot's. */
export type Provided = Interaction | OpenModal | Runtime.Runtime | Scope.Scope
