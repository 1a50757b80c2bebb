/** The routes of rules of AutoMod. Source: Discord, "Auto Moderation". */
import { checkBoolean, checkChoice, checkId, checkRequired, checkString, given, noContent, ok } from "./answers.ts"
import { ApiError, unknownChannel } from "./apiError.ts"
import { guildOf } from "./guildRoutes.ts"
import { array, type Json, object, objects, string } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

// Source: "Trigger Types".
const Trigger = { keyword: 1, spam: 3, preset: 4, mentions: 5, profile: 6 } as const
const { keyword, mentions, preset, profile, spam } = Trigger
const mostOf: Readonly<Record<number, number>> = { [keyword]: 6, [spam]: 1, [preset]: 1, [mentions]: 1, [profile]: 1 }

// Source: "Action Types".
const Action = { block: 1, alert: 2, timeout: 3, blockMember: 4 } as const

const longestTimeout = 2_419_200

const rulesOf = (guild: GuildRecord): Map<string, Json> => guild.autoModeration

const checkTexts = (problems: Problems, field: string, texts: unknown, most: number, length: number): void => {
  problems.size(["trigger_metadata", field], texts, 0, most)
  for (const [at, text] of array(texts).entries()) problems.length(["trigger_metadata", field, at], text, 1, length)
}

// Source: "Trigger Metadata Field Limits".
const checkMetadata = (problems: Problems, type: unknown, metadata: Json): void => {
  const path = ["trigger_metadata"]
  if (type === keyword || type === profile) {
    checkTexts(problems, "keyword_filter", metadata["keyword_filter"], 1000, 60)
    checkTexts(problems, "regex_patterns", metadata["regex_patterns"], 10, 260)
    checkTexts(problems, "allow_list", metadata["allow_list"], 100, 60)
  }
  if (type === preset) {
    checkRequired(problems, [...path, "presets"], metadata["presets"])
    checkTexts(problems, "allow_list", metadata["allow_list"], 1000, 60)
    for (const [at, each] of array(metadata["presets"]).entries()) {
      checkChoice(problems, [...path, "presets", at], each, [1, 2, 3])
    }
  }
  if (type === mentions) {
    problems.range([...path, "mention_total_limit"], metadata["mention_total_limit"], 0, 50)
    const raid = "mention_raid_protection_enabled"
    checkBoolean(problems, [...path, raid], metadata[raid])
  }
}

const checkActions = (problems: Problems, type: unknown, actions: unknown): void => {
  if (array(actions).length === 0) problems.add(["actions"], "BASE_TYPE_REQUIRED", "This field is required")
  for (const [at, action] of objects(actions).entries()) {
    const path = ["actions", at]
    const metadata = object(action["metadata"])
    checkChoice(problems, [...path, "type"], action["type"] ?? "", Object.values(Action))
    if (action["type"] === Action.alert) {
      checkRequired(problems, [...path, "metadata", "channel_id"], metadata["channel_id"])
    }
    if (action["type"] === Action.timeout) {
      checkRequired(problems, [...path, "metadata", "duration_seconds"], metadata["duration_seconds"])
      problems.range([...path, "metadata", "duration_seconds"], metadata["duration_seconds"], 0, longestTimeout)
      if (type !== keyword && type !== mentions) {
        problems.add([...path, "type"], "BASE_TYPE_INVALID", "Rules of this trigger_type cannot time out")
      }
    }
    problems.length([...path, "metadata", "custom_message"], metadata["custom_message"], 0, 150)
  }
}

const checkRule = (problems: Problems, rule: Json): void => {
  checkString(problems, ["name"], rule["name"])
  problems.length(["name"], rule["name"], 1, 100)
  checkChoice(problems, ["event_type"], rule["event_type"] ?? "", [1, 2])
  checkChoice(problems, ["trigger_type"], rule["trigger_type"] ?? "", Object.values(Trigger))
  checkMetadata(problems, rule["trigger_type"], object(rule["trigger_metadata"]))
  checkActions(problems, rule["trigger_type"], rule["actions"])
  checkBoolean(problems, ["enabled"], rule["enabled"])
  problems.size(["exempt_roles"], rule["exempt_roles"], 0, 20)
  problems.size(["exempt_channels"], rule["exempt_channels"], 0, 50)
  for (const field of ["exempt_roles", "exempt_channels"]) {
    for (const [at, id] of array(rule[field]).entries()) checkId(problems, [field, at], id)
  }
}

/** Throws unless the bot may make such a rule. */
const demandRule = (world: World, guild: GuildRecord, rule: Json): void => {
  for (const { metadata, type } of objects(rule["actions"])) {
    if (type === Action.timeout) demandInGuild(world, guild, Permission.moderateMembers)
    const id = string(object(metadata)["channel_id"])
    if (type === Action.alert && !guild.channels.some((channel) => channel.id === id)) throw unknownChannel()
  }
}

const emit = (world: World, guild: GuildRecord, t: string, rule: Json): void => {
  if (!guild.unavailable) world.emit(t, rule, guild.id, 1 << 20)
  world.signal.notify()
}

const managed = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild)
  return guild
}

const create = (call: Call): Answer => {
  const { world } = call
  const body = object(call.body)
  const problems = new Problems()
  checkRule(problems, body)
  const guild = managed(call)
  const type = Number(body["trigger_type"])
  const alike = [...rulesOf(guild).values()].filter((rule) => rule["trigger_type"] === type)
  if (alike.length >= (mostOf[type] ?? 1)) {
    const message = `Maximum number of rules of this trigger type reached (${mostOf[type] ?? 1})`
    problems.add(["trigger_type"], "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", message)
  }
  problems.done()
  demandRule(world, guild, body)
  const fields = given(body, ["name", "event_type", "trigger_type", "trigger_metadata", "actions", "enabled"])
  const rule = {
    id: world.ids.next(),
    guild_id: guild.id,
    creator_id: world.bot.id,
    trigger_metadata: {},
    enabled: false,
    ...fields,
    exempt_roles: array(body["exempt_roles"]),
    exempt_channels: array(body["exempt_channels"])
  }
  rulesOf(guild).set(rule.id, rule)
  emit(world, guild, "AUTO_MODERATION_RULE_CREATE", rule)
  return ok(rule)
}

const found = (call: Call, guild: GuildRecord): Json => {
  const rule = rulesOf(guild).get(call.params["rule"] ?? "")
  // Discord documents no code for it.
  if (rule === undefined) throw new ApiError(404, 0, "404: Not Found")
  return rule
}

const changeable = ["name", "event_type", "trigger_metadata", "actions", "enabled", "exempt_roles", "exempt_channels"]

const modify = (call: Call): Answer => {
  const { world } = call
  const guild = managed(call)
  const before = found(call, guild)
  const after = { ...before, ...given(object(call.body), changeable) }
  const problems = new Problems()
  checkRule(problems, after)
  problems.done()
  demandRule(world, guild, after)
  rulesOf(guild).set(String(before["id"]), after)
  emit(world, guild, "AUTO_MODERATION_RULE_UPDATE", after)
  return ok(after)
}

const remove = (call: Call): Answer => {
  const guild = managed(call)
  const rule = found(call, guild)
  rulesOf(guild).delete(String(rule["id"]))
  emit(call.world, guild, "AUTO_MODERATION_RULE_DELETE", rule)
  return noContent
}

const all = "/guilds/:guild/auto-moderation/rules"
const one = `${all}/:rule`

/** The routes. */
export const autoModerationRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: all, bot: true, handle: (call) => ok([...rulesOf(managed(call)).values()]) },
  { method: "POST", pattern: all, bot: true, handle: create },
  { method: "GET", pattern: one, bot: true, handle: (call) => ok(found(call, managed(call))) },
  { method: "PATCH", pattern: one, bot: true, handle: modify },
  { method: "DELETE", pattern: one, bot: true, handle: remove }
]
