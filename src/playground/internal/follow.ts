/** Following what a program says, without losing the rest of it to one value that cannot be handled. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** Calls `each` with the values of a stream until the scope closes. If it throws, that is logged, and the next value follows. */
export const follow = <A>(
  stream: Stream.Stream<A>,
  each: (value: A) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Stream.runForEach(stream, (value) =>
    Effect.sync(() => each(value)).pipe(
      Effect.catchDefect((defect) => Effect.logError("The playground could not follow the bot's program", defect))
    )
  ).pipe(Effect.forkScoped({ startImmediately: true }), Effect.asVoid)
