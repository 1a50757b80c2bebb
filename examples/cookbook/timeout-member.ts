/**
 * # Time out a member, with every check
 *
 * Silences a member for some hours, if the moderator and the bot both may, with a reason in the audit log and a message to
 * the member.
 *
 * Permission and hierarchy are [two questions](../guide/permissions.md). Discord sends the permissions with the
 * interaction, and two middlewares check those of the moderator and of the bot. `MemberPermissions.canActOn` asks whether
 * somebody's highest role is above the target's: for the moderator, because Discord checks only the bot.
 *
 * ## What to watch out for
 *
 * - `defaultMemberPermissions` hides the command, but admins of a server can show it to others. The middleware holds.
 * - Tell the member before you act if the action ends your contact, as a ban does.
 * - A timeout lasts at most 28 days.
 */
import { DateTime, Effect } from "effect"
import { Command, DiscordRest, ErrorReply, Interaction, MemberPermissions, Messages, Middleware } from "fibercord"
import { Options, Reply } from "fibercord"

/** Refuses unless the hierarchy lets the moderator and the bot act on the target. */
const outrank = Effect.fn("outrank")(function* (targetId: string) {
  const { guildId, raw, user } = yield* Interaction.inGuild
  const mayAct = (actorId: string) => MemberPermissions.canActOn({ guildId, actorId, targetId })
  if (!(yield* mayAct(user.id))) return yield* ErrorReply.deny(`You are not above <@${targetId}>.`)
  if (!(yield* mayAct(raw.application_id))) return yield* ErrorReply.deny(`I am not above <@${targetId}>.`)
})

export const timeout = Command.slash(
  "timeout",
  {
    description: "Silence a member",
    contexts: ["guild"],
    defaultMemberPermissions: ["ModerateMembers"],
    replies: { ephemeral: true },
    options: {
      who: Options.user("Whom"),
      hours: Options.integer("For how many hours", { choices: [1, 24, 168] }),
      reason: Options.string("Why", { max: 300 })
    }
  },
  Effect.fn("timeout")(function* ({ hours, reason, who }) {
    yield* outrank(who.id)
    const { guildId, user } = yield* Interaction.inGuild
    const until = DateTime.formatIso(DateTime.add(yield* DateTime.now, { hours }))
    yield* DiscordRest.use(({ guilds }) =>
      guilds.editMember(
        guildId,
        who.id,
        { communication_disabled_until: until },
        { reason: `${user.username}: ${reason}` }
      )
    )
    const told = yield* Messages.dm(who.id, { content: `You are silenced for ${hours} hours: ${reason}` }).pipe(
      Effect.as("They know why."),
      Effect.catchReason("MessageError", "CannotMessageUser", () => Effect.succeed("They take no direct messages."))
    )
    yield* Reply.send({ content: `<@${who.id}> is silenced for ${hours} hours. ${told}` })
  })
).pipe(Middleware.requirePermissions(["ModerateMembers"]), Middleware.requireBotPermissions(["ModerateMembers"]))

/** For the `onError` of `Bot.layer`. */
export const timeoutErrors = {
  DiscordRestError: () => ErrorReply.ephemeral("Discord did not do it. Is that user still here?"),
  MessageError: () => ErrorReply.ephemeral("They are silenced, but I could not tell them.")
}
