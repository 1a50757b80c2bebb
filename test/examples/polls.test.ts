/** The bot of `examples/bots/polls.ts`, played by several users. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import { PollsBot } from "../../examples/bots/polls.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const Discord = Layer.merge(FakeDiscord.layer(), KeyValueStore.layerMemory)
/** A process of the bot, which ends with the effect. */
const running = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.scoped(Effect.provide(effect, PollsBot))

const ask = { question: "Tea or coffee?", answers: "Tea, Coffee" }
const isEnd = ({ content }: FakeDiscord.Snapshot) => content === "The poll has ended."
const textOf = ({ embeds }: FakeDiscord.Snapshot) => embeds[0]?.description

const play = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const [alice, bob, carol] = [yield* discord.user("alice"), yield* discord.user("bob"), yield* discord.user("carol")]
  return { discord, alice, bob, carol }
})

/** A poll whose buttons are there. */
const begin = (user: FakeDiscord.User, time: string) =>
  Effect.gen(function* () {
    const message = yield* user.slash("poll live", { ...ask, time })
    yield* message.awaitUntil(({ buttons }) => buttons.length === 3)
    return message
  })

describe("the bot for polls", () => {
  it.live("everybody has one vote, the counts are live, and only the owner ends the poll", () =>
    Effect.gen(function* () {
      const { alice, bob, carol, discord } = yield* play
      const message = yield* begin(alice, "1 hour")
      yield* Effect.all([bob.click(message, "Tea"), carol.click(message, "Tea"), alice.click(message, "Coffee")], {
        concurrency: "unbounded"
      })
      yield* bob.click(message, "Coffee")
      const counted = yield* message.awaitUntil((now) => textOf(now)?.includes("**Coffee**: 2") === true)
      assert.strictEqual(textOf(counted), "**Tea**: 1 ▰▰▰\n**Coffee**: 2 ▰▰▰▰▰▰▰")
      const refused = yield* bob.click(message, "End")
      assert.strictEqual(yield* refused.content, "Only the person who asked can end the poll.")
      assert.isTrue(yield* refused.ephemeral)
      yield* alice.click(message, "End")
      const end = yield* (yield* carol.awaitMessage(isEnd)).snapshot
      assert.strictEqual(textOf(end), textOf(counted))
      assert.strictEqual(end.raw.message_reference?.message_id, yield* message.id)
      assert.deepStrictEqual((yield* message.snapshot).buttons, [])
      const late = yield* bob.click(message, "Tea", { stale: true })
      assert.strictEqual(yield* late.content, "This poll has ended.")
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("a poll ends by itself, and one whose message was deleted ends in silence", () =>
    Effect.gen(function* () {
      const { alice, bob, discord } = yield* play
      const deleted = yield* begin(alice, "3 seconds")
      yield* discord.guild.deleteMessages([yield* deleted.id])
      const message = yield* bob.slash("poll live", { ...ask, time: "1 second" })
      yield* discord.awaitLog(FakeDiscord.is("Request", ({ method, status }) => method === "PATCH" && status === 404))
      const end = yield* alice.awaitMessage(isEnd)
      assert.strictEqual((yield* end.raw).message_reference?.message_id, yield* message.id)
      assert.strictEqual((yield* bob.messages()).length, 2)
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("votes outlive a restart, and a poll whose time was over meanwhile ends then", () =>
    Effect.gen(function* () {
      const { alice, bob, carol } = yield* play
      const [message, short] = yield* running(
        Effect.gen(function* () {
          const message = yield* begin(alice, "1 hour")
          yield* bob.click(message, "Tea")
          return [message, yield* carol.slash("poll live", { ...ask, time: "1 second" })] as const
        })
      )
      yield* running(
        Effect.gen(function* () {
          yield* carol.click(message, "Tea")
          assert.strictEqual(textOf(yield* message.snapshot), "**Tea**: 2 ▰▰▰▰▰▰▰▰▰▰\n**Coffee**: 0 ")
          const end = yield* bob.awaitMessage(isEnd)
          assert.strictEqual((yield* end.raw).message_reference?.message_id, yield* short.id)
        })
      )
    }).pipe(Effect.provide(Discord))
  )

  it.live("Discord's own poll ends by the menu, and its results are an embed", () =>
    Effect.gen(function* () {
      const { alice, bob, carol, discord } = yield* play
      const moderator = yield* discord.user("moderator", { permissions: "8192" })
      const refused = yield* alice.slash("poll native", { ...ask, time: "10 minutes" })
      assert.strictEqual(yield* refused.content, "Discord's polls take 1 to 768 hours.")
      const message = yield* alice.slash("poll native", { ...ask, time: "2 hours" })
      const id = yield* message.id
      yield* discord.guild.vote(bob.id, id, 1)
      yield* discord.guild.vote(carol.id, id, 1)
      yield* discord.guild.vote(bob.id, id, 2)
      yield* discord.guild.vote(alice.id, id, 2)
      const results = yield* moderator.contextMenu("End poll", message)
      const [embed] = yield* results.embeds
      assert.strictEqual(embed?.title, ask.question)
      assert.deepStrictEqual(
        embed?.fields?.map(({ name, value }) => `${name}: ${value}`),
        ["Tea: 1", "Coffee: 2"]
      )
      const again = yield* moderator.contextMenu("End poll", message)
      assert.strictEqual(yield* again.content, "This is no open poll of mine.")
    }).pipe(running, Effect.provide(Discord))
  )

  it.live("a list of answers that is none is refused", () =>
    Effect.gen(function* () {
      const { alice } = yield* play
      const refused = yield* alice.slash("poll live", { question: "Tea?", answers: "Yes", time: "1 hour" })
      assert.include(yield* refused.content, "Two to four answers")
      assert.isTrue(yield* refused.ephemeral)
    }).pipe(running, Effect.provide(Discord))
  )
})
