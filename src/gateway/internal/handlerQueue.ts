/** Starts work at once while there is room, and lets further work wait its turn. */
import type * as Fiber from "effect/Fiber"

/** What happens to work beyond the bound. */
export interface Options<A> {
  /** Starts one. */
  readonly start: (work: A) => Fiber.Fiber<unknown>
  /** How much runs at the same time. */
  readonly concurrency: number
  /** How much may wait for something to end. More is dropped. */
  readonly waiting: number
  /** The number of what waits has changed. */
  readonly onWaiting: (waiting: number) => void
  /** Something was dropped. */
  readonly onDropped: () => void
}

/** A queue in front of one handler. */
export interface HandlerQueue<A> {
  readonly offer: (work: A) => void
  /** Forgets what waits. */
  readonly close: () => void
}

/** Makes an empty queue. */
export const make = <A>(options: Options<A>): HandlerQueue<A> => {
  let running = 0
  let draining = false
  let waiting: Array<A> = []
  let head = 0

  const start = (work: A): void => {
    running++
    options.start(work).addObserver(ended)
  }

  const ended = (): void => {
    running--
    // Handlers that end where they start would otherwise call each other to any depth.
    if (draining || head === waiting.length) return
    draining = true
    while (running < options.concurrency && head < waiting.length) start(waiting[head++] as A)
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
    offer: (work) => {
      if (running < options.concurrency && head === waiting.length) return start(work)
      if (waiting.length - head >= options.waiting) return options.onDropped()
      waiting.push(work)
      options.onWaiting(waiting.length - head)
    },
    close: () => {
      waiting = []
      head = 0
    }
  }
}
