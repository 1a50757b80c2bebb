/**
 * # Confirm before something is destroyed
 *
 * Asks "are you sure?", acts only on a yes of the user who asked for it, and leaves everything as it is when nobody
 * answers.
 *
 * `Confirm.ask` sends two buttons and waits. The handler goes on where it waited, with its variables, so the role need
 * not be stored anywhere. Only the user who ran the command may click; others get a text of the bot.
 *
 * ## What to watch out for
 *
 * - A second click on "Delete" does nothing: the question has its answer, so the click is acknowledged silently.
 * - Check the permissions of the bot, too. Discord says no only when it is too late to ask.
 * - Discord refuses to delete a role that is not below the bot's highest one. That is the `DiscordRestError` for `onError`.
 * - After a restart the question is gone, and a late click says so. For an answer that may take days, see [durable
 * dialogues](../guide/durable.md).
 */
import { Effect } from "effect"
import { Command, Confirm, DiscordRest, ErrorReply, Interaction, Middleware, Options, Reply } from "fibercord"

export const deleteRole = Command.slash(
  "delete-role",
  {
    description: "Delete a role for good",
    contexts: ["guild"],
    defaultMemberPermissions: ["ManageRoles"],
    replies: { ephemeral: true },
    options: { role: Options.role("Which one"), reason: Options.string("Why", { max: 200 }) }
  },
  Effect.fn("delete-role")(
    function* ({ reason, role }) {
      const { guildId, user } = yield* Interaction.inGuild
      const isSure = yield* Confirm.ask({
        content: `Delete the role ${role.name}? This cannot be undone.`,
        yes: { label: "Delete", style: "danger" },
        timeout: "1 minute"
      })
      if (!isSure) return yield* Reply.update({ content: `${role.name} stays.`, components: [] })
      yield* DiscordRest.use(({ guilds }) =>
        guilds.deleteRole(guildId, role.id, { reason: `${user.username}: ${reason}` })
      )
      return yield* Reply.update({ content: `${role.name} is deleted.`, components: [] })
    },
    Effect.catchTag("NoAnswer", () => Reply.edit({ content: "Nobody answered. The role stays.", components: [] }))
  )
).pipe(Middleware.requirePermissions(["ManageRoles"]), Middleware.requireBotPermissions(["ManageRoles"]))

/** For the `onError` of `Bot.layer`. */
export const deleteRoleErrors = {
  DiscordRestError: () => ErrorReply.ephemeral("Discord did not let me. Is the role below mine?")
}
