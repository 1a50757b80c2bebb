/** The REST routes that read a guild and what is in it. Source: Discord, "Guild", "Emoji" and "Voice" resources. */
import { unknownEmoji, unknownGuild } from "./apiError.ts"
import * as payloads from "./payloads.ts"
import type { Answer, Call, Route } from "./routes.ts"
import type { GuildRecord } from "./world.ts"

const ok = (body: unknown): Answer => ({ status: 200, body })

/** The guild of a path. */
export const guildOf = ({ params, world }: Call): GuildRecord => {
  const guild = world.guilds.get(params["guild"] ?? "")
  if (guild === undefined) throw unknownGuild()
  return guild
}

const found = <A>(value: A | undefined, missing: () => Error): Answer => {
  if (value === undefined) throw missing()
  return ok(value)
}

const byId = (call: Call) => (one: { readonly id?: unknown }) => one.id === call.params["id"]

const get = (path: string, handle: Route["handle"]): Route => ({
  method: "GET",
  pattern: `/guilds/:guild${path}`,
  bot: true,
  handle
})

/** The routes. */
export const guildRoutes: ReadonlyArray<Route> = [
  get("/channels", (call) => ok(guildOf(call).channels.map(payloads.channel))),
  get("/emojis", (call) => ok(guildOf(call).emojis)),
  get("/emojis/:id", (call) => found(guildOf(call).emojis.find(byId(call)), unknownEmoji))
]
