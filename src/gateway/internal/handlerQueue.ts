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
  /** Milliseconds since an arbitrary moment. Read only when something has to wait. */
  readonly now: () => number
  /** A piece of work starts, after this many milliseconds. */
  readonly onStarted: (waited: number) => void
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

interface Waiting<A> {
  readonly work: A
  readonly since: number
}

/** Makes an empty queue. */
export const make = <A>(options: Options<A>): HandlerQueue<A> => {
  let running = 0
  let draining = false
  let waiting: Array<Waiting<A>> = []
  let head = 0

  const start = (work: A, waited: number): void => {
    running++
    options.onStarted(waited)
    options.start(work).addObserver(ended)
  }

  const ended = (): void => {
    running--
    // Work that ends synchronously would otherwise recurse to any depth.
    if (draining || head === waiting.length) return
    draining = true
    const now = options.now()
    while (running < options.concurrency && head < waiting.length) {
      const { since, work } = waiting[head++] as Waiting<A>
      start(work, now - since)
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
    offer: (work) => {
      if (running < options.concurrency && head === waiting.length) return start(work, 0)
      if (waiting.length - head >= options.waiting) return options.onDropped()
      waiting.push({ work, since: options.now() })
      options.onWaiting(waiting.length - head)
    },
    close: () => {
      waiting = []
      head = 0
    }
  }
}
