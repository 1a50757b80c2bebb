/** The routes of the resources of guilds. */
import { autoModerationRoutes } from "./autoModerationRoutes.ts"
import { guildPageRoutes } from "./guildPageRoutes.ts"
import { integrationRoutes } from "./integrationRoutes.ts"
import { welcomeRoutes } from "./welcomeRoutes.ts"
import { templateRoutes } from "./templateRoutes.ts"
import { guildEmojiRoutes } from "./guildEmojiRoutes.ts"
import { inviteRoutes } from "./inviteRoutes.ts"
import type { Call, Route } from "./routes.ts"
import { scheduledEventRoutes } from "./scheduledEventRoutes.ts"
import { searchRoutes } from "./searchRoutes.ts"
import { skuRoutes } from "./skuRoutes.ts"
import { soundboardRoutes } from "./soundboardRoutes.ts"
import { stageRoutes } from "./stageRoutes.ts"
import { stickerRoutes } from "./stickerRoutes.ts"
import type { ChannelRecord } from "./world.ts"

/** The routes. */
export const resourceRoutes = (channelOf: (call: Call) => ChannelRecord): ReadonlyArray<Route> => [
  ...guildEmojiRoutes,
  ...stickerRoutes,
  ...scheduledEventRoutes,
  ...inviteRoutes(channelOf),
  ...searchRoutes,
  ...stageRoutes,
  ...templateRoutes,
  ...guildPageRoutes,
  ...welcomeRoutes,
  ...integrationRoutes,
  ...skuRoutes,
  ...soundboardRoutes(channelOf),
  ...autoModerationRoutes
]
