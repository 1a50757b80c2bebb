/** What routes of resources write into the audit log, with the reasons of their requests. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "./resources.ts"

const image = `data:image/png;base64,${Buffer.from("an image").toString("base64")}`
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

it.live("each change of a guild is in the audit log, with its target, changes and reason", () =>
  Effect.gen(function* () {
    const { discord, done, event, guild } = yield* start()
    const alice = yield* discord.user("alice")
    const here = `/channels/${guild.channelId}`
    const ofGuild = `/guilds/${guild.id}`
    let expected: ReadonlyArray<number> = []
    /** Does something with a reason, and checks the entry that it writes. */
    const does = Effect.fnUntraced(function* (type: number, method: string, path: string, body?: unknown) {
      const reason = `because of ${type}`
      const answer = yield* done(method, path, body, reason)
      const entry = yield* event("GUILD_AUDIT_LOG_ENTRY_CREATE")
      assert.deepInclude(entry, { action_type: type, reason, user_id: discord.botId, guild_id: guild.id })
      expected = [type, ...expected]
      return { answer, entry }
    })
    const channel = yield* does(10, "POST", `${ofGuild}/channels`, { name: "a" })
    assert.strictEqual(channel.entry.target_id, channel.answer.id)
    const renamed = yield* does(11, "PATCH", `/channels/${channel.answer.id}`, { name: "b" })
    assert.deepStrictEqual(renamed.entry.changes, [{ key: "name", old_value: "a", new_value: "b" }])
    const permissions = `/channels/${channel.answer.id}/permissions/${alice.id}`
    const overwrite = yield* does(13, "PUT", permissions, { type: 1, allow: "64" })
    assert.deepInclude(overwrite.entry.options, { id: alice.id, type: "1" })
    yield* does(14, "PUT", permissions, { type: 1, deny: "64" })
    yield* does(15, "DELETE", permissions)
    yield* does(12, "DELETE", `/channels/${channel.answer.id}`)
    const thread = yield* does(110, "POST", `${here}/threads`, { name: "t", type: 11 })
    const archived = yield* does(111, "PATCH", `/channels/${thread.answer.id}`, { archived: true })
    assert.deepStrictEqual(archived.entry.changes, [{ key: "archived", old_value: false, new_value: true }])
    yield* does(112, "DELETE", `/channels/${thread.answer.id}`)
    const webhook = yield* does(50, "POST", `${here}/webhooks`, { name: "w" })
    yield* does(51, "PATCH", `/webhooks/${webhook.answer.id}`, { name: "v" })
    yield* does(52, "DELETE", `/webhooks/${webhook.answer.id}`)
    const emoji = yield* does(60, "POST", `${ofGuild}/emojis`, { name: "ee", image })
    yield* does(61, "PATCH", `${ofGuild}/emojis/${emoji.answer.id}`, { name: "ff" })
    yield* does(62, "DELETE", `${ofGuild}/emojis/${emoji.answer.id}`)
    const stage = yield* guild.channel("stage", { type: 13 })
    yield* does(83, "POST", "/stage-instances", { channel_id: stage, topic: "s" })
    yield* does(84, "PATCH", `/stage-instances/${stage}`, { topic: "t" })
    yield* does(85, "DELETE", `/stage-instances/${stage}`)
    const scheduled = yield* does(100, "POST", `${ofGuild}/scheduled-events`, {
      name: "p",
      privacy_level: 2,
      entity_type: 3,
      scheduled_start_time: inHours(1),
      scheduled_end_time: inHours(2),
      entity_metadata: { location: "the park" }
    })
    yield* does(101, "PATCH", `${ofGuild}/scheduled-events/${scheduled.answer.id}`, { name: "q" })
    yield* does(102, "DELETE", `${ofGuild}/scheduled-events/${scheduled.answer.id}`)
    const invite = yield* does(40, "POST", `${here}/invites`, { max_age: 60 })
    assert.isNull(invite.entry.target_id)
    yield* does(42, "DELETE", `/invites/${invite.answer.code}`)
    const rule = { name: "r", event_type: 1, trigger_type: 3, actions: [{ type: 1 }] }
    const made = yield* does(140, "POST", `${ofGuild}/auto-moderation/rules`, rule)
    yield* does(141, "PATCH", `${ofGuild}/auto-moderation/rules/${made.answer.id}`, { enabled: true })
    yield* does(142, "DELETE", `${ofGuild}/auto-moderation/rules/${made.answer.id}`)
    const voice = yield* guild.channel("voice", { type: 2 })
    yield* does(192, "PUT", `/channels/${voice}/voice-status`, { status: "chess" })
    yield* does(193, "PUT", `/channels/${voice}/voice-status`, { status: null })
    const said: Array<string> = []
    for (const text of ["a", "b", "c"]) said.push(yield* (yield* alice.say(text)).id)
    const pin = yield* does(74, "PUT", `${here}/messages/pins/${said[0]}`)
    assert.strictEqual(pin.entry.target_id, alice.id)
    yield* does(75, "DELETE", `${here}/messages/pins/${said[0]}`)
    yield* does(72, "DELETE", `${here}/messages/${said[0]}`)
    const bulk = yield* does(73, "POST", `${here}/messages/bulk-delete`, { messages: said.slice(1) })
    assert.deepInclude(bulk.entry, { target_id: guild.channelId, options: { count: "2" } })
    const own = yield* done("POST", `${here}/messages`, { content: "mine" })
    yield* done("DELETE", `${here}/messages/${own.id}`)
    const log = yield* done("GET", `${ofGuild}/audit-logs?limit=100`)
    const types = log.audit_log_entries.map((entry: { readonly action_type: number }) => entry.action_type)
    assert.deepStrictEqual(types.slice(0, expected.length), expected)
  })
)
