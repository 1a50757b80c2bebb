/**
 * # A role for some days
 *
 * Gives a member a role and takes it back after some days, also if the bot was restarted, or was down, meanwhile.
 *
 * The handler is a [durable dialogue](../guide/durable.md): each step is written down when it is done, and a process that
 * starts goes on after the last one. `Durable.sleep` is a row in the database, and costs nothing while it waits.
 *
 * ## What to watch out for
 *
 * - A durable handler runs again from its start after each wait. What changes the world is inside of `Durable.step`; giving
 * a role twice does no harm.
 * - An error of a step is stored by its schema. Without `error` it would be a defect and end the dialogue.
 * - If you change the steps, raise the `version`. Dialogues that have begun finish with the old one.
 */
import { Duration, Effect } from "effect"
import { DiscordRest, DiscordRestError, ErrorReply, Middleware, Options } from "fibercord"
import { Durable } from "fibercord/durable"

const error = DiscordRestError.DiscordRestError

export const temporaryRole = Durable.slash(
  "temporary-role",
  {
    version: 1,
    description: "Give somebody a role for some days",
    contexts: ["guild"],
    defaultMemberPermissions: ["ManageRoles"],
    response: "defer",
    options: {
      who: Options.user("Whom"),
      role: Options.role("Which role"),
      days: Options.integer("For how many days", { min: 1, max: 365 })
    }
  },
  Effect.fn("temporary-role")(function* ({ days, role, who }, { guildId = "", user }) {
    const time = days === 1 ? "1 day" : `${days} days`
    const give = DiscordRest.use(({ guilds }) =>
      guilds.addRoleToMember(guildId, who.id, role.id, { reason: `${user.username}, for ${time}` })
    )
    const take = DiscordRest.use(({ guilds }) =>
      guilds.removeRoleFromMember(guildId, who.id, role.id, { reason: `after ${time}` })
    )
    const isGiven = yield* Durable.step("give", give, { error }).pipe(
      Effect.as(true),
      Effect.catchTag("DiscordRestError", () => Effect.succeed(false))
    )
    yield* Durable.send("say", Durable.reply, {
      content: isGiven ? `<@${who.id}> has ${role.name} for ${time}.` : `I may not give out ${role.name}.`,
      allowedMentions: { parse: [] }
    })
    if (!isGiven) return
    yield* Durable.sleep("days", Duration.days(days))
    // They may have left, or the role may be gone.
    yield* Durable.step("take", take, { error }).pipe(Effect.ignore({ log: "Warn" }))
  })
).pipe(Middleware.requirePermissions(["ManageRoles"]))

/** For the `onError` of `Bot.layer`, which also needs `Dialogues`. */
export const temporaryRoleErrors = { MessageError: () => ErrorReply.ephemeral("I may not write here.") }
