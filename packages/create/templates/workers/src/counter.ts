/**
 * `/counter start: 41` shows a number, and a button that everybody can press. Modules are imported by their own names:
 * `fibercord` itself has the gateway in it, which needs Node.
 */
import { Effect, Ref } from "effect"
import * as Button from "fibercord/Button"
import * as Command from "fibercord/Command"
import * as Options from "fibercord/Options"
import * as Reply from "fibercord/Reply"

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
