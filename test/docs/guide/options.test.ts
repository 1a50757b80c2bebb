/** What docs/guide/options.md shows and says, played. */
import { assert, it, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { Bot, Command, type Definition, Options, Reply } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, makeLog, playInTime, until } from "../support/play.ts"

type Free = Definition.Definition<never, never>

const load = page("docs/guide/options.md")
const { weather } = await load<{ weather: Free }>("weather.ts")
const { paint } = await load<{ paint: Free }>("paint.ts")

const TestLive = Layer.provideMerge(Bot.layer({ interactions: [weather, paint] }), FakeDiscord.layer())

const alice = Effect.flatMap(FakeDiscord.FakeDiscord, (discord) => discord.user("alice"))

layer(TestLive)("options", (it) => {
  it.effect("have defaults, choices and bounds", () =>
    Effect.gen(function* () {
      const user = yield* alice
      assert.strictEqual(yield* (yield* user.slash("weather", { city: "Bonn" })).content, "Bonn, 1 days: 20 °C")
      const all = { city: "Berlin", days: 3, unit: "F" }
      assert.strictEqual(yield* (yield* user.slash("weather", all)).content, "Berlin, 3 days: 68 °F")
      for (const values of [{ city: "Bonn", days: 8 }, { city: "Bonn", unit: "K" }, { days: 2 }]) {
        const refused = yield* Effect.flip(user.slash("weather", values))
        assert.strictEqual(refused._tag, "InvalidCommand")
      }
    })
  )

  it.effect("suggest, and take what was not suggested", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const typing = yield* user.autocomplete("weather", { city: "b" }, "city")
      const names = (yield* typing.choices).map(({ name }) => name)
      assert.deepStrictEqual(names, ["Berlin", "Bonn"])
      const refused = yield* user.slash("weather", { city: "Atlantis" })
      assert.strictEqual(yield* refused.content, "I know nothing of Atlantis.")
      assert.isTrue(yield* refused.ephemeral)
    })
  )

  it.effect("are decoded by a schema, and the user is told what it refuses", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const painted = yield* user.slash("paint", { colour: "#5865F2" })
      assert.strictEqual((yield* painted.embeds)[0]?.color, 0x5865f2)
      const refused = yield* user.slash("paint", { colour: "blue" })
      assert.strictEqual(yield* refused.content, "**Colour**: Write it like #5865f2.")
      assert.isTrue(yield* refused.ephemeral)
    })
  )

  it.effect("of another version of the command are refused", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const data = { id: "1", name: "weather", type: 1, options: [{ name: "city", type: 4, value: 5 }] }
      const response = yield* discord.interaction({ data })
      assert.strictEqual(yield* response.content, "This is no longer available.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})

it.live("suggestions that take longer than two seconds are an empty list, and late ones are logged", () => {
  const log = makeLog()
  const asked = Deferred.makeUnsafe<void>()
  const suggest = () =>
    Deferred.succeed(asked, undefined).pipe(Effect.andThen(Effect.sleep("2500 millis")), Effect.as(["late"]))
  const search = Command.slash(
    "search",
    {
      description: "Search slowly",
      options: {
        what: Options.string("What").pipe(Options.autocomplete(suggest))
      }
    },
    ({ what }) => Reply.send({ content: what })
  )
  return playInTime(botOf([search as Free]), (discord, clock) =>
    Effect.gen(function* () {
      const alice = yield* discord.user("alice")
      const typing = yield* Effect.forkChild(alice.autocomplete("search", { what: "l" }, "what"))
      yield* Deferred.await(asked)
      yield* clock.advance("2 seconds")
      assert.deepStrictEqual(yield* (yield* Fiber.join(typing)).choices, [])
      yield* clock.advance("1 second")
      yield* until(() => log.lines.some((line) => line.startsWith("An autocompletion failed")))
    })
  ).pipe(Effect.provide(log.layer))
})
