/** The routes of the resources of guilds. */
import { guildEmojiRoutes } from "./guildEmojiRoutes.ts"
import type { Route } from "./routes.ts"
import { stickerRoutes } from "./stickerRoutes.ts"

/** The routes. */
export const resourceRoutes: ReadonlyArray<Route> = [...guildEmojiRoutes, ...stickerRoutes]
