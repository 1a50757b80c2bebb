/** Whether somebody waits for a fiber, as those do who race, join or collect it. */
import type * as Fiber from "effect/Fiber"

// Effect does not publish who observes a fiber. Those who wait for it want its exit; a scope that only lets go of it
// does not.
interface Observed extends Fiber.Fiber<unknown, unknown> {
  readonly _observers?: ReadonlyArray<(exit: never) => void> | undefined
}

/** Whether somebody waits for the exit of a fiber. A fork that nobody has joined is not waited for. */
export const isAwaited = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  (fiber as Observed)._observers?.some((observer) => observer.length > 0) === true
