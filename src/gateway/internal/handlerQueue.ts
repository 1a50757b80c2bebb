/** Starts work immediately up to a concurrency, and queues the rest. */
import type * as Fiber from "effect/Fiber"

/** How a queue starts work, and how much. */
export interface Options<A> {
  /** Starts a piece of work. */
  readonly start: (work: A) => Fiber.Fiber<unknown>
  /** How many pieces of work run at the same time. */
  readonly concurrency: number
  /** How many may wait. More are dropped. */
  readonly waiting: number
  /** The number of waiting pieces of work has changed. */
  readonly onWaiting: (waiting: number) => void
  /** A piece of work was dropped. */
  readonly onDropped: () => void
}

/** A queue in front of one handler. */
export interface HandlerQueue<A> {
  readonly offer: (work: A) => void
  /** Forgets what is waiting. */
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
    // Work that ends synchronously would otherwise recurse to any depth.
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
