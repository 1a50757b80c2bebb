/** What is its own scope. */
import * as Scope from "effect/Scope"

const noFinalizers = Scope.makeUnsafe().state

/**
 * A scope as Effect makes them, with nothing for itself but its finalizers. To be one costs a word; to have one of Effect's
 * costs 96 bytes, which is half of an idle Runtime.
 */
export abstract class OwnScope implements Scope.Closeable {
  state: Scope.Scope["state"] = noFinalizers

  get "~effect/Scope"() {
    return "~effect/Scope" as const
  }

  get "~effect/Scope/Closeable"() {
    return "~effect/Scope/Closeable" as const
  }

  get strategy() {
    return "sequential" as const
  }

  get parent() {
    return undefined
  }
}
