/**
 * A role menu that survives restarts: its buttons keep working, and each click opens a Runtime of its own.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { Bot, Button, Command, DiscordRest, ErrorReply, Interaction, Options, Reply, Snowflake } from "fibercord"

const join = Button.independent(
  "join-role",
  { payload: Schema.Struct({ role: Snowflake.Schema }) },
  Effect.fn("join-role")(function* ({ role }) {
    const { guildId, user } = yield* Interaction.Interaction
    if (guildId === undefined) return yield* Reply.send({ content: "Only in a server.", ephemeral: true })
    yield* Reply.defer({ ephemeral: true })
    yield* DiscordRest.use((api) => api.guilds.addRoleToMember(guildId, user.id, role))
    return yield* Reply.send({ content: `You have <@&${role}> now.`, ephemeral: true })
  })
)

const setup = Command.slash(
  "setup",
  { description: "Post the role button", options: { role: Options.role("Role to give away") } },
  ({ role }) => Reply.send({ content: role.name, components: [[join.with({ label: "Join" }, { role: role.id })]] })
)

Bot.layer({
  interactions: [setup, join],
  onError: { DiscordRestError: () => ErrorReply.ephemeral("I may not give out that role.") }
}).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
