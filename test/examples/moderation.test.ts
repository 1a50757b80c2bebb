/** The bot of `examples/bots/moderation.ts`, played by moderators and others. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { KeyValueStore } from "effect/persistence"
import { DiscordRest, Permissions } from "fibercord"
import { ModerationBot } from "../../examples/bots/moderation.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const Fake = FakeDiscord.layer({ identifyInterval: "1 milli" })
const Discord = Layer.merge(Fake, KeyValueStore.layerMemory)
/** A store that takes its time, as those of other machines do. */
const slowly = Layer.effect(
  KeyValueStore.KeyValueStore,
  Effect.map(KeyValueStore.KeyValueStore, (store) => ({
    ...store,
    get: (key: string) => Effect.tap(store.get(key), () => Effect.sleep("50 millis"))
  }))
).pipe(Layer.provide(KeyValueStore.layerMemory))

/** A process of the bot, which ends with the effect. */
const running = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.scoped(Effect.provide(effect, ModerationBot))

const tasks = Permissions.toBits(["BanMembers", "KickMembers", "ModerateMembers", "ManageMessages"])

/** A guild with the bot in the middle: the chief above it, a moderator and alice below. */
const play = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { botId, guild } = discord
  const ranked = Effect.fnUntraced(function* (id: string, position: number, permissions = tasks) {
    const role = yield* guild.role(`role ${position}`, { position, permissions })
    yield* guild.updateMember(id, { roles: [role] })
  })
  const [chief, moderator] = [yield* discord.user("chief"), yield* discord.user("moderator")]
  const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
  yield* ranked(chief.id, 9)
  yield* ranked(botId, 5)
  yield* ranked(moderator.id, 3)
  return { discord, guild, ranked, chief, moderator, alice, bob }
})

const rest = <A>(f: Parameters<typeof DiscordRest.use<A>>[0]) => DiscordRest.use(f)

/** The clock of tests begins in 1970, before any id of Discord's. */
const in2026 = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.andThen(TestClock.setTime(Date.parse("2026-01-01")), effect)

/** The reasons that Discord's audit log has. */
const audit = Effect.map(
  FakeDiscord.FakeDiscord.use(({ log }) => log),
  (log) => log.flatMap((entry) => (entry._tag === "Request" && entry.reason !== undefined ? [entry.reason] : []))
)

describe("the bot for moderation", () => {
  it.live("bans after a question, tells the user before, deletes, logs, and gives the reason", () =>
    Effect.gen(function* () {
      const { alice, bob, guild, moderator } = yield* play
      const modLog = yield* guild.channel("mod-log")
      const spam = yield* alice.say("spam")
      const kept = yield* moderator.slash("ban", { user: alice, reason: "spam" })
      assert.isTrue(yield* kept.ephemeral)
      yield* kept.click("No")
      yield* kept.awaitContent("Nobody is banned.")
      assert.deepStrictEqual(yield* audit, [])
      const question = yield* moderator.slash("ban", { user: alice, reason: "spam, früh & spät" })
      yield* question.click("Ban")
      const done = yield* question.awaitContent((text) => text.includes("is banned"))
      assert.deepStrictEqual(done.buttons, [])
      assert.include(done.content, "They know.")
      assert.deepStrictEqual(yield* audit, ["moderator: spam, früh & spät"])
      assert.strictEqual((yield* rest(({ guilds }) => guilds.getMemberBan(guild.id, alice.id))).user.id, alice.id)
      assert.isTrue(yield* spam.deleted)
      const [told] = yield* alice.messages({ direct: true })
      assert.strictEqual(yield* told?.content ?? Effect.succeed(""), "You are banned: spam, früh & spät")
      const [logged] = yield* bob.messages({ channel: modLog })
      const [embed] = yield* logged?.embeds ?? Effect.succeed([])
      assert.include(embed?.description, `<@${alice.id}> is banned by <@${moderator.id}>`)
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("bans those who take no messages, too, and those who have left", () =>
    Effect.gen(function* () {
      const { discord, guild, moderator } = yield* play
      const closed = yield* discord.user("closed", { closed: true })
      const left = yield* discord.user("left")
      yield* guild.removeMember(left.id)
      for (const user of [closed, left]) {
        const question = yield* moderator.slash("ban", { user, reason: "raid" })
        yield* question.click("Ban")
        yield* question.awaitContent((text) => text.includes("They take no messages."))
        yield* rest(({ guilds }) => guilds.getMemberBan(guild.id, user.id))
      }
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("nobody acts on who is not below them, the bot included", () =>
    Effect.gen(function* () {
      const { alice, chief, discord, guild, moderator, ranked } = yield* play
      const above = yield* moderator.slash("kick", { user: chief, reason: "mutiny" })
      assert.strictEqual(yield* above.content, `You are not above <@${chief.id}>.`)
      const self = yield* moderator.slash("ban", { user: moderator, reason: "oops" })
      assert.strictEqual(yield* self.content, `You are not above <@${moderator.id}>.`)
      const peer = yield* discord.user("peer")
      yield* ranked(peer.id, 7)
      const unreachable = yield* chief.slash("timeout", { user: peer, hours: 1, reason: "loud" })
      assert.strictEqual(yield* unreachable.content, `I am not above <@${peer.id}>.`)
      yield* guild.update({ owner_id: alice.id })
      const owner = yield* chief.slash("kick", { user: alice, reason: "coup" })
      assert.strictEqual(yield* owner.content, `You are not above <@${alice.id}>.`)
      assert.deepStrictEqual(yield* audit, [])
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("works for those who have the permission, and only where the bot has it", () =>
    Effect.gen(function* () {
      const { alice, bob, discord, guild, moderator } = yield* play
      const unseen = yield* Effect.flip(bob.slash("kick", { user: alice, reason: "for fun" }))
      assert.strictEqual(unseen._tag, "InvalidCommand")
      // An administrator opens the command to Bob, which gives him no permission.
      yield* guild.setCommandPermissions("kick", [{ id: bob.id, type: 2, permission: true }])
      const refused = yield* bob.slash("kick", { user: alice, reason: "for fun" })
      assert.include(yield* refused.content, "Kick Members")
      assert.isTrue(yield* refused.ephemeral)
      yield* guild.updateMember(discord.botId, { roles: [] })
      const weak = yield* moderator.slash("kick", { user: alice, reason: "spam" })
      assert.include(yield* weak.content, "Kick Members")
      const ban = (yield* discord.commands()).find(({ name }) => name === "ban")
      assert.strictEqual(ban?.default_member_permissions, Permissions.toBits(["BanMembers"]))
      assert.deepStrictEqual(yield* audit, [])
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("removes and silences, and says what Discord refuses", () =>
    Effect.gen(function* () {
      const { alice, bob, discord, guild, moderator, ranked } = yield* play
      const silenced = yield* moderator.slash("timeout", { user: alice, hours: 24, reason: "loud" })
      assert.include(yield* silenced.content, "is silenced for 24 hours")
      const { communication_disabled_until: until } = yield* rest(({ guilds }) => guilds.getMember(guild.id, alice.id))
      assert.closeTo(Date.parse(until ?? "") - Date.now(), 86_400_000, 60_000)
      const removed = yield* moderator.slash("kick", { user: bob, reason: "spam" })
      assert.include(yield* removed.content, `<@${bob.id}> is removed by <@${moderator.id}>. They know.`)
      assert.deepStrictEqual(yield* audit, ["moderator: loud", "moderator: spam"])
      const missing = yield* Effect.flip(rest(({ guilds }) => guilds.getMember(guild.id, bob.id)))
      assert.strictEqual(missing.code, 10_007)
      const admin = yield* discord.user("admin")
      yield* ranked(admin.id, 1, Permissions.toBits(["Administrator"]))
      const refused = yield* moderator.slash("timeout", { user: admin, hours: 1, reason: "loud" })
      assert.include(yield* refused.content, "Missing Permissions")
    }).pipe(running, Effect.provide(Discord))
  )

  it.effect("purges the last messages, of one user if wanted, and none that is too old", () =>
    Effect.gen(function* () {
      const { alice, bob, guild, moderator } = yield* play
      const modLog = yield* guild.channel("mod-log")
      const old = yield* alice.say("old")
      yield* TestClock.adjust("15 days")
      for (const text of ["1", "2", "3"]) {
        yield* alice.say(`a${text}`)
        yield* bob.say(`b${text}`)
        yield* TestClock.adjust("1 second")
      }
      const texts = Effect.flatMap(alice.messages(), (all) => Effect.forEach(all, ({ content }) => content))
      const ofBob = yield* moderator.slash("purge", { count: 2, user: bob })
      assert.strictEqual(yield* ofBob.content, "2 messages are gone.")
      assert.deepStrictEqual(yield* texts, ["old", "a1", "b1", "a2", "a3"])
      yield* TestClock.adjust("1 second")
      const all = yield* moderator.slash("purge", { count: 100 })
      assert.strictEqual(yield* all.content, "4 messages are gone.")
      assert.isFalse(yield* old.deleted)
      assert.lengthOf(yield* bob.messages({ channel: modLog }), 2)
    }).pipe(running, Effect.provide(Discord), in2026)
  )

  it.live("counts warnings, none is lost, and they outlive a restart", () =>
    Effect.gen(function* () {
      const { alice, bob, chief, moderator } = yield* play
      yield* running(
        Effect.gen(function* () {
          const forms = yield* Effect.forEach([chief, moderator, chief, moderator], (by) =>
            Effect.map(by.contextMenu("Warn", alice), ({ modal }) => modal)
          )
          const warned = yield* Effect.forEach(
            forms,
            (form, index) => Effect.flatMap(form, (modal) => modal.submit({ Why: `reason ${index}` })),
            { concurrency: "unbounded" }
          )
          for (const response of warned) assert.include(yield* response.content, `<@${alice.id}> is warned by`)
        })
      )
      yield* running(
        Effect.gen(function* () {
          const [embed] = yield* (yield* moderator.slash("warnings", { user: alice })).embeds
          assert.strictEqual(embed?.title, "alice: 4 warnings")
          for (const index of [0, 1, 2, 3]) assert.include(embed?.description, `reason ${index}`)
          const [none] = yield* (yield* moderator.slash("warnings", { user: bob })).embeds
          assert.strictEqual(none?.title, "bob: 0 warnings")
          const form = yield* (yield* moderator.contextMenu("Warn", chief)).modal
          const refused = yield* form.submit({ Why: "mutiny" })
          assert.strictEqual(yield* refused.content, `You are not above <@${chief.id}>.`)
        })
      )
    }).pipe(Effect.provide(Layer.merge(Fake, slowly)))
  )
})
