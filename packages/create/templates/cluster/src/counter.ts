/** `/counter start: 41` shows a number, and a button that everybody can press. */
import { Effect, Ref } from "effect"
import { Button, Command, Options, Reply } from "fibercord"

export const counter = Command.slash(
  "counter",
  {
    description: "Count together",
    options: { start: Options.integer("First value", { min: 0 }).pipe(Options.optional) }
  },
  Effect.fn("counter")(function* ({ start }) {
    const count = yield* Ref.make(start ?? 0) // lives as long as this dialogue
    const more = yield* Button.bound({ label: "+1" }, () =>
      Ref.updateAndGet(count, (n) => n + 1).pipe(Effect.flatMap((n) => Reply.update({ content: `${n}` })))
    )
    yield* Reply.send({ content: `${start ?? 0}`, components: [[more]] })
  })
)
