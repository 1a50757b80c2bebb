/** A `SessionStore` that nothing can go wrong with: what fails, throws or does not answer is logged and given up on. */
import * as Effect from "effect/Effect"
import type { SessionStore } from "../SessionStore.ts"

// What a store that hangs costs a shard, beside the IDENTIFY.
const patience = "5 seconds"

const guarded = <A>(what: string, use: () => Effect.Effect<A>): Effect.Effect<A | undefined> =>
  Effect.suspend(use).pipe(
    Effect.timeout(patience),
    Effect.catchCause((cause) => Effect.as(Effect.logWarning(`The session store could not ${what}`, cause), undefined))
  )

/** Wraps a store. */
export const make = (store: SessionStore["Service"]): SessionStore["Service"] => ({
  durable: store.durable,
  load: (key) => guarded("load a session", () => store.load(key)),
  set: (key, session) => guarded("keep a session", () => store.set(key, session)),
  remove: (key) => guarded("forget a session", () => store.remove(key)),
  loadBudget: (application) => guarded("load the identify budget", () => store.loadBudget(application)),
  setBudget: (application, budget) => guarded("keep the identify budget", () => store.setBudget(application, budget)),
  flush: guarded("write what is left", () => store.flush)
})
