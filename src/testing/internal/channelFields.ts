/** The fields that channels have by their types, as Discord sends them. Source: Discord, "Channel Object", with its examples. */
import type { Json } from "./json.ts"
import { isThread } from "./threadTypes.ts"

const [voice, category, stage, forum, media] = [2, 4, 13, 15, 16]

const inGuild: Json = { nsfw: false, parent_id: null, permission_overwrites: [], position: 0 }
const written: Json = { last_message_id: null, rate_limit_per_user: 0, topic: null }
const spoken: Json = { bitrate: 64_000, last_message_id: null, rate_limit_per_user: 0, rtc_region: null, user_limit: 0 }
const posts: Json = { ...written, available_tags: [], default_reaction_emoji: null, default_sort_order: null }

const byType: ReadonlyMap<number, Json> = new Map([
  [category, {}],
  [voice, spoken],
  [stage, { ...spoken, topic: null }],
  [forum, { ...posts, default_forum_layout: 0 }],
  [media, posts]
])

/** What a channel has unless it says otherwise. */
export const usualFields = (type: number, isInGuild: boolean): Json => {
  if (!isInGuild) return { last_message_id: null }
  // Permissions and places of threads are those of their parents.
  if (isThread({ type })) return { last_message_id: null, rate_limit_per_user: 0 }
  return { ...inGuild, ...(byType.get(type) ?? written) }
}
