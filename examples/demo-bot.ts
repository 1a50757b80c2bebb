/** The bot of `npm start`, the same with and without a token. */
import { Effect, Ref } from "effect"
import { Button, Command, type Expiration, Interaction, Options, Reply } from "fibercord"

export const makeCounter = (expiration: Expiration.Expiration) =>
  Command.slash(
    "counter",
    {
      description: "Count together",
      options: { start: Options.integer("First value", { min: 0 }).optional },
      expiration
    },
    Effect.fn("counter")(function* ({ start }) {
      const count = yield* Ref.make(start ?? 0)
      const more = yield* Button.bound({ label: "+1", style: "primary" }, () =>
        Effect.gen(function* () {
          const { user } = yield* Interaction.Interaction
          const n = yield* Ref.updateAndGet(count, (n) => n + 1)
          yield* Effect.logDebug(`${user.username} makes it ${n}`)
          yield* Reply.update({ content: `${n}` })
        })
      )
      yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
    })
  )
