/**
 * REST for several processes of one bot: each bucket of Discord's rate limits has one owner among them, and its requests
 * are sent there, whoever makes them. So the processes keep the limits as if they were one.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DiscordRest, RestOwners } from "fibercord"
 *
 * // One process, and how it reaches another one: here, over a network that is down.
 * const owners = RestOwners.make({
 *   self: "a",
 *   members: () => ["a", "b"],
 *   send: (member) => Effect.fail(new RestOwners.Unreachable({ member, mayHaveArrived: false, cause: "down" }))
 * })
 * const RestLive = DiscordRest.layer({ owners })
 * ```
 *
 * A member that gets a request of another sends it with `request` of its own `DiscordRest`, which never passes it on: if
 * two members differ about who belongs to the cluster, nothing goes in circles.
 *
 * The owner is chosen by the resource at the top of the path: a channel, a guild, or a webhook; by the route where there
 * is none. Discord does not say beforehand which routes of a resource share a bucket, so all of them have one owner.
 * What is sent without the bot's token (callbacks and follow-ups of interactions, webhooks by their token, OAuth2) is
 * always sent by the process itself: it does not count towards the global limit.
 *
 * **Members that change.** A bucket whose owner has changed is new to it. The old owner sends what it already has, so
 * that both send for a short while, each one request at a time: at most one 429 for each window of that bucket and each
 * of them. It is waited for, like any.
 *
 * **An owner that is gone.** If a request certainly did not arrive, the process sends it itself. If it may have arrived,
 * it does so only with what may be repeated (GET, PUT, DELETE, and PATCH without files); anything else fails with
 * `Transport`, as it does when a connection to Discord breaks.
 *
 * **Invalid requests.** Discord bans an address after 10,000 responses with 401, 403 or 429 within ten minutes. Members
 * behind one address tell each other their counts, every ten seconds or so ({@link RestOwners}'s `invalidRequests` and
 * `merge`); then calls are spaced and stopped by the sum. Members with addresses of their own need not.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DiscordRestError } from "./DiscordRestError.ts"
import * as Elapsed from "../internal/Elapsed.ts"
import * as Rendezvous from "./internal/rendezvous.ts"
import { SharedCounts } from "./internal/sharedCounts.ts"
import type { RestAnswer, RestRequest } from "./RestRequest.ts"
import { textOf } from "../internal/thrown.ts"

/** The member that owns a bucket did not answer. */
export class Unreachable extends Schema.TaggedError<Unreachable>("fibercord/RestOwners/Unreachable")("Unreachable", {
  /** The name of the member. */
  member: Schema.String,
  /** Whether it may have sent the request. If that is not known, it is `true`. */
  mayHaveArrived: Schema.Boolean,
  /** What the call failed with. */
  cause: Schema.Defect()
}) {
  override get message() {
    const { cause, member } = this
    return `member ${member} did not answer: ${textOf(cause)}`
  }
}

/** Options of {@link make}. */
export interface Options {
  /** The name of this process. */
  readonly self: string
  /**
   * The names of all living members, this one included. It is read for each request, and must not throw. Without members
   * this process sends everything itself.
   */
  readonly members: () => ReadonlyArray<string>
  /** Has a request sent by another member: there, by `request` of its `DiscordRest`. */
  readonly send: (member: string, request: RestRequest) => Effect.Effect<RestAnswer, DiscordRestError | Unreachable>
}

/** Who sends what, for `DiscordRest.layer({ owners })`. */
export interface RestOwners extends Options {
  /** The member that sends the requests of a bucket. */
  readonly ownerOf: (bucket: string) => string
  /** How many responses with 401, 403 or 429 this process had in the last ten minutes, for the others. */
  readonly invalidRequests: Effect.Effect<number>
  /**
   * Notes how many of them another process behind the same address had. It holds until the next time, and for ten
   * minutes at most.
   */
  readonly merge: (member: string, invalidRequests: number) => Effect.Effect<void>
  /** The counts together, for `DiscordRest`. */
  readonly counts: SharedCounts
}

/** Makes the owners of buckets, by rendezvous hashing over the names of the members: one for each `DiscordRest`. */
export const make = (options: Options): RestOwners => {
  const counts = new SharedCounts()
  return {
    ...options,
    counts,
    ownerOf: (bucket) => Rendezvous.ownerOf(bucket, options.members()) ?? options.self,
    invalidRequests: Effect.sync(() => counts.own()),
    merge: (member, invalidRequests) =>
      Effect.clockWith((clock) => Effect.sync(() => counts.merge(member, invalidRequests, Elapsed.millis(clock))))
  }
}
