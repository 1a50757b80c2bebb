/** Whom messages mention on the fake, as Discord's "Allowed Mentions Object" says. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Any } from "../client.ts"
import { everything, start } from "../resources.ts"

const mentionEveryone = 1n << 17n

describe("mentions", () => {
  it.live("are those that are written, allowed, and permitted", () =>
    Effect.gen(function* () {
      const bed = yield* start({ permissions: everything & ~mentionEveryone })
      const { client, discord, done, guild } = bed
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const quiet = yield* guild.role("quiet", {})
      const loud = yield* guild.role("loud", { mentionable: true })
      yield* guild.updateRole(guild.everyone, { permissions: "1024" })
      const at = `/channels/${guild.channelId}/messages`
      const said = yield* done("POST", at, { content: "first" })
      const both = `<@${alice.id}> <@!${bob.id}> <@${alice.id}> <@1>`
      const text = `${both} <@&${quiet}> <@&${loud}> @everyone`
      const reply = { message_id: said.id }
      const table: ReadonlyArray<readonly [string, object, ReadonlyArray<string>, ReadonlyArray<string>]> = [
        ["by default", { content: text }, [alice.id, bob.id], [loud]],
        ["with nothing allowed", { content: text, allowed_mentions: { parse: [] } }, [], []],
        ["with users allowed", { content: text, allowed_mentions: { parse: ["users"] } }, [alice.id, bob.id], []],
        ["with one user", { content: text, allowed_mentions: { users: [bob.id] } }, [bob.id], []],
        ["with roles allowed", { content: text, allowed_mentions: { parse: ["roles"] } }, [], [loud]],
        ["with a role that cannot be mentioned", { content: text, allowed_mentions: { roles: [quiet] } }, [], []],
        ["in a text display", { flags: 1 << 15, components: [{ type: 10, content: both }] }, [alice.id, bob.id], []],
        ["of a reply", { content: "yes", message_reference: reply }, [discord.botId], []],
        [
          "of a reply with allowed mentions",
          { content: "yes", message_reference: reply, allowed_mentions: { parse: [] } },
          [],
          []
        ],
        [
          "of a replied user",
          { content: "yes", message_reference: reply, allowed_mentions: { replied_user: true } },
          [discord.botId],
          []
        ]
      ]
      for (const [title, body, users, roles] of table) {
        const made = yield* done("POST", at, body)
        const found = [made.mentions.map(({ id }: Any) => id), made.mention_roles, made.mention_everyone]
        assert.deepStrictEqual(found, [users, roles, false], title)
      }
      const edited = yield* done("PATCH", `${at}/${said.id}`, { content: `<@${alice.id}>` })
      assert.deepStrictEqual(
        edited.mentions.map(({ id }: Any) => id),
        [alice.id]
      )
      const { d } = yield* client.event("MESSAGE_UPDATE")
      assert.deepInclude(d.mentions[0], { id: alice.id, username: "alice" })
      assert.containsAllKeys(d.mentions[0].member, ["roles", "joined_at"])
    })
  )

  it.live("of everybody and of all roles are for those with the permission", () =>
    Effect.gen(function* () {
      const { discord, done, guild } = yield* start()
      const quiet = yield* guild.role("quiet", {})
      const at = `/channels/${guild.channelId}/messages`
      const text = { content: `<@&${quiet}> @here` }
      assert.deepInclude(yield* done("POST", at, text), { mention_roles: [quiet], mention_everyone: true })
      const none = { ...text, allowed_mentions: { parse: ["roles"] } }
      assert.deepInclude(yield* done("POST", at, none), { mention_roles: [quiet], mention_everyone: false })
      const alice = yield* discord.user("alice")
      const direct = yield* done("POST", "/users/@me/channels", { recipient_id: alice.id })
      const there = yield* done("POST", `/channels/${direct.id}/messages`, text)
      assert.deepInclude(there, { mention_roles: [], mention_everyone: false })
    })
  )
})
