/** A bot in two languages: a catalogue for its commands, its components, its texts and the library's. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Catalogue, Command, Interaction, Reply } from "fibercord"

const texts = Catalogue.make(
  "en",
  {
    command: "apples",
    description: "Count your apples",
    pick: "Pick one",
    apples: { plural: "count", one: "One apple, {name}.", other: "{count} apples, {name}." },
    Denied: "These are not your apples."
  },
  {
    de: {
      command: "äpfel",
      description: "Zähl deine Äpfel",
      pick: "Einen pflücken",
      apples: { plural: "count", one: "Ein Apfel, {name}.", other: "{count} Äpfel, {name}." },
      Denied: "Das sind nicht deine Äpfel."
    }
  }
)

const english = texts.in("en")

const apples = Command.slash(
  english("command"),
  {
    description: english("description"),
    nameLocalizations: texts.localizations("command"),
    descriptionLocalizations: texts.localizations("description"),
    contexts: ["guild"]
  },
  Effect.fn("apples")(function* () {
    const count = yield* Ref.make(1)
    const { member } = yield* Interaction.inGuild
    const say = (count: number) => texts.text("apples", { count, name: member.nick ?? member.user.username })
    const more = yield* Button.bound(
      { label: english("pick"), labelLocalizations: texts.localizations("pick") },
      () =>
        Effect.gen(function* () {
          yield* Reply.update({ content: yield* say(yield* Ref.updateAndGet(count, (n) => n + 1)) })
        }),
      { by: "opener" }
    )
    yield* Reply.send({ content: yield* say(1), components: [[more]] })
  })
)

Bot.layer({ interactions: [apples], texts: texts.replies }).pipe(
  Layer.provide(Bot.layerDiscord),
  Bot.launch,
  NodeRuntime.runMain
)
