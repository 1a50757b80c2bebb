/** What a handler knows of its interaction, and what it knows for sure in guilds. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import type * as Discord from "../../src/discord/Discord.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, withBot } from "./harness.ts"

const here = Interaction.inGuild.pipe(
  Effect.flatMap(({ context, guildId, member }) => {
    expectTypeOf(guildId).toEqualTypeOf<string>()
    expectTypeOf(member).toEqualTypeOf<Discord.GuildMember>()
    return Reply.send({ content: `${context} ${guildId} ${member.user.username}` })
  })
)

type Needs<D> = Definition.Requirements<D>

const only = { description: "…", contexts: ["guild"] } as const

describe("Interaction.inGuild", () => {
  it("is satisfied by the contexts of a command, or by a middleware, and by nothing else", () => {
    const slash = Command.slash("a", { description: "…", contexts: ["guild"] }, () => here)
    expectTypeOf<Needs<typeof slash>>().toEqualTypeOf<never>()
    const parent = Command.parent("b", only, { c: Command.sub({ description: "…" }, () => here) })
    expectTypeOf<Needs<typeof parent>>().toEqualTypeOf<never>()
    const user = Command.user("U", { contexts: ["guild"] }, () => here)
    expectTypeOf<Needs<typeof user>>().toEqualTypeOf<never>()
    const message = Command.message("M", { contexts: ["guild"] }, () => here)
    expectTypeOf<Needs<typeof message>>().toEqualTypeOf<never>()
    const everywhere = Command.slash("d", { description: "…" }, () => here)
    expectTypeOf<Needs<typeof everywhere>>().toEqualTypeOf<Interaction.InGuild>()
    const both = Command.slash("e", { description: "…", contexts: ["guild", "botDm"] }, () => here)
    expectTypeOf<Needs<typeof both>>().toEqualTypeOf<Interaction.InGuild>()
    const guarded = both.pipe(Middleware.guildOnly())
    expectTypeOf<Needs<typeof guarded>>().toEqualTypeOf<never>()
    const bound = Command.slash("f", only, () =>
      Effect.flatMap(
        Button.bound({ label: "x" }, () => here),
        (x) => Reply.send({ components: [[x]] })
      )
    )
    expectTypeOf<Needs<typeof bound>>().toEqualTypeOf<never>()
    const layer = Bot.layer({ interactions: [everywhere] })
    expectTypeOf<Layer.Services<typeof layer>>().toEqualTypeOf<Bot.Services | Interaction.InGuild>()
  })

  const bound = Command.slash("bound", only, () =>
    Effect.gen(function* () {
      const go = yield* Button.bound({ label: "go" }, () => here)
      yield* Reply.send({ components: [[go]] })
    })
  )

  it.live("has the guild and the member, in commands and in what they show", () =>
    Effect.gen(function* () {
      const { guild } = yield* FakeDiscord.FakeDiscord
      const message = yield* (yield* alice).slash("bound")
      assert.strictEqual(yield* (yield* message.click("go")).content, `guild ${guild.id} alice`)
    }).pipe(withBot({ interactions: [bound] }))
  )

  it.live("a command of guilds is not offered elsewhere, and does not run if Discord sends it from there", () =>
    Effect.gen(function* () {
      const user = yield* alice
      yield* Effect.flip(user.slash("bound", {}, { direct: true }))
      const response = yield* user.slash("bound", {}, { direct: true, unregistered: true })
      assert.strictEqual(yield* response.content, "This is no longer available.")
    }).pipe(withBot({ interactions: [bound] }, { patience: "200 millis" }))
  )

  it.live("guildOnly tells users that they are at the wrong place", () => {
    const command = Command.slash("here", { description: "…" }, () => here).pipe(Middleware.guildOnly())
    return Effect.gen(function* () {
      const user = yield* alice
      assert.strictEqual(
        yield* (yield* user.slash("here", {}, { direct: true })).content,
        "This works in servers only."
      )
      assert.match(yield* (yield* user.slash("here")).content, /^guild \d+ alice$/)
    }).pipe(withBot({ interactions: [command] }))
  })
})

describe("the accessors of an interaction", () => {
  const seen = Deferred.makeUnsafe<Interaction.Interaction["Service"]>()
  const direct = Deferred.makeUnsafe<Interaction.Interaction["Service"]>()
  const look = Command.slash("look", { description: "…" }, () =>
    Interaction.Interaction.use((interaction) =>
      Effect.andThen(
        Deferred.succeed(interaction.guildId === undefined ? direct : seen, interaction),
        Reply.send({ content: "seen" })
      )
    )
  )

  it.live("say what Discord sent", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("bob", { locale: "de" })
      yield* user.slash("look")
      const here = yield* Deferred.await(seen)
      assert.strictEqual(here.user.username, "bob")
      assert.strictEqual(here.member?.user.id, user.id)
      assert.strictEqual(here.guild?.id, discord.guild.id)
      assert.strictEqual(here.channel?.id, here.channelId)
      assert.strictEqual(here.context, "guild")
      assert.strictEqual(here.locale, "de")
      assert.strictEqual(here.guildLocale, "en-US")
      assert.deepStrictEqual(here.entitlements, [])
      assert.strictEqual(here.attachmentSizeLimit, 10_485_760)
      assert.deepStrictEqual(here.authorizingIntegrationOwners, { guild: discord.guild.id, user: undefined })
      assert.match(here.appPermissions ?? "", /^\d+$/)
      yield* user.slash("look", {}, { direct: true })
      const there = yield* Deferred.await(direct)
      assert.strictEqual(there.context, "botDm")
      assert.isUndefined(there.guild)
      assert.isUndefined(there.guildLocale)
      assert.isUndefined(there.member)
      assert.deepStrictEqual(there.authorizingIntegrationOwners, { guild: "0", user: undefined })
    }).pipe(withBot({ interactions: [look] }))
  )
})
