import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Entry } from "../../src/runtime/internal/entry.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"

const open = Effect.map(
  Runtimes.Runtimes.use((runtimes) => runtimes.open()),
  (opened) => Option.getOrThrow(opened) as Entry
)

/** What finalizers of a scope do, whatever else happens to it. */
const story = Effect.fnUntraced(function* (scope: Scope.Closeable, close: Effect.Effect<unknown>) {
  const told: Array<string> = []
  const add = (text: string) =>
    Scope.addFinalizer(
      scope,
      Effect.sync(() => told.push(text))
    )
  yield* add("first")
  const child = yield* Scope.fork(scope)
  yield* Scope.addFinalizer(
    child,
    Effect.sync(() => told.push("child"))
  )
  const gone = yield* Scope.fork(scope)
  yield* Scope.addFinalizer(
    gone,
    Effect.sync(() => told.push("closed before"))
  )
  yield* Scope.close(gone, Exit.void)
  const fiber = yield* Effect.forkIn(
    Effect.onInterrupt(Effect.never, () => Effect.sync(() => told.push("interrupted"))),
    scope,
    { startImmediately: true }
  )
  yield* Scope.addFinalizerExit(scope, (exit) => Effect.sync(() => told.push(exit._tag)))
  told.push("closing")
  yield* close
  yield* Fiber.await(fiber)
  told.push(scope.state._tag)
  yield* add("at once, because it is closed")
  return told
})

describe("the scope of a Runtime", () => {
  // A Runtime is its own scope. This fails if a version of Effect gives its scopes more than a Runtime has.
  it.effect("has what Effect's own scopes have", () =>
    Effect.gen(function* () {
      const { state, ...constant } = Scope.makeUnsafe()
      const { scope } = yield* open
      assert.strictEqual(scope.state, state)
      for (const [field, value] of Object.entries(constant)) {
        assert.isTrue(field in scope, field)
        assert.strictEqual(scope[field as keyof typeof constant], value)
      }
    }).pipe(Effect.provide(Runtimes.layer()))
  )

  it.effect("closes as they do", () =>
    Effect.gen(function* () {
      const runtime = yield* open
      const own = yield* story(runtime.scope, Effect.andThen(runtime.close("Closed"), runtime.closed))
      const effects = Scope.makeUnsafe()
      assert.deepStrictEqual(own, yield* story(effects, Scope.close(effects, Exit.void)))
      assert.deepStrictEqual(own.slice(0, 3), ["closed before", "closing", "Success"])
    }).pipe(Effect.provide(Runtimes.layer()))
  )
})
