/** The role of a bot that was invited with permissions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FakeDiscord } from "fibercord/testing"
import { call } from "./client.ts"

const started = (options?: FakeDiscord.Options) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(options)
    const alice = yield* discord.user("alice")
    const headers = { authorization: `Bot ${Redacted.value(discord.token)}` }
    const give = (guildId: string, role: string) =>
      call(discord, "PUT", `/guilds/${guildId}/members/${alice.id}/roles/${role}`, undefined, headers)
    return { alice, discord, give, headers }
  })

describe("the role of a bot", () => {
  it.live("gives roles and moderates in each guild, but not above its own role", () =>
    Effect.gen(function* () {
      const { alice, discord, give, headers } = yield* started({ botRole: true })
      const other = yield* discord.addGuild("other")
      for (const guild of [discord.guild, other]) {
        assert.strictEqual((yield* give(guild.id, yield* guild.role("member"))).status, 204)
        assert.strictEqual((yield* give(guild.id, yield* guild.role("boss", { position: 9 }))).status, 403)
        const { body } = yield* call(discord, "GET", `/guilds/${guild.id}/roles`, undefined, headers)
        const own = (body as ReadonlyArray<Record<string, unknown>>).find((role) => role["managed"])
        assert.deepInclude(own ?? {}, { name: "fake-bot", position: 2, tags: { bot_id: discord.botId } })
      }
      const banned = yield* call(discord, "PUT", `/guilds/${other.id}/bans/${alice.id}`, {}, headers)
      assert.strictEqual(banned.status, 204)
    }).pipe(Effect.scoped)
  )

  it.live("has the permissions that are given, and is not there without the option", () =>
    Effect.gen(function* () {
      const manageRoles = String(1n << 28n)
      const { alice, discord, give, headers } = yield* started({ botRole: manageRoles })
      assert.strictEqual((yield* give(discord.guild.id, yield* discord.guild.role("member"))).status, 204)
      const banned = yield* call(discord, "PUT", `/guilds/${discord.guild.id}/bans/${alice.id}`, {}, headers)
      assert.strictEqual(banned.status, 403)
      const bare = yield* started()
      assert.strictEqual(
        (yield* bare.give(bare.discord.guild.id, yield* bare.discord.guild.role("member"))).status,
        403
      )
    }).pipe(Effect.scoped)
  )
})
