/** The REST route of the audit log. Source: Discord, "Get Guild Audit Log". */
import { ok } from "./answers.ts"
import { entriesOf } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { type Json, string } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import { ascending, idIn, numberIn } from "./queries.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { isThread } from "./threadTypes.ts"

const get = (call: Call): Answer => {
  const { query, world } = call
  const guild = guildOf(call)
  const limit = numberIn(query, "limit", 1, 100, 50)
  const [after, before, by] = [idIn(query, "after"), idIn(query, "before"), query.get("user_id")]
  const type = numberIn(query, "action_type", 0, 1000, 0)
  demandInGuild(world, guild, Permission.viewAuditLog)
  const idOf = (entry: Json) => String(entry["id"])
  const found = ascending(entriesOf(world, guild), idOf)
    .filter((entry) => by === null || by === "" || entry["user_id"] === by)
    .filter((entry) => type === 0 || entry["action_type"] === type)
    .filter((entry) => before === undefined || BigInt(idOf(entry)) < before)
    .filter((entry) => after === undefined || BigInt(idOf(entry)) > after)
  // With `after` the oldest come first, and otherwise the newest.
  const entries = after === undefined ? found.toReversed().slice(0, limit) : found.slice(0, limit)
  const named = new Set(entries.flatMap((entry) => [string(entry["user_id"]), string(entry["target_id"])]))
  const channels = [...world.channels.values()].filter((channel) => named.has(channel.id) && isThread(channel))
  const body = {
    application_commands: world.visibleCommands(guild.id).filter(({ id }) => named.has(String(id))),
    audit_log_entries: entries,
    auto_moderation_rules: [],
    guild_scheduled_events: [],
    integrations: [],
    threads: channels.map(payloads.channel),
    users: [...world.users.values()].filter(({ id }) => named.has(id)).map(payloads.user),
    webhooks: [...world.webhooks.values()]
      .filter(({ id }) => named.has(id))
      .map(({ channelId, id, name }) => ({
        id,
        type: 1,
        guild_id: guild.id,
        channel_id: channelId,
        name,
        avatar: null
      }))
  }
  return ok(body)
}

/** The route. */
export const auditLogRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: "/guilds/:guild/audit-logs", bot: true, handle: get }
]
