/** An event: whoever reacts to a message with 👋 is greeted. It needs the intent `GuildMessageReactions`. */
import { Effect } from "effect"
import { GatewayEvents, Messages } from "fibercord"

export const Waves = GatewayEvents.on("MESSAGE_REACTION_ADD", ({ channel_id, emoji, user_id }) =>
  emoji.name === "👋"
    ? Messages.send(channel_id, { content: `Hello, <@${user_id}>!` }).pipe(
        Effect.catch((error) => Effect.logWarning(`Nobody was greeted: ${error.message}`))
      )
    : Effect.void
)
