/** The bot of `examples/durable/reminder.ts`, played by two users. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { ReminderBot } from "../../examples/durable/reminder.ts"
import { Dialogues } from "../../src/durable/index.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { temporaryFile } from "../cluster/support/temporaryFile.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const on = Effect.provide(FakeDiscord.layer({ identifyInterval: "10 millis" }))

const hour = 3_600_000

const keptIn = (filename: string) => ReminderBot.pipe(Layer.provide(Layer.orDie(Dialogues.layerSqlite({ filename }))))

const isReminder = ({ content }: FakeDiscord.Snapshot) => content === "Remember: the milk"

describe("the bot for reminders", () => {
  it.live("reminds once, also if it was off when the time came", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const filename = yield* temporaryFile
      const message = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(keptIn(filename))
          const message = yield* alice.slash("remind", { what: "the milk", in: "1 hour" })
          yield* message.awaitContent(`<@${alice.id}>, I will remind you of the milk in 1h.`)
          return message
        })
      )
      assert.deepStrictEqual(yield* alice.messages({ direct: true }), [])
      yield* Effect.provideService(
        Layer.build(keptIn(filename)),
        Clock.Clock,
        jumpyClock(yield* Clock.Clock, () => hour)
      )
      yield* alice.awaitMessage(isReminder, { direct: true })
      assert.isTrue((yield* message.buttons).every(({ disabled }) => disabled))
      assert.lengthOf(yield* alice.messages({ direct: true }), 1)
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.scoped, on)
  )

  it.live("is cancelled by its user, and by nobody else", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      yield* Layer.build(keptIn(yield* temporaryFile))
      const message = yield* alice.slash("remind", { what: "the milk", in: "3 days" })
      yield* message.awaitContent(`<@${alice.id}>, I will remind you of the milk in 3d.`)
      assert.strictEqual(yield* (yield* bob.click(message, "Never mind")).content, "That is not your reminder.")
      yield* alice.click(message, "Never mind")
      yield* message.awaitContent("I will not remind you of the milk.")
      assert.deepStrictEqual(yield* message.buttons, [])
      assert.deepStrictEqual(yield* alice.messages({ direct: true }), [])
    }).pipe(Effect.scoped, on)
  )

  it.live("refuses a time that is none, or too long", () =>
    Effect.gen(function* () {
      const alice = yield* FakeDiscord.FakeDiscord.use((discord) => discord.user("alice"))
      yield* Layer.build(keptIn(yield* temporaryFile))
      for (const time of ["soon", "400 days"]) {
        const refused = yield* alice.slash("remind", { what: "the milk", in: time })
        assert.isTrue(yield* refused.ephemeral)
      }
    }).pipe(Effect.scoped, on)
  )
})
