/** Runs handlers at once while there is room, and lets further events wait their turn. */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** What happens to events beyond the bound. */
export interface Options {
  /** Handlers that run at the same time. */
  readonly concurrency: number
  /** Events that may wait for a handler to end. More are dropped. */
  readonly waiting: number
  /** The number of waiting events has changed. */
  readonly onWaiting: (waiting: number) => void
  /** An event was dropped. */
  readonly onDropped: () => void
}

/** A queue in front of one handler. */
export interface HandlerQueue<R> {
  readonly offer: (effect: Effect.Effect<unknown, never, R>) => void
  /** Forgets what waits. */
  readonly close: () => void
}

/** `run` starts a fiber. */
export const make = <R>(
  run: (effect: Effect.Effect<unknown, never, R>) => Fiber.Fiber<unknown>,
  options: Options
): HandlerQueue<R> => {
  let running = 0
  let draining = false
  let waiting: Array<Effect.Effect<unknown, never, R>> = []
  let head = 0

  const start = (effect: Effect.Effect<unknown, never, R>): void => {
    running++
    run(effect).addObserver(ended)
  }

  const ended = (): void => {
    running--
    // Handlers that end where they start would otherwise call each other to any depth.
    if (draining || head === waiting.length) return
    draining = true
    while (running < options.concurrency) {
      const next = waiting[head++]
      if (next === undefined) break
      start(next)
    }
    if (head >= waiting.length) {
      waiting = []
      head = 0
    } else if (head > 1024) {
      waiting = waiting.slice(head)
      head = 0
    }
    draining = false
    options.onWaiting(waiting.length - head)
  }

  return {
    offer: (effect) => {
      if (running < options.concurrency && head === waiting.length) return start(effect)
      if (waiting.length - head >= options.waiting) return options.onDropped()
      waiting.push(effect)
      options.onWaiting(waiting.length - head)
    },
    close: () => {
      waiting = []
      head = 0
    }
  }
}
