/** What the fake does with what a guild shows to the world and to new members. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

const manageGuild = 1n << 5n
const [manageRoles, sendMessages] = [1n << 28n, 1n << 11n]

describe("pages of a guild", () => {
  it.live("are its preview, widget, vanity URL, regions and incidents", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const at = `/guilds/${guild.id}`
      const voice = yield* guild.channel("voice", { type: 2 })
      assert.deepInclude(yield* done("GET", `${at}/preview`), { id: guild.id, approximate_member_count: 1 })
      assert.deepStrictEqual(yield* done("GET", `${at}/widget`), { enabled: false, channel_id: null })
      yield* refuses(
        ["a widget that is off", "GET", `${at}/widget.json`, undefined, 50_004],
        ["its image", "GET", `${at}/widget.png`, undefined, 50_004],
        ["another style", "GET", `${at}/widget.png?style=banner5`, undefined, 50_035],
        ["no boolean", "PATCH", `${at}/widget`, { enabled: "yes" }, 50_035],
        ["no channel", "PATCH", `${at}/widget`, { channel_id: "1" }, 10_003],
        ["in two days", "PUT", `${at}/incident-actions`, { dms_disabled_until: "2100-01-01T00:00:00Z" }, 50_035],
        ["no guild", "GET", "/guilds/1/preview", undefined, 10_004]
      )
      yield* done("PATCH", `${at}/widget`, { enabled: true, channel_id: guild.channelId }, "why")
      assert.deepInclude(yield* event("GUILD_UPDATE"), { widget_enabled: true, widget_channel_id: guild.channelId })
      assert.deepInclude(yield* event("GUILD_AUDIT_LOG_ENTRY_CREATE"), { action_type: 1, reason: "why" })
      const widget = yield* done("GET", `${at}/widget.json`)
      assert.deepStrictEqual([widget.presence_count, widget.channels.map(({ id }: { id: string }) => id)], [1, [voice]])
      assert.deepStrictEqual(yield* done("GET", `${at}/vanity-url`), { code: null, uses: 0 })
      yield* guild.update({ vanity_url_code: "cats" })
      assert.strictEqual((yield* done("GET", `${at}/vanity-url`)).code, "cats")
      assert.hasAllKeys((yield* done("GET", "/voice/regions"))[0], ["id", "name", "optimal", "deprecated", "custom"])
      assert.isNotEmpty(yield* done("GET", `${at}/regions`))
      const soon = new Date(Date.now() + 3_600_000).toISOString()
      const incidents = { invites_disabled_until: soon, dms_disabled_until: null }
      assert.deepStrictEqual(yield* done("PUT", `${at}/incident-actions`, { invites_disabled_until: soon }), incidents)
      assert.deepStrictEqual((yield* done("GET", at)).incidents_data, incidents)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.live("need MANAGE_GUILD", () =>
    Effect.gen(function* () {
      const { guild, refuses } = yield* start({ permissions: everything & ~manageGuild })
      const at = `/guilds/${guild.id}`
      yield* refuses(
        ["the widget", "GET", `${at}/widget`, undefined, 50_013],
        ["to change it", "PATCH", `${at}/widget`, {}, 50_013],
        ["the vanity URL", "GET", `${at}/vanity-url`, undefined, 50_013],
        ["the incidents", "PUT", `${at}/incident-actions`, {}, 50_013],
        ["the welcome screen", "PATCH", `${at}/welcome-screen`, {}, 50_013],
        ["the onboarding", "PUT", `${at}/onboarding`, {}, 50_013],
        ["the integrations", "GET", `${at}/integrations`, undefined, 50_013]
      )
    })
  )
})

describe("new members", () => {
  it.live("see a welcome screen of five channels at most", () =>
    Effect.gen(function* () {
      const { done, event, guild, refuses } = yield* start()
      const at = `/guilds/${guild.id}/welcome-screen`
      const channel = { channel_id: guild.channelId, description: "here" }
      yield* refuses(
        ["none", "GET", at, undefined, 10_069],
        ["six channels", "PATCH", at, { welcome_channels: Array.from({ length: 6 }, () => channel) }, 50_035],
        ["no description", "PATCH", at, { welcome_channels: [{ channel_id: guild.channelId }] }, 50_035],
        ["no channel", "PATCH", at, { welcome_channels: [{ ...channel, channel_id: "1" }] }, 10_003]
      )
      yield* done("PATCH", at, { enabled: true, description: "hi", welcome_channels: [channel] })
      assert.include((yield* event("GUILD_UPDATE")).features, "WELCOME_SCREEN_ENABLED")
      const whole = { ...channel, emoji_id: null, emoji_name: null }
      assert.deepStrictEqual(yield* done("GET", at), { description: "hi", welcome_channels: [whole] })
    })
  )

  it.live("go through onboarding, if there are seven channels, five of them open", () =>
    Effect.gen(function* () {
      const { done, event, guild, refuses, role } = yield* start()
      const at = `/guilds/${guild.id}/onboarding`
      assert.deepInclude(yield* done("GET", at), { enabled: false, mode: 0, prompts: [], default_channel_ids: [] })
      const channels = [guild.channelId]
      while (channels.length < 7) channels.push(yield* guild.channel(`c${channels.length}`))
      const close = (id: string | undefined) =>
        guild.updateChannel(id ?? "", {
          permission_overwrites: [{ id: guild.everyone, type: 0, allow: "0", deny: String(sendMessages) }]
        })
      const option = { title: "cats", channel_ids: channels.slice(6), role_ids: [] }
      const prompt = { type: 0, title: "What?", single_select: true, required: false, in_onboarding: true }
      const prompts = [{ ...prompt, options: [option] }]
      const six = { enabled: true, default_channel_ids: channels.slice(0, 6) }
      yield* refuses(
        ["six channels", "PUT", at, six, 350_000],
        ["another mode", "PUT", at, { mode: 2 }, 50_035],
        ["another type", "PUT", at, { prompts: [{ ...prompt, type: 2, options: [option] }] }, 50_035],
        ["no channel", "PUT", at, { default_channel_ids: ["1"] }, 10_003],
        ["no role", "PUT", at, { prompts: [{ ...prompt, options: [{ ...option, role_ids: ["1"] }] }] }, 10_011],
        ["questions that do not count", "PUT", at, { ...six, prompts }, 350_000]
      )
      const made = yield* done("PUT", at, { ...six, prompts, mode: 1 }, "why")
      assert.match(made.prompts[0].options[0].id, /^\d+$/)
      assert.deepInclude(yield* event("GUILD_AUDIT_LOG_ENTRY_CREATE"), { action_type: 166, reason: "why" })
      yield* close(channels[0])
      yield* close(channels[1])
      yield* done("PUT", at, { default_channel_ids: channels })
      assert.strictEqual((yield* event("GUILD_AUDIT_LOG_ENTRY_CREATE")).action_type, 167)
      yield* close(channels[2])
      yield* refuses(["four open channels", "PUT", at, { mode: 0 }, 350_001])
      yield* guild.updateRole(role, { permissions: String(everything & ~manageRoles) })
      yield* guild.updateRole(guild.everyone, { permissions: "1024" })
      yield* refuses(["without MANAGE_ROLES", "PUT", at, {}, 50_013])
    })
  )
})

describe("integrations", () => {
  it.live("are those of the bot, which leaves with its own", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const at = `/guilds/${guild.id}/integrations`
      const [own] = yield* done("GET", at)
      assert.deepInclude(own, { type: "discord", enabled: true, scopes: ["bot", "applications.commands"] })
      assert.strictEqual(own.application.bot.id, discord.botId)
      yield* refuses(["another one", "DELETE", `${at}/1`, undefined, 10_005])
      yield* done("DELETE", `${at}/${own.id}`)
      assert.strictEqual((yield* event("INTEGRATION_DELETE")).id, own.id)
      assert.deepStrictEqual(yield* event("GUILD_INTEGRATIONS_UPDATE"), { guild_id: guild.id })
      assert.strictEqual((yield* event("GUILD_DELETE")).id, guild.id)
    })
  )
})
