/** What docs/guide/cache.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import type { Bot, DiscordRest, GatewayEvents } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, play } from "../support/play.ts"

const load = page("docs/guide/cache.md")

const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("whoami.ts")
const { cache, stored } = await load<{
  cache: {
    readonly roles: {
      readonly get: (guildId: string, id: string) => Effect.Effect<Option.Option<{ readonly name: string }>>
    }
  }
  stored: Layer.Layer<never, never, GatewayEvents.GatewayEvents | DiscordRest.DiscordRest>
}>("stored.ts")

describe("docs/guide/cache.md", () => {
  it.live("its command knows a nickname, and a new one", () =>
    play(BotLive, (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        assert.strictEqual(yield* (yield* alice.slash("whoami")).content, "none")
        yield* discord.guild.updateMember(alice.id, { nick: "Al" })
        assert.strictEqual(yield* (yield* alice.slash("whoami")).content, "Al")
      })
    )
  )

  it.live("its stored cache has the roles of a guild", () =>
    play(Layer.provideMerge(botOf([]), stored), ({ guild }) =>
      Effect.gen(function* () {
        const role = yield* guild.role("friends")
        const found = yield* cache.roles
          .get(guild.id, role)
          .pipe(Effect.repeat({ until: Option.isSome }), Effect.timeout("1 minute"))
        assert.strictEqual(Option.getOrThrow(found).name, "friends")
      })
    )
  )
})
