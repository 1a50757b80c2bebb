/**
 * The cluster that a bot of `ClusterBot` is a member of: who is in it, questions to all of them, and the number of
 * shards.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { GatewayError } from "../gateway/GatewayError.ts"
import type { ShardId } from "../gateway/ShardId.ts"
import type { Unreachable } from "./internal/peers.ts"
import type { ReshardAborted, ReshardProgress, UnknownQuestion } from "./internal/protocol.ts"
import type { Question } from "./Question.ts"

export { Unreachable } from "./internal/peers.ts"
export { ReshardAborted, type ReshardProgress, UnknownQuestion } from "./internal/protocol.ts"

/** A member, as it says of itself. */
export interface MemberStatus {
  /** Its address, `host:port`. */
  readonly name: string
  /** Its share of the shards, relative to others. 0 for one that is about to leave. */
  readonly weight: number
  /** How many shards there are in all. */
  readonly total: number
  /** The shards that it runs. */
  readonly shards: ReadonlyArray<ShardId>
  /** Those of them that are connected. */
  readonly connected: ReadonlyArray<ShardId>
}

/** How a member answered. */
export type Answer<A> = Exit.Exit<A, Unreachable | UnknownQuestion>

/** The service. */
export class Cluster extends Context.Service<
  Cluster,
  {
    /** The name of this member, `host:port`. */
    readonly name: string
    /** The members that live and answer within a second, in the order of their names. */
    readonly members: Effect.Effect<ReadonlyArray<MemberStatus>>
    /**
     * Asks all members that live, this one included. Each has 3 seconds: one that does not answer, or knows no such
     * question, is a failure beside its name. Never fails as a whole.
     */
    readonly ask: <P, A>(question: Question<P, A>, payload: P) => Effect.Effect<ReadonlyMap<string, Answer<A>>>
    /** Answers a question until the scope closes. */
    readonly answer: <P, A>(
      question: Question<P, A>,
      handler: (payload: P) => Effect.Effect<A>
    ) => Effect.Effect<void, never, Scope.Scope>
    /**
     * Makes the bot have another number of shards, a multiple of the present one, without a gap: each member connects
     * the new ones beside its own, and ends its own when nothing is missed. Uses one IDENTIFY for each, and one more for
     * those that were not yet done when the coordinator was replaced or a member failed, because they begin again.
     *
     * The Stream says how far it is, and ends when all members have done it; joins in when others have begun the same. It
     * is taken back when all who listen have stopped, because they were interrupted or their process has ended, before
     * the first member has replaced its shards. From then on it goes on to its end, also under another coordinator.
     *
     * Fails with `InvalidOptions`, also while a reshard to another number is under way, and with `SessionLimitExhausted`.
     * When no member can connect its own, the cluster keeps the old number, and this fails with the reason of one, or with
     * {@link ReshardAborted}.
     */
    readonly reshard: (total: number) => Stream.Stream<ReshardProgress, GatewayError | ReshardAborted>
  }
>()("fibercord/cluster/Cluster") {}

/** Asks all members: see `ask` of {@link Cluster}. */
export const ask = <P, A>(
  question: Question<P, A>,
  ...[payload]: [P] extends [void] ? [] : [payload: P]
): Effect.Effect<ReadonlyMap<string, Answer<A>>, never, Cluster> =>
  Cluster.use((cluster) => cluster.ask(question, payload as P))

/** Answers a question in this member. Every member of the program needs it. */
export const layerAnswer = <P, A, R>(
  question: Question<P, A>,
  handler: (payload: P) => Effect.Effect<A, never, R>
): Layer.Layer<never, never, Cluster | R> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const context = yield* Effect.context<R>()
      const cluster = yield* Cluster
      yield* cluster.answer(question, (payload) => Effect.provide(handler(payload), context))
    })
  )
