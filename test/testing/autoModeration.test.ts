/** What AutoMod does with messages of members on the fake. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect } from "./client.ts"
import { start } from "./resources.ts"

const keywords: ReadonlyArray<readonly [metadata: object, content: string, matched: string | undefined]> = [
  [{ keyword_filter: ["cat*"] }, "a CATch", "CAT"],
  [{ keyword_filter: ["cat*"] }, "location", undefined],
  [{ keyword_filter: ["*cat"] }, "wildcat !", "cat"],
  [{ keyword_filter: ["*cat"] }, "catch", undefined],
  [{ keyword_filter: ["*cat*"] }, "location", "cat"],
  [{ keyword_filter: ["cat"] }, "my cat sleeps", "cat"],
  [{ keyword_filter: ["cat"] }, "my cats sleep", undefined],
  [{ keyword_filter: ["the mat*"] }, "the matrix", "the mat"],
  [{ keyword_filter: ["i like c++"] }, "I like C++", "I like C++"],
  [{ keyword_filter: ["*ana*"], allow_list: ["banana"] }, "a banana", undefined],
  [{ keyword_filter: ["*ana*"], allow_list: ["banana"] }, "a banana, ananas", "ana"],
  [{ regex_patterns: ["(b|c)at"] }, "a bat", "bat"],
  [{ regex_patterns: ["^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$"] }, "127.0.0.1", "127.0.0.1"],
  [{ regex_patterns: ["(b|c)at"] }, "a rat", undefined]
]

const rule = (fields: object) => ({
  name: "words",
  event_type: 1,
  trigger_type: 1,
  enabled: true,
  actions: [{ type: 1 }],
  ...fields
})

describe("AutoMod", () => {
  it.live("blocks messages with keywords, as Discord matches them", () =>
    Effect.gen(function* () {
      const { discord, done, event, guild } = yield* start()
      const alice = yield* discord.user("alice")
      const all = `/guilds/${guild.id}/auto-moderation/rules`
      const made = yield* done("POST", all, rule({ trigger_metadata: { keyword_filter: ["none"] } }))
      for (const [metadata, content, matched] of keywords) {
        yield* done("PATCH", `${all}/${made.id}`, { trigger_metadata: metadata })
        const outcome = yield* Effect.exit(alice.say(content))
        assert.strictEqual(outcome._tag, matched === undefined ? "Success" : "Failure", content)
        if (matched === undefined) continue
        const found = yield* event("AUTO_MODERATION_ACTION_EXECUTION")
        assert.deepInclude(found, { content, matched_content: matched, user_id: alice.id, rule_id: made.id })
        assert.doesNotHaveAnyKeys(found, ["message_id", "alert_system_message_id"])
      }
    })
  )

  it.live("tells a channel of messages, silences, and says so in events and in the audit log", () =>
    Effect.gen(function* () {
      const { client, discord, done, event, guild } = yield* start({ identifyInterval: 0 })
      const alice = yield* discord.user("alice")
      const blind = yield* connect(discord)
      yield* blind.identify({ intents: 1 << 21 })
      const log = yield* guild.channel("log")
      const actions = [
        { type: 2, metadata: { channel_id: log } },
        { type: 3, metadata: { duration_seconds: 60 } }
      ]
      const all = `/guilds/${guild.id}/auto-moderation/rules`
      yield* done("POST", all, rule({ trigger_metadata: { keyword_filter: ["cat"] }, actions }))
      const message = yield* alice.say("a cat")
      const alert = yield* client.take(({ d, t }) => t === "MESSAGE_CREATE" && d.type === 24)
      assert.deepInclude(alert.d, { channel_id: log })
      assert.deepInclude(alert.d.embeds[0], { type: "auto_moderation_message", description: "a cat" })
      const first = yield* event("AUTO_MODERATION_ACTION_EXECUTION")
      const wanted = { message_id: yield* message.id, alert_system_message_id: alert.d.id, matched_keyword: "cat" }
      assert.deepInclude(first, wanted)
      assert.strictEqual((yield* event("AUTO_MODERATION_ACTION_EXECUTION")).action.type, 3)
      // Without MESSAGE_CONTENT there is none.
      const hidden = (yield* blind.event("AUTO_MODERATION_ACTION_EXECUTION")).d
      assert.deepInclude(hidden, { content: "", matched_content: "", matched_keyword: "cat" })
      assert.isString((yield* event("GUILD_MEMBER_UPDATE")).communication_disabled_until)
      const refused = yield* Effect.flip(alice.say("hello"))
      assert.include(refused.message, "timed out")
      const entries = yield* done("GET", `/guilds/${guild.id}/audit-logs?limit=2`)
      assert.deepStrictEqual(
        entries.audit_log_entries.map((entry: { action_type: number }) => entry.action_type),
        [145, 144]
      )
    })
  )

  it.live("is not stopped by a pattern that takes exponential time in JavaScript", () =>
    Effect.gen(function* () {
      const { discord, done, guild } = yield* start()
      const alice = yield* discord.user("alice")
      const metadata = { regex_patterns: ["(x+x+)+y", "(?i)bad+"] }
      yield* done("POST", `/guilds/${guild.id}/auto-moderation/rules`, rule({ trigger_metadata: metadata }))
      yield* alice.say("x".repeat(60))
      assert.include((yield* Effect.flip(alice.say("a BADDD word"))).message, "blocked by automatic moderation")
    })
  )

  it.live("counts mentions, and lets roles, channels, managers and bots be", () =>
    Effect.gen(function* () {
      const { discord, done, guild } = yield* start()
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const [free, boss] = [yield* guild.role("free"), yield* guild.role("boss", { permissions: "32" })]
      const open = yield* guild.channel("open")
      const all = `/guilds/${guild.id}/auto-moderation/rules`
      const custom = { type: 1, metadata: { custom_message: "be quiet" } }
      const many = rule({ trigger_type: 5, trigger_metadata: { mention_total_limit: 1 }, actions: [custom] })
      const made = yield* done("POST", all, { ...many, exempt_roles: [free], exempt_channels: [open] })
      const text = `<@${alice.id}> <@${bob.id}>`
      yield* alice.say(`<@${bob.id}> <@${bob.id}>`)
      const refused = yield* Effect.flip(alice.say(text))
      assert.include(refused.message, "blocked by automatic moderation (200000): be quiet")
      yield* alice.say(text, { channel: open })
      yield* done("POST", `/channels/${guild.channelId}/messages`, { content: text })
      for (const role of [free, boss]) {
        yield* guild.updateMember(alice.id, { roles: [role] })
        yield* alice.say(text)
      }
      yield* guild.updateMember(alice.id, { roles: [] })
      yield* Effect.flip(alice.say(text))
      yield* done("PATCH", `${all}/${made.id}`, { enabled: false })
      yield* alice.say(text)
    })
  )
})
