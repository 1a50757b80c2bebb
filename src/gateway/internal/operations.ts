/**
 * The operations that change which shards a manager has: one at a time, in the order of their calls, each in a fiber of
 * the manager. One that stops all shards does not wait for those that start some: it overtakes them.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import type { GatewayError } from "../GatewayError.ts"
import * as Errors from "./errors.ts"

/** One operation, as it sees itself. */
export interface Operation {
  /** From here on it runs to its end, even when its caller is interrupted. It can still be overtaken. */
  readonly commit: () => void
  /** Whether its caller was interrupted since then. */
  readonly isAbandoned: boolean
}

// An operation that is under way, or waits for its turn.
class Live implements Operation {
  readonly name: string
  readonly stops: boolean
  fiber: Fiber.Fiber<unknown, GatewayError> | undefined
  overtaken: GatewayError | undefined
  isAbandoned = false
  isCommitted: boolean
  readonly commit = (): void => {
    this.isCommitted = true
  }

  constructor(name: string, stops: boolean) {
    this.name = name
    this.stops = stops
    // What stops shards tells them so at once.
    this.isCommitted = stops
  }

  overtake(error: GatewayError): void {
    if (this.stops || this.overtaken !== undefined) return
    this.overtaken = error
    this.fiber?.interruptUnsafe()
  }
}

type Run<A> = (self: Operation) => Effect.Effect<A, GatewayError>

/** The operations of one manager. */
export class Operations {
  readonly #context: Context.Context<never>
  readonly #onIdle: () => void
  readonly #turn = Semaphore.makeUnsafe(1)
  readonly #live = new Set<Live>()
  #closedBy: string | undefined

  /** Operations run in `context`. `onIdle` is called when none is under way any more. */
  constructor(context: Context.Context<never>, onIdle: () => void) {
    this.#context = context
    this.#onIdle = onIdle
  }

  /** Whether none is under way or waits. */
  get isIdle(): boolean {
    return this.#live.size === 0
  }

  /**
   * Runs an operation that starts shards. Fails with `Overtaken`, or with the reason of {@link stop}, when it is
   * overtaken. When its caller is interrupted before it has committed, it is interrupted too, and waited for.
   */
  start<A>(name: string, run: Run<A>): Effect.Effect<A, GatewayError> {
    return Effect.suspend(() =>
      this.#closedBy === undefined
        ? this.#run(new Live(name, false), (live) => this.#turn.withPermit(Effect.suspend(() => run(live))))
        : Effect.fail(Errors.overtaken(name, this.#closedBy))
    )
  }

  /**
   * Overtakes what starts shards, does `now` at once, and `run` in its turn. What was overtaken fails with `why`.
   * Default: `Overtaken`. When its caller is interrupted, it goes on.
   */
  stop(
    name: string,
    options: { readonly now: Effect.Effect<void>; readonly run: Run<void>; readonly why?: GatewayError | undefined }
  ): Effect.Effect<void, GatewayError> {
    const { now, run, why } = options
    const overtake = Effect.sync(() => {
      // Those that are called from now on, perhaps because of this, come after it.
      const others = Array.from(this.#live)
      for (const other of others) other.overtake(why ?? Errors.overtaken(other.name, name))
    })
    const inTurn = (live: Live, told: Deferred.Deferred<void>) =>
      this.#turn.withPermit(
        Effect.andThen(
          Deferred.await(told),
          Effect.suspend(() => run(live))
        )
      )
    return Effect.suspend(() =>
      this.#run(new Live(name, true), (live) =>
        Effect.gen(function* () {
          const told = Deferred.makeUnsafe<void>()
          // Its place is taken before anything else happens.
          const fiber = yield* Effect.forkChild(inTurn(live, told), { startImmediately: true })
          yield* overtake
          yield* now
          Deferred.doneUnsafe(told, Effect.void)
          return yield* Fiber.join(fiber)
        })
      )
    )
  }

  /** From now on, no operation may start shards. */
  close(by: string): void {
    this.#closedBy = by
  }

  #run<A>(live: Live, run: (live: Live) => Effect.Effect<A, GatewayError>): Effect.Effect<A, GatewayError> {
    const result = Deferred.makeUnsafe<A, GatewayError>()
    this.#live.add(live)
    const fiber = Effect.runForkWith(this.#context)(run(live))
    live.fiber = fiber
    // It may have been overtaken while it started.
    if (live.overtaken !== undefined) fiber.interruptUnsafe()
    fiber.addObserver((exit) => {
      this.#live.delete(live)
      const { overtaken } = live
      const isOvertaken = overtaken !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
      Deferred.doneUnsafe(result, isOvertaken ? Exit.fail(overtaken) : exit)
      if (this.isIdle) this.#onIdle()
    })
    return Effect.onInterrupt(Deferred.await(result), () => {
      live.isAbandoned = true
      return live.isCommitted ? Effect.void : Fiber.interrupt(fiber)
    })
  }
}
