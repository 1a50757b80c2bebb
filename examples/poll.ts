/** A poll: many users vote at once, one vote each. The Runtime stays open until the user who asked ends it. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Command, Expiration, Interaction, Options, Reply, Runtime } from "fibercord"

const poll = Command.slash(
  "poll",
  {
    description: "Ask everybody",
    options: { question: Options.string("What do you want to know?", { max: 200 }) },
    expiration: Expiration.either(Expiration.inactivity("1 day"), Expiration.afterCreation("7 days"))
  },
  Effect.fn("poll")(function* ({ question }) {
    const votes = yield* Ref.make<ReadonlyMap<string, "yes" | "no">>(new Map())
    const count = (votes: ReadonlyMap<string, string>, vote: string) =>
      [...votes.values()].filter((each) => each === vote).length

    const vote = Effect.fnUntraced(function* (vote: "yes" | "no") {
      const { user } = yield* Interaction.Interaction
      const all = yield* Ref.updateAndGet(votes, (votes) => new Map(votes).set(user.id, vote))
      yield* Reply.update({ content: `${question}\nYes: ${count(all, "yes")}, no: ${count(all, "no")}` })
    })

    const yes = yield* Button.bound({ label: "Yes", style: "success" }, () => vote("yes"))
    const no = yield* Button.bound({ label: "No", style: "danger" }, () => vote("no"))
    const end = yield* Button.bound({ label: "End" }, () => Runtime.close, {
      by: "opener",
      denied: "Only the person who asked can end the poll."
    })
    yield* Reply.send({ content: question, components: [[yes, no, end]] })
  })
)

Bot.layer({ interactions: [poll] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
