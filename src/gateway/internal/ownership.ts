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

/** Completes when the shard may RESUME or IDENTIFY in the same call. Never if another process runs it, which stops it. */
export const confirm = (self: Owned): Effect.Effect<void> =>
  Effect.flatMap(elapsed, (now) => {
    if (now - self.ownedAt <= lasts) return Effect.void
    return Effect.flatMap(Effect.zip(self.services.store.isOwner(self.key), elapsed), ([isOwner, now]) => {
      if (!isOwner) return Effect.never
      self.ownedAt = now
      return Effect.void
    })
  })
