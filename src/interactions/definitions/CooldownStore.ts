/**
 * Where `Middleware.cooldown` keeps cooldowns that survive a restart: those with a `persistent` name.
 *
 * `KeyValueCooldownStore` of `fibercord/persistence` keeps them in files, SQL or Redis.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Which cooldown. */
export interface CooldownKey {
  /** What `Middleware.cooldown` calls it: its `persistent`. */
  readonly name: string
  /** Whose it is: the id of a user, a guild or a channel; empty for everybody's. */
  readonly key: string
}

/**
 * The service. fibercord protects itself from stores that fail, die or hang for more than 1 second: it logs that, and
 * decides by what this process remembers.
 */
export class CooldownStore extends Context.Service<
  CooldownStore,
  {
    /** When the cooldown ends, in milliseconds since 1970; `undefined` if there is none. */
    readonly get: (key: CooldownKey) => Effect.Effect<number | undefined, unknown>
    /** Keeps when it ends; `undefined` removes it. */
    readonly set: (key: CooldownKey, end: number | undefined) => Effect.Effect<void, unknown>
  }
>()("fibercord/interactions/CooldownStore") {}

/**
 * Keeps cooldowns in this process only, for tests and for bots that do not mind.
 *
 * ```ts
 * import { CooldownStore } from "fibercord"
 *
 * const StoreLive = CooldownStore.layerMemory
 * ```
 */
export const layerMemory: Layer.Layer<CooldownStore> = Layer.sync(CooldownStore, () => {
  const ends = new Map<string, number>()
  const idOf = ({ key, name }: CooldownKey) => JSON.stringify([name, key])
  return CooldownStore.of({
    get: (key) => Effect.sync(() => ends.get(idOf(key))),
    set: (key, end) =>
      Effect.sync(() => {
        if (end === undefined) ends.delete(idOf(key))
        else ends.set(idOf(key), end)
      })
  })
})
