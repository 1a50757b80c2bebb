/** Whoever joins is asked to accept the rules, reminded once, and gets a role. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Config, type Duration, Effect, Layer, Schema } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, Button, DiscordRest, GatewayEvents, Snowflake } from "fibercord"
import { Dialogues, Durable } from "fibercord/durable"
import { KeyValueSessionStore } from "fibercord/persistence"

/** What differs between bots. */
export interface Settings {
  /** The role of those who have accepted. */
  readonly role: string
  /** How long a new member has before the reminder, and again after it. Default: 3 days. */
  readonly patience?: Duration.Input
}

const input = Schema.Struct({ guildId: Snowflake.Schema, userId: Snowflake.Schema })

/** The dialogue with a new member. */
export const onboarding = ({ patience = "3 days", role }: Settings) =>
  Durable.make(
    "onboarding",
    { version: 1, input },
    Effect.fn("onboarding")(function* ({ guildId, userId }) {
      const ask = (name: string, content: string) =>
        Durable.ask(name, {
          to: Durable.dm(userId),
          content,
          components: [[Button.choice("accept", { label: "I accept", style: "success" })]],
          timeout: patience
        })
      const isIn = yield* ask("rules", "Welcome! Be kind to each other. Do you accept that?").pipe(
        Effect.catchTag("Timeout", () => ask("again", "You have not accepted the rules yet. Do you?")),
        Effect.as(true),
        Effect.catchTag("Timeout", () => Effect.succeed(false)),
        // Nothing can be asked of those who take no messages.
        Effect.catchReason("MessageError", "CannotMessageUser", () => Effect.succeed(false))
      )
      if (!isIn) return
      const give = DiscordRest.use((api) => api.guilds.addRoleToMember(guildId, userId, role))
      yield* Durable.step("role", give)
      yield* Durable.send("welcome", Durable.dm(userId), { content: "Thank you. You are one of us now." })
    })
  )

type Onboarding = ReturnType<typeof onboarding>

/** Begins the dialogue with everybody who joins: once, although a restart may repeat the event. */
export const greet = (definition: Onboarding) =>
  GatewayEvents.on("GUILD_MEMBER_ADD", ({ guild_id: guildId, joined_at: joinedAt, user }) =>
    Durable.start(
      definition,
      { guildId, userId: user.id },
      { key: `${guildId}/${user.id}/${joinedAt}`, userId: user.id }
    ).pipe(Effect.ignore({ log: "Error", message: "A new member could not be welcomed" }))
  )

/** The bot, which needs `Dialogues` to keep what it asks. */
export const OnboardingBot = (settings: Settings) => {
  const definition = onboarding(settings)
  return Bot.layer({ interactions: [definition], gateway: { intents: ["Guilds", "GuildMembers"] } }).pipe(
    Layer.provide(greet(definition))
  )
}

if (import.meta.main) {
  Layer.unwrap(Effect.map(Config.String("ROLE"), (role) => OnboardingBot({ role }))).pipe(
    Layer.provide(Dialogues.layerSqlite({ filename: "./members.db" })),
    // Who joins while the bot restarts is not missed: the session goes on.
    Layer.provide(KeyValueSessionStore.layer()),
    Layer.provide(Bot.layerDiscord),
    Layer.provide(KeyValueStore.layerFileSystem("./sessions")),
    Layer.provide(NodeServices.layer),
    Bot.launch,
    NodeRuntime.runMain
  )
}
