/** How the shards of a manager end: a value that is waited for, and the failure that is stopping them until then. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { GatewayError } from "../GatewayError.ts"
import type { ShardId } from "../ShardId.ts"

/** The outcome of one manager. */
export class Outcome {
  #deferred = Deferred.makeUnsafe<void, GatewayError>()
  #failing: { readonly id: ShardId; readonly error: GatewayError } | undefined

  /** Completes with the outcome. */
  readonly await: Effect.Effect<void, GatewayError> = Effect.suspend(() => Deferred.await(this.#deferred))

  /** The error because of which all shards are being stopped. */
  get failing(): GatewayError | undefined {
    return this.#failing?.error
  }

  /** Completes the outcome, unless it is complete. */
  complete(exit: Exit.Exit<void, GatewayError>): void {
    Deferred.doneUnsafe(this.#deferred, exit)
  }

  /** A shard starts: an earlier outcome is not that of the shards which run from now on. */
  renew(): void {
    if (Deferred.isDoneUnsafe(this.#deferred)) this.#deferred = Deferred.makeUnsafe()
  }

  /** All shards are about to be stopped because this one cannot go on. The outcome fails when it has ended. */
  failWith(id: ShardId, error: GatewayError): void {
    this.#failing ??= { id, error }
  }

  /**
   * The fiber of a shard has ended. Fails the outcome only once the shard that caused it no longer runs, or none does,
   * so that code that waits for the outcome does not find it running.
   */
  shardEnded(id: ShardId, noneRuns: () => boolean): void {
    const failing = this.#failing
    if (failing === undefined || (failing.id !== id && !noneRuns())) return
    // Cleared first: code that waits for the outcome may start shards in this call.
    this.#failing = undefined
    Deferred.doneUnsafe(this.#deferred, Effect.fail(failing.error))
  }
}
