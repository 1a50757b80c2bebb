/** Whether this member still runs a shard, also when the database does not say so. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { KeyValueStore } from "effect/persistence/KeyValueStore"
import type { SessionStore } from "../../gateway/SessionStore.ts"
import type { Member } from "./member.ts"
import type { Peers } from "./peers.ts"

// Together less than the second in which a shard wants to know it.
const storageTimeout = 250
const peerTimeout = 400

/** Answers the question of another member whether this one reaches the database. */
export const seesStorage = (store: KeyValueStore): Effect.Effect<boolean> =>
  Effect.suspend(() => store.get("storage")).pipe(Effect.timeout(storageTimeout), Effect.isSuccess)

/**
 * The store of a member. A shard whose connection has ended may have been resumed by another member, which the database
 * knows. If this member does not reach it, others say whether they do: if so, or if none of them answers, it is this
 * member that is cut off. Its shards then wait, or two members would resume a session from each other for ever.
 */
export const guard = (sessions: SessionStore["Service"], member: Member, peers: Peers): SessionStore["Service"] => ({
  ...sessions,
  isOwner: (key) =>
    sessions.isOwner(key).pipe(
      Effect.timeout(storageTimeout),
      Effect.catchCause(() => withoutStorage(member, peers))
    )
})

const withoutStorage = (member: Member, peers: Peers): Effect.Effect<true | "unknown"> =>
  Effect.suspend(() => {
    const others = member.peers.filter(({ name }) => name !== member.name)
    if (others.length === 0) return Effect.succeed(true)
    const ask = ({ name }: { readonly name: string }) =>
      Effect.option(peers.call(name, (client) => client.SeesStorage(undefined), peerTimeout))
    return Effect.map(Effect.forEach(others, ask, { concurrency: "unbounded" }), (answers) => {
      const sees = answers.flatMap(Option.toArray)
      // What nobody reaches, nobody can have claimed a shard in.
      return sees.length > 0 && sees.every((sees) => !sees) ? true : "unknown"
    })
  })
