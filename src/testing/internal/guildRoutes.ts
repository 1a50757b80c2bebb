/** The REST routes that read what is in a guild. Source: Discord, "Guild Resource". */
import { ok } from "./answers.ts"
import { unknownGuild } from "./apiError.ts"
import * as payloads from "./payloads.ts"
import type { Call, Route } from "./routes.ts"
import type { GuildRecord } from "./world.ts"

/** The guild of a path. */
export const guildOf = ({ params, world }: Call): GuildRecord => {
  const guild = world.guilds.get(params["guild"] ?? "")
  if (guild === undefined) throw unknownGuild()
  return guild
}

const get = (path: string, handle: Route["handle"]): Route => ({
  method: "GET",
  pattern: `/guilds/:guild${path}`,
  bot: true,
  handle
})

/** The routes. */
export const guildRoutes: ReadonlyArray<Route> = [
  get("/channels", (call) => ok(guildOf(call).channels.map(payloads.channel)))
]
