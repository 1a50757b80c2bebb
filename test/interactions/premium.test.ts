/** Activities, purchases, and what they give access to. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Discord from "../../src/discord/Discord.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import type * as Definition from "../../src/interactions/definitions/Definition.ts"
import * as Middleware from "../../src/interactions/definitions/Middleware.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import type * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import { isActive } from "../../src/interactions/wire/entitlements.ts"
import { validateCommand } from "../../src/interactions/wire/validateCommand.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests, withBot } from "./harness.ts"

describe("the entry point", () => {
  const launch = Command.entryPoint("Play", { description: "Play a game" }, () => Reply.launchActivity)
  const closed = Command.entryPoint("Play", { description: "Play a game" }, () =>
    Reply.send({ content: "Come back at nine." })
  )

  it.live("launches the Activity, after which messages can follow", () => {
    const both = Command.entryPoint("Play", { description: "Play a game" }, () =>
      Effect.andThen(Reply.launchActivity, Reply.send({ content: "Have fun!" }))
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const response = yield* (yield* alice).launch()
      assert.strictEqual(response.kind, "activity")
      assert.strictEqual(yield* (yield* response.awaitFollowUp()).content, "Have fun!")
      const [command] = (yield* discord.commands()) as unknown as ReadonlyArray<Record<string, unknown>>
      assert.deepInclude(command, { type: 4, handler: 1, name: "Play", description: "Play a game" })
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(withBot({ interactions: [both] }))
  })

  it.live("may answer with something else", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* (yield* (yield* alice).launch()).content, "Come back at nine.")
    }).pipe(withBot({ interactions: [closed] }))
  )

  it.live("without a handler is Discord's, and the bot answers only what an older version of it causes", () => {
    const discords = Command.entryPoint("Play", { description: "Play a game" })
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      assert.include(String(yield* Effect.flip(user.launch())), "Discord launches the Activity itself")
      yield* discord.registerCommands([{ name: "Play", type: 4, description: "…", handler: 1 }] as never)
      assert.strictEqual((yield* user.launch()).kind, "activity")
    }).pipe(withBot({ interactions: [discords] }))
  })

  it.live("an answer or a deferral rules a launch out, and a click may launch too", () => {
    const failed = Deferred.makeUnsafe<string>()
    const show = Command.slash("show", { description: "…" }, () =>
      Effect.gen(function* () {
        const play = yield* Button.bound({ label: "play" }, () => Reply.launchActivity)
        yield* Reply.send({ components: [[play]] })
        const error = yield* Effect.orDie(Effect.flip(Reply.launchActivity))
        yield* Deferred.succeed(failed, error.reason._tag)
      })
    )
    return Effect.gen(function* () {
      const message = yield* (yield* alice).slash("show")
      assert.strictEqual(yield* Deferred.await(failed), "AlreadyAnswered")
      assert.strictEqual((yield* message.click("play")).kind, "activity")
    }).pipe(withBot({ interactions: [show, launch] }))
  })

  it("is checked before the bot starts: a description of 100 characters, one of two handlers", () => {
    const bad = Command.entryPoint("Play", { description: "x".repeat(101) }, () => Effect.void)
    assert.deepStrictEqual(
      validateCommand(bad.command as object).map(({ path }) => path),
      ["description"]
    )
    assert.deepStrictEqual(
      validateCommand({ ...launch.command, description: "…", handler: 3 }).map(({ path }) => path),
      ["handler"]
    )
  })
})

const sku = "1234567890"
const other = "2345678901"

describe("Middleware.requireEntitlement", () => {
  const draw = Command.slash(
    "draw",
    {
      description: "…",
      options: {
        what: Options.string("What").pipe(
          Options.optional,
          Options.autocomplete(() => Effect.succeed(["a horse"]))
        )
      }
    },
    () => Reply.send({ content: "drawn" })
  )
  const paid = draw.pipe(Middleware.requireEntitlement(sku))
  const bot = { interactions: [paid] }

  const isAllowed = (user: FakeDiscord.User) => Effect.map(contentOf(user), (content) => content === "drawn")
  const contentOf = (user: FakeDiscord.User) => Effect.flatMap(user.slash("draw"), (reply) => reply.content)

  it("adds no error that `onError` has to handle", () => {
    expectTypeOf<Exclude<Definition.Errors<typeof paid>, Reply.ReplyError | ErrorReply.Denied>>().toEqualTypeOf<never>()
    expectTypeOf<Definition.Requirements<typeof paid>>().toEqualTypeOf<never>()
  })

  it.live("offers the purchase to those who have none, privately, and suggests nothing to them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      const reply = yield* user.slash("draw")
      const { content, ephemeral, raw } = yield* reply.snapshot
      assert.strictEqual(content, "This needs a purchase.")
      assert.isTrue(ephemeral)
      const [row] = raw.components as unknown as ReadonlyArray<{ readonly components: ReadonlyArray<object> }>
      assert.deepInclude(row?.components[0], { type: 2, style: 6, sku_id: sku })
      assert.deepStrictEqual(yield* (yield* user.autocomplete("draw", {}, "what")).choices, [])
      yield* discord.entitle(sku, { user })
      assert.isTrue(yield* isAllowed(user))
      assert.strictEqual((yield* (yield* user.autocomplete("draw", {}, "what")).choices).length, 1)
      assert.deepStrictEqual(yield* discord.violations, [])
      assert.strictEqual((yield* requests("PATCH", /./)).length, 0)
    }).pipe(withBot(bot))
  )

  it.live("counts entitlements of the user and of the guild, for that SKU, from their start to their end", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const user = yield* alice
      const bob = yield* discord.user("bob")
      yield* discord.entitle(other, { user })
      assert.isFalse(yield* isAllowed(user))
      const own = yield* discord.entitle(sku, { user })
      assert.isTrue(yield* isAllowed(user))
      assert.isFalse(yield* isAllowed(bob))
      for (const fields of [
        { ends_at: "2020-01-01T00:00:00.000000+00:00" },
        { ends_at: null, starts_at: "2999-01-01T00:00:00.000000+00:00" },
        { starts_at: null, consumed: true },
        { consumed: false, deleted: true }
      ]) {
        yield* own.change(fields)
        assert.isFalse(yield* isAllowed(user), JSON.stringify(fields))
      }
      const shared = yield* discord.entitle(sku, { guild }, { ends_at: "2999-01-01T00:00:00.000000+00:00" })
      assert.isTrue(yield* isAllowed(bob))
      yield* shared.change({ deleted: true })
      assert.isFalse(yield* isAllowed(bob))
    }).pipe(withBot(bot))
  )

  const strict = draw.pipe(
    Middleware.requireEntitlement([sku, other], {
      testMode: false,
      denied: (locale) => (locale === "de" ? "Das kostet etwas." : "Not for free.")
    })
  )

  it.live("takes one of several SKUs, and purchases in test mode unless told otherwise", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* discord.user("anna", { locale: "de" })
      yield* discord.entitle(sku, { user }, { type: 4 })
      assert.strictEqual(yield* contentOf(user), "Das kostet etwas.")
      yield* discord.entitle(other, { user })
      assert.strictEqual(yield* contentOf(user), "drawn")
    }).pipe(withBot({ interactions: [strict] }))
  )

  it.live("a purchase in test mode gives access by default", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const user = yield* alice
      yield* discord.entitle(sku, { user }, { type: 4 })
      assert.isTrue(yield* isAllowed(user))
    }).pipe(withBot(bot))
  )

  it("an entitlement ends at the moment that it names, and not after it", () => {
    const end = "2026-01-01T00:00:00.000000+00:00"
    const one = { deleted: false, starts_at: null, ends_at: end } as Discord.Entitlement
    assert.isTrue(isActive(one, Date.parse(end) - 1))
    assert.isFalse(isActive(one, Date.parse(end)))
    assert.isFalse(isActive({ ...one, deleted: true }, 0))
  })
})

describe("the fake's entitlements", () => {
  it.live("are listed, consumed, and made and deleted for tests, over REST, and interactions and events say so", () =>
    Effect.gen(function* () {
      const { applicationId, ...discord } = yield* FakeDiscord.FakeDiscord
      const rest = yield* DiscordRest.DiscordRest
      const events = yield* GatewayEvents.GatewayEvents
      const seen: Array<string> = []
      for (const name of ["ENTITLEMENT_CREATE", "ENTITLEMENT_UPDATE", "ENTITLEMENT_DELETE"] as const) {
        yield* events.listen(name, ({ id }) => void seen.push(`${name} ${id}`))
      }
      const user = yield* alice
      const bought = yield* discord.entitle(sku, { user }, { type: 1, ends_at: "2020-01-01T00:00:00.000000+00:00" })
      const test = yield* rest.use(({ monetization }) =>
        monetization.createTestEntitlement(applicationId, { sku_id: other, owner_id: user.id, owner_type: 2 })
      )
      assert.notProperty(test, "ends_at")
      const ids = (query: object) =>
        Effect.map(
          rest.use(({ monetization }) => monetization.getEntitlements(applicationId, query as never)),
          (all) => all.map(({ id }) => id)
        )
      assert.deepStrictEqual(yield* ids({ user_id: user.id }), [bought.id, test.id])
      assert.deepStrictEqual(yield* ids({ exclude_ended: true }), [test.id])
      assert.deepStrictEqual(yield* ids({ sku_ids: sku }), [bought.id])
      assert.deepStrictEqual(yield* ids({ guild_id: "1" }), [])
      yield* rest.use(({ monetization }) => monetization.consumeEntitlement(applicationId, bought.id))
      const one = yield* rest.use(({ monetization }) => monetization.getEntitlement(applicationId, bought.id))
      assert.isTrue(one.consumed)
      yield* rest.use(({ monetization }) => monetization.deleteTestEntitlement(applicationId, String(test.id)))
      assert.deepStrictEqual(yield* ids({}), [bought.id])
      assert.deepStrictEqual(yield* ids({ exclude_deleted: false }), [bought.id, test.id])
      yield* user.slash("ping")
      assert.deepStrictEqual(seen, [
        `ENTITLEMENT_CREATE ${bought.id}`,
        `ENTITLEMENT_CREATE ${test.id}`,
        `ENTITLEMENT_UPDATE ${bought.id}`,
        `ENTITLEMENT_DELETE ${test.id}`
      ])
    }).pipe(
      withBot({ interactions: [Command.slash("ping", { description: "…" }, () => Reply.send({ content: "pong" }))] })
    )
  )
})
