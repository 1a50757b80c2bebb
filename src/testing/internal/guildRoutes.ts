/** The REST routes that read a guild and what is in it. Source: Discord, "Guild", "Emoji" and "Voice" resources. */
import { unknownEmoji, unknownGuild, unknownMember, unknownRole, unknownVoiceState } from "./apiError.ts"
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

const member = (call: Call): Answer => {
  const guild = guildOf(call)
  const user = call.world.members(guild.id).find(byId(call))
  return found(user === undefined ? undefined : payloads.memberOf(guild, user), unknownMember)
}

const get = (path: string, handle: Route["handle"]): Route => ({
  method: "GET",
  pattern: `/guilds/:guild${path}`,
  bot: true,
  handle
})

/** The routes. */
export const guildRoutes: ReadonlyArray<Route> = [
  get("", (call) => ok(payloads.guildCreate(call.world, guildOf(call)))),
  get("/channels", (call) => ok(guildOf(call).channels.map(payloads.channel))),
  get("/roles", (call) => ok(guildOf(call).roles.map(payloads.role))),
  get("/roles/:id", (call) => found(guildOf(call).roles.map(payloads.role).find(byId(call)), unknownRole)),
  get("/emojis", (call) => ok(guildOf(call).emojis)),
  get("/emojis/:id", (call) => found(guildOf(call).emojis.find(byId(call)), unknownEmoji)),
  get("/members/:id", member),
  get("/voice-states/:id", (call) => found(guildOf(call).voice.get(call.params["id"] ?? ""), unknownVoiceState))
]
