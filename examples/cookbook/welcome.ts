/**
 * # Welcome new members
 *
 * Greets everybody who joins in the server's own channel for that, and says in the log what is missing if the bot may not
 * write there.
 *
 * Server owners choose the channel in Discord's settings: it is `system_channel_id` of the guild. The
 * [cache](../guide/cache.md) keeps only that and the name of each guild. The handler decides by the reason of the `MessageError`.
 *
 * ## What to watch out for
 *
 * - `GuildMembers` is a privileged intent: enable it in the developer portal. Without it the bot does not start, and says
 * so.
 * - An event handler has no user to tell about an error, so its error type is `never`: every failure is handled or logged.
 * - Do not compute permissions first. They may change between the check and the call; Discord's answer is what counts.
 * - `allowedMentions` names the one user who may be mentioned. A user name cannot smuggle in another one.
 */
import { Effect, Layer, Option } from "effect"
import { GatewayEvents, GuildCache, Messages } from "fibercord"

const cache = GuildCache.define({ guilds: { pick: ({ name, system_channel_id }) => ({ name, system_channel_id }) } })

const greet = GatewayEvents.on(
  "GUILD_MEMBER_ADD",
  Effect.fn("greet")(
    function* ({ guild_id, user }) {
      const guild = yield* cache.guilds.get(guild_id)
      const channel = Option.flatMapNullishOr(guild, ({ system_channel_id }) => system_channel_id)
      if (Option.isNone(channel) || user.bot === true) return
      yield* Messages.send(channel.value, {
        content: `Welcome to ${Option.getOrThrow(guild).name}, <@${user.id}>!`,
        allowedMentions: { users: [user.id] }
      })
    },
    Effect.catchReasons("MessageError", {
      MissingAccess: () => Effect.logWarning("No welcome: I do not see the system channel"),
      MissingPermissions: () => Effect.logWarning("No welcome: I may not write into the system channel")
    }),
    Effect.ignore({ log: "Error" })
  )
)

/** Merge it with the bot, whose intents are `["Guilds", "GuildMembers"]`. */
export const welcome = Layer.mergeAll(greet, GatewayEvents.requireIntents(["GuildMembers"], "welcome")).pipe(
  Layer.provide(cache.layer)
)
