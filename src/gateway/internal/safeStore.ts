/** Session stores that cannot get in the way: what fails, throws or does not answer is logged and given up. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { timeout } from "../../internal/timeout.ts"
import type { SessionStore } from "../SessionStore.ts"
import { StoreTrouble } from "./storeTrouble.ts"

// A store that hangs costs a shard this long, and a new session.
const patience = Duration.seconds(5)
// A claim may wait for another process besides.
const patienceToClaim = Duration.seconds(15)
// What stands between a shard and its next connection, or its end.
const shortPatience = Duration.seconds(1)

/** Runs one use of a store. Whatever goes wrong is logged, and the result is then `undefined`. */
export type Guard = <A>(
  what: string,
  use: () => Effect.Effect<A, unknown>,
  limit?: Duration.Input
) => Effect.Effect<A | undefined>

/** Makes the guard of one store. */
export const makeGuard = (): Guard => {
  const trouble = new StoreTrouble()
  return (what, use, limit = patience) =>
    Effect.suspend(() => {
      const used = use()
      // What is an answer already needs no clock.
      return Exit.isExit(used) ? used : timeout(used, limit)
    }).pipe(
      Effect.tap(() => trouble.succeeded),
      Effect.catchCause((cause) => Effect.as(trouble.failed(what, cause), undefined))
    )
}

/** Wraps a store so that all of it is guarded. */
export const make = (store: SessionStore["Service"]): SessionStore["Service"] => {
  // A use that succeeds says nothing about others: many stores answer some of them from memory.
  const guards = new Map<string, Guard>()
  const guarded: Guard = (what, use, limit) => {
    const guard = guards.get(what) ?? makeGuard()
    guards.set(what, guard)
    return guard(what, use, limit)
  }
  return {
    durable: store.durable,
    load: (key) => guarded("load a session", () => store.load(key)),
    claim: (key, onTaken) => guarded("claim a session", () => store.claim(key, onTaken), patienceToClaim),
    isPatient: store.isPatient,
    adviceWhenTaken: store.adviceWhenTaken,
    // Unless another process is known to run the shard, this one does.
    isOwner: (key) =>
      Effect.map(
        guarded(
          "say who owns a session",
          () => store.isOwner(key),
          store.isPatient === true ? Duration.infinity : shortPatience
        ),
        (isOwner) => isOwner !== false
      ),
    release: (key) => guarded("release a session", () => store.release(key), shortPatience),
    set: (key, session) => guarded("store a session", () => store.set(key, session)),
    remove: (key) => guarded("remove a session", () => store.remove(key)),
    loadBudget: (application) => guarded("load the identify budget", () => store.loadBudget(application)),
    setBudget: (application, budget) =>
      guarded("store the identify budget", () => store.setBudget(application, budget)),
    flush: guarded("write the last sessions", () => store.flush)
  }
}
