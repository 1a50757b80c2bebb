/** What docs/guide/middleware.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Command, type CooldownStore, Middleware, Options, Permissions, Reply } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, makeLog, type Part, play, playInTime, until } from "../support/play.ts"

const load = page("docs/guide/middleware.md")

const { ban } = await load<{ ban: Part }>("ban.ts")
const { Cooldowns, daily } = await load<{ daily: Part; Cooldowns: Layer.Layer<CooldownStore.CooldownStore> }>(
  "daily.ts"
)
const { slow } = await load<{ slow: Part }>("slow.ts")
const { draw } = await load<{ draw: Part }>("draw.ts")

describe("docs/guide/middleware.md", () => {
  it.live("moderators may ban, once in ten seconds", () =>
    playInTime(botOf([ban]), (discord, clock) =>
      Effect.gen(function* () {
        const bob = yield* discord.user("bob")
        const moderator = yield* discord.user("mo", { permissions: Permissions.toBits(["BanMembers"]) })
        assert.strictEqual(yield* (yield* moderator.slash("ban", { who: bob })).content, "bob is gone.")
        assert.match(
          yield* (yield* moderator.slash("ban", { who: bob })).content,
          /^You can use this again <t:\d+:R>\.$/
        )
        yield* clock.advance("10 seconds")
        assert.strictEqual(yield* (yield* moderator.slash("ban", { who: bob })).content, "bob is gone.")
      })
    )
  )

  it.live("an administrator of the guild may let others see the command, but not use it", () =>
    play(botOf([ban]), (discord) =>
      Effect.gen(function* () {
        const bob = yield* discord.user("bob")
        yield* discord.guild.setCommandPermissions("ban", [{ id: bob.id, type: 2, permission: true }])
        assert.strictEqual(yield* (yield* bob.slash("ban", { who: bob })).content, "Moderators only.")
      })
    )
  )

  it.live("a value that a schema refuses begins no cooldown", () => {
    const Day = Schema.String.check(Schema.isPattern(/^(today|tomorrow)$/))
    const book = Command.slash(
      "book",
      { description: "Book a day", options: { day: Options.string("Day").pipe(Options.schema(Day)) } },
      ({ day }) => Reply.send({ content: day })
    ).pipe(Middleware.cooldown("1 hour"))
    return play(botOf([book as Part]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        assert.match(yield* (yield* alice.slash("book", { day: "never" })).content, /^\*\*Day\*\*: /)
        assert.strictEqual(yield* (yield* alice.slash("book", { day: "today" })).content, "today")
        assert.match(yield* (yield* alice.slash("book", { day: "today" })).content, /^You can use this again /)
      })
    )
  })

  it.live("a persistent cooldown is still there after a restart", () =>
    Effect.gen(function* () {
      const bot = Layer.provide(botOf([daily]), Layer.succeedContext(yield* Layer.build(Cooldowns)))
      const alice = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
      const contents = yield* Effect.forEach(["the first start", "a restart"], () =>
        Effect.andThen(
          Layer.build(Layer.fresh(bot)),
          Effect.flatMap(alice.slash("daily"), (message) => message.content)
        ).pipe(Effect.scoped)
      )
      assert.strictEqual(contents[0], "+100")
      assert.match(contents[1] ?? "", /^You can use this again /)
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )

  it.live("what is around a handler logs before and after it", () => {
    const log = makeLog()
    return play(botOf([slow]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        assert.strictEqual(yield* (yield* alice.slash("slow")).content, "Done.")
        assert.includeMembers(log.lines, ["begins"])
        yield* until(() => log.lines.includes("has ended: Success"))
      })
    ).pipe(Effect.provide(log.layer))
  })

  it.live("who has bought it may draw, and others get a button", () =>
    play(botOf([draw]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const offered = yield* alice.slash("draw")
        assert.strictEqual(yield* offered.content, "Pictures are for supporters.")
        assert.deepStrictEqual(
          (yield* offered.buttons).map(({ style }) => style),
          [6]
        )
        yield* discord.entitle("1234567890", { user: alice })
        assert.strictEqual(yield* (yield* alice.slash("draw")).content, "🖼️")
      })
    )
  )
})
