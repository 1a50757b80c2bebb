/**
 * Runs autocompletions. They get no Runtime: each lives for a single response, and the same user's next keystroke makes
 * it stale.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Forks from "../../../internal/Forks.ts"
import { Interaction, type Provided } from "../../replies/Interaction.ts"
import { CurrentInteraction } from "../../replies/internal/currentInteraction.ts"
import { isDenied } from "../../replies/internal/isDenied.ts"
import type { Responder } from "../../replies/internal/responder.ts"
import { userIdOf } from "../../wire/rawInteraction.ts"
import type { Answers } from "./answers.ts"

/** Autocompletions under way. */
export interface Completions {
  /** Runs the autocompletion of a command, and interrupts the same user's previous one. */
  readonly run: (command: string, autocomplete: Effect.Effect<unknown, unknown, Provided>, responder: Responder) => void
}

/** Makes the runner. `base` is the context that autocompletions get in addition to their interaction. */
export const make = Effect.fnUntraced(function* (base: Context.Context<never>, answers: Answers) {
  const forks = yield* Forks.make("An autocompletion failed")
  const running = new Map<string, Fiber.Fiber<void>>()
  // Not a `FiberMap`, which a bot would load for this alone.
  const start = (key: string, completion: Effect.Effect<void>): void => {
    const fiber = forks.fork(completion)
    running.get(key)?.interruptUnsafe()
    if (fiber.pollUnsafe() !== undefined) return
    running.set(key, fiber)
    fiber.addObserver(() => {
      if (running.get(key) === fiber) running.delete(key)
    })
  }
  return {
    run: (command, autocomplete, responder) => {
      const context = Context.add(base, Interaction, new CurrentInteraction(responder))
      const provided = Effect.scoped(Effect.provideContext(autocomplete, context as Context.Context<Provided>))
      start(
        `${userIdOf(responder.raw)} ${command}`,
        Effect.matchCauseEffect(provided, {
          onFailure: (cause) =>
            Effect.andThen(
              isDenied(cause) ? Effect.void : Effect.logError("An autocompletion failed", cause),
              answers.quietly(responder, responder.choices([]))
            ),
          onSuccess: () => Effect.void
        })
      )
    }
  } satisfies Completions
})
