import { assert, describe, it } from "@effect/vitest"
import { createAudioPlayer } from "@discordjs/voice"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Bot from "../../src/Bot.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { Voice } from "../../src/voice.ts"

const live = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(
    Effect.scoped,
    Effect.provide(
      Bot.layer({ interactions: [], gateway: { intents: ["Guilds", "GuildVoiceStates"] } }).pipe(
        Layer.provideMerge(Voice.layer),
        Layer.provideMerge(FakeDiscord.layer({ identifyInterval: "10 millis" }))
      )
    )
  )

const never = { reconnect: Schedule.spaced("1 hour") }

const rooms = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { guild } = discord
  const lobby = yield* guild.channel("lobby", { type: 2 })
  const stage = yield* guild.channel("stage", { type: 13 })
  return {
    discord,
    guild,
    lobby,
    stage,
    join: (channelId: string, options: Partial<Voice.Options> = {}) =>
      Voice.join({ guildId: guild.id, channelId, ...never, ...options })
  }
})

/** The channels of op 4, oldest first. */
const asked = Effect.map(
  FakeDiscord.FakeDiscord.use(({ log }) => log),
  (log) =>
    log
      .filter(FakeDiscord.is("Received", ({ op }) => op === 4))
      .map(({ d }) => (d as { readonly channel_id: string | null }).channel_id)
)

const awaitAsked = (count: number) =>
  FakeDiscord.FakeDiscord.use((discord) =>
    discord.awaitLog(
      FakeDiscord.is("Received", ({ op }) => op === 4),
      { count }
    )
  )

/** Waits until the connection says that it is there. */
const isIn = (connection: Voice.Connection, channelId: string) =>
  Effect.repeat(connection.channelId, { until: (id) => id === channelId, schedule: Schedule.spaced("1 millis") })

const reasonOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => (error instanceof Voice.VoiceError ? error.reason._tag : `${error._tag}`))

describe("a voice connection", () => {
  it.live("joins, moves, mutes, and leaves with its scope", () =>
    Effect.gen(function* () {
      const { discord, join, lobby, stage } = yield* rooms
      const scope = yield* Scope.make()
      const connection = yield* Scope.provide(join(lobby, { selfMute: true }), scope)
      assert.strictEqual(yield* connection.channelId, lobby)
      assert.include(["connecting", "signalling"], connection.raw.state.status)
      yield* connection.move({ channelId: stage })
      assert.strictEqual(yield* connection.channelId, stage)
      yield* connection.move({ selfMute: false, selfDeaf: false })
      yield* Scope.close(scope, Exit.void)
      yield* awaitAsked(4)
      const log = (yield* discord.log).filter(FakeDiscord.is("Received", ({ op }) => op === 4))
      const at = { guild_id: discord.guild.id, self_deaf: true, self_mute: true }
      assert.deepStrictEqual(
        log.map(({ d }) => d),
        [
          { ...at, channel_id: lobby },
          { ...at, channel_id: stage },
          { ...at, channel_id: stage, self_deaf: false, self_mute: false },
          { ...at, channel_id: null, self_deaf: false, self_mute: false }
        ]
      )
      assert.strictEqual(connection.raw.state.status, "destroyed")
      assert.strictEqual(yield* reasonOf(connection.ended), "Closed")
      assert.deepStrictEqual(yield* discord.violations, [])
      // The guild is free again.
      yield* join(lobby)
    }).pipe(live)
  )

  it.live("a second one in the same guild fails, and changes nothing; one in another guild does not", () =>
    Effect.gen(function* () {
      const { discord, join, lobby, stage } = yield* rooms
      yield* join(lobby)
      assert.strictEqual(yield* reasonOf(join(stage)), "AlreadyJoined")
      assert.deepStrictEqual(yield* asked, [lobby])
      const other = yield* discord.addGuild("other")
      const room = yield* other.channel("room", { type: 2 })
      yield* Voice.join({ ...never, guildId: other.id, channelId: room })
    }).pipe(live)
  )

  it.live(
    "says which permission is missing, and that a channel is full or no voice channel; then the guild is free",
    () =>
      Effect.gen(function* () {
        const { guild, join, lobby } = yield* rooms
        const quick = { timeout: "50 millis" } as const
        const closed = yield* guild.channel("closed", {
          type: 2,
          permission_overwrites: [{ id: guild.everyone, type: 0, allow: "0", deny: `${1 << 20}` }]
        })
        const full = yield* guild.channel("full", { type: 2, user_limit: 1 })
        const discord = yield* FakeDiscord.FakeDiscord
        yield* guild.voice((yield* discord.user("alice")).id, full)
        const error = yield* Effect.flip(join(closed, quick))
        assert.include(error.message, "lacks Connect")
        assert.strictEqual(yield* reasonOf(join(full, quick)), "TimedOut")
        assert.strictEqual(yield* reasonOf(join(guild.channelId, quick)), "TimedOut")
        const connection = yield* join(lobby, quick)
        assert.strictEqual(yield* reasonOf(connection.move({ channelId: closed })), "NoPermission")
        assert.strictEqual(yield* connection.channelId, lobby)
        yield* connection.move({ selfMute: true })
        assert.deepStrictEqual((yield* asked).slice(-2), [closed, lobby])
      }).pipe(live)
  )

  it.live("ends when the bot is disconnected, and says no farewell then", () =>
    Effect.gen(function* () {
      const { discord, guild, join, lobby } = yield* rooms
      const ended = yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* join(lobby)
          const waiting = yield* Effect.forkChild(Effect.flip(connection.awaitReady), { startImmediately: true })
          yield* guild.voice(discord.botId, undefined)
          yield* Fiber.join(waiting)
          return yield* reasonOf(connection.ended)
        })
      )
      assert.strictEqual(ended, "Kicked")
      assert.deepStrictEqual(yield* asked, [lobby])
      yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* join(lobby)
          yield* guild.remove
          assert.strictEqual(yield* reasonOf(connection.ended), "Kicked")
        })
      )
    }).pipe(live)
  )

  it.live("that has ended leaves the guild to the next, although its scope is open, and does not disturb it", () =>
    Effect.gen(function* () {
      const { discord, guild, join, lobby, stage } = yield* rooms
      for (const end of ["kick", "move", "destroy"]) {
        const before = (yield* asked).length
        const scope = yield* Scope.make()
        const first = yield* Scope.provide(join(lobby, { moved: "end" }), scope)
        if (end === "kick") yield* guild.voice(discord.botId, undefined)
        else if (end === "move") yield* guild.voice(discord.botId, stage)
        else yield* Effect.sync(() => first.raw.destroy())
        yield* reasonOf(first.ended)
        const second = yield* Scope.make()
        const next = yield* Scope.provide(join(stage), second)
        assert.strictEqual(first.raw.state.status, "destroyed", end)
        // What is left of the first takes nothing with it.
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* next.channelId, stage, end)
        assert.notStrictEqual(next.raw.state.status, "destroyed", end)
        assert.strictEqual(yield* reasonOf(join(lobby)), "AlreadyJoined", end)
        yield* next.move({ selfMute: true })
        yield* Scope.close(second, Exit.void)
        yield* awaitAsked(before + 4)
        assert.deepStrictEqual((yield* asked).slice(before), [lobby, stage, stage, null], end)
      }
    }).pipe(live)
  )

  it.live("follows who moves the bot, or ends", () =>
    Effect.gen(function* () {
      const { discord, guild, join, lobby, stage } = yield* rooms
      yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* join(lobby)
          yield* guild.voice(discord.botId, stage)
          yield* isIn(connection, stage)
          // It stays there when only its deafness changes.
          yield* connection.move({ selfDeaf: false })
          assert.strictEqual(yield* connection.channelId, stage)
          assert.deepStrictEqual(yield* asked, [lobby, stage])
        })
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* join(lobby, { moved: "end" })
          yield* guild.voice(discord.botId, stage)
          assert.strictEqual(yield* reasonOf(connection.ended), "Moved")
        })
      )
      const farewell = yield* awaitAsked(5)
      assert.deepInclude(farewell.d, { channel_id: null })
    }).pipe(live)
  )

  it.live("asks for a voice server as its schedule says, and gives up with it", () =>
    Effect.gen(function* () {
      const { discord, join, lobby } = yield* rooms
      const reconnect = Schedule.upTo(Schedule.spaced("5 millis"), { times: 3 })
      const connection = yield* join(lobby, { reconnect })
      // Nothing listens where the fake says that the voice server is.
      assert.strictEqual(yield* reasonOf(connection.ended), "Disconnected")
      assert.deepStrictEqual(yield* asked, [lobby, lobby, lobby, lobby])
      yield* discord.awaitLog(
        FakeDiscord.is("Dispatched", ({ t }) => t === "VOICE_SERVER_UPDATE"),
        { count: 4 }
      )
    }).pipe(live)
  )

  it.live("a server that goes away is waited for, and another one is used without asking", () =>
    Effect.gen(function* () {
      const { guild, join, lobby } = yield* rooms
      const connection = yield* join(lobby)
      const states: Array<string> = []
      connection.raw.on("stateChange", (_before, after) => states.push(after.status))
      const seen = (status: string) =>
        Effect.callback<void>((resume) => {
          if (states.includes(status)) return resume(Effect.void)
          connection.raw.once("stateChange", () => resume(Effect.void))
        }).pipe(Effect.repeat({ until: () => states.includes(status) }))
      yield* guild.voiceServer(null)
      yield* seen("disconnected")
      yield* guild.voiceServer("127.0.0.1:9")
      yield* seen("connecting")
      assert.deepStrictEqual(yield* asked, [lobby])
    }).pipe(live)
  )

  it.live("is asked for again when the session of the shard has ended", () =>
    Effect.gen(function* () {
      const { discord, guild, join, lobby } = yield* rooms
      const connection = yield* join(lobby, { reconnect: Schedule.spaced("20 millis") })
      const ofSession = (session: string) =>
        FakeDiscord.is("Dispatched", (entry) => entry.t === "VOICE_STATE_UPDATE" && entry.session === session)
      yield* discord.faults.expireSession(0)
      yield* discord.faults.dropConnection(0)
      yield* discord.awaitLog(ofSession("session-2"))
      const mark = yield* discord.mark
      // Discord says that the bot is out, because its session was.
      yield* guild.voice(discord.botId, undefined)
      yield* discord.awaitLog(ofSession("session-2"), { since: mark, count: 2 })
      yield* isIn(connection, lobby)
      assert.deepStrictEqual(new Set(yield* asked), new Set([lobby]))
    }).pipe(live)
  )

  it.live("plays until its scope closes", () =>
    Effect.gen(function* () {
      const { join, lobby } = yield* rooms
      const connection = yield* join(lobby)
      const player = createAudioPlayer()
      const subscription = () => (connection.raw.state as { readonly subscription?: unknown }).subscription
      yield* Effect.scoped(
        Effect.andThen(
          connection.subscribe(player),
          Effect.sync(() => assert.isDefined(subscription()))
        )
      )
      assert.isUndefined(subscription())
      yield* awaitAsked(1)
    }).pipe(live)
  )

  it.live("needs the intent for voice states", () =>
    Effect.gen(function* () {
      const bot = Bot.layer({ interactions: [] }).pipe(Layer.provide(Voice.layer))
      const error = yield* Effect.flip(Layer.build(bot))
      assert.include(error.message, "Voice needs GuildVoiceStates")
    }).pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))
  )
})
