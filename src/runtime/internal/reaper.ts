/** One structure and one fiber for the deadlines of all Runtimes: buckets of equal width in time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Entry } from "./entry.ts"

/**
 * Holds each waiting entry in exactly one bucket. A deadline that moves into the future leaves its entry where it is:
 * the bucket notices when it is due, and moves the entry on. So an event costs nothing here, however many Runtimes
 * there are.
 */
export interface Reaper {
  readonly watch: (entry: Entry) => void
  readonly forget: (entry: Entry) => void
  /** Never completes. Calls `expire` for each entry that is due, within one resolution after its deadline. */
  readonly run: Effect.Effect<never>
}

const deadlineOf = (entry: Entry): number => (entry.isBusy ? entry.endsAt : Math.min(entry.endsAt, entry.idleUntil))

/** Makes a reaper. `resolution` is in milliseconds. */
export const make = (resolution: number, expire: (entry: Entry) => void): Reaper => {
  const buckets = new Map<number, Set<Entry>>()
  const somebody = Latch.makeUnsafe()

  const watch = (entry: Entry): void => {
    const deadline = deadlineOf(entry)
    if (entry.bucket !== undefined || deadline === Infinity) return
    const index = Math.ceil(deadline / resolution)
    let bucket = buckets.get(index)
    if (bucket === undefined) {
      buckets.set(index, (bucket = new Set()))
      somebody.openUnsafe()
    }
    bucket.add(entry)
    entry.bucket = bucket
  }

  const forget = (entry: Entry): void => {
    entry.bucket?.delete(entry)
    entry.bucket = undefined
  }

  const sweep = (index: number, now: number): void => {
    const bucket = buckets.get(index)
    if (bucket === undefined) return
    buckets.delete(index)
    for (const entry of bucket) {
      entry.bucket = undefined
      if (deadlineOf(entry) <= now) expire(entry)
      else watch(entry)
    }
  }

  return {
    watch,
    forget,
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
        for (const index of buckets.keys()) if (index * resolution <= now) sweep(index, now)
      }
    })
  }
}
