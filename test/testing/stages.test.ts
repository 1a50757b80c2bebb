/** What the fake does with stage instances and with rules of AutoMod. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

describe("stage instances", () => {
  it.live("are opened, changed and closed by moderators of their channel", () =>
    Effect.gen(function* () {
      const { client, deny, done, event, guild, refuses } = yield* start()
      const stage = yield* guild.channel("stage", { type: 13 })
      const made = yield* done("POST", "/stage-instances", { channel_id: stage, topic: "news" })
      assert.deepInclude(made, { channel_id: stage, guild_id: guild.id, topic: "news", privacy_level: 2 })
      assert.deepStrictEqual(yield* event("STAGE_INSTANCE_CREATE"), made)
      yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 27 && d.content === "news")
      yield* refuses(
        ["twice", "POST", "/stage-instances", { channel_id: stage, topic: "news" }, 150_006],
        ["no topic", "POST", "/stage-instances", { channel_id: stage }, 50_035],
        ["121 characters", "PATCH", `/stage-instances/${stage}`, { topic: "x".repeat(121) }, 50_035],
        ["another privacy", "PATCH", `/stage-instances/${stage}`, { privacy_level: 3 }, 50_035],
        ["a text channel", "POST", "/stage-instances", { channel_id: guild.channelId, topic: "a" }, 50_024],
        ["no channel", "POST", "/stage-instances", { channel_id: "1", topic: "a" }, 10_003],
        ["what is not open", "GET", `/stage-instances/${guild.channelId}`, undefined, 10_067]
      )
      assert.strictEqual((yield* done("PATCH", `/stage-instances/${stage}`, { topic: "more" })).topic, "more")
      assert.strictEqual((yield* event("STAGE_INSTANCE_UPDATE")).topic, "more")
      assert.strictEqual((yield* done("GET", `/stage-instances/${stage}`)).topic, "more")
      yield* deny(stage, 1n << 24n)
      yield* refuses(["without the permission", "DELETE", `/stage-instances/${stage}`, undefined, 50_013])
      yield* deny(stage, 0n)
      yield* done("DELETE", `/stage-instances/${stage}`)
      assert.strictEqual((yield* event("STAGE_INSTANCE_DELETE")).id, made.id)
      yield* done("POST", "/stage-instances", { channel_id: stage, topic: "again" })
      yield* done("DELETE", `/channels/${stage}`)
      assert.strictEqual((yield* event("STAGE_INSTANCE_DELETE")).topic, "again")
    })
  )
})

const rule = (fields: object = {}) => ({
  name: "words",
  event_type: 1,
  trigger_type: 1,
  trigger_metadata: { keyword_filter: ["cat*"] },
  actions: [{ type: 1 }],
  ...fields
})

const cases: ReadonlyArray<readonly [title: string, fields: object]> = [
  ["no name", { name: "" }],
  ["another event", { event_type: 3 }],
  ["another trigger", { trigger_type: 2 }],
  ["no actions", { actions: [] }],
  ["another action", { actions: [{ type: 5 }] }],
  ["an alert without a channel", { actions: [{ type: 2 }] }],
  ["a timeout without a time", { actions: [{ type: 3, metadata: {} }] }],
  ["a timeout of five weeks", { actions: [{ type: 3, metadata: { duration_seconds: 2_419_201 } }] }],
  ["a timeout for spam", { trigger_type: 3, actions: [{ type: 3, metadata: { duration_seconds: 1 } }] }],
  ["a message of 151 characters", { actions: [{ type: 1, metadata: { custom_message: "x".repeat(151) } }] }],
  ["a keyword of 61 characters", { trigger_metadata: { keyword_filter: ["x".repeat(61)] } }],
  ["1001 keywords", { trigger_metadata: { keyword_filter: Array.from({ length: 1001 }, () => "x") } }],
  ["eleven patterns", { trigger_metadata: { regex_patterns: Array.from({ length: 11 }, () => "x") } }],
  ["another preset", { trigger_type: 4, trigger_metadata: { presets: [4] } }],
  ["51 mentions", { trigger_type: 5, trigger_metadata: { mention_total_limit: 51 } }],
  ["21 exempt roles", { exempt_roles: Array.from({ length: 21 }, (_, at) => `${at}`) }],
  ["51 exempt channels", { exempt_channels: Array.from({ length: 51 }, (_, at) => `${at}`) }]
]

describe("rules of AutoMod", () => {
  it.live("are made, changed and deleted within their limits, with MANAGE_GUILD", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild, refuses } = yield* start()
      const all = `/guilds/${guild.id}/auto-moderation/rules`
      for (const [title, fields] of cases) yield* refuses([title, "POST", all, rule(fields), 50_035])
      yield* refuses([
        "no channel",
        "POST",
        all,
        rule({ actions: [{ type: 2, metadata: { channel_id: "1" } }] }),
        10_003
      ])
      const made = yield* done("POST", all, rule())
      assert.deepInclude(made, { enabled: false, creator_id: discord.botId, exempt_roles: [] })
      assert.deepStrictEqual(yield* event("AUTO_MODERATION_RULE_CREATE"), made)
      assert.isTrue((yield* done("PATCH", `${all}/${made.id}`, { enabled: true })).enabled)
      assert.isTrue((yield* event("AUTO_MODERATION_RULE_UPDATE")).enabled)
      for (let count = 1; count < 6; count++) yield* done("POST", all, rule())
      yield* done("POST", all, rule({ trigger_type: 3 }))
      yield* refuses(
        ["the seventh of words", "POST", all, rule(), 50_035],
        ["the second of spam", "POST", all, rule({ trigger_type: 3 }), 50_035]
      )
      assert.lengthOf(yield* done("GET", all), 7)
      yield* done("DELETE", `${all}/${made.id}`)
      assert.strictEqual((yield* event("AUTO_MODERATION_RULE_DELETE")).id, made.id)
      yield* refuses(["what is gone", "GET", `${all}/${made.id}`, undefined, 0])
    })
  )

  it.live("need permissions, and another one for timeouts", () =>
    Effect.gen(function* () {
      const other = yield* start({ permissions: everything & ~(1n << 5n) })
      const all = `/guilds/${other.guild.id}/auto-moderation/rules`
      yield* other.refuses(["listing", "GET", all, undefined, 50_013], ["making one", "POST", all, rule(), 50_013])
      const manager = yield* start({ permissions: everything & ~(1n << 40n) })
      const timeout = rule({ actions: [{ type: 3, metadata: { duration_seconds: 60 } }] })
      const theirs = `/guilds/${manager.guild.id}/auto-moderation/rules`
      yield* manager.refuses(["a timeout", "POST", theirs, timeout, 50_013])
      yield* manager.done("POST", theirs, rule())
    })
  )
})
