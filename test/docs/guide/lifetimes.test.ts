/** What docs/guide/lifetimes.md shows and says, played. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, Button, Command, type Definition, type Expiration, Reply } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

const load = page("docs/guide/lifetimes.md")
const { lobby } = await load<{ lobby: Definition.Definition<never, Bot.Services> }>("lobby.ts")
const { exam } = await load<{ exam: Definition.Definition<never, never> }>("exam.ts")
const { midnight, threeEvents } =
  await load<{ readonly [Name in "midnight" | "threeEvents"]: Expiration.Expiration }>("schedules.ts")

const clicked = (name: string, expiration: Expiration.Expiration) =>
  Command.slash(name, { description: "Click", expiration }, () =>
    Effect.flatMap(
      Button.bound({ label: "Click" }, () => Reply.update({ content: "clicked" })),
      (button) => Reply.send({ content: "click", components: [[button]] })
    )
  )

const interactions = [lobby, exam, clicked("three", threeEvents), clicked("midnight", midnight)]

const TestLive = Layer.provideMerge(Bot.layer({ interactions }), FakeDiscord.layer()).pipe(
  Layer.provideMerge(VirtualClock.layer)
)

const later = (by: "14 minutes" | "11 minutes" | "9 minutes" | "6 minutes") =>
  Effect.flatMap(VirtualClock.VirtualClock, ({ advance }) => advance(by))

const alice = Effect.flatMap(FakeDiscord.FakeDiscord, (discord) => discord.user("alice"))

const isOver = ({ buttons }: FakeDiscord.Snapshot) => buttons.every(({ disabled }) => disabled)

layer(TestLive)("lifetimes", (it) => {
  it.effect("begin again with each event, and end with a word", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("lobby")
      yield* later("9 minutes")
      yield* message.click("Join")
      yield* later("9 minutes")
      assert.isFalse(isOver(yield* message.snapshot))
      yield* later("6 minutes")
      yield* message.awaitUntil(isOver)
      yield* message.awaitContent("The lobby has closed.")
    })
  )

  it.effect("end by hand, without that word", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const message = yield* user.slash("lobby")
      yield* message.click("Begin")
      yield* later("11 minutes")
      assert.strictEqual(yield* message.content, "The game begins.")
      assert.isTrue(isOver(yield* message.snapshot))
    })
  )

  it.effect("are extended", () =>
    Effect.gen(function* () {
      const message = yield* (yield* alice).slash("exam")
      yield* message.click("Five minutes more")
      yield* later("14 minutes")
      assert.isFalse(isOver(yield* message.snapshot))
      yield* later("6 minutes")
      yield* message.awaitUntil(isOver)
    })
  )

  it.effect("follow any schedule", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const three = yield* user.slash("three")
      yield* three.click("Click")
      assert.isFalse(isOver(yield* three.snapshot))
      yield* three.click("Click")
      yield* three.awaitUntil(isOver)
    })
  )
})
