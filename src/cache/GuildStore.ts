/**
 * Where a `GuildCache` keeps what it is told to keep. {@link layerMemory} is the default. `fibercord/persistence` has one
 * on any `KeyValueStore`; `fibercord/testing` has the checks that every store must pass.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as MemoryStore from "./internal/memoryStore.ts"

/** What can be kept of a guild. */
export type Kind = "guilds" | "channels" | "roles" | "members" | "voiceStates" | "emojis" | "threads" | "messages"

/** How much of a kind is kept. */
export interface Limits {
  /** The most entries of one guild. The one that was written longest ago makes room. Default: no limit. */
  readonly max?: number | undefined
  /** After how many milliseconds without a write an entry is forgotten. Default: never. */
  readonly timeToLive?: number | undefined
}

/** The kinds that are kept. */
export type Kept = { readonly [K in Kind]?: Limits }

/** Something that is kept. */
export interface Entry {
  /** The id of the object, for example of a channel. */
  readonly id: string
  /** Never `undefined`. Stores outside of this process keep it as JSON. */
  readonly value: unknown
  /** What it goes with: the channel of a message or of a voice state, the parent of a thread. */
  readonly group?: string | undefined
}

/** A store cannot be read. */
export class GuildStoreError extends Schema.TaggedError<GuildStoreError>("fibercord/cache/GuildStoreError")(
  "GuildStoreError",
  {
    /** What could not be read. */
    detail: Schema.String,
    /** What the store failed with, if it was an error. */
    cause: Schema.optionalKey(Schema.Defect())
  }
) {
  override get message() {
    return `the cache of guilds cannot be read (${this.detail}): check its store, or use resolve, which asks Discord then`
  }
}

/**
 * An open store. What is known of a guild is all that its GUILD_CREATE had, changed by each event since; or nothing.
 *
 * Writes return at once and never throw. Those of one guild are applied in their order, and a read sees all writes before
 * it. When a write is lost, the store forgets the whole guild until it is begun again, because a cache that is wrong is
 * worse than none.
 */
export interface Open {
  /** Whether a guild is known: whole, or in an outage, or not at all. */
  readonly state: (guildId: string) => "whole" | "unavailable" | undefined
  /** The guilds that are known in any way. */
  readonly guildIds: () => ReadonlyArray<string>
  /** The guild is whole from now on, and nothing is in it. */
  readonly begin: (guildId: string) => void
  /** The guild is unavailable, and what was in it is forgotten. */
  readonly outage: (guildId: string) => void
  /** The guild is not known any more. */
  readonly forget: (guildId: string) => void
  /** Keeps an entry. With `merge`, its fields replace those of the entry with this id. */
  readonly set: (kind: Kind, guildId: string, entry: Entry, merge?: boolean) => void
  readonly remove: (kind: Kind, guildId: string, id: string) => void
  /** Removes all entries of a group. */
  readonly removeGroup: (kind: Kind, guildId: string, group: string) => void
  /** Replaces all entries of a kind. */
  readonly replace: (kind: Kind, guildId: string, entries: ReadonlyArray<Entry>) => void
  /** Replaces each value by what `change` makes of it, which must not throw. */
  readonly update: (kind: Kind, guildId: string, change: (value: unknown) => unknown) => void
  /** The value of an entry, or `undefined`. */
  readonly get: (kind: Kind, guildId: string, id: string) => Effect.Effect<unknown, GuildStoreError>
  /** The values of a whole guild by id, or `undefined` if the guild is not whole. */
  readonly all: (
    kind: Kind,
    guildId: string
  ) => Effect.Effect<ReadonlyMap<string, unknown> | undefined, GuildStoreError>
}

/** The service: opens a store for one cache. */
export class GuildStore extends Context.Service<
  GuildStore,
  {
    /** Opens the store until the scope closes, which waits for writes under way. */
    readonly open: (kept: Kept) => Effect.Effect<Open, GuildStoreError, Scope.Scope>
  }
>()("fibercord/cache/GuildStore") {}

/** Keeps everything in this process. A write is applied at once, and nothing can fail. */
export const layerMemory: Layer.Layer<GuildStore> = Layer.succeed(GuildStore, GuildStore.of({ open: MemoryStore.open }))
