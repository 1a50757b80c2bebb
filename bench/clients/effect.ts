/** Effect alone: a program that waits, with the modules that every bot in Effect has. It connects to nothing. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

class Greeting extends Context.Service<Greeting, { readonly text: string }>()("bench/Greeting") {}

/** Starts, and waits for nothing. */
export const start = (): Promise<void> =>
  new Promise((resolve) => {
    Effect.flatMap(Greeting, ({ text }) => Effect.logDebug(text)).pipe(
      Effect.andThen(Effect.sync(resolve)),
      Effect.andThen(Effect.never),
      Effect.provide(Layer.succeed(Greeting, { text: "hello" })),
      Effect.runFork
    )
  })
