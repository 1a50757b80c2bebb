/**
 * Values that are told to whoever reads. Each reader has a buffer of its own, and one that is too slow loses the oldest:
 * a sliding `PubSub` that is published to synchronously would keep those, and refuse the newest.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

/** The readers of one kind of values. Without any, nothing has to be made to be told. */
export class Readers<in out A> {
  readonly #capacity: number
  // Replaced and never changed, so that readers may come and go while they are told.
  #queues: ReadonlyArray<Queue.Queue<A, Cause.Done>> = []
  #isOver = false

  /** `capacity` is how many values a reader may be behind. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Whether nobody reads. */
  get isEmpty(): boolean {
    return this.#queues.length === 0
  }

  /** Tells all readers a value. */
  tell(value: A): void {
    for (const queue of this.#queues) Queue.offerUnsafe(queue, value)
  }

  /** Ends the streams of all readers, and of those who come later. */
  end(): void {
    this.#isOver = true
    for (const queue of this.#queues) Queue.endUnsafe(queue)
  }

  /** The values from now on. */
  get stream(): Stream.Stream<A> {
    return Stream.callback<A>(
      (queue) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            if (this.#isOver) Queue.endUnsafe(queue)
            else this.#queues = [...this.#queues, queue]
          }),
          () =>
            Effect.sync(() => {
              this.#queues = this.#queues.filter((other) => other !== queue)
            })
        ),
      { bufferSize: this.#capacity, strategy: "sliding" }
    )
  }
}
