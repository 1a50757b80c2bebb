/** Recipes about time, files and the world outside, played. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Layer, Ref, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Bot } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { dailyPost } from "../../examples/cookbook/daily-post.ts"
import { sum } from "../../examples/cookbook/file-upload.ts"
import { speak, speakErrors } from "../../examples/cookbook/personas.ts"
import { prefixCommands, rollCommand, rollErrors } from "../../examples/cookbook/prefix-commands.ts"
import { ask, Model, ModelFailed } from "../../examples/cookbook/streaming.ts"

const aborted = Deferred.makeUnsafe<void>()

const ModelLive = Layer.succeed(Model, {
  answer: (question) => {
    if (question === "broken") return Stream.concat(Stream.make("Well"), Stream.fail(new ModelFailed()))
    const words = Stream.make("It ", "is ", "Lima.")
    const endless = Stream.fromEffect(Effect.never).pipe(Stream.ensuring(Deferred.succeed(aborted, undefined)))
    return question === "endless" ? Stream.concat(words, endless) : words
  }
})

const TestLive = Bot.layer({
  interactions: [ask, sum, rollCommand, speak],
  onError: { ...rollErrors, ...speakErrors },
  gateway: { intents: ["Guilds", "GuildMessages", "MessageContent"] }
}).pipe(
  Layer.provide([ModelLive, FetchHttpClient.layer, prefixCommands]),
  Layer.provideMerge(FakeDiscord.layer()),
  Layer.provideMerge(VirtualClock.layer)
)

const csv = (text: string, size = text.length) => ({ filename: "data.csv", size, data: new TextEncoder().encode(text) })

layer(TestLive, { excludeTestServices: true })("recipes about the world outside", (it) => {
  it.effect("an answer is written in a few edits, and ends when the model does", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const answer = yield* alice.slash("ask", { question: "Capital of Peru?" })
      const { buttons, edits } = yield* answer.awaitUntil(
        ({ buttons, content }) => content === "It is Lima." && buttons.length === 0
      )
      assert.isEmpty(buttons)
      assert.isAtMost(edits, 2)
      const broken = yield* alice.slash("ask", { question: "broken" })
      yield* broken.awaitContent((content) => content.endsWith("The model has failed."))
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("an answer is stopped by the user who asked", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const answer = yield* alice.slash("ask", { question: "endless" })
      yield* (yield* VirtualClock.VirtualClock).advance("2 seconds")
      yield* answer.awaitContent("It is Lima.")
      const denied = yield* bob.click(answer, "Stop")
      assert.isTrue(yield* denied.ephemeral)
      yield* alice.click(answer, "Stop")
      yield* answer.awaitUntil(({ buttons }) => buttons.length === 0)
      yield* Deferred.await(aborted)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("an uploaded file is added up, and a bad one is refused", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const upload = (file: ReturnType<typeof csv>) => alice.slash("sum", { file })
      const { raw } = yield* (yield* upload(csv("a,b\n1,2\n3,4"))).awaitContent("2 lines.")
      const url = raw.attachments[0]?.url ?? ""
      assert.strictEqual(yield* Effect.promise(async () => (await fetch(url)).text()), "a,b\n4,6\n")
      const words = yield* upload(csv("a\nx"))
      yield* words.awaitContent("Each line after the first must be numbers with commas between them.")
      assert.strictEqual(yield* (yield* upload(csv("a\n1", 100_001))).content, "data.csv is larger than 100 kB.")
      const gone = yield* alice.slash("sum", { file: { filename: "gone.csv", url: "http://127.0.0.1:9/gone.csv" } })
      yield* gone.awaitContent("I could not read that file. Please try again.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a die is rolled in the old way and in the new one", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      assert.match(yield* (yield* alice.slash("roll", { sides: 6 })).content, /^You roll [1-6] of 6\.$/)
      assert.strictEqual(yield* (yield* alice.slash("roll", { sides: 1 })).content, "No die has 1 sides.")
      yield* alice.say("!roll 6")
      yield* alice.awaitMessage(({ content }) => /^You roll [1-6] of 6\.\nTry \/roll next time\.$/.test(content))
      yield* alice.say("!roll")
      yield* alice.awaitMessage(({ content }) => content.startsWith("No die has that many sides."))
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a persona speaks through one webhook", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.guild.setBotPermissions("8")
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      assert.strictEqual(yield* (yield* alice.slash("speak", { who: "dragon", text: "Fire!" })).content, "Said.")
      const said = yield* bob.awaitMessage(({ content }) => content === "Fire!")
      assert.strictEqual((yield* said.raw).author.username, "Small dragon")
      assert.strictEqual(yield* (yield* bob.slash("speak", { who: "wizard", text: "Hm." })).content, "Said.")
      const isMade = FakeDiscord.is("Request", ({ method, path }) => method === "POST" && path.endsWith("/webhooks"))
      assert.lengthOf((yield* discord.log).filter(isMade), 1)
      yield* discord.guild.setBotPermissions(undefined)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})

layer(FakeDiscord.layer().pipe(Layer.provideMerge(VirtualClock.layer)), { excludeTestServices: true })(
  "a daily post",
  (it) => {
    it.effect("comes once a day, although two processes post it, and also after a day on which it failed", () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const alice = yield* discord.user("alice")
        const clock = yield* VirtualClock.VirtualClock
        const day = yield* Ref.make(0)
        const text = Effect.flatMap(Ref.get(day), (day) =>
          day === 1 ? Effect.fail("no news") : Effect.succeed(`Day ${day}`)
        )
        const post = Effect.suspend(() => Layer.build(dailyPost(discord.guild.channelId, text)))
        yield* Effect.all([post, post])
        const posts = Effect.flatMap(alice.messages(), (messages) => Effect.forEach(messages, ({ content }) => content))
        for (const expected of [["Day 0"], ["Day 0"], ["Day 0", "Day 2"]]) {
          yield* clock.advance("1 day", { step: "15 minutes" })
          assert.deepStrictEqual(yield* posts, expected)
          yield* Ref.update(day, (day) => day + 1)
        }
        const hours = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit" })
        for (const message of yield* alice.messages()) {
          assert.strictEqual(hours.format(new Date((yield* message.raw).timestamp)), "09")
        }
        assert.deepStrictEqual(yield* discord.violations, [])
      })
    )
  }
)
