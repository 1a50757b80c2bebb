/**
 * Fibers that nobody joins and that end with an owner. An effect that completes synchronously costs its fiber and
 * nothing more; `FiberSet` would put it into a set and take it out again, and does not report failures.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/** The fibers of one owner. */
export interface Forks<R = never> {
  /**
   * Starts an effect at once, in the owner's context or in the one given. A failure that is not an interruption is
   * logged with these annotations. `onEnd` is called when the fiber has ended, perhaps in this call.
   */
  readonly fork: <A>(
    effect: Effect.Effect<A, never, R>,
    context?: Context.Context<R>,
    annotations?: Readonly<Record<string, unknown>>,
    onEnd?: () => void
  ) => Fiber.Fiber<A>
  /** Runs an effect in the owner's context, which nobody waits for or interrupts. A failure is logged all the same. */
  readonly forkDetached: (effect: Effect.Effect<unknown, never, R>) => void
  /** The fibers that have not completed. */
  readonly running: () => ReadonlyArray<Fiber.Fiber<unknown>>
  /** Interrupts the fibers and waits for them. What is forked from then on is interrupted before it begins. */
  readonly close: Effect.Effect<void>
}

const none: Readonly<Record<string, unknown>> = {}

/** `failed` is the log line for an effect that failed. */
export const makeUnsafe = <R>(context: Context.Context<R>, failed: string): Forks<R> => {
  // Slots that are reused. Not a Set: V8 keeps what a fast-changing Set contained until the next full collection.
  const places: Array<Fiber.Fiber<unknown> | undefined> = []
  const free: Array<number> = []
  let isClosed = false
  const run = Effect.runForkWith(context)
  const running = () => places.filter((fiber) => fiber !== undefined)
  const report = (exit: Exit.Exit<unknown>, annotations: Readonly<Record<string, unknown>>): void => {
    if (exit._tag === "Success" || Cause.hasInterruptsOnly(exit.cause)) return
    run(Effect.annotateLogs(Effect.logError(failed, exit.cause), annotations))
  }
  return {
    running,
    close: Effect.suspend(() => {
      isClosed = true
      return Fiber.interruptAll(running())
    }),
    forkDetached: (effect) => void run(effect).addObserver((exit) => report(exit, none)),
    fork: (effect, own = context, annotations = none, onEnd) => {
      const started = isClosed ? Effect.interrupt : effect
      const fiber = own === context ? run(started) : Effect.runForkWith(own)(started)
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) {
        report(exit, annotations)
        onEnd?.()
        return fiber
      }
      const place = free.pop() ?? places.length
      places[place] = fiber
      fiber.addObserver((exit) => {
        places[place] = undefined
        free.push(place)
        report(exit, annotations)
        onEnd?.()
      })
      return fiber
    }
  }
}

/** Like {@link makeUnsafe}, in the current context and closed with the scope. */
export const make = <R = never>(failed: string): Effect.Effect<Forks<R>, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const forks = makeUnsafe(yield* Effect.context<R>(), failed)
    yield* Effect.addFinalizer(() => forks.close)
    return forks
  })
