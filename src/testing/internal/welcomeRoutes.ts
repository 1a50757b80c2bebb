/** The routes of how a guild receives new members. Source: Discord, "Welcome Screen" and "Guild Onboarding" of "Guild Resource". */
import { checkBoolean, checkChoice, checkId, checkRequired, checkString, ok } from "./answers.ts"
import { ApiError, unknownChannel, unknownRole } from "./apiError.ts"
import { AuditLogEvent, changesOf, writeFor } from "./auditLog.ts"
import { isForEveryone } from "./guildPageRoutes.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { array, type Json, number, object, objects } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { GuildRecord, World } from "./world.ts"

interface Welcome {
  screen?: Json
  onboarding?: Json
}

const all = new WeakMap<GuildRecord, Welcome>()

const welcomeOf = (guild: GuildRecord): Welcome => {
  const known = all.get(guild) ?? {}
  all.set(guild, known)
  return known
}

const demandChannels = (guild: GuildRecord, ids: ReadonlyArray<unknown>): void => {
  if (ids.some((id) => !guild.channels.some((channel) => channel.id === id))) throw unknownChannel()
}

// The welcome screen

const enabledFeature = "WELCOME_SCREEN_ENABLED"
const isEnabled = ({ fields }: GuildRecord): boolean => array(fields["features"]).includes(enabledFeature)

const getScreen = (call: Call): Answer => {
  const guild = guildOf(call)
  const { screen } = welcomeOf(guild)
  if (screen === undefined) throw new ApiError(404, 10_069, "Unknown Guild Welcome Screen")
  if (!isEnabled(guild)) demandInGuild(call.world, guild, Permission.manageGuild)
  return ok(screen)
}

const mostChannels = 5

const changeScreen = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  checkBoolean(problems, ["enabled"], body["enabled"])
  checkString(problems, ["description"], body["description"])
  problems.size(["welcome_channels"], body["welcome_channels"], 0, mostChannels)
  for (const [at, channel] of objects(body["welcome_channels"]).entries()) {
    const path = ["welcome_channels", at]
    checkRequired(problems, [...path, "channel_id"], channel["channel_id"])
    checkRequired(problems, [...path, "description"], channel["description"])
    checkString(problems, [...path, "description"], channel["description"])
    checkId(problems, [...path, "emoji_id"], channel["emoji_id"])
  }
  problems.done()
  demandInGuild(world, guild, Permission.manageGuild)
  const channels = objects(body["welcome_channels"])
  demandChannels(
    guild,
    channels.map((channel) => channel["channel_id"])
  )
  const before = welcomeOf(guild).screen ?? { description: null, welcome_channels: [] }
  const after = {
    description: body["description"] === undefined ? before["description"] : body["description"],
    welcome_channels:
      body["welcome_channels"] === undefined
        ? before["welcome_channels"]
        : channels.map((channel) => ({ emoji_id: null, emoji_name: null, ...channel }))
  }
  welcomeOf(guild).screen = after
  if (typeof body["enabled"] === "boolean" && body["enabled"] !== isEnabled(guild)) {
    const others = array(guild.fields["features"]).filter((feature) => feature !== enabledFeature)
    new Actions(world, guild).update({ features: body["enabled"] ? [...others, enabledFeature] : others })
  }
  world.signal.notify()
  return ok(after)
}

// Onboarding

const nothing = (guild: GuildRecord): Json => ({
  guild_id: guild.id,
  prompts: [],
  default_channel_ids: [],
  enabled: false,
  mode: 0
})

const [defaultMode, advancedMode] = [0, 1]

const checkPrompts = (problems: Problems, prompts: unknown): void => {
  for (const [at, prompt] of objects(prompts).entries()) {
    const path = ["prompts", at]
    checkChoice(problems, [...path, "type"], prompt["type"] ?? "", [0, 1])
    checkRequired(problems, [...path, "title"], prompt["title"])
    for (const field of ["single_select", "required", "in_onboarding"]) {
      checkBoolean(problems, [...path, field], prompt[field])
    }
    checkRequired(problems, [...path, "options"], prompt["options"])
    for (const [index, option] of objects(prompt["options"]).entries()) {
      checkRequired(problems, [...path, "options", index, "title"], option["title"])
    }
  }
}

const optionsOf = (onboarding: Json): ReadonlyArray<Json> =>
  objects(onboarding["prompts"]).flatMap((prompt) => objects(prompt["options"]))

/** Whether there are the channels that onboarding needs: seven, in five of which everybody can write. */
const isSufficient = (guild: GuildRecord, onboarding: Json): boolean => {
  const more = onboarding["mode"] === advancedMode ? optionsOf(onboarding) : []
  const ids = new Set([
    ...array(onboarding["default_channel_ids"]),
    ...more.flatMap((option) => array(option["channel_ids"]))
  ])
  const channels = guild.channels.filter(({ id }) => ids.has(id))
  const open = Permission.viewChannel | Permission.sendMessages
  return channels.length >= 7 && channels.filter((channel) => isForEveryone(guild, channel, open)).length >= 5
}

const optionOf = (world: World, option: Json): Json => {
  const {
    emoji_animated: animated,
    emoji_id: emojiId,
    emoji_name: emojiName,
    ...rest
  } = option as Record<string, unknown>
  const emoji = { id: emojiId ?? null, name: emojiName ?? null, animated: animated ?? false }
  return { description: null, channel_ids: [], role_ids: [], emoji, ...rest, id: option["id"] ?? world.ids.next() }
}

const promptOf = (world: World, prompt: Json): Json => ({
  single_select: false,
  required: false,
  in_onboarding: true,
  ...prompt,
  id: prompt["id"] ?? world.ids.next(),
  options: objects(prompt["options"]).map((option) => optionOf(world, option))
})

const changeOnboarding = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  const body = object(call.body)
  const problems = new Problems()
  checkBoolean(problems, ["enabled"], body["enabled"])
  checkChoice(problems, ["mode"], body["mode"], [defaultMode, advancedMode])
  checkPrompts(problems, body["prompts"])
  problems.done()
  demandInGuild(world, guild, Permission.manageGuild | Permission.manageRoles)
  const before = welcomeOf(guild).onboarding ?? nothing(guild)
  const after: Json = {
    guild_id: guild.id,
    prompts:
      body["prompts"] === undefined
        ? before["prompts"]
        : objects(body["prompts"]).map((prompt) => promptOf(world, prompt)),
    default_channel_ids: body["default_channel_ids"] ?? before["default_channel_ids"],
    enabled: body["enabled"] ?? before["enabled"],
    mode: number(body["mode"]) ?? before["mode"]
  }
  const options = optionsOf(after)
  const channels = options.flatMap((option) => array(option["channel_ids"]))
  demandChannels(guild, [...array(after["default_channel_ids"]), ...channels])
  const roles = options.flatMap((option) => array(option["role_ids"]))
  if (roles.some((id) => !guild.roles.some((role) => role.id === id))) throw unknownRole()
  if (after["enabled"] === true && !isSufficient(guild, after)) {
    throw before["enabled"] === true
      ? new ApiError(400, 350_001, "Cannot update onboarding while below requirements")
      : new ApiError(400, 350_000, "Cannot enable onboarding, requirements are not met")
  }
  const isNew = welcomeOf(guild).onboarding === undefined
  welcomeOf(guild).onboarding = after
  const changes = changesOf(isNew ? {} : before, after)
  const type = isNew ? AuditLogEvent.onboardingCreate : AuditLogEvent.onboardingUpdate
  if (changes.length > 0) writeFor(call, guild, { type, target: guild.id, changes })
  world.signal.notify()
  return ok(after)
}

const getOnboarding = (call: Call): Answer => {
  const guild = guildOf(call)
  return ok(welcomeOf(guild).onboarding ?? nothing(guild))
}

const screen = "/guilds/:guild/welcome-screen"
const onboarding = "/guilds/:guild/onboarding"

/** The routes. */
export const welcomeRoutes: ReadonlyArray<Route> = [
  { method: "GET", pattern: screen, bot: true, handle: getScreen },
  { method: "PATCH", pattern: screen, bot: true, handle: changeScreen },
  { method: "GET", pattern: onboarding, bot: true, handle: getOnboarding },
  { method: "PUT", pattern: onboarding, bot: true, handle: changeOnboarding }
]
