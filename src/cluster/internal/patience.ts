/**
 * What a member does while the storage does not say who owns its shards. Nobody can take them without the storage. But a
 * member that hears of no other one either may be the only one that is cut off from it: then a shard that was connected
 * elsewhere meanwhile would be taken back, and taken again, for as long as that lasts.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { SessionKey, SessionStore } from "../../gateway/SessionStore.ts"
import type { Member } from "./member.ts"

const again = "500 millis"
const adviceWhenTaken =
  "there is nothing to do, because the coordinator of the cluster says which of them goes on with it"

/** A session store whose shards connect again only when they are known to be this member's, or others are heard of. */
export const patient = (
  member: Pick<Member, "contactAt" | "name" | "peers">,
  lease: Duration.Input,
  store: SessionStore["Service"]
): SessionStore["Service"] => {
  const isOwner = (key: SessionKey): Effect.Effect<boolean> =>
    Effect.catchCause(Effect.timeout(store.isOwner(key), "1 second"), () =>
      Effect.flatMap(isCutOff, (cut) =>
        cut ? Effect.andThen(Effect.sleep(again), isOwner(key)) : Effect.succeed(true)
      )
    )
  const isCutOff = Effect.clockWith((clock) =>
    Effect.sync(() => {
      const since = Elapsed.millis(clock) - member.contactAt
      return member.peers.some(({ name }) => name !== member.name) && since > Duration.toMillis(lease)
    })
  )
  return { ...store, isOwner, isPatient: true, adviceWhenTaken }
}
