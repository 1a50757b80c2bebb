/** The routes of a guild's integrations. The fake's guilds have that of the bot itself. Source: Discord, "Guild Resource". */
import { noContent, ok } from "./answers.ts"
import { ApiError } from "./apiError.ts"
import { AuditLogEvent, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import type { Json } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import type { GuildRecord, World } from "./world.ts"

// One bot is one integration of a guild.
const own = (world: World, guild: GuildRecord): Json => ({
  id: String(BigInt(guild.id) + 1n),
  name: world.bot.username,
  type: "discord",
  enabled: true,
  account: { id: world.settings.applicationId, name: world.bot.username },
  application: {
    id: world.settings.applicationId,
    name: world.bot.username,
    icon: null,
    description: "",
    bot: payloads.user(world.bot)
  },
  scopes: ["bot", "applications.commands"]
})

const managed = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild)
  return guild
}

/** Deletes the integration, by which the bot is kicked: GUILD_INTEGRATIONS_UPDATE, INTEGRATION_DELETE, GUILD_DELETE. */
const remove = (call: Call): Answer => {
  const { params, world } = call
  const guild = managed(call)
  const { id } = own(world, guild)
  if (params["integration"] !== id) throw new ApiError(404, 10_005, "Unknown Integration")
  writeFor(call, guild, { type: AuditLogEvent.integrationDelete, target: String(id) })
  const application = { application_id: world.settings.applicationId }
  world.emit("INTEGRATION_DELETE", { id, guild_id: guild.id, ...application }, guild.id)
  world.emit("GUILD_INTEGRATIONS_UPDATE", { guild_id: guild.id }, guild.id)
  const actions = new Actions(world, guild)
  actions.removeMember(world.bot.id)
  actions.remove()
  world.signal.notify()
  return noContent
}

const all = "/guilds/:guild/integrations"

/** The routes. */
export const integrationRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: (call) => ok([own(call.world, managed(call))]) },
  { method: "DELETE", pattern: `${all}/:integration`, bot: true, handle: remove }
]
