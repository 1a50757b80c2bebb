/** What docs/guide/permissions.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type DiscordRest, type GatewayEvents, Permissions } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, play } from "../support/play.ts"

const load = page("docs/guide/permissions.md")

const { bits, compute } = await load<{
  bits: string
  compute: (
    guild: Permissions.Guild,
    member: Permissions.Member,
    channel: Permissions.Channel,
    now: number
  ) => { readonly mayWrite: boolean; readonly names: ReadonlyArray<string> }
}>("compute.ts")
const { cache, mayWrite } = await load<{
  cache: { readonly layer: Layer.Layer<never, never, GatewayEvents.GatewayEvents | DiscordRest.DiscordRest> }
  mayWrite: (guildId: string, channelId: string, userId: string) => Effect.Effect<boolean>
}>("cached.ts")
const { mayAct } = await load<{
  mayAct: (guildId: string, botId: string, actorId: string, targetId: string) => Effect.Effect<boolean>
}>("act.ts")

describe("docs/guide/permissions.md", () => {
  it("its sets have the names and bits that its comments say", () => {
    assert.strictEqual(bits, "4")
    const everyone = { id: "1", permissions: Permissions.toBits(["ViewChannel", "SendMessages"]), position: 0 }
    const guild = { id: "1", owner_id: "2", roles: [everyone] } as never
    const member = { user: { id: "3" }, roles: [] } as never
    const quiet = { id: "1", type: 0, allow: "0", deny: Permissions.toBits(["SendMessages"]) }
    const channel = (overwrites: ReadonlyArray<unknown>) =>
      ({ id: "4", type: 0, permission_overwrites: overwrites }) as never
    const open = compute(guild, member, channel([]), 0)
    assert.deepStrictEqual(open.names, ["ViewChannel", "SendMessages"])
    assert.isFalse(open.mayWrite)
    assert.deepStrictEqual(compute(guild, member, channel([quiet]), 0).names, ["ViewChannel"])
  })

  it.live("its questions by ids are answered from the cache, and by Discord", () =>
    play(
      Layer.provideMerge(botOf([], { gateway: { intents: ["Guilds", "GuildMembers"] } }), cache.layer),
      ({ botId, guild, user }) =>
        Effect.gen(function* () {
          const alice = yield* user("alice")
          const quiet = yield* guild.channel("quiet", {
            permission_overwrites: [{ id: guild.id, type: 0, allow: "0", deny: Permissions.toBits(["SendMessages"]) }]
          })
          assert.isTrue(yield* mayWrite(guild.id, guild.channelId, alice.id))
          assert.isFalse(yield* mayWrite(guild.id, quiet, alice.id))
          assert.isFalse(yield* mayAct(guild.id, botId, alice.id, (yield* user("bob")).id))
        })
    )
  )
})
