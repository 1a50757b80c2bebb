/** The interaction that a handler handles, and what every handler is given. */
import type * as Discord from "../../discord/Discord.ts"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { contextType } from "../../discord/numbers.ts"
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
    /** The guild's language and features; `undefined` in direct messages. */
    readonly guild: Discord.InteractionGuild | undefined
    readonly channelId: string | undefined
    /** Where it was caused, with what Discord says of that channel. */
    readonly channel: Discord.InteractionChannel | undefined
    /** Where it was caused: in a guild, in direct messages with the bot, or in other ones. */
    readonly context: InteractionContext | undefined
    /** The user's language, for example `en-GB`. */
    readonly locale: string | undefined
    /** The preferred language of the guild; `undefined` in direct messages. */
    readonly guildLocale: string | undefined
    /** What the user and the guild have bought of this application, or were given. See `Middleware.requireEntitlement`. */
    readonly entitlements: ReadonlyArray<Discord.Entitlement>
    /** The size of the largest file that a reply may bring, in bytes. */
    readonly attachmentSizeLimit: number | undefined
    /**
     * For which installations the application was authorized: the id of the guild, `"0"` in direct messages with the bot,
     * and the id of the user. For a component they are those of the interaction that sent its message.
     */
    readonly authorizingIntegrationOwners: IntegrationOwners
    /** What the bot may do in this channel, as a decimal string of bits. See the module `Permissions`. */
    readonly appPermissions: string | undefined
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

/** Where an interaction was caused. Source: Discord, "Interaction Context Types". */
export type InteractionContext = keyof typeof contextType

/** Who has installed the application. Source: Discord, "Authorizing Integration Owners Object". */
export interface IntegrationOwners {
  /** The id of the guild that has installed the application; `undefined` if none has. */
  readonly guild?: string | undefined
  /** The id of the user who has installed the application; `undefined` if nobody has. */
  readonly user?: string | undefined
}

/** An interaction that was caused in a guild. */
export interface GuildInteraction extends Omit<Interaction["Service"], "context" | "guildId" | "member"> {
  readonly context: "guild"
  readonly guildId: string
  readonly member: Discord.GuildMember
}

/**
 * A requirement that exists only in the types: the handler runs in guilds only. A command satisfies it with
 * `contexts: ["guild"]`, and anything else with `Middleware.guildOnly`.
 */
export interface InGuild {
  readonly "~fibercord/InGuild": true
}

/**
 * The current interaction of a handler that runs in guilds only, so that `guildId` and `member` are there. Bound components
 * of such a handler can use it, too.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Command, Interaction, Reply } from "fibercord"
 *
 * const close = Command.slash("close", { description: "Close this", contexts: ["guild"] }, () =>
 *   Effect.flatMap(Interaction.inGuild, ({ guildId, member }) =>
 *     Reply.send({ content: `${member.user.username} closed this in ${guildId}.` })
 *   )
 * )
 * ```
 */
export const inGuild: Effect.Effect<GuildInteraction, never, Interaction | InGuild> = Interaction.useSync(
  (interaction) => interaction
) as never

/** What every handler is given. All other requirements of handlers are the bot's. */
export type Provided = Interaction | OpenModal | Runtime.Runtime | Scope.Scope
