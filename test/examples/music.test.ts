import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { Audio, MusicLive, Unplayable } from "../../examples/bots/music.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

/** A club with two voice channels, and songs that end when the test says so. */
const club = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { guild } = discord
  const names = ["alice", "bob", "carol"]
  const [alice, bob, carol] = yield* Effect.forEach(names, (name) => discord.user(name))
  const [lounge, cellar] = [yield* guild.channel("lounge", { type: 2 }), yield* guild.channel("cellar", { type: 2 })]
  assert(alice !== undefined && bob !== undefined && carol !== undefined)
  yield* guild.voice(alice.id, lounge)
  yield* guild.voice(bob.id, lounge)
  return { discord, guild, alice, bob, carol, lounge, cellar }
})

/** The message with the buttons. */
const panelOf = (user: FakeDiscord.User, content: string) =>
  user.awaitMessage((message) => message.content === content && message.buttons.length === 2)

/** The channels that the bot asked for, oldest first; it asks again while no voice server accepts it. */
const asked = Effect.map(
  FakeDiscord.FakeDiscord.use(({ log }) => log),
  (log) =>
    log
      .filter(FakeDiscord.is("Received", ({ op }) => op === 4))
      .map(({ d }) => (d as { readonly channel_id: string | null }).channel_id)
      .filter((channel, n, all) => channel !== all[n - 1])
)

const hasLeft = FakeDiscord.FakeDiscord.use((discord) =>
  discord.awaitLog(
    FakeDiscord.is("Received", ({ d, op }) => op === 4 && (d as { channel_id: unknown }).channel_id === null)
  )
)

const played =
  (songsEnd: Queue.Queue<void>) =>
  <A, E, R>(test: Effect.Effect<A, E, R>) => {
    const audio = Layer.succeed(Audio, {
      play: (_, song) => (song === "noise.mp3" ? Effect.fail(new Unplayable({ song })) : Queue.take(songsEnd))
    })
    return test.pipe(
      Effect.tap(() =>
        FakeDiscord.FakeDiscord.use((discord) =>
          Effect.map(discord.violations, (violations) => assert.deepStrictEqual(violations, []))
        )
      ),
      Effect.provide(
        MusicLive.pipe(Layer.provide(audio), Layer.provideMerge(FakeDiscord.layer({ identifyInterval: "10 millis" })))
      )
    )
  }

describe("the music bot", () => {
  it.live("plays one song after the other for those who listen, and leaves when they have left", () =>
    Effect.gen(function* () {
      const end = yield* Queue.unbounded<void>()
      yield* Effect.gen(function* () {
        const { alice, bob, carol, cellar, guild, lounge } = yield* club
        assert.strictEqual(yield* (yield* alice.slash("queue")).content, "Nothing is playing.")
        assert.strictEqual(
          yield* (yield* carol.slash("play", { song: "x.mp3" })).content,
          "Join a voice channel first."
        )

        assert.strictEqual(yield* (yield* alice.slash("play", { song: "a.mp3" })).content, "Playing a.mp3.")
        yield* (yield* bob.slash("play", { song: "b.mp3" })).awaitContent("b.mp3 comes after 1 more.")
        yield* (yield* bob.slash("play", { song: "c.mp3" })).awaitContent("c.mp3 comes after 2 more.")
        const panel = yield* panelOf(bob, "🎵 a.mp3, then b.mp3, then c.mp3")
        const list = yield* alice.slash("queue")
        assert.strictEqual(yield* list.content, "a.mp3\nb.mp3\nc.mp3")
        assert.isTrue(yield* list.ephemeral)
        assert.deepStrictEqual(yield* asked, [lounge])

        yield* guild.voice(carol.id, cellar)
        const elsewhere = `I play in <#${lounge}>: come and listen.`
        assert.strictEqual(yield* (yield* carol.click(panel, "Skip")).content, elsewhere)
        yield* (yield* carol.slash("play", { song: "d.mp3" })).awaitContent(elsewhere)

        yield* bob.click(panel, "Skip")
        yield* panel.awaitContent("🎵 b.mp3, then c.mp3")
        assert.strictEqual(yield* (yield* alice.slash("skip")).content, "Skipped.")
        yield* panel.awaitContent("🎵 c.mp3")
        yield* Queue.offer(end, undefined)
        yield* panel.awaitContent("🎵 Nothing to play.")

        yield* guild.voice(alice.id, undefined)
        yield* guild.voice(bob.id, cellar)
        yield* hasLeft
        const ended = yield* panel.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
        assert.strictEqual(ended.content, "🎵 The music has ended.")
        assert.deepStrictEqual(yield* asked, [lounge, null])
      }).pipe(played(end))
    })
  )

  it.live("says that it cannot play a song, and stops for a listener only", () =>
    Effect.gen(function* () {
      const end = yield* Queue.unbounded<void>()
      yield* Effect.gen(function* () {
        const { alice, bob, carol, cellar, lounge } = yield* club
        yield* alice.slash("play", { song: "noise.mp3" })
        yield* alice.awaitMessage(({ content }) => content === "I cannot play noise.mp3.")
        yield* bob.slash("play", { song: "b.mp3" })
        const panel = yield* panelOf(bob, "🎵 b.mp3")
        assert.strictEqual(yield* (yield* carol.click(panel, "Stop")).content, "Join a voice channel first.")
        yield* bob.click(panel, "Stop")
        yield* hasLeft
        yield* panel.awaitContent("🎵 The music has ended.")

        const { guild } = yield* FakeDiscord.FakeDiscord
        yield* guild.voice(bob.id, cellar)
        yield* (yield* bob.slash("play", { song: "c.mp3" })).awaitContent("Playing c.mp3.")
        assert.strictEqual(yield* (yield* bob.slash("stop")).content, "Stopped.")
        assert.deepStrictEqual((yield* asked).slice(0, 3), [lounge, null, cellar])
      }).pipe(played(end))
    })
  )

  it.live("says that it cannot join a channel that is closed to it, and ends when somebody throws it out", () =>
    Effect.gen(function* () {
      const end = yield* Queue.unbounded<void>()
      yield* Effect.gen(function* () {
        const { alice, discord, guild, lounge } = yield* club
        const full = yield* guild.channel("full", { type: 2, user_limit: 1 })
        yield* guild.voice(alice.id, lounge)
        yield* (yield* alice.slash("play", { song: "a.mp3" })).awaitContent("Playing a.mp3.")
        const panel = yield* panelOf(alice, "🎵 a.mp3")
        yield* guild.voice(discord.botId, undefined)
        yield* panel.awaitContent("🎵 The music has ended.")
        yield* guild.voice(alice.id, full)
        const answer = yield* alice.slash("play", { song: "a.mp3" })
        // Discord said nothing for three seconds, and the bot was shown to be thinking meanwhile.
        const sorry = yield* answer.awaitFollowUp()
        assert.strictEqual(yield* sorry.content, "I cannot join your channel.")
        assert.isTrue(yield* sorry.ephemeral)
      }).pipe(played(end))
    })
  )
})
