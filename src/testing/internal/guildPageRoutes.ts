/** The routes of what a guild shows to the world, of its regions, and of its incidents. Source: Discord, "Guild Resource". */
import { checkBoolean, checkTime, ok } from "./answers.ts"
import { ApiError, unknownChannel } from "./apiError.ts"
import { AuditLogEvent, changesOf, writeFor } from "./auditLog.ts"
import { guildOf } from "./guildRoutes.ts"
import { Actions } from "./guilds.ts"
import { type Json, object, objects, string } from "./json.ts"
import { demandInGuild } from "./memberAccess.ts"
import * as payloads from "./payloads.ts"
import { Permission } from "./permissions.ts"
import type { Answer, Call, Route } from "./routes.ts"
import { Problems } from "./validate.ts"
import type { ChannelRecord, GuildRecord } from "./world.ts"

const managed = (call: Call): GuildRecord => {
  const guild = guildOf(call)
  demandInGuild(call.world, guild, Permission.manageGuild)
  return guild
}

const preview = (call: Call): Answer => {
  const guild = guildOf(call)
  const whole = payloads.guildCreate(call.world, guild)
  const fields = ["id", "name", "icon", "splash", "discovery_splash", "emojis", "features", "description", "stickers"]
  const { size } = guild.members
  return ok({
    ...Object.fromEntries(fields.map((field) => [field, whole[field]])),
    approximate_member_count: size,
    approximate_presence_count: size
  })
}

// The widget

const widgetOf = ({ fields }: GuildRecord): Json => ({
  enabled: fields["widget_enabled"] === true,
  channel_id: fields["widget_channel_id"] ?? null
})

const changeWidget = (call: Call): Answer => {
  const body = object(call.body)
  const problems = new Problems()
  checkBoolean(problems, ["enabled"], body["enabled"])
  problems.done()
  const guild = managed(call)
  const channel = body["channel_id"] ?? undefined
  if (channel !== undefined && !guild.channels.some(({ id }) => id === channel)) throw unknownChannel()
  const before = {
    widget_enabled: guild.fields["widget_enabled"],
    widget_channel_id: guild.fields["widget_channel_id"]
  }
  const after = {
    ...before,
    ...(body["enabled"] === undefined ? {} : { widget_enabled: body["enabled"] }),
    ...(body["channel_id"] === undefined ? {} : { widget_channel_id: body["channel_id"] })
  }
  new Actions(call.world, guild).update(after)
  const changes = changesOf(before, after)
  if (changes.length > 0) writeFor(call, guild, { type: AuditLogEvent.guildUpdate, target: guild.id, changes })
  call.world.signal.notify()
  return ok(widgetOf(guild))
}

const bitsOf = (value: unknown): bigint => BigInt(string(value) ?? "0")

/** Whether members without roles have a permission in a channel. */
export const isForEveryone = (guild: GuildRecord, channel: ChannelRecord, permission: bigint): boolean => {
  const base = BigInt(guild.roles.find(({ id }) => id === guild.id)?.permissions ?? "0")
  const own = objects(channel.fields?.["permission_overwrites"]).find(({ id }) => id === guild.id)
  const set = (base & ~bitsOf(own?.["deny"])) | bitsOf(own?.["allow"])
  return (base & Permission.administrator) !== 0n || (set & permission) === permission
}

const [voice, stage] = [2, 13]
const mostMembers = 100

const widget = (call: Call): Answer => {
  const { world } = call
  const guild = guildOf(call)
  if (guild.fields["widget_enabled"] !== true) throw new ApiError(403, 50_004, "Widget Disabled")
  const members = world.members(guild.id)
  const open = guild.channels.filter(
    (channel) =>
      (channel.type === voice || channel.type === stage) &&
      isForEveryone(guild, channel, Permission.viewChannel | Permission.connect)
  )
  return ok({
    id: guild.id,
    name: guild.name,
    instant_invite: null,
    channels: open.map((channel) => ({
      id: channel.id,
      name: channel.name,
      position: channel.fields?.["position"] ?? 0
    })),
    // Ids and discriminators are hidden.
    members: members.slice(0, mostMembers).map(({ username }, at) => ({
      id: `${at}`,
      username,
      discriminator: "0000",
      avatar: null,
      status: "online",
      avatar_url: "https://cdn.discordapp.com/embed/avatars/0.png"
    })),
    presence_count: members.length
  })
}

const styles = ["shield", "banner1", "banner2", "banner3", "banner4"]

// A pixel: the fake draws nothing.
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64"
)

const image = (call: Call): Answer => {
  const guild = guildOf(call)
  const style = call.query.get("style") ?? "shield"
  const problems = new Problems()
  if (!styles.includes(style)) {
    problems.add(["style"], "BASE_TYPE_CHOICES", `Value must be one of {${styles.join(", ")}}.`)
  }
  problems.done()
  if (guild.fields["widget_enabled"] !== true) throw new ApiError(403, 50_004, "Widget Disabled")
  return { status: 200, body: pixel, headers: { "content-type": "image/png" } }
}

const vanity = (call: Call): Answer => {
  const { fields } = managed(call)
  return ok({ code: fields["vanity_url_code"] ?? null, uses: 0 })
}

// Regions are made up. Source: Discord, "Voice Region Object".
const regions = ["us-east", "rotterdam", "singapore"].map((id, at) => ({
  id,
  name: id,
  optimal: at === 0,
  deprecated: false,
  custom: false
}))

// Incidents

const longest = 24 * 3_600_000
const actions = ["invites_disabled_until", "dms_disabled_until"]

const changeIncidents = (call: Call): Answer => {
  const { world } = call
  const body = object(call.body)
  const problems = new Problems()
  for (const field of actions) {
    checkTime(problems, [field], body[field])
    if (Date.parse(String(body[field])) > world.now() + longest) {
      problems.add([field], "DATETIME_TYPE_MAX", "It must be within 24 hours")
    }
  }
  problems.done()
  const guild = managed(call)
  const before = object(guild.fields["incidents_data"])
  const after = Object.fromEntries(
    actions.map((field) => [field, body[field] === undefined ? (before[field] ?? null) : body[field]])
  )
  new Actions(world, guild).update({ incidents_data: after })
  world.signal.notify()
  return ok(after)
}

const get = (pattern: string, handle: (call: Call) => Answer, bot = true): Route => ({
  method: "GET",
  pattern,
  bot,
  handle
})

/** The routes. */
export const guildPageRoutes: ReadonlyArray<Route> = [
  get("/guilds/:guild/preview", preview),
  get("/guilds/:guild/widget", (call) => ok(widgetOf(managed(call)))),
  { method: "PATCH", pattern: "/guilds/:guild/widget", bot: true, handle: changeWidget },
  get("/guilds/:guild/widget.json", widget, false),
  get("/guilds/:guild/widget.png", image, false),
  get("/guilds/:guild/vanity-url", vanity),
  get("/guilds/:guild/regions", (call) => {
    guildOf(call)
    return ok(regions)
  }),
  get("/voice/regions", () => ok(regions)),
  { method: "PUT", pattern: "/guilds/:guild/incident-actions", bot: true, handle: changeIncidents }
]
