/** One structure and one fiber for the deadlines of all Runtimes: buckets of equal width in time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Elapsed from "../../internal/Elapsed.ts"
import { Ring, unlink } from "../../internal/Ring.ts"
import type { Entry } from "./entry.ts"

/**
 * Holds each waiting entry in exactly one bucket. A deadline that moves into the future leaves its entry where it is:
 * the bucket notices when it is due, and moves the entry on. So an event costs nothing here, however many Runtimes
 * there are.
 */
export interface Reaper {
  readonly watch: (entry: Entry) => void
  readonly forget: (entry: Entry) => void
  /**
   * Never completes. Calls `expire` for each entry that is due, within one resolution after its deadline. Gives way to
   * everything else after each {@link slice} of them.
   */
  readonly run: Effect.Effect<never>
}

/** So many entries may expire one after the other. What each does then may include the beginning of a REST call. */
export const slice = 128

const deadlineOf = ({ endsAt = Infinity, idleUntil = Infinity, isBusy }: Entry): number =>
  isBusy ? endsAt : Math.min(endsAt, idleUntil)

/** Makes a reaper. `resolution` is in milliseconds. */
export const make = (resolution: number, expire: (entry: Entry) => void): Reaper => {
  const buckets = new Map<number, Ring<Entry>>()
  const somebody = Latch.makeUnsafe()

  const watch = (entry: Entry): void => {
    const deadline = deadlineOf(entry)
    if (entry.next !== undefined || deadline === Infinity) return
    const index = Math.ceil(deadline / resolution)
    let bucket = buckets.get(index)
    if (bucket === undefined) {
      buckets.set(index, (bucket = new Ring()))
      somebody.openUnsafe()
    }
    bucket.add(entry)
  }

  // Those that are forgotten or moved while this gives way are in the bucket no more.
  const sweep = Effect.fnUntraced(function* (bucket: Ring<Entry>, now: number) {
    let swept = 0
    for (let entry = bucket.take(); entry !== undefined; entry = bucket.take()) {
      if (deadlineOf(entry) <= now) expire(entry)
      else watch(entry)
      if (++swept % slice === 0) yield* Effect.yieldNow
    }
  })

  return {
    watch,
    forget: unlink,
    run: Effect.gen(function* () {
      const clock = yield* Clock.Clock
      while (true) {
        // Without entries there is no timer either.
        if (buckets.size === 0) {
          somebody.closeUnsafe()
          yield* somebody.await
        }
        yield* Effect.sleep(resolution)
        const now = Elapsed.millis(clock)
        const due = [...buckets].filter(([index]) => index * resolution <= now)
        for (const [index, bucket] of due) {
          buckets.delete(index)
          yield* sweep(bucket, now)
        }
      }
    })
  }
}
