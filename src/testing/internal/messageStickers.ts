/** Stickers in messages. Source: Discord, "Create Message": stickers in the server; JSON Error Code 50081. */
import { array, type Json, number, string } from "./json.ts"
import { invalidSticker } from "./limitErrors.ts"
import type { World } from "./world.ts"

/**
 * The sticker items of a message. Throws Discord's error for a sticker of another guild, or one that is not available. An
 * unknown id is taken for one of Discord's own stickers.
 */
export const stickerItems = (world: World, channelId: string, ids: unknown): ReadonlyArray<Json> => {
  const here = world.channels.get(channelId)?.guildId
  const known = [...world.guilds.values()].flatMap(({ id, stickers }) =>
    stickers.map((sticker) => ({ guildId: id, sticker }))
  )
  return array(ids).map((id) => {
    const found = known.find(({ sticker }) => sticker["id"] === id)
    if (found === undefined) return { id, name: "sticker", format_type: 1 }
    const { guildId, sticker } = found
    if (guildId !== here || sticker["available"] === false) throw invalidSticker()
    return { id, name: string(sticker["name"]) ?? "sticker", format_type: number(sticker["format_type"]) ?? 1 }
  })
}
