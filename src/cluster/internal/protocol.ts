/**
 * What members of a cluster say to each other, on the port on which Effect Cluster's runners talk. A call is volatile: it
 * arrives now or not at all.
 *
 * The coordinator is a member too. Whoever calls the wrong one is told so, and asks again when it has heard of the next.
 */
import * as Schema from "effect/Schema"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import { GatewayError } from "../../gateway/GatewayError.ts"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"
import { RestAnswer, RestRequest } from "../../rest/RestRequest.ts"
import { ShardId } from "../../gateway/ShardId.ts"

/** The address of a member: `host:port`. */
const Name = Schema.String

/** How far a member is with shards of another total, beside which its own run on. */
const Resharding = Schema.Struct({
  total: Schema.Int,
  /** How many of the new ones are connected. */
  connected: Schema.Int
})

/** What a member does, as the coordinator sees it. */
export const Status = Schema.Struct({
  /**
   * The mark in the ids of its Runtimes, which tells one process of a member from the next. Empty while its bot is being
   * built: it cannot handle anything yet.
   */
  mark: Schema.String,
  /** Its share of the shards, relative to others. 0 for one that is about to leave. */
  weight: Schema.Finite,
  /** The term of the coordinator that it heard last. */
  term: Schema.Int,
  /** How many shards there are in all. 0 for a member that was assigned none yet. */
  total: Schema.Int,
  /** The shards that it was assigned, without those that another process has taken over since. */
  assigned: Schema.Array(ShardId),
  /** Those of them that are connected. */
  connected: Schema.Array(ShardId),
  resharding: Schema.NullOr(Resharding),
  /** How many responses with 401, 403 or 429 it had from Discord in the last ten minutes. */
  invalidRequests: Schema.Int
})

/** What a member does. */
export type Status = typeof Status.Type

/** A member, as others find it. */
export const Peer = Schema.Struct({ name: Name, mark: Schema.String })

/** A member, as others find it. */
export type Peer = typeof Peer.Type

/** What the coordinator tells a member. */
export const Assignment = Schema.Struct({
  coordinator: Name,
  /** Grows with every coordinator. A member obeys none that is older than the one that it heard last. */
  term: Schema.Int,
  total: Schema.Int,
  shards: Schema.Array(ShardId),
  /** The members that live. */
  peers: Schema.Array(Peer)
})

/** What the coordinator tells a member. */
export type Assignment = typeof Assignment.Type

/** An assignment came from a coordinator that has been replaced, or that did not know what the member has done since. */
export class Outdated extends Schema.TaggedError<Outdated>("fibercord/cluster/Outdated")("Outdated", {
  /** The term that the member heard before. */
  term: Schema.Int
}) {}

/** This member is not the coordinator. */
export class NotCoordinator extends Schema.TaggedError<NotCoordinator>("fibercord/cluster/NotCoordinator")(
  "NotCoordinator",
  {}
) {}

/** This member knows no such question. */
export class UnknownQuestion extends Schema.TaggedError<UnknownQuestion>("fibercord/cluster/UnknownQuestion")(
  "UnknownQuestion",
  {
    /** The name of the question. */
    question: Schema.String
  }
) {
  override get message() {
    return `no Layer of this member answers the question ${this.question}: provide Cluster.layerAnswer for it on every member`
  }
}

/**
 * A turn to IDENTIFY. Members and the coordinator have no clock in common, so that it says how long ago it was asked for:
 * whatever else has passed for the member since it asked, has passed on the way, or while one of the two paused.
 */
export const GivenTurn = Schema.Struct({
  /** Milliseconds from the question until it was certain that the turn could be given. */
  waited: Schema.Finite,
  /** For how many milliseconds from then on the turn may be used. */
  lasts: Schema.Finite
})

/** A turn to IDENTIFY. */
export type GivenTurn = typeof GivenTurn.Type

/** How far a reshard of the cluster is. */
export const ReshardProgress = Schema.Struct({
  /** How many shards there are to be. */
  total: Schema.Int,
  /** How many of them are connected. */
  connected: Schema.Int,
  /** How many members run shards. */
  members: Schema.Int,
  /** How many of them have replaced theirs. */
  done: Schema.Int
})

/** How far a reshard of the cluster is. */
export type ReshardProgress = typeof ReshardProgress.Type

/** No member has replaced its shards, and the cluster keeps those that it had. */
export class ReshardAborted extends Schema.TaggedError<ReshardAborted>("fibercord/cluster/ReshardAborted")(
  "ReshardAborted",
  {
    /** How many shards there are. */
    total: Schema.Int,
    /** Why. */
    detail: Schema.String
  }
) {
  override get message() {
    return `the cluster keeps its ${this.total} shards: ${this.detail}`
  }
}

/** Which shard a member wants to connect again, while the storage does not answer it. */
export const MayConnect = Schema.Struct({ from: Name, mark: Schema.String, shard: ShardId, total: Schema.Int })

/** Which shard a member wants to connect again, while the storage does not answer it. */
export type MayConnect = typeof MayConnect.Type

/** `yes` of a coordinator that counts the shard as that member's, `unknown` when the storage does not answer here either. */
export const Permission = Schema.Literals(["yes", "no", "unknown"])

/** What another member says to that. */
export type Permission = typeof Permission.Type

/** What any member does for the coordinator and for its peers. */
const ofMembers = [
  Rpc.make("Status", { payload: { from: Name }, success: Status }),
  /** Completes when the shards that it no longer has are released. */
  Rpc.make("Assign", { payload: Assignment, error: Schema.Union([Outdated, GatewayError]) }),
  /** Replaces the shards by those of another total, without a gap. */
  Rpc.make("Reshard", { payload: Assignment, error: Schema.Union([Outdated, GatewayError]) }),
  /** The question's own codecs make the payload and the answer JSON texts. */
  Rpc.make("Ask", {
    payload: { question: Schema.String, payload: Schema.String },
    success: Schema.String,
    error: UnknownQuestion
  })
] as const

/** What members do for each other so that it does not matter whom Discord tells, and who tells Discord. */
const ofPeers = [
  /** `Forwarded` and `Outcome` of `RuntimeOwners`, as JSON texts. */
  Rpc.make("Forward", { payload: { forwarded: Schema.String }, success: Schema.String }),
  Rpc.make("MayConnect", { payload: MayConnect, success: Permission }),
  /** Sends a request to Discord whose bucket this member owns. */
  Rpc.make("Send", { payload: { request: RestRequest }, success: RestAnswer, error: DiscordRestError })
] as const

/** What the coordinator does for members. */
const ofCoordinator = [
  /** Completes when the shard may IDENTIFY. */
  Rpc.make("TakeIdentify", {
    payload: { shard: ShardId, maxConcurrency: Schema.Int, missed: Schema.Boolean },
    success: GivenTurn,
    error: NotCoordinator
  }),
  Rpc.make("TakeBudget", { error: Schema.Union([NotCoordinator, GatewayError]) }),
  Rpc.make("GiveBudgetBack", { error: NotCoordinator }),
  Rpc.make("RequireBudget", { payload: { count: Schema.Int }, error: Schema.Union([NotCoordinator, GatewayError]) }),
  /** Completes when the member has no shard any more. */
  Rpc.make("Leave", { payload: { name: Name }, error: NotCoordinator }),
  /** Ends when all members have the new total. Whoever stops listening before a member has it takes it back. */
  Rpc.make("StartReshard", {
    payload: { total: Schema.Int },
    success: ReshardProgress,
    error: Schema.Union([NotCoordinator, GatewayError, ReshardAborted]),
    stream: true
  })
] as const

/** What members ask of the coordinator. */
export class CoordinatorRpcs extends RpcGroup.make(...ofCoordinator) {}

/** All of it. */
export class MemberRpcs extends RpcGroup.make(...ofMembers, ...ofPeers, ...ofCoordinator) {}
