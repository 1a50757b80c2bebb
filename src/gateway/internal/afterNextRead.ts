/** Telling silence from a blocked event loop, in which a timer is over before anything was read that had arrived. */
import * as Effect from "effect/Effect"

/** Completes after a turn of the event loop in which sockets have been read. */
export const afterNextRead: Effect.Effect<void> = Effect.callback<void>((resume) => {
  let handle = setImmediate(() => {
    handle = setImmediate(() => resume(Effect.void))
  })
  return Effect.sync(() => clearImmediate(handle))
})
