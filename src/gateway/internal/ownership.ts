/**
 * Whether a shard is still this process's, in the moment in which it says so to Discord. A store's answer becomes old while
 * a connection is opened or a turn is waited for, and all the older when the process or the machine pauses meanwhile.
 */
import * as Effect from "effect/Effect"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { SessionKey, SessionStore } from "../SessionStore.ts"

// Milliseconds for which a yes is good, which took a second at most. One that claims the shard after the question waits for
// longer than both before it connects.
const lasts = 1000

const elapsed = Effect.clockWith((clock) => Effect.sync(() => Elapsed.millis(clock)))

interface Owned {
  readonly key: SessionKey
  readonly services: { readonly store: SessionStore["Service"] }
  /** When it was this process's for the last time, in milliseconds of `Elapsed`. */
  ownedAt: number
}

/**
 * Completes when the shard may RESUME or IDENTIFY in the same call. Never if another process runs it, which stops it. A store
 * that takes long is not waited for when the connection has `ended`.
 */
export const confirm = <E>(self: Owned, ended: Effect.Effect<never, E>): Effect.Effect<void, E> =>
  Effect.flatMap(elapsed, (now) => (now - self.ownedAt <= lasts ? Effect.void : Effect.raceFirst(ask(self), ended)))

/** The same before there is a connection, whatever was said before. */
export const ask = (self: Owned): Effect.Effect<void> =>
  Effect.flatMap(Effect.zip(self.services.store.isOwner(self.key), elapsed), ([isOwner, now]) => {
    if (!isOwner) return Effect.never
    self.ownedAt = now
    return Effect.void
  })
