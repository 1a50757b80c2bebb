/** Where the workflows of a bot are registered. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

const scopes = new WeakMap<Scope.Scope, Scope.Scope>()

/**
 * The scope of all registrations in another one. They end at once and not one after the other, because each waits for its
 * steps that are not over.
 */
export const scopeIn = (scope: Scope.Scope): Effect.Effect<Scope.Scope> =>
  Effect.suspend(() => {
    const known = scopes.get(scope)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.tap(Scope.fork(scope, "parallel"), (made) => Effect.sync(() => scopes.set(scope, made)))
  })
