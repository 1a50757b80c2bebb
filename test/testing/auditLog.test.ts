/** What the fake writes into the audit log for routes of channels, messages and other things of a guild. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { administering, bits, P } from "./administration.ts"
import { call } from "./client.ts"

const image = "data:image/png;base64,iVBORw0KGgo="

describe("the audit log", () => {
  it.live("has an entry for each change that is made by a route, and none for what changes nothing", () =>
    Effect.gen(function* () {
      const { client, discord, guild } = yield* administering({ permissions: [P.admin] })
      const alice = yield* discord.user("alice")
      const token = Redacted.value(discord.token)
      const headers = { authorization: `Bot ${token}`, "x-audit-log-reason": "why" }
      const send = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
        const reply = yield* call(discord, method, path, body, headers)
        assert.isBelow(reply.status, 300, `${method} ${path}: ${JSON.stringify(reply.body)}`)
        return reply.body
      })
      const of = `/guilds/${guild.id}`
      /** The entries since the last time: types, targets, keys of changes, options. */
      let last = "0"
      const written = Effect.gen(function* () {
        const { audit_log_entries: entries } = yield* send("GET", `${of}/audit-logs?after=${last}&limit=100`)
        last = entries.at(-1)?.id ?? last
        for (const { reason, user_id: by } of entries) assert.deepStrictEqual([reason, by], ["why", discord.botId])
        return entries.map((one: Record<string, unknown>) => {
          const keys = (one["changes"] as ReadonlyArray<{ readonly key: string }> | undefined)?.map(({ key }) => key)
          return [one["action_type"], one["target_id"], keys?.join() ?? "", one["options"] ?? {}]
        })
      })
      const room = yield* send("POST", `${of}/channels`, { name: "room", topic: "t" })
      const [[type, target, keys]] = yield* written
      assert.deepStrictEqual([type, target], [10, room.id])
      for (const key of ["name", "topic", "type"]) assert.include(keys.split(","), key)
      const here = `/channels/${room.id}`
      yield* send("PATCH", here, { name: "hall", topic: "t" })
      yield* send("PATCH", here, { name: "hall" })
      assert.deepStrictEqual(yield* written, [[11, room.id, "name", {}]])
      yield* send("PATCH", `${of}/channels`, [{ id: room.id, position: 7 }])
      assert.deepStrictEqual(yield* written, [[11, room.id, "position", {}]])
      const overwrite = `${here}/permissions/${alice.id}`
      yield* send("PUT", overwrite, { type: 1, allow: bits(P.view), deny: "0" })
      yield* send("PUT", overwrite, { type: 1, allow: bits(P.view), deny: bits(P.send) })
      yield* send("DELETE", overwrite)
      yield* send("PUT", `${here}/permissions/${guild.everyone}`, { type: 0, allow: "0", deny: bits(P.send) })
      const ofAlice = { id: alice.id, type: "1" }
      assert.deepStrictEqual(yield* written, [
        [13, room.id, "allow,deny", ofAlice],
        [14, room.id, "deny", ofAlice],
        [15, room.id, "allow,deny", ofAlice],
        [13, room.id, "allow,deny", { id: guild.everyone, type: "0", role_name: "@everyone" }]
      ])
      yield* send("DELETE", `${here}/permissions/${guild.everyone}`)
      yield* written
      const [first, second] = [yield* alice.say("1", { channel: room.id }), yield* alice.say("2", { channel: room.id })]
      const [one, two] = [yield* first.id, yield* second.id]
      const own = yield* send("POST", `${here}/messages`, { content: "mine" })
      yield* send("PUT", `${here}/messages/pins/${one}`)
      yield* send("PUT", `${here}/messages/pins/${one}`)
      yield* send("DELETE", `${here}/messages/pins/${one}`)
      yield* send("DELETE", `${here}/messages/${own.id}`)
      yield* send("DELETE", `${here}/messages/${one}`)
      const more = yield* alice.say("3", { channel: room.id })
      yield* send("POST", `${here}/messages/bulk-delete`, { messages: [two, yield* more.id] })
      assert.deepStrictEqual(yield* written, [
        [74, alice.id, "", { channel_id: room.id, message_id: one }],
        [75, alice.id, "", { channel_id: room.id, message_id: one }],
        [72, alice.id, "", { channel_id: room.id, count: "1" }],
        [73, room.id, "", { count: "2" }]
      ])
      const webhook = yield* send("POST", `${here}/webhooks`, { name: "hook" })
      yield* send("PATCH", `/webhooks/${webhook.id}`, { name: "crook" })
      yield* send("DELETE", `/webhooks/${webhook.id}`)
      assert.deepStrictEqual(yield* written, [
        [50, webhook.id, "channel_id,name,type", {}],
        [51, webhook.id, "name", {}],
        [52, webhook.id, "channel_id,name,type", {}]
      ])
      const thread = yield* send("POST", `${here}/threads`, { name: "talk", type: 11 })
      yield* send("PATCH", `/channels/${thread.id}`, { name: "chat" })
      yield* send("DELETE", `/channels/${thread.id}`)
      const ofThread = yield* written
      assert.deepStrictEqual(
        ofThread.map(([type, target]: ReadonlyArray<unknown>) => [type, target]),
        [
          [110, thread.id],
          [111, thread.id],
          [112, thread.id]
        ]
      )
      const invite = yield* send("POST", `${here}/invites`, {})
      yield* send("POST", `${here}/invites`, {})
      yield* send("DELETE", `/invites/${invite.code}`)
      const invited = (yield* written).map(([type, target]: ReadonlyArray<unknown>) => [type, target])
      assert.deepStrictEqual(invited, [
        [40, null],
        [42, null]
      ])
      const emoji = yield* send("POST", `${of}/emojis`, { name: "wave", image })
      yield* send("PATCH", `${of}/emojis/${emoji.id}`, { name: "bye" })
      yield* send("DELETE", `${of}/emojis/${emoji.id}`)
      const ofEmojis = (yield* written).map(([type, target]: ReadonlyArray<unknown>) => [type, target])
      assert.deepStrictEqual(ofEmojis, [
        [60, emoji.id],
        [61, emoji.id],
        [62, emoji.id]
      ])
      yield* send("DELETE", here)
      assert.deepStrictEqual((yield* written)[0].slice(0, 2), [12, room.id])
      const events = client.frames.filter(({ t }) => t === "GUILD_AUDIT_LOG_ENTRY_CREATE").map(({ d }) => d.action_type)
      for (const type of [10, 11, 13, 72, 74, 50, 110, 40, 60, 12]) assert.include(events, type)
      // What is refused is not written down, and in direct messages there is no log.
      assert.isAtLeast((yield* call(discord, "DELETE", here, undefined, headers)).status, 400)
      assert.deepStrictEqual(yield* written, [])
    }).pipe(Effect.scoped)
  )
})
