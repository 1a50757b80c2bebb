/**
 * What a member does while the storage does not say who owns its shards. Without the storage nobody can take them. But a
 * member may be the only one that is cut off from it: then a shard that was connected elsewhere meanwhile would be taken
 * back, and taken again, for as long as that lasts. So it asks the others.
 */
import * as Effect from "effect/Effect"
import type { KeyValueStore } from "effect/persistence/KeyValueStore"
import { timeout } from "../../internal/timeout.ts"
import type { SessionKey, SessionStore } from "../../gateway/SessionStore.ts"
import * as Coordinator from "./coordinator.ts"
import type { Member } from "./member.ts"
import type { Office } from "./office.ts"
import type { Peers } from "./peers.ts"
import type { MayConnect, Permission } from "./protocol.ts"

const again = "500 millis"
// The storage of one that is asked may take a second to say nothing.
const storageTimeout = "1 second"
const answerTimeout = "1500 millis"
const adviceWhenTaken =
  "there is nothing to do, because the coordinator of the cluster says which of them goes on with it"

type Asking = Pick<Member, "mark" | "name" | "peers">

/** A session store whose shards connect again only when they are known to be this member's, or most have no storage either. */
export const patient = (
  member: Asking,
  peers: Pick<Peers, "call">,
  store: SessionStore["Service"]
): SessionStore["Service"] => {
  const isOwner = (key: SessionKey): Effect.Effect<boolean> =>
    Effect.catchCause(timeout(store.isOwner(key), storageTimeout), () => {
      const { mark, name } = member
      const others = member.peers.filter((peer) => peer.name !== name)
      if (others.length === 0) return Effect.succeed(true)
      const request = { from: name, mark, shard: key.shard, total: key.total }
      const asked = Effect.map(askAll(peers, others, request), mayConnect)
      return Effect.flatMap(asked, (may) => (may ? Effect.succeed(true) : Effect.delay(isOwner(key), again)))
    })
  return { ...store, isOwner, isPatient: true, adviceWhenTaken }
}

const askAll = (peers: Pick<Peers, "call">, others: Member["peers"], request: MayConnect) =>
  Effect.forEach(
    others,
    ({ name }) =>
      peers
        .call(name, (client) => client.MayConnect(request), answerTimeout)
        .pipe(
          // One of another version does not know the question, which is a defect.
          Effect.catchCause(() => Effect.undefined)
        ),
    { concurrency: "unbounded" }
  )

// Of members that are cut off together, only more than half of all may go on without the storage.
const mayConnect = (answers: ReadonlyArray<Permission | undefined>): boolean => {
  if (answers.includes("yes")) return true
  const without = 1 + answers.filter((answer) => answer === "unknown").length
  return !answers.includes("no") && without > (answers.length + 1) / 2
}

/** What a member says to another one to which the storage says nothing. */
export const answer = (
  { coordinator }: Office["Service"],
  store: KeyValueStore,
  request: MayConnect
): Effect.Effect<Permission> =>
  coordinator === undefined
    ? Effect.catchCause(Effect.as(timeout(store.has("coordinator"), storageTimeout), "no" as const), () =>
        Effect.succeed("unknown")
      )
    : Coordinator.permit(coordinator, request)
