/**
 * # Roles by buttons
 *
 * Posts a button with which members give themselves a role, or take it back, also after a restart of the bot.
 *
 * A bound button belongs to a dialogue and ends with it. This one is
 * [independent](../guide/components.md#independent): it has a name, and the id of its role is in the button itself. Each
 * click opens a Runtime of its own, and there is nothing to store.
 *
 * ## What to watch out for
 *
 * - Keep the name `role` and the payload as they are, as long as there are such buttons: the old messages have them.
 * - Custom ids come back from users. The payload is decoded by its schema, but it is no proof that you posted such a
 * button; Discord's role hierarchy is what keeps the bot from giving away a role above its own.
 * - Do not offer roles with permissions that you would not give to everybody. `/role-button` takes no role that has any;
 * those that a new role has from `@everyone` can be switched off, because its members have them anyway.
 */
import { Effect, Schema } from "effect"
import { Button, Command, DiscordRest, ErrorReply, Interaction, Middleware, Options, Reply, Snowflake } from "fibercord"

const toggle = Button.independent(
  "role",
  { payload: Schema.Struct({ role: Snowflake.Schema }) },
  Effect.fn("role")(function* ({ role }) {
    const { guildId, member, user } = yield* Interaction.inGuild
    yield* Reply.defer({ ephemeral: true })
    const has = member.roles.includes(role)
    const audit = { reason: `${user.username} asked for it` }
    yield* DiscordRest.use(({ guilds }) =>
      has
        ? guilds.removeRoleFromMember(guildId, user.id, role, audit)
        : guilds.addRoleToMember(guildId, user.id, role, audit)
    )
    yield* Reply.send({ content: has ? `You no longer have <@&${role}>.` : `You have <@&${role}> now.` })
  })
).pipe(Middleware.guildOnly(), Middleware.requireBotPermissions(["ManageRoles"]))

const post = Command.slash(
  "role-button",
  {
    description: "Post a button for a role",
    contexts: ["guild"],
    defaultMemberPermissions: ["ManageRoles"],
    options: { role: Options.role("Which one"), text: Options.string("What stands above it", { max: 500 }) }
  },
  Effect.fn("role-button")(function* ({ role, text }) {
    if (role.permissions !== "0") return yield* ErrorReply.deny("This role has permissions. Give it by hand.")
    const button = toggle.with({ label: role.name }, { role: role.id })
    return yield* Reply.send({ content: text, components: [[button]] })
  })
).pipe(Middleware.requirePermissions(["ManageRoles"]))

export const roleButtons = { toggle, post }

/** For the `onError` of `Bot.layer`. */
export const roleButtonErrors = {
  DiscordRestError: () => ErrorReply.ephemeral("I may not give out that role. It must be below mine.")
}
