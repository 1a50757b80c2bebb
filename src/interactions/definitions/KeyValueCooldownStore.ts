/**
 * Keeps cooldowns in any `KeyValueStore`: files, SQL, Redis. A value is the end of one cooldown, in milliseconds since
 * 1970. What is over is removed at the next use of the same key.
 *
 * Processes may share a store. Two uses in two processes at the same moment may both be allowed.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import { type CooldownKey, CooldownStore } from "./CooldownStore.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The beginning of every key. Default: `fibercord/cooldowns/`. */
  readonly prefix?: string | undefined
}

/** A `CooldownStore` on the provided `KeyValueStore`, for example `KeyValueStore.layerFileSystem(directory)`. */
export const layer = (options: Options = {}): Layer.Layer<CooldownStore, never, KeyValueStore> =>
  Layer.effect(
    CooldownStore,
    KeyValueStore.useSync((store) => {
      const prefix = options.prefix ?? "fibercord/cooldowns/"
      const idOf = ({ key, name }: CooldownKey) => `${prefix}${encodeURIComponent(name)}/${encodeURIComponent(key)}`
      return CooldownStore.of({
        get: (key) =>
          Effect.map(store.get(idOf(key)), (text) => {
            const end = Number(text)
            return text === undefined || text === "" || !Number.isFinite(end) ? undefined : end
          }),
        set: (key, end) => (end === undefined ? store.remove(idOf(key)) : store.set(idOf(key), String(end)))
      })
    })
  )
