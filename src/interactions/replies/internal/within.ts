/** The time limit of questions and forms. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Handle } from "../../../runtime/Runtime.ts"
import { NoAnswer } from "../NoAnswer.ts"
import { endSome } from "./endedComponents.ts"

/** Waits at most so long. Then what was asked with is disabled, and the wait fails with `NoAnswer`. */
export const within = <A, E>(
  runtime: Handle,
  wait: Effect.Effect<A, E>,
  timeout: Duration.Input | undefined,
  customIds: ReadonlyArray<string> = []
): Effect.Effect<A, E | NoAnswer> => {
  if (timeout === undefined) return wait
  const millis = Duration.toMillis(Duration.fromInputUnsafe(timeout))
  return Effect.timeoutOrElse(wait, {
    duration: millis,
    orElse: () =>
      Effect.andThen(
        Effect.suspend(() => endSome(runtime, (customId) => customIds.includes(customId))),
        Effect.fail(new NoAnswer({ millis }))
      )
  })
}
