/** Takes turns: effects with the same key run one at a time, in the order in which they came. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type * as Definition from "../../definitions/Definition.ts"
import type { RawInteraction } from "../../wire/rawInteraction.ts"

/** Keys whose effects take turns. */
export interface Turns {
  /**
   * Runs an effect when those with this key that came before it have ended, however they ended. One that is interrupted
   * while it waits gives its place up.
   */
  readonly run: <A, E, R>(key: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** How many keys have an effect that runs or waits. */
  readonly size: () => number
}

interface Turn {
  readonly semaphore: Semaphore.Semaphore
  /** How many effects run or wait. The key is forgotten with the last one. */
  users: number
}

/** Makes turns. */
export const make = (): Turns => {
  const turns = new Map<string, Turn>()
  return {
    size: () => turns.size,
    run: (key, effect) =>
      Effect.suspend(() => {
        const turn = turns.get(key) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
        turns.set(key, turn)
        turn.users++
        return Effect.ensuring(
          turn.semaphore.withPermits(1)(effect),
          Effect.sync(() => {
            if (--turn.users === 0) turns.delete(key)
          })
        )
      })
  }
}

/** A handler of a definition for an interaction, in its turn if the definition has turns. */
export const inTurn = <E, R>(
  turns: Turns,
  { key, kind, serialize }: Pick<Definition.Any, "key" | "kind" | "serialize">,
  raw: RawInteraction,
  handler: Effect.Effect<unknown, E, R>
): Effect.Effect<unknown, E, R> =>
  serialize === undefined ? handler : Effect.suspend(() => turns.run(`${kind} ${key} ${serialize(raw)}`, handler))
