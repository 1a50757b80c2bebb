/** A member joins when it can handle events, and leaves before it cannot. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import { GatewayInfo } from "../../gateway/GatewayInfo.ts"
import { ShardManager } from "../../gateway/ShardManager.ts"
import { timeout } from "../../internal/timeout.ts"
import { Runtimes } from "../../runtime/Runtimes.ts"
import { coordinated } from "./identify.ts"
import { type Member, ThisMember } from "./member.ts"
import type { Peers } from "./peers.ts"
import type { Assignment } from "./protocol.ts"

// How long a member that leaves waits for its shards to be moved.
const leaveTimeout = "10 seconds"
// While the storage is away, nobody can take them. It does not answer for so long then.
const storageTimeout = "2 seconds"

/**
 * Waits for the first assignment, and until its shards are connected. Closing the manager that this returns, or the scope,
 * has the shards moved to other members first; what is left is stopped so that it can be resumed.
 */
export const join = (
  peers: Peers
): Effect.Effect<
  ShardManager["Service"],
  GatewayError,
  GatewayInfo | KeyValueStore | ShardManager | Runtimes | ThisMember | Scope
> =>
  Effect.gen(function* () {
    const member = yield* ThisMember
    const store = yield* KeyValueStore
    const manager = yield* ShardManager
    member.mark = (yield* Runtimes).mark
    member.manager = manager
    const close = Effect.andThen(leave(member, peers, store), manager.close)
    yield* Effect.addFinalizer(() => close)
    const assigned = member.moved.until(() => (hasAssignment(member.heard) ? Effect.void : undefined))
    yield* Effect.raceFirst(assigned, cannotAsk)
    yield* awaitReady(member, manager)
    const shards = member.heard?.shards.length ?? 0
    yield* Effect.logInfo(`${member.name} has joined the cluster, and runs ${shards} of ${member.heard?.total} shards`)
    return { ...manager, close }
  })

// Of a process that did not answer for a while, others have taken what it was about to run. It is told what to run next.
const awaitReady = (member: Member, manager: ShardManager["Service"]): Effect.Effect<void, GatewayError> =>
  Effect.suspend(() => {
    const { heard } = member
    const told = member.moved.until(() => (member.heard === heard ? undefined : Effect.void))
    return Effect.catch(manager.awaitReady, (error) =>
      error.reason._tag === "TakenOver" ? Effect.andThen(told, awaitReady(member, manager)) : Effect.fail(error)
    )
  })

// With a wrong token, or when nobody has Discord's answer, there would never be an assignment. A cluster that has run before
// assigns without it, and long before the retries end.
const cannotAsk: Effect.Effect<never, GatewayError, GatewayInfo> = GatewayInfo.use(({ get }) =>
  Effect.andThen(get, Effect.never)
)

const hasAssignment = (heard: Assignment | undefined): boolean => heard !== undefined && heard.total > 0

const leave = (member: Member, peers: Peers, store: KeyValueStore): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { coordinator } = member.heard ?? {}
    if (member.hasLeft) return Effect.void
    // Said also if nobody is to be told: what is assigned to it from now on is refused.
    member.hasLeft = true
    const hasOthers = member.peers.some(({ name }) => name !== member.name)
    if (coordinator === undefined || !hasOthers) return Effect.void
    // The coordinator may be replaced in the middle: then the next one moves them.
    const left = coordinated<void, never>(member, peers, (client) => client.Leave({ name: member.name }))
    const inVain = Effect.matchCauseEffect(timeout(store.has("coordinator"), storageTimeout), {
      onFailure: () => Effect.succeed("the database does not answer"),
      onSuccess: () => Effect.never
    })
    return Effect.raceFirst(left, inVain).pipe(
      Effect.timeoutOption(leaveTimeout),
      Effect.map(Option.getOrElse(() => "no coordinator has answered")),
      Effect.flatMap((why) =>
        why === undefined
          ? Effect.void
          : Effect.logWarning(`${member.name} leaves without having its shards moved: ${why}`)
      )
    )
  })
