/**
 * The way of an interaction to the process that has its Runtime. Runtimes stay where they were opened; a use of their
 * components may reach another process of the bot: over HTTP behind a balancer, after a shard has moved, or in a direct
 * message, which always comes to shard 0.
 *
 * The service is optional. Without it, a process that hears of a Runtime which it does not have says nothing for a
 * second, in case the owner hears it too. With it, the interaction goes to the owner by one call, and the answer comes
 * back. It may be lost, and is never repeated: after three seconds Discord accepts none.
 *
 * Only `Interactions.layer` calls it. Provide one implementation of it for all processes of a bot.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** An interaction on its way to its owner. */
export const Forwarded = Schema.Struct({
  /** The mark of the process that has the Runtime, as `Runtimes.mark` says there. No two processes have the same. */
  mark: Schema.String,
  /** The interaction as Discord sent it, in JSON. */
  interaction: Schema.Unknown,
  /**
   * Milliseconds since it was received from Discord. A span of time, because the clocks of two machines may differ. Add
   * what the call waits before it is sent.
   */
  elapsed: Schema.Finite,
  /**
   * Whether the initial response is to come back, because the interaction came by HTTP. Otherwise the owner sends it to
   * Discord.
   */
  wantsResponse: Schema.Boolean
})
export type Forwarded = typeof Forwarded.Type

/** The owner, or another process, has sent an initial response to Discord: there is nothing left to do. */
export const Handled = Schema.TaggedStruct("Handled", {})

/** The initial response of the owner, for Discord's HTTP request. It never has files: those are sent by the owner. */
export const Responded = Schema.TaggedStruct("Responded", {
  /** Source: Discord, "Interaction Callback Type". */
  type: Schema.Finite,
  /** Its JSON. */
  data: Schema.Unknown
})

/** No process with this mark lives, and none ever will: its Runtimes are lost. */
export const Gone = Schema.TaggedStruct("Gone", {})

/** The owner was not reached, or it is not known whether there is one. It may have answered. */
export const Unreachable = Schema.TaggedStruct("Unreachable", {})

/** What became of a forwarded interaction. */
export const Outcome = Schema.Union([Handled, Responded, Gone, Unreachable])
export type Outcome = typeof Outcome.Type

/** Takes an interaction that another process has received. Does not fail. */
export type Receive = (forwarded: Forwarded) => Effect.Effect<Outcome>

/** The service. */
export class RuntimeOwners extends Context.Service<
  RuntimeOwners,
  {
    /**
     * Brings an interaction to its owner, and completes when that has given the initial response. Called with the marks
     * of other processes only. A defect counts as `Unreachable`. It is interrupted when the owner takes longer than
     * 2.5 seconds; interrupt the owner's {@link Receive} then, so that it does not believe to have answered.
     *
     * Answer `Gone` only if the owner is known to have ended, also in the middle of a call: then the user is told at
     * once that the bot has restarted, and the components of the message are disabled.
     */
    readonly forward: Receive
    /**
     * Makes this process the owner of a mark until the scope closes, which is when its Runtimes have drained. What
     * others forward to that mark goes to `receive`.
     */
    readonly own: (mark: string, receive: Receive) => Effect.Effect<void, never, Scope.Scope>
  }
>()("fibercord/interactions/RuntimeOwners") {}

const gone: Outcome = { _tag: "Gone" }

interface Owner {
  readonly receive: Receive
  readonly left: Deferred.Deferred<Outcome>
}

/**
 * Between several bots in one process, such as two of a test. A mark that is not among them is `Gone`.
 *
 * ```ts
 * import { Effect, Layer, Option } from "effect"
 * import { RuntimeOwners } from "fibercord"
 *
 * const outcomes: ReadonlyArray<RuntimeOwners.Outcome> = [
 *   RuntimeOwners.Handled.make({}),
 *   RuntimeOwners.Responded.make({ type: 4, data: { content: "Done" } }),
 *   RuntimeOwners.Gone.make({}),
 *   RuntimeOwners.Unreachable.make({})
 * ]
 * const OwnersLive = RuntimeOwners.layerMemory
 * ```
 */
export const layerMemory: Layer.Layer<RuntimeOwners> = Layer.sync(RuntimeOwners, () => {
  const owners = new Map<string, Owner>()
  return RuntimeOwners.of({
    forward: (forwarded) =>
      Effect.suspend(() => {
        const owner = owners.get(forwarded.mark)
        return owner === undefined
          ? Effect.succeed(gone)
          : Effect.raceFirst(owner.receive(forwarded), Deferred.await(owner.left))
      }),
    own: (mark, receive) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => {
            const owner: Owner = { receive, left: Deferred.makeUnsafe() }
            owners.set(mark, owner)
            return owner
          }),
          (owner) =>
            Effect.sync(() => {
              if (owners.get(mark) === owner) owners.delete(mark)
              Deferred.doneUnsafe(owner.left, Effect.succeed(gone))
            })
        )
      )
  })
})
