/** One structure and one fiber for the deadlines of all Runtimes: buckets of equal width in time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Elapsed from "../../internal/Elapsed.ts"
import { Ring, unlink } from "../../internal/Ring.ts"
import type { Entry } from "./entry.ts"

/** Holds each waiting entry in exactly one bucket. */
export interface Reaper {
  /**
   * Puts an entry where its deadline is now, wherever it was before. One whose deadline moves into the future may stay
   * where it is: the bucket notices when it is due, and moves the entry on.
   */
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

class Bucket extends Ring<Entry> {
  readonly index: number

  constructor(index: number) {
    super()
    this.index = index
  }
}

/** Makes a reaper. `resolution` is in milliseconds. */
export const make = (resolution: number, expire: (entry: Entry) => void): Reaper => {
  const buckets = new Map<number, Bucket>()
  const somebody = Latch.makeUnsafe()
  /** The last bucket whose time has come. */
  let last = -Infinity

  const watch = (entry: Entry): void => {
    const deadline = deadlineOf(entry)
    const index = Math.max(Math.ceil(deadline / resolution), last + 1)
    forget(entry)
    if (deadline === Infinity) return
    let bucket = buckets.get(index)
    if (bucket === undefined) {
      buckets.set(index, (bucket = new Bucket(index)))
      somebody.openUnsafe()
    }
    bucket.add(entry)
  }

  // Its time may be in a year, so an empty one does not stay. But it stays until the next one is empty, or the next look:
  // Runtimes that are alone come and go at the same moment again and again.
  let empty: Bucket | undefined
  const emptied = (bucket: Bucket | undefined): void => {
    if (empty !== undefined && empty.first === undefined && buckets.get(empty.index) === empty) {
      buckets.delete(empty.index)
    }
    empty = bucket
  }

  const forget = (entry: Entry): void => {
    const { next, previous } = entry
    unlink(entry)
    if (next !== undefined && next === previous && next !== empty) emptied(next as Bucket)
  }

  // The time of most may be in days, so those between two looks are counted, unless they are more than there are at all.
  const takeDue = (now: number): ReadonlyArray<Bucket> => {
    const due: Array<Bucket> = []
    const take = (index: number): void => {
      const bucket = buckets.get(index)
      if (bucket !== undefined) due.push(bucket)
      buckets.delete(index)
    }
    const before = last
    last = Math.floor(now / resolution)
    if (last - before <= buckets.size) for (let index = before + 1; index <= last; index++) take(index)
    else for (const index of [...buckets.keys()].sort((a, b) => a - b)) if (index <= last) take(index)
    return due
  }

  // Those that are forgotten or moved while this gives way are in the bucket no more.
  const sweep = Effect.fnUntraced(function* (bucket: Bucket, now: number) {
    let swept = 0
    for (let entry = bucket.take(); entry !== undefined; entry = bucket.take()) {
      if (deadlineOf(entry) <= now) expire(entry)
      else watch(entry)
      if (++swept % slice === 0) yield* Effect.yieldNow
    }
  })

  return {
    watch,
    forget,
    run: Effect.gen(function* () {
      const clock = yield* Clock.Clock
      while (true) {
        emptied(undefined)
        // Without entries there is no timer either.
        if (buckets.size === 0) {
          somebody.closeUnsafe()
          yield* somebody.await
        }
        yield* Effect.sleep(resolution)
        const now = Elapsed.millis(clock)
        for (const bucket of takeDue(now)) yield* sweep(bucket, now)
      }
    })
  }
}
