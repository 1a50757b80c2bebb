/** How the shards of a manager end: a value that is waited for, and why they are being stopped until then. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { GatewayError } from "../GatewayError.ts"

/** The outcome of one manager. */
export class Outcome {
  #deferred = Deferred.makeUnsafe<void, GatewayError>()
  #failing: GatewayError | undefined
  // Shards were started, and their outcome is open.
  #isOpen = false
  #last: Exit.Exit<void, GatewayError> = Exit.void

  /** Completes with the outcome. */
  readonly await: Effect.Effect<void, GatewayError> = Effect.suspend(() => Deferred.await(this.#deferred))

  /** The error because of which all shards are being stopped. */
  get failing(): GatewayError | undefined {
    return this.#failing
  }

  /** A shard starts: an earlier outcome is not that of the shards which run from now on. */
  started(): void {
    this.#isOpen = true
    this.#last = Exit.void
    if (Deferred.isDoneUnsafe(this.#deferred)) this.#deferred = Deferred.makeUnsafe()
  }

  /** A shard has ended, with an error if it could not go on. */
  shardEnded(error: GatewayError | undefined): void {
    this.#last = error === undefined ? Exit.void : Exit.fail(error)
  }

  /** All shards are about to be stopped because one cannot go on. The next completion fails with the error. */
  failWith(error: GatewayError): void {
    this.#failing ??= error
  }

  /** Shards were started, and none runs any more: completes with how the last one ended. */
  noneRuns(): void {
    if (this.#isOpen) this.complete(this.#last)
  }

  /** Completes the outcome, unless it is complete. */
  complete(exit: Exit.Exit<void, GatewayError>): void {
    const failing = this.#failing
    // Cleared first: whoever waits for the outcome may start shards in this very call.
    this.#failing = undefined
    this.#isOpen = false
    Deferred.doneUnsafe(this.#deferred, failing === undefined ? exit : Exit.fail(failing))
  }
}
