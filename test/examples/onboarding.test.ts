/** The bot of `examples/durable/onboarding.ts`, played by those who join. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { OnboardingBot } from "../../examples/durable/onboarding.ts"
import { Dialogues } from "../../src/durable/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const on = Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))

// Source: Discord, "Bitwise Permission Flags".
const manageRoles = `${1 << 28}`

/** The bot, which may give its role. */
const play = Effect.fnUntraced(function* (patience: "7 days" | "400 millis") {
  const discord = yield* FakeDiscord.FakeDiscord
  const { guild } = discord
  const role = yield* guild.role("members")
  const own = yield* guild.role("bot", { permissions: manageRoles, position: 5 })
  yield* guild.updateMember(discord.botId, { roles: [own] })
  const dialogues = Layer.orDie(Dialogues.layerSqlite({ filename: ":memory:" }))
  yield* Layer.build(OnboardingBot({ role, patience }).pipe(Layer.provide(dialogues)))
  const given = (user: FakeDiscord.User) =>
    FakeDiscord.is("Request", ({ method, path, status }) => {
      return method === "PUT" && status === 204 && path === `/guilds/${guild.id}/members/${user.id}/roles/${role}`
    })
  return { discord, guild, given }
})

const rules = "Welcome! Be kind to each other. Do you accept that?"
const again = "You have not accepted the rules yet. Do you?"
const thanks = "Thank you. You are one of us now."

const texts = (user: FakeDiscord.User) =>
  Effect.flatMap(user.messages({ direct: true }), (all) => Effect.forEach(all, ({ content }) => content))

const awaitText = (user: FakeDiscord.User, text: string) =>
  user.awaitMessage(({ content }) => content === text, { direct: true })

describe("the bot that welcomes", () => {
  it.live("gives the role to those who accept, once, although they are told to join twice", () =>
    Effect.gen(function* () {
      const { discord, given, guild } = yield* play("7 days")
      const alice = yield* discord.user("alice")
      yield* guild.addMember(alice.id)
      const question = yield* awaitText(alice, rules)
      const [shard] = yield* discord.sessions
      const raw = { guild_id: guild.id, joined_at: "2026-01-01T00:00:00Z", user: { id: alice.id, username: "alice" } }
      assert.isDefined(shard)
      yield* alice.click(question, "I accept")
      yield* awaitText(alice, thanks)
      yield* discord.awaitLog(given(alice))
      assert.deepStrictEqual(yield* texts(alice), [rules, thanks])
      assert.isTrue((yield* question.buttons).every(({ disabled }) => disabled))
      // The same event again, as after a RESUME from an earlier sequence.
      const bob = yield* discord.user("bob")
      const joined = { ...raw, user: { ...raw.user, id: bob.id } }
      yield* discord.dispatch(0, "GUILD_MEMBER_ADD", joined)
      yield* discord.dispatch(0, "GUILD_MEMBER_ADD", joined)
      yield* (yield* awaitText(bob, rules)).click("I accept")
      yield* awaitText(bob, thanks)
      assert.deepStrictEqual(yield* texts(bob), [rules, thanks])
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, on)
  )

  it.live("reminds those who do not answer once, and leaves them alone then", () =>
    Effect.gen(function* () {
      const { discord, given, guild } = yield* play("400 millis")
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* guild.addMember(bob.id)
      yield* guild.addMember(alice.id)
      yield* (yield* awaitText(alice, again)).click("I accept")
      yield* awaitText(alice, thanks)
      assert.deepStrictEqual(yield* texts(alice), [rules, again, thanks])
      const last = yield* awaitText(bob, again)
      yield* last.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      assert.deepStrictEqual(yield* texts(bob), [rules, again])
      assert.isUndefined((yield* discord.log).find(given(bob)))
    }).pipe(Effect.scoped, on)
  )

  it.live("says nothing to those who take no messages", () =>
    Effect.gen(function* () {
      const { discord, guild } = yield* play("7 days")
      const closed = yield* discord.user("closed", { closed: true })
      yield* guild.addMember(closed.id)
      yield* discord.awaitLog(FakeDiscord.is("Request", ({ code }) => code === 50007))
      assert.deepStrictEqual(yield* texts(closed), [])
    }).pipe(Effect.scoped, on)
  )
})
