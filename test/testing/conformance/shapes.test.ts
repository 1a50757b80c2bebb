/**
 * What the fake sends has the fields that Discord documents as always there, and not those of other kinds. The lists are those
 * of the structures in Discord's documentation, without what it marks as optional.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Any } from "../client.ts"
import { start } from "../resources.ts"

const fields = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

const guildFields = fields(`
  id name icon splash discovery_splash owner_id afk_channel_id afk_timeout verification_level
  default_message_notifications explicit_content_filter roles emojis features mfa_level application_id system_channel_id
  system_channel_flags rules_channel_id vanity_url_code description banner premium_tier preferred_locale
  public_updates_channel_id nsfw_level premium_progress_bar_enabled safety_alerts_channel_id incidents_data`)
const created = fields(`
  joined_at large member_count voice_states members channels threads presences stage_instances guild_scheduled_events
  soundboard_sounds`)
const userFields = fields("id username discriminator global_name avatar")
const memberFields = fields("user roles joined_at deaf mute flags nick")
const messageFields = fields(`
  id channel_id author content timestamp edited_timestamp tts mention_everyone mentions mention_roles attachments embeds
  pinned type components`)
const roleFields = fields("id name color colors hoist position permissions managed mentionable flags")
const eventFields = fields(`
  id guild_id channel_id name scheduled_start_time scheduled_end_time privacy_level status entity_type entity_id
  entity_metadata recurrence_rule`)
const recurrenceFields = fields(
  "start end frequency interval by_weekday by_n_weekday by_month by_month_day by_year_day count"
)
const ruleFields = fields(`
  id guild_id name creator_id event_type trigger_type trigger_metadata actions enabled exempt_roles exempt_channels`)
const channelFields = fields("id type guild_id name position permission_overwrites nsfw parent_id flags")
const threadFields = fields(`
  id type guild_id name parent_id owner_id last_message_id rate_limit_per_user message_count member_count thread_metadata
  total_message_sent flags`)
const metadataFields = fields("archived auto_archive_duration archive_timestamp locked")
const stageFields = fields("id guild_id channel_id topic privacy_level discoverable_disabled guild_scheduled_event_id")
const inviteFields = fields("type code guild channel expires_at uses max_uses max_age temporary created_at")
const inviteGuildFields = fields(
  "id name icon splash banner description features verification_level vanity_url_code nsfw_level"
)
const readyFields = fields("v user guilds session_id resume_gateway_url shard application")

const channelTypes: ReadonlyArray<readonly [type: number, has: string, lacks: string]> = [
  [0, "topic rate_limit_per_user last_message_id", "bitrate user_limit available_tags"],
  [2, "bitrate user_limit rtc_region last_message_id", "available_tags"],
  [4, "position", "last_message_id topic rate_limit_per_user bitrate available_tags"],
  [5, "topic last_message_id", "bitrate available_tags"],
  [13, "bitrate user_limit rtc_region topic", "available_tags"],
  [15, "available_tags default_reaction_emoji default_sort_order default_forum_layout topic", "bitrate"],
  [16, "available_tags default_reaction_emoji default_sort_order topic", "bitrate default_forum_layout"]
]

/** The fields that are missing, and those that are too many. */
const faults = (what: string, given: Any, has: ReadonlyArray<string>, lacks: ReadonlyArray<string> = []) => [
  ...has.filter((field) => given?.[field] === undefined).map((field) => `${what} lacks ${field}`),
  ...lacks.filter((field) => given?.[field] !== undefined).map((field) => `${what} has ${field}`)
]

describe("what the fake sends", () => {
  it.live("has the fields that Discord documents for it", () =>
    Effect.gen(function* () {
      const { client, discord, done, event, guild } = yield* start()
      const first = (t: string): Any => client.frames.find((frame) => frame.t === t)?.d
      const alice = yield* discord.user("alice")
      const ready = first("READY")
      const wrong = [
        ...faults("READY", ready, readyFields, ["user_settings_proto"]),
        ...faults("READY's application", ready.application, fields("id flags flags_new")),
        ...faults("GUILD_CREATE", first("GUILD_CREATE"), [...guildFields, ...created]),
        ...faults("a role", first("GUILD_CREATE").roles[0], roleFields),
        ...faults("a member", first("GUILD_CREATE").members[0], memberFields),
        ...faults("a user", yield* done("GET", `/users/${alice.id}`), userFields, ["email"]),
        ...faults("a guild", yield* done("GET", `/guilds/${guild.id}`), guildFields, created)
      ]
      yield* guild.update({ features: ["COMMUNITY", "NEWS"] })
      for (const [type, has, lacks] of channelTypes) {
        const made = yield* done("POST", `/guilds/${guild.id}/channels`, { name: "one", type })
        wrong.push(...faults(`a channel of type ${type}`, made, [...channelFields, ...fields(has)], fields(lacks)))
      }
      const at = `/channels/${guild.channelId}`
      const sent = yield* done("POST", `${at}/messages`, { content: "hello" })
      wrong.push(...faults("a message", sent, messageFields, ["guild_id", "member"]))
      yield* guild.updateMember(alice.id, { nick: "Al", roles: [] })
      yield* alice.say("hi")
      const seen: Any = (yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.author.id === alice.id)).d
      wrong.push(...faults("MESSAGE_CREATE", seen, [...messageFields, "guild_id", "member", "channel_type"]))
      wrong.push(...faults("its member", seen.member, fields("roles joined_at deaf mute flags nick"), ["user"]))
      assert.strictEqual(seen.member.nick, "Al")
      const thread = yield* done("POST", `${at}/messages/${sent.id}/threads`, { name: "talk" })
      wrong.push(...faults("a thread", thread, threadFields, fields("position permission_overwrites nsfw topic")))
      wrong.push(...faults("its metadata", thread.thread_metadata, metadataFields))
      const direct = yield* done("POST", "/users/@me/channels", { recipient_id: alice.id })
      wrong.push(
        ...faults("a direct channel", direct, fields("id type last_message_id recipients"), ["name", "guild_id"])
      )
      const invite = yield* done("POST", `${at}/invites`, {})
      wrong.push(...faults("an invite", invite, inviteFields))
      wrong.push(...faults("its guild", invite.guild, inviteGuildFields, ["roles"]))
      const weekly = {
        name: "a",
        privacy_level: 2,
        entity_type: 3,
        entity_metadata: { location: "here" },
        scheduled_start_time: "2100-01-01T00:00:00Z",
        scheduled_end_time: "2100-01-02T00:00:00Z",
        recurrence_rule: { start: "2100-01-01T00:00:00Z", frequency: 2, interval: 1, by_weekday: [4] }
      }
      const scheduled = yield* done("POST", `/guilds/${guild.id}/scheduled-events`, weekly)
      wrong.push(...faults("an event", scheduled, eventFields))
      wrong.push(...faults("its recurrence", scheduled.recurrence_rule, recurrenceFields))
      const stage = yield* guild.channel("stage", { type: 13 })
      yield* done("POST", "/stage-instances", { channel_id: stage, topic: "news" })
      wrong.push(...faults("a stage", yield* event("STAGE_INSTANCE_CREATE"), stageFields))
      const rule = { name: "a", event_type: 1, trigger_type: 3, actions: [{ type: 1 }] }
      wrong.push(
        ...faults("a rule", yield* done("POST", `/guilds/${guild.id}/auto-moderation/rules`, rule), ruleFields)
      )
      assert.deepStrictEqual(wrong, [])
    })
  )

  it.live("has resolved members without what their users and guilds say elsewhere", () =>
    Effect.gen(function* () {
      const { client, discord, done, guild } = yield* start()
      const alice = yield* discord.user("alice")
      yield* guild.updateMember(alice.id, { nick: "Al" })
      const option = { name: "who", description: "who", type: 6, required: true }
      const command = { name: "greet", description: "greet", options: [option] }
      yield* done("PUT", `/applications/${discord.applicationId}/commands`, [command])
      yield* Effect.forkChild(Effect.ignore(alice.slash("greet", { who: alice.id })))
      const { d } = yield* client.event("INTERACTION_CREATE")
      const resolved = d.data.resolved.members[alice.id]
      const wanted = fields("roles joined_at flags nick permissions")
      assert.deepStrictEqual(faults("a resolved member", resolved, wanted, fields("user deaf mute")), [])
      assert.strictEqual(resolved.nick, "Al")
    })
  )
})
