/** Cooldowns that outlive the process: those of a store, behind those of the process. */
import * as Effect from "effect/Effect"
import type { CooldownKey, CooldownStore } from "../CooldownStore.ts"

// A store that hangs costs a use this long. Discord waits three seconds for the first response.
const patience = "1 second"

const guarded = <A>(what: string, key: CooldownKey, use: () => Effect.Effect<A, unknown>) =>
  Effect.suspend(use).pipe(
    Effect.timeout(patience),
    Effect.catchCause((cause) =>
      Effect.as(
        Effect.logWarning(
          `The cooldown store could not ${what} the cooldown "${key.name}", which counts here only`,
          cause
        ),
        undefined
      )
    )
  )

/**
 * When the stored cooldown ends, if it has not yet; otherwise it begins until `end`. Both in milliseconds since 1970, like
 * `now`. An end that is further away than a cooldown is long was written by a wrong clock, or for a longer one: it counts
 * as one that has just begun.
 */
export const begin = Effect.fnUntraced(function* (
  store: CooldownStore["Service"],
  key: CooldownKey,
  now: number,
  end: number
): Effect.fn.Return<number | undefined> {
  const known = yield* guarded("read", key, () => store.get(key))
  if (known !== undefined && known > now) return Math.min(known, end)
  yield* guarded("write", key, () => store.set(key, end))
  return undefined
})

/** Takes back a cooldown that was begun. */
export const cancel = (store: CooldownStore["Service"], key: CooldownKey): Effect.Effect<void> =>
  guarded("remove", key, () => store.set(key, undefined))
