/**
 * # Commands in context menus
 *
 * Adds "Profile" to the menu of a user and "Bookmark" to the menu of a message, which sends the message to yourself.
 *
 * `Command.user` and `Command.message` are commands like any other: they are among the `interactions`, take
 * [middlewares](../guide/middleware.md) and open a Runtime. The handler gets the user, with the member's data in a
 * guild, or the message.
 *
 * ## What to watch out for
 *
 * - An application has at most 15 commands for users and 15 for messages. Their names may have capitals and spaces, and they
 * have no description.
 * - A user who has closed their direct messages cannot be written to. That is the reason `CannotMessageUser`; all other
 * reasons stay an error of the command.
 * - Discord sends the content of the message with the interaction. No intent is needed.
 * - Some users may write 4000 characters, and a bot 2000: the copy is cut, and the link leads to the rest.
 */
import { Effect } from "effect"
import { Command, Embed, ErrorReply, Interaction, Messages, Reply } from "fibercord"

export const profile = Command.user("Profile", { contexts: ["guild"], replies: { ephemeral: true } }, (user) => {
  const joined = user.member?.joined_at
  const embed = Embed.make({
    title: user.member?.nick ?? user.global_name ?? user.username,
    fields: [
      Embed.field("User name", user.username, { inline: true }),
      Embed.field("Here since", joined ? `<t:${Math.floor(Date.parse(joined) / 1000)}:D>` : "unknown", {
        inline: true
      }),
      Embed.field("Roles", user.member?.roles.map((role) => `<@&${role}>`).join(" ") || "none")
    ]
  })
  return Reply.send({ embeds: [embed] })
})

export const bookmark = Command.message(
  "Bookmark",
  { contexts: ["guild"], replies: { ephemeral: true } },
  Effect.fn("bookmark")(function* (message) {
    const { guildId, user } = yield* Interaction.inGuild
    const link = `https://discord.com/channels/${guildId}/${message.channel_id}/${message.id}`
    yield* Messages.dm(user.id, {
      content: `${message.author.username}: ${message.content.slice(0, 1800)}\n${link}`
    }).pipe(
      Effect.catchReason("MessageError", "CannotMessageUser", () => ErrorReply.deny("You take no direct messages."))
    )
    yield* Reply.send({ content: "It is in your direct messages." })
  })
)

/** For the `onError` of `Bot.layer`. */
export const bookmarkErrors = { MessageError: () => ErrorReply.ephemeral("I could not send it.") }
