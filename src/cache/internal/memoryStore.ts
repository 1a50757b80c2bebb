/** A store in this process. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Elapsed from "../../internal/Elapsed.ts"
import type { Kept, Kind, Open } from "../GuildStore.ts"
import { Collection } from "./collection.ts"

type Guild = Map<Kind, Collection> | "unavailable"

/** Opens an empty store. */
export const open = (kept: Kept): Effect.Effect<Open> =>
  Effect.map(Clock.Clock, (clock) => {
    const guilds = new Map<string, Guild>()
    // Asking the clock costs more than the write does otherwise.
    const now = (kind: Kind) => (kept[kind]?.timeToLive === undefined ? 0 : Elapsed.millis(clock))
    const whole = (guildId: string) => {
      const guild = guilds.get(guildId)
      return guild === "unavailable" ? undefined : guild
    }
    const collection = (kind: Kind, guildId: string): Collection | undefined => {
      const limits = kept[kind]
      const guild = whole(guildId)
      if (limits === undefined || guild === undefined) return undefined
      let found = guild.get(kind)
      if (found === undefined) guild.set(kind, (found = new Collection(limits)))
      return found
    }
    return {
      state: (guildId) => {
        const guild = guilds.get(guildId)
        return guild === undefined || guild === "unavailable" ? guild : "whole"
      },
      guildIds: () => [...guilds.keys()],
      begin: (guildId) => void guilds.set(guildId, new Map()),
      outage: (guildId) => void guilds.set(guildId, "unavailable"),
      forget: (guildId) => void guilds.delete(guildId),
      set: (kind, guildId, entry, merge = false) => collection(kind, guildId)?.set(entry, merge, now(kind)),
      remove: (kind, guildId, id) => whole(guildId)?.get(kind)?.remove(id),
      removeGroup: (kind, guildId, group) => whole(guildId)?.get(kind)?.removeGroup(group),
      replace: (kind, guildId, entries) => {
        const found = collection(kind, guildId)
        found?.clear()
        for (const entry of entries) found?.set(entry, false, now(kind))
      },
      update: (kind, guildId, change) => whole(guildId)?.get(kind)?.update(change),
      get: (kind, guildId, id) => Effect.sync(() => whole(guildId)?.get(kind)?.get(id, now(kind))),
      all: (kind, guildId) =>
        Effect.sync(() => {
          const guild = whole(guildId)
          return guild === undefined ? undefined : (guild.get(kind)?.all(now(kind)) ?? new Map())
        })
    }
  })
