/**
 * Keeps a `GuildCache` in any `KeyValueStore`: files, SQL, Redis. A process that restarts and resumes its sessions then
 * still knows its guilds.
 *
 * Each kind of each guild is one value, which is read, changed and written as a whole: all changes that wait for a guild
 * at once. That suits guilds of some thousands of entries; larger ones are better kept in memory, or with `max`.
 *
 * Events never wait for the store. When it fails, or takes longer than 5 seconds, a warning is logged and the guild is forgotten until its next
 * GUILD_CREATE: `get` then gives `None`, and `resolve` asks Discord. A process that is killed loses the changes that
 * were waiting, at most what the store was behind.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import { GuildStore } from "./GuildStore.ts"
import * as Store from "./internal/keyValueStore.ts"

/** Options of {@link layer}. */
export interface Options {
  /** The beginning of every key. Default: `fibercord/cache/`. */
  readonly prefix?: string | undefined
}

/** A `GuildStore` on the provided `KeyValueStore`. Processes that run different shards may share one. */
export const layer = (options: Options = {}): Layer.Layer<GuildStore, never, KeyValueStore> =>
  Layer.effect(
    GuildStore,
    KeyValueStore.useSync((store) => {
      const open = Store.open(options.prefix ?? "fibercord/cache/")
      return GuildStore.of({ open: (kept) => Effect.provideService(open(kept), KeyValueStore, store) })
    })
  )
