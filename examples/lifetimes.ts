/** How long Runtimes live: the default of a bot, the setting of a command, and until somebody ends one. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Ref, Schedule } from "effect"
import { Bot, Button, Command, Expiration, Reply, Runtime } from "fibercord"

const poll = Command.slash(
  "poll",
  { description: "Ask everybody, until you end it", expiration: Expiration.explicit },
  Effect.fn("poll")(function* () {
    const votes = yield* Ref.make(0)
    const agree = yield* Button.bound({ label: "Agree", style: "success" }, () =>
      Effect.flatMap(
        Ref.updateAndGet(votes, (n) => n + 1),
        (n) => Reply.update({ content: `${n} agree` })
      )
    )
    const end = yield* Button.bound({ label: "End", style: "danger" }, () => Runtime.close)
    yield* Reply.send({ content: "Shall we?", components: [[agree, end]] })
  })
)

const daily = Command.slash(
  "daily",
  { description: "A list for today", expiration: Expiration.make(Schedule.cron("0 0 * * *")) },
  Effect.fn("daily")(function* () {
    const done = yield* Button.bound({ label: "Done" }, () => Reply.update({ content: "Well done.", components: [] }))
    yield* Reply.send({ content: "Today: write tests.", components: [[done]] })
  })
)

Bot.layer({
  interactions: [poll, daily],
  expiration: Expiration.either(Expiration.inactivity("5 minutes"), Expiration.afterCreation("1 hour"))
}).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
