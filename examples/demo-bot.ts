/** The bot of `npm start`, the same with and without a token. */
import { Effect, Ref } from "effect"
import { Button, Command, type Expiration, Interaction, Options, Reply } from "fibercord"

/** `/counter`: a number and a button that adds one. `tell` is called with what its handlers do. */
export const makeCounter = (options: {
  readonly expiration: Expiration.Expiration
  readonly tell: (what: string) => Effect.Effect<void>
}) =>
  Command.slash(
    "counter",
    {
      description: "Count together",
      options: { start: Options.optional(Options.integer("First value", { min: 0 })) },
      expiration: options.expiration
    },
    Effect.fn("counter")(function* ({ start }) {
      const count = yield* Ref.make(start ?? 0)
      const more = yield* Button.bound({ label: "+1", style: "primary" }, () =>
        Effect.gen(function* () {
          const { user } = yield* Interaction.Interaction
          yield* options.tell(`handles ${user.username}'s click`)
          // Reads, waits and writes: two of these at once would lose a click. There is no lock, and none is needed.
          const n = (yield* Ref.get(count)) + 1
          yield* Effect.sleep("100 millis")
          yield* Ref.set(count, n)
          yield* Reply.update({ content: `${n}` })
          yield* options.tell(`has handled ${user.username}'s click: ${n}`)
        })
      )
      yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
      yield* options.tell(`has opened a Runtime that counts from ${start ?? 0}`)
    })
  )
