/**
 * The heartbeats of all connections of a manager: they keep connections alive, and find out when a peer has fallen silent.
 * One fiber sleeps until the next of them is due, because a fleet has many connections that do nothing else. It also knows
 * until when peers have to answer: when many connect at once, a fiber and a timer for each answer would cost as much again.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Elapsed from "../../internal/Elapsed.ts"
import type * as CloseCode from "../CloseCode.ts"
import { afterNextRead } from "./afterNextRead.ts"

/** What sends heartbeats. */
export interface Heart {
  /** Sends a heartbeat. `at` is the time in milliseconds since 1970. */
  readonly beat: (at: number) => void
  /** Whether nothing that {@link beat} sent waits for its acknowledgement. */
  readonly acknowledged: () => boolean
  /** Ends the connection. */
  readonly end: (end: CloseCode.End) => void
}

/**
 * Heartbeats of one interval are due at so many moments within it, at which all that are near are sent: each moment costs
 * a process that is idle otherwise more than the heartbeats do.
 */
export const moments = 16

// When a heart is due: a moment, counted in steps of its interval.
interface Rhythm {
  readonly step: number
  next: number
}

// An answer that a heart waits for.
interface Awaited {
  /** In milliseconds of `Elapsed`. */
  readonly due: number
  readonly late: () => void
}

/** Lets hearts beat. It has a fiber only while there are some. */
export class Pacemaker {
  readonly #clock: Clock.Clock
  readonly #fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly #hearts = new Map<Heart, Rhythm>()
  readonly #awaited = new Map<Heart, Awaited>()
  #fiber: Fiber.Fiber<void> | undefined
  /** Until when the fiber sleeps, in milliseconds of `Elapsed`. `-Infinity` while it is awake, and will look again. */
  #sleepsUntil = -Infinity

  /** Its fiber runs in this context. */
  constructor(context: Context.Context<never>) {
    this.#clock = Context.get(context, Clock.Clock)
    this.#fork = Effect.runForkWith(context)
  }

  /**
   * Lets a heart beat once in every `interval` milliseconds, the first time after the part `random` of it, which is at
   * least 0 and less than 1. Ends it as a `Zombie` when a heartbeat is not acknowledged: within two intervals of the
   * peer's falling silent, because it may happen right after an acknowledgement.
   */
  join(heart: Heart, interval: number, random: number): void {
    const step = interval / moments
    const rhythm = { step, next: Math.floor(this.#now() / step) + 1 + Math.floor(random * moments) }
    this.#hearts.set(heart, rhythm)
    this.#wakeBy(rhythm.next * step)
  }

  /**
   * Calls `late`, once, unless the heart is {@link answered} within so many milliseconds, or has left. A heart waits for one
   * answer: the newest.
   */
  expect(heart: Heart, within: number, late: () => void): void {
    const due = this.#now() + within
    this.#awaited.set(heart, { due, late })
    this.#wakeBy(due)
  }

  /** The answer is there. The heart has to join, or to leave, for the pacemaker to rest. */
  answered(heart: Heart): void {
    this.#awaited.delete(heart)
  }

  /** The heart beats no more, and waits for nothing. */
  leave(heart: Heart): void {
    const hasBeaten = this.#hearts.delete(heart)
    const hasWaited = this.#awaited.delete(heart)
    if ((hasBeaten || hasWaited) && this.#isEmpty()) this.#fiber?.interruptUnsafe()
  }

  #isEmpty(): boolean {
    return this.#hearts.size + this.#awaited.size === 0
  }

  #wakeBy(due: number): void {
    const sleeping = this.#fiber
    if (sleeping !== undefined && due >= this.#sleepsUntil) return
    this.#start()
    // It ends in this call, and is the pacemaker's fiber no more.
    sleeping?.interruptUnsafe()
  }

  #now(): number {
    return Elapsed.millis(this.#clock)
  }

  #start(): void {
    this.#sleepsUntil = -Infinity
    const fiber = this.#fork(this.#run)
    this.#fiber = fiber
    fiber.addObserver((exit) => {
      if (this.#fiber !== fiber) return
      this.#fiber = undefined
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) this.#crash(Cause.squash(exit.cause))
      else if (!this.#isEmpty()) this.#start()
    })
  }

  readonly #run: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    while (!this.#isEmpty()) {
      this.#sleepsUntil = this.#nextDue()
      // Timers know whole milliseconds, and wake up too early rather than too late otherwise.
      yield* Effect.sleep(Math.max(1, Math.ceil(this.#sleepsUntil - this.#now())))
      this.#sleepsUntil = -Infinity
      const silent = this.#beatAll()
      if (silent.length === 0 && !this.#isAnyLate()) continue
      // When our own event loop was blocked, what is missing may have arrived without having been read yet.
      yield* afterNextRead
      this.#callLate()
      const now = this.#now()
      for (const heart of silent) {
        if (!this.#hearts.has(heart)) continue
        if (heart.acknowledged()) this.#beat(heart, now)
        else this.#end(heart, { _tag: "Zombie" })
      }
    }
  })

  #nextDue(): number {
    let least = Infinity
    for (const { next, step } of this.#hearts.values()) least = Math.min(least, next * step)
    for (const { due } of this.#awaited.values()) least = Math.min(least, due)
    return least
  }

  #isAnyLate(): boolean {
    const now = this.#now()
    for (const { due } of this.#awaited.values()) if (due <= now) return true
    return false
  }

  #callLate(): void {
    const now = this.#now()
    // Whoever is called may make hearts leave, and wait for something else.
    for (const [heart, awaited] of Array.from(this.#awaited)) {
      if (awaited.due > now || this.#awaited.get(heart) !== awaited) continue
      this.#awaited.delete(heart)
      try {
        awaited.late()
      } catch (error) {
        this.#end(heart, { _tag: "Crashed", error })
      }
    }
  }

  /** Lets those beat that are due, and returns those that wait for an acknowledgement. */
  #beatAll(): ReadonlyArray<Heart> {
    const now = this.#now()
    const silent: Array<Heart> = []
    // Whoever is told something may make hearts join and leave.
    const due = [...this.#hearts].filter(([, { next, step }]) => next * step <= now)
    for (const [heart] of due) {
      if (!this.#hearts.has(heart)) continue
      if (heart.acknowledged()) this.#beat(heart, now)
      else silent.push(heart)
    }
    return silent
  }

  #beat(heart: Heart, now: number): void {
    const rhythm = this.#hearts.get(heart)
    // From now on and not from when it was due: what was late is not to be followed by too little time for an answer.
    if (rhythm !== undefined) rhythm.next = Math.floor(now / rhythm.step) + moments
    try {
      heart.beat(this.#clock.currentTimeMillisUnsafe())
    } catch (error) {
      this.#end(heart, { _tag: "Crashed", error })
    }
  }

  // It leaves, so that whatever happens next, it is not asked again.
  #end(heart: Heart, end: CloseCode.End): void {
    this.#hearts.delete(heart)
    this.#awaited.delete(heart)
    try {
      heart.end(end)
    } catch (error) {
      this.#fork(Effect.logError("A connection that was to end threw an error", Cause.die(error)))
    }
  }

  // In no loop over what ends: whoever is told may make hearts leave.
  #crash(error: unknown): void {
    for (const heart of new Set([...this.#hearts.keys(), ...this.#awaited.keys()])) {
      this.#end(heart, { _tag: "Crashed", error })
    }
  }
}
