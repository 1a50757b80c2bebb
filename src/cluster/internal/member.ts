/**
 * One member of a cluster: it runs the shards that the coordinator assigned to it, and goes on with them when no
 * coordinator is heard of.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import type { ShardId } from "../../gateway/ShardId.ts"
import type { ShardManager } from "../../gateway/ShardManager.ts"
import { isTakenOver } from "../../gateway/ShardStatus.ts"
import { Moved } from "../../internal/Moved.ts"
import { type Assignment, Outdated, type Peer, type Status } from "./protocol.ts"

/** What a member knows. Written by assignments, and when it leaves. */
export class Member {
  /** The name of this member, `host:port`. */
  readonly name: string
  /** The mark in the ids of this process's Runtimes. Empty until the bot is built. */
  mark = ""
  /** What runs the shards, once the bot is built. */
  manager: ShardManager["Service"] | undefined
  /** Its share of the shards, relative to others. */
  readonly weight: number
  /** How many responses with 401, 403 or 429 this process had in the last ten minutes. */
  invalidRequests: Effect.Effect<number> = Effect.succeed(0)
  /** Whether it has asked for its shards to be moved. */
  hasLeft = false
  /** What the newest coordinator said last, with the shards and the total that it has led to. */
  heard: Assignment | undefined
  /** The shards of another total that are to replace its own, and which of them are connected. */
  resharding: { readonly total: number; readonly connected: Set<ShardId> } | undefined
  /** The member of each mark that was heard of, the last ones last. See {@link rememberMarks}. */
  readonly marks = new Map<string, string>()
  /** Notified when something was heard. */
  readonly moved = new Moved()
  /** Assignments are carried out one after the other. */
  readonly turn = Semaphore.makeUnsafe(1)

  constructor(options: { readonly name: string; readonly weight: number }) {
    this.name = options.name
    this.weight = options.weight
  }

  /** The members that live, this one included. */
  get peers(): ReadonlyArray<Peer> {
    return this.heard?.peers ?? [{ name: this.name, mark: this.mark }]
  }
}

/** The member that this process is. */
export class ThisMember extends Context.Service<ThisMember, Member>()("fibercord/cluster/ThisMember") {}

/** What the coordinator is told. */
export const status = (member: Member): Effect.Effect<Status> =>
  Effect.gen(function* () {
    const runners = yield* member.manager?.runners ?? Effect.succeed(HashMap.empty<never, never>())
    const stages = [...HashMap.values(runners)]
    const connected = stages.filter(({ stage }) => stage._tag === "Connected").map(({ id }) => id)
    // Another process has claimed them since. If that was not meant to last, nobody would run them.
    const taken = new Set(stages.filter(({ stage }) => isTakenOver(stage)).map(({ id }) => id))
    const { hasLeft, heard, mark, resharding, weight } = member
    return {
      mark,
      weight: hasLeft ? 0 : weight,
      term: heard?.term ?? 0,
      total: heard?.total ?? 0,
      assigned: (heard?.shards ?? []).filter((id) => !taken.has(id)),
      connected,
      resharding: resharding === undefined ? null : { total: resharding.total, connected: resharding.connected.size },
      invalidRequests: yield* member.invalidRequests
    }
  })

/** Does what the coordinator says. Completes when the shards that this member no longer has are released. */
export const assign = (member: Member, assignment: Assignment): Effect.Effect<void, Outdated | GatewayError> =>
  obey(member, assignment, (manager, before) =>
    Effect.gen(function* () {
      // A member that leaves takes no more: what it is given now was decided before that was known.
      if (member.hasLeft && assignment.shards.some((id) => before?.shards.includes(id) !== true)) {
        return yield* new Outdated({ term: assignment.term })
      }
      if (before?.total !== assignment.total) {
        // It has got another total meanwhile, and only a reshard may replace shards.
        if (before !== undefined && before.shards.length > 0) return yield* new Outdated({ term: assignment.term })
        yield* manager.setShards({ ids: assignment.shards, total: assignment.total })
        yield* manager.initialize
      } else yield* manager.assign(assignment.shards)
    })
  )

/** Replaces the shards by those of another total, without a gap. Undone when it is interrupted before it has done so. */
export const reshard = (member: Member, assignment: Assignment): Effect.Effect<void, Outdated | GatewayError> =>
  obey(member, assignment, (manager) =>
    Effect.scoped(
      Effect.andThen(
        watch(member, manager, assignment.total),
        manager.reshard({ ids: assignment.shards, total: assignment.total })
      )
    ).pipe(
      Effect.ensuring(
        Effect.map(manager.runners, (runners) => {
          member.resharding = undefined
          // When it was interrupted late, it is done all the same.
          if ([...HashMap.values(runners)].some(({ total }) => total === assignment.total)) hear(member, assignment)
        })
      )
    )
  )

/** Counts the shards of another total that are connected, until the scope closes. */
const watch = (member: Member, manager: ShardManager["Service"], total: number): Effect.Effect<void, never, Scope> => {
  const connected = new Set<ShardId>()
  member.resharding = { total, connected }
  const count = manager.changes.pipe(
    Stream.filter((change) => change.total === total),
    Stream.runForEach(({ shard, to }) =>
      Effect.sync(() => (to._tag === "Connected" ? connected.add(shard) : connected.delete(shard)))
    )
  )
  return Effect.asVoid(Effect.forkScoped(count, { startImmediately: true }))
}

// Marks of processes that have ended are kept: users who click on what one has left are told at once that it is gone. Of a
// mark that is forgotten they are told after a second that its owner cannot be reached. These are a thousand deploys.
const marksKept = 4096

/** Notes which member has which mark, and forgets the marks that were not heard of for longest. */
export const rememberMarks = ({ marks }: Pick<Member, "marks">, peers: ReadonlyArray<Peer>): void => {
  for (const { mark, name } of peers) {
    marks.delete(mark)
    marks.set(mark, name)
  }
  const limit = Math.max(marksKept, peers.length)
  for (const oldest of marks.keys()) {
    if (marks.size <= limit) return
    marks.delete(oldest)
  }
}

const hear = (member: Member, assignment: Assignment): void => {
  member.heard = assignment
  rememberMarks(member, assignment.peers)
  member.moved.notify()
}

const obey = (
  member: Member,
  assignment: Assignment,
  run: (
    manager: ShardManager["Service"],
    before: Assignment | undefined
  ) => Effect.Effect<void, Outdated | GatewayError>
): Effect.Effect<void, Outdated | GatewayError> =>
  member.turn.withPermit(
    Effect.gen(function* () {
      const before = member.heard
      const { manager } = member
      if (before !== undefined && before.term > assignment.term) return yield* new Outdated({ term: before.term })
      if (manager === undefined) return yield* new Outdated({ term: assignment.term })
      // Shards that start ask this coordinator. What has to be done is done when it says so.
      hear(member, { ...assignment, shards: before?.shards ?? [], total: before?.total ?? 0 })
      yield* run(manager, before)
      hear(member, assignment)
    })
  )
