/** Recipes about dialogues, played. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { deleteRole, deleteRoleErrors } from "../../examples/cookbook/confirm.ts"
import { duel } from "../../examples/cookbook/duel.ts"
import { Names, register } from "../../examples/cookbook/form-again.ts"
import { roles } from "../../examples/cookbook/pages.ts"
import { poll } from "../../examples/cookbook/poll.ts"
import { quiz, quizIntents } from "../../examples/cookbook/quiz.ts"
import { wizard } from "../../examples/cookbook/wizard.ts"

const taken = new Map([["emma", "1"]])
const NamesLive = Layer.succeed(Names, {
  take: (name, userId) =>
    Effect.sync(() => {
      if ((taken.get(name) ?? userId) !== userId) return false
      taken.set(name, userId)
      return true
    })
})

const TestLive = Bot.layer({
  interactions: [deleteRole, roles, register, wizard, poll, duel, quiz],
  onError: deleteRoleErrors,
  gateway: { intents: ["Guilds", "GuildMessages", "MessageContent"] }
}).pipe(
  Layer.provide([NamesLive, quizIntents]),
  Layer.provideMerge(FakeDiscord.layer({ botRole: true })),
  Layer.provideMerge(VirtualClock.layer)
)

const advance = (by: "30 seconds" | "61 seconds" | "5 minutes" | "11 minutes") =>
  VirtualClock.VirtualClock.use((clock) => clock.advance(by))

layer(TestLive, { excludeTestServices: true })("recipes about dialogues", (it) => {
  it.effect("a role is deleted after a yes, with a reason, and stays after a no or without an answer", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const admin = yield* discord.user("admin", { permissions: "8" })
      const [old, kept] = [yield* guild.role("old", { position: 0 }), yield* guild.role("kept", { position: 0 })]
      const yes = yield* admin.slash("delete-role", { role: { id: old }, reason: "unused" })
      yield* yes.click("Delete")
      yield* yes.awaitContent("old is deleted.")
      yield* yes.click("Delete", { stale: true })
      const request = yield* discord.awaitLog(FakeDiscord.is("Request", ({ method }) => method === "DELETE"))
      yield* yes.awaitContent("old is deleted.")
      assert.strictEqual(request.reason, "admin: unused")
      const no = yield* admin.slash("delete-role", { role: { id: kept }, reason: "unused" })
      yield* no.click("No")
      yield* no.awaitContent("kept stays.")
      const silent = yield* admin.slash("delete-role", { role: { id: kept }, reason: "unused" })
      yield* advance("61 seconds")
      yield* silent.awaitContent("Nobody answered. The role stays.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("pages are turned by the user who asked for them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* Effect.forEach(Array.from({ length: 12 }), (_, n) => discord.guild.role(`role ${n}`))
      const list = yield* alice.slash("roles")
      assert.include(yield* list.content, "Page 1 of 2")
      yield* list.click("▶")
      assert.include(yield* list.content, "Page 2 of 2")
      assert.strictEqual(yield* (yield* bob.click(list, "◀")).content, "Run /roles for a list of your own.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a form comes back with what was typed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const first = yield* (yield* alice.slash("register")).modal
      const refused = yield* first.submit({ Name: "emma" })
      assert.strictEqual(yield* refused.content, "emma is taken.")
      const again = yield* (yield* refused.click("Choose another one")).modal
      assert.strictEqual(again.fields[0]?.value, "emma")
      yield* again.submit({ Name: "emma2" })
      yield* refused.awaitContent("You are emma2 now.")
      const bob = yield* discord.user("bob")
      const fine = yield* (yield* (yield* bob.slash("register")).modal).submit({ Name: "bobby" })
      assert.strictEqual(yield* fine.content, "You are bobby now.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a wizard goes back, and ends after five minutes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("order")
      yield* message.select("Drink", ["tea"])
      yield* message.click("large")
      yield* message.awaitContent("A large tea?")
      yield* message.click("Back")
      yield* message.click("Back")
      yield* message.select("Drink", ["coffee"])
      yield* message.click("small")
      yield* message.click("order")
      yield* message.awaitContent("Your small coffee comes.")
      const late = yield* alice.slash("order")
      yield* advance("5 minutes")
      yield* late.awaitContent("The kitchen has closed.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a poll counts one vote of each user, and shows the result after ten minutes", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const message = yield* alice.slash("poll", { question: "Pizza?" })
      yield* message.click("no")
      yield* message.click("yes")
      yield* bob.click(message, "yes")
      assert.strictEqual(yield* message.content, "Pizza?\nyes: 2, no: 0")
      yield* advance("11 minutes")
      const { buttons } = yield* message.awaitContent("Pizza?\nThe result: yes: 2, no: 0")
      assert.isTrue(buttons.every(({ disabled }) => disabled))
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("only the two play, each in turn, and who takes too long forfeits", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const carol = yield* discord.user("carol")
      const self = yield* alice.slash("duel", { against: alice })
      assert.strictEqual(yield* self.content, "Challenge another user.")
      const game = yield* alice.slash("duel", { against: bob })
      assert.strictEqual(yield* (yield* carol.click(game, "accept")).content, "You are not challenged.")
      yield* bob.click(game, "accept")
      assert.strictEqual(yield* (yield* alice.click(game, "1")).content, "It is not your turn.")
      for (const [player, sticks] of [
        [bob, "2"],
        [alice, "2"],
        [bob, "2"],
        [alice, "1"]
      ] as const)
        yield* player.click(game, sticks)
      yield* game.awaitContent(`<@${bob.id}> has won.`)
      const second = yield* alice.slash("duel", { against: bob })
      yield* bob.click(second, "accept")
      yield* advance("61 seconds")
      yield* second.awaitContent(`<@${bob.id}> took too long. <@${alice.id}> has won.`)
      const third = yield* alice.slash("duel", { against: bob })
      yield* advance("61 seconds")
      yield* third.awaitContent("The challenge was not accepted.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("the first right answer in the channel wins a quiz, and the time is limited", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const question = yield* alice.slash("quiz", { question: "Capital of Peru?", answer: "Lima" })
      yield* bob.say("Quito")
      yield* bob.say("LIMA ")
      assert.strictEqual(yield* (yield* question.awaitFollowUp()).content, `<@${bob.id}> has it: Lima`)
      const hard = yield* alice.slash("quiz", { question: "?", answer: "!" })
      yield* advance("30 seconds")
      assert.strictEqual(yield* (yield* hard.awaitFollowUp()).content, "Nobody knew it: !")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})
