/** An effect that somebody outside of a Runtime waits for, on its way through that Runtime's mailbox. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Refused, type RefuseReason, type Task } from "../Runtime.ts"
import type * as Calls from "./calls.ts"
import type * as Turn from "./turn.ts"

/** A task whose caller waits for its result. It is no event: no handler can take it. */
export class Run implements Task {
  readonly run: Effect.Effect<unknown>
  readonly context: Context.Context<never>
  readonly #resume: (exit: Exit.Exit<unknown, unknown>) => void
  readonly #id: string
  /** Its turn is known as soon as it has begun. */
  readonly called: Calls.Called

  constructor(
    id: string,
    called: Calls.Called,
    effect: Effect.Effect<unknown, unknown>,
    context: Context.Context<never>,
    resume: (exit: Exit.Exit<unknown, unknown>) => void
  ) {
    this.#id = id
    this.called = called
    this.#resume = resume
    this.context = context
    // Its failure is the caller's.
    this.run = Effect.exit(effect)
  }

  /** Completes the call, now. A Runtime that can fork no more can still refuse. */
  refuseNow(reason: RefuseReason): void {
    this.#resume(Exit.fail(new Refused({ runtime: this.#id, reason })))
  }

  refuse(reason: RefuseReason): Effect.Effect<void> {
    return Effect.sync(() => this.refuseNow(reason))
  }

  /** Completes the call when the fiber of its handler has ended, which may never have run a line of it. */
  follow(fiber: Turn.AnyFiber): void {
    fiber.addObserver((exit) =>
      this.#resume(exit._tag === "Success" ? (exit.value as Exit.Exit<unknown, unknown>) : exit)
    )
  }
}
