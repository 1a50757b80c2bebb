/** The sounds of guilds, and those that everybody has. Source: Discord, "Soundboard Resource". */
import type { Json } from "./json.ts"
import type { GuildRecord } from "./world.ts"

const all = new WeakMap<GuildRecord, Map<string, Json>>()

/** The sounds of a guild by id. */
export const soundsOf = (guild: GuildRecord): Map<string, Json> => {
  const known = all.get(guild) ?? new Map<string, Json>()
  all.set(guild, known)
  return known
}

const sound = (id: number, name: string, emoji: string): Json => ({
  name,
  sound_id: `${id}`,
  volume: 1,
  emoji_id: null,
  emoji_name: emoji,
  available: true
})

/** The default sounds. Discord documents the first one as an example; the others are made up. */
export const defaultSounds: ReadonlyArray<Json> = [
  sound(1, "quack", "🦆"),
  sound(2, "bell", "🔔"),
  sound(3, "drum", "🥁")
]
