/** Whoever sleeps by a clock that can be moved forward. */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../internal/Elapsed.ts"
import { settle } from "./program/Quiet.ts"

interface Sleeper {
  readonly due: number
  readonly wake: () => void
}

/** A clock that is ahead of the machine's, by as much as it was moved. */
export class Sleepers {
  readonly #machine: Clock.Clock
  readonly #sleepers = new Set<Sleeper>()
  #ahead = 0
  #alarm: NodeJS.Timeout | undefined

  constructor(machine: Clock.Clock) {
    this.#machine = machine
  }

  /** How far it is ahead, in milliseconds. */
  get ahead(): number {
    return this.#ahead
  }

  get #now(): number {
    return Elapsed.millis(this.#machine) + this.#ahead
  }

  get #aheadNanos(): bigint {
    return BigInt(Math.round(this.#ahead * 1_000_000))
  }

  readonly clock: Clock.Clock = (() => {
    // Whole ones, as those of the machine are, also while time is moved to when somebody wakes up.
    const millis = () => Math.floor(this.#machine.currentTimeMillisUnsafe() + this.#ahead)
    const nanos = () => this.#machine.currentTimeNanosUnsafe() + this.#aheadNanos
    const monotonic = () => this.#machine.monotonicTimeNanosUnsafe() + this.#aheadNanos
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: monotonic,
      monotonicTimeNanos: Effect.sync(monotonic),
      sleep: (duration) => this.#sleep(Duration.toMillis(duration))
    }
  })()

  #sleep(millis: number): Effect.Effect<void> {
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback((resume) => {
      const sleeper: Sleeper = { due: this.#now + millis, wake: () => resume(Effect.void) }
      this.#sleepers.add(sleeper)
      this.#arm()
      return Effect.sync(() => {
        this.#sleepers.delete(sleeper)
        this.#arm()
      })
    })
  }

  #earliest(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const sleeper of this.#sleepers) if (first === undefined || sleeper.due < first.due) first = sleeper
    return first
  }

  /** Wakes the first sleeper by the time of the machine. */
  #arm(): void {
    clearTimeout(this.#alarm)
    this.#alarm = undefined
    const first = this.#earliest()
    if (first === undefined) return
    const millis = Math.min(Math.max(0, Math.ceil(first.due - this.#now)), 2 ** 31 - 1)
    this.#alarm = setTimeout(() => {
      this.#wake(this.#now)
      this.#arm()
    }, millis)
  }

  #wake(until: number): void {
    for (const sleeper of [...this.#sleepers].filter(({ due }) => due <= until).toSorted((a, b) => a.due - b.due)) {
      if (this.#sleepers.delete(sleeper)) sleeper.wake()
    }
  }

  /** Moves the clock to this many milliseconds ahead: each sleeper wakes up at its time. */
  async moveTo(ahead: number): Promise<void> {
    while (this.#ahead < ahead) {
      const now = this.#now
      const left = ahead - this.#ahead
      const first = this.#earliest()
      if (first === undefined || first.due > now + left) {
        this.#ahead = ahead
        break
      }
      this.#ahead += Math.min(left, Math.max(0, first.due - now))
      this.#wake(first.due)
      await settle()
    }
    this.#arm()
  }
}
