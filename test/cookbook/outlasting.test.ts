/** Recipes about what outlasts a restart, played through restarts. */
import { assert, layer } from "@effect/vitest"
import { type Duration, Effect, Layer, Ref } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot } from "fibercord"
import { Dialogues } from "fibercord/durable"
import { KeyValueCooldownStore } from "fibercord/persistence"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { giveaway, giveawayErrors } from "../../examples/cookbook/giveaway.ts"
import { daily, leaderboardErrors, top } from "../../examples/cookbook/leaderboard.ts"
import { GuildSettings, hello, settings } from "../../examples/cookbook/settings.ts"
import { suggestionErrors, suggestions } from "../../examples/cookbook/suggestions.ts"
import { temporaryRole, temporaryRoleErrors } from "../../examples/cookbook/temporary-role.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "fibercord-cookbook-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** What the processes of a bot share. */
const stored = Effect.gen(function* () {
  const { guild } = yield* FakeDiscord.FakeDiscord
  const database = join(yield* folder, "dialogues.db")
  const memory = yield* Effect.provide(KeyValueStore.KeyValueStore, yield* Layer.build(KeyValueStore.layerMemory))
  const away = yield* Ref.make(false)
  const store: KeyValueStore.KeyValueStore = {
    ...memory,
    get: (key) => Effect.flatMap(Ref.get(away), (away) => (away ? Effect.die("the store is away") : memory.get(key)))
  }
  return { database, away, moderators: yield* guild.channel("moderators"), store }
})

/** Runs an effect with a process of the bot, which ends with it. */
const running =
  ({ database, moderators, store }: Effect.Success<typeof stored>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) => {
    const Store = Layer.succeed(KeyValueStore.KeyValueStore, store)
    const bot = Bot.layer({
      interactions: [settings, hello, daily, top, temporaryRole, suggestions(moderators), giveaway],
      onError: { ...leaderboardErrors, ...temporaryRoleErrors, ...suggestionErrors, ...giveawayErrors }
    }).pipe(
      Layer.provide([
        GuildSettings.layer,
        KeyValueCooldownStore.layer(),
        Dialogues.layerSqlite({ filename: database })
      ]),
      Layer.provide(Store)
    )
    return Effect.scoped(Effect.andThen(Layer.build(bot), effect))
  }

const TestLive = FakeDiscord.layer({ botRole: true, identifyInterval: "10 millis" }).pipe(
  Layer.provideMerge(VirtualClock.layer)
)
/** Time passes while no process of the bot runs, so that nothing needs a heartbeat meanwhile. */
const pass = (by: Duration.Input) => VirtualClock.VirtualClock.use((clock) => clock.advance(by, { step: by }))
const contentOf = (user: FakeDiscord.User, command: string, values?: FakeDiscord.OptionValues) =>
  Effect.flatMap(user.slash(command, values), ({ content }) => content)

layer(TestLive, { excludeTestServices: true })("recipes about what outlasts a restart", (it) => {
  it.effect("settings are changed by admins, and known after a restart", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const place = yield* stored
      const run = running(place)
      const [admin, alice] = [yield* discord.user("admin", { permissions: "8" }), yield* discord.user("alice")]
      yield* run(
        Effect.gen(function* () {
          assert.strictEqual(yield* contentOf(alice, "hello"), "Hello.")
          assert.strictEqual(yield* contentOf(admin, "settings greeting", { text: "Moin" }), "Changed.")
          assert.strictEqual(yield* contentOf(admin, "settings loud", { on: true }), "Changed.")
          assert.strictEqual(yield* contentOf(alice, "hello"), "MOIN!")
          assert.strictEqual((yield* Effect.flip(alice.slash("settings loud", { on: false })))._tag, "InvalidCommand")
        })
      )
      yield* run(
        Effect.gen(function* () {
          yield* Ref.set(place.away, true)
          assert.include(yield* contentOf(alice, "hello"), "went wrong")
          yield* Ref.set(place.away, false)
          assert.strictEqual(yield* contentOf(alice, "hello"), "MOIN!")
        })
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("points are given once a day, also after a restart, and ranked", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const run = running(yield* stored)
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* run(
        Effect.gen(function* () {
          assert.include(yield* contentOf(alice, "top"), "Nobody has points yet.")
          assert.strictEqual(yield* contentOf(alice, "daily"), "You have 10 points.")
        })
      )
      yield* run(
        Effect.gen(function* () {
          assert.match(yield* contentOf(alice, "daily"), /^You can claim again <t:\d+:R>\.$/)
          yield* contentOf(bob, "daily")
        })
      )
      yield* pass("1 day")
      yield* run(
        Effect.gen(function* () {
          assert.strictEqual(yield* contentOf(bob, "daily"), "You have 20 points.")
          assert.strictEqual(yield* contentOf(alice, "top"), `1. <@${bob.id}>: 20\n2. <@${alice.id}>: 10`)
        })
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a role is taken back although the bot was down when its time was over", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const run = running(yield* stored)
      const [admin, alice] = [yield* discord.user("admin", { permissions: "8" }), yield* discord.user("alice")]
      const vip = yield* discord.guild.role("vip", { position: 1 })
      yield* run(
        Effect.gen(function* () {
          const said = yield* admin.slash("temporary-role", { who: alice, role: { id: vip }, days: 1 })
          yield* said.awaitContent(`<@${alice.id}> has vip for 1 day.`)
          const high = yield* discord.guild.role("high", { position: 50 })
          const no = yield* admin.slash("temporary-role", { who: alice, role: { id: high }, days: 1 })
          yield* no.awaitContent("I may not give out high.")
        })
      )
      yield* pass("1 day")
      const isTaken = FakeDiscord.is(
        "Request",
        ({ method, path }) => method === "DELETE" && path.endsWith(`/members/${alice.id}/roles/${vip}`)
      )
      const taken = yield* run(discord.awaitLog(isTaken))
      assert.strictEqual(taken.reason, "after 1 day")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a suggestion is decided by moderators after a restart, or not at all", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const place = yield* stored
      const run = running(place)
      const [admin, alice] = [yield* discord.user("admin", { permissions: "8" }), yield* discord.user("alice")]
      const here = { channel: place.moderators }
      const suggest = Effect.fnUntraced(function* (what: string) {
        assert.strictEqual(yield* contentOf(alice, "suggest", { what }), "Thank you. You will hear from us.")
        return yield* admin.awaitMessage(({ content }) => content.endsWith(`suggests: ${what}`), here)
      })
      const isTold = (text: string) => alice.awaitMessage(({ content }) => content === text, { direct: true })
      const [dance, sleep] = yield* run(Effect.all([suggest("Dance"), suggest("Sleep")]))
      yield* run(
        Effect.gen(function* () {
          assert.strictEqual(yield* (yield* alice.click(dance, "accept")).content, "Only moderators decide.")
          yield* admin.click(dance, "accept")
          yield* isTold("Dance: We do it!")
          yield* dance.awaitContent(`Dance\naccept, by <@${admin.id}>`)
          yield* (yield* (yield* admin.click(sleep, "decline")).modal).submit({ Reason: "Too lazy" })
          yield* isTold("Sleep: Not this time. Too lazy")
        })
      )
      yield* run(suggest("Eat"))
      yield* pass("7 days")
      yield* run(isTold("Eat: Nobody has decided it. Please suggest it again."))
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a giveaway counts each user once, and draws one of them after a restart", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const run = running(yield* stored)
      const admin = yield* discord.user("admin", { permissions: "8" })
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* run(
        Effect.gen(function* () {
          yield* admin.slash("giveaway", { prize: "a plant", time: "2 hours" })
          const message = yield* admin.awaitMessage(({ content }) => content.endsWith("Entries: 0"))
          assert.strictEqual(yield* (yield* alice.click(message, "enter")).content, "You have entered. Good luck!")
          assert.strictEqual(yield* (yield* alice.click(message, "enter")).content, "This has already been answered.")
          assert.strictEqual(yield* (yield* bob.click(message, "enter")).content, "You have entered. Good luck!")
        })
      )
      yield* pass("2 hours")
      const result = yield* run(admin.awaitMessage(({ content }) => content.endsWith("has won a plant!")))
      assert.include(
        [alice, bob].map(({ id }) => `<@${id}> has won a plant!`),
        yield* result.content
      )
      yield* run(admin.awaitMessage(({ content }) => content === "**a plant** is given away. Entries: 2"))
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})
