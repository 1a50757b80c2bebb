/** A bot in one screen. Run it with DISCORD_TOKEN set, and type /counter in a server where it is a member. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref } from "effect"
import { Bot, Button, Command, Options, Reply } from "fibercord"

const counter = Command.slash(
  "counter",
  {
    description: "Count together",
    options: { start: Options.optional(Options.integer("First value", { min: 0 })) }
  },
  Effect.fn("counter")(function* ({ start }) {
    const count = yield* Ref.make(start ?? 0) // lives as long as this Runtime
    const more = yield* Button.bound({ label: "+1" }, () =>
      Ref.updateAndGet(count, (n) => n + 1).pipe(Effect.flatMap((n) => Reply.update({ content: `${n}` })))
    )
    yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
  })
)

Bot.layer({ interactions: [counter] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
