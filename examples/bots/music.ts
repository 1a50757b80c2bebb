/**
 * Music in voice channels. Each guild has one player: a Runtime that is found by the guild, has the connection and the
 * songs, and ends when nobody listens any more or there is nothing to play. Songs are files or URLs.
 */
import { AudioPlayerStatus, createAudioPlayer, createAudioResource } from "@discordjs/voice"
import { NodeRuntime } from "@effect/platform-node"
import { Context, Effect, Fiber, FiberHandle, Layer, Option, Queue, Schema } from "effect"
import { Bot, Button, Command, ErrorReply, Expiration, GuildCache, Interaction, Messages, Options } from "fibercord"
import { Reply, Runtime, RuntimeEvents, Runtimes } from "fibercord"
import { Voice } from "fibercord/voice"

export class Unplayable extends Schema.TaggedError<Unplayable>()("Unplayable", { song: Schema.String }) {}

/** What makes the sound. `play` completes when the song has ended, and stops it when it is interrupted. */
export class Audio extends Context.Service<
  Audio,
  { readonly play: (to: Voice.Connection, song: string) => Effect.Effect<void, Unplayable> }
>()("examples/music/Audio") {
  static readonly layer = Layer.succeed(Audio, {
    play: (connection, song) =>
      Effect.gen(function* () {
        yield* Effect.mapError(connection.awaitReady, () => new Unplayable({ song }))
        const player = createAudioPlayer()
        yield* connection.subscribe(player)
        yield* Effect.callback<void, Unplayable>((resume) => {
          player.on(AudioPlayerStatus.Idle, () => resume(Effect.void))
          player.on("error", () => resume(Effect.fail(new Unplayable({ song }))))
          player.play(createAudioResource(song))
          return Effect.sync(() => player.stop(true))
        })
      }).pipe(Effect.scoped)
  })
}

const cache = GuildCache.define({ voiceStates: { pick: ({ channel_id }) => ({ channel: channel_id }) } })

/** Where the user listens. */
const place = Effect.gen(function* () {
  const { channelId = "", guildId, user } = yield* Interaction.inGuild
  const voice = Option.getOrUndefined(yield* cache.voiceStates.get(guildId, user.id))?.channel ?? undefined
  return voice === undefined
    ? yield* ErrorReply.deny("Join a voice channel first.")
    : { guildId, voice, text: channelId }
})

type Place = Effect.Success<typeof place>

/** Refuses those who do not listen. */
const onlyListeners = Effect.fn("onlyListeners")(function* (connection: Voice.Connection) {
  const [here, { voice }] = [yield* connection.channelId, yield* place]
  return here === voice ? undefined : yield* ErrorReply.deny(`I play in <#${here}>: come and listen.`)
})

const makePlayer = Effect.fn("makePlayer")(function* (at: Place) {
  const [runtime, audio] = [yield* Runtime.current, yield* Audio]
  const connection = yield* Voice.join({ guildId: at.guildId, channelId: at.voice, timeout: "3 seconds" })
  const songs: Array<string> = [] // The first one is playing.
  const coming = yield* Queue.unbounded<string>()
  const sound = yield* FiberHandle.make<unknown, Messages.MessageError>()

  const listening = onlyListeners(connection)
  const skip = Effect.andThen(listening, FiberHandle.clear(sound))
  const stop = Effect.andThen(listening, Runtime.close)
  const buttons = [
    yield* Button.bound({ label: "Skip" }, () => skip),
    yield* Button.bound({ label: "Stop", style: "danger" }, () => stop)
  ]
  const panel = yield* Messages.send(at.text, { content: "🎵", components: [buttons] })
  const show = (content: string) => Effect.ignore(panel.edit({ content }), { log: "Warn" })
  const showSongs = Effect.suspend(() => show(`🎵 ${songs.length === 0 ? "Nothing to play." : songs.join(", then ")}`))
  yield* Runtime.onClose(() => show("🎵 The music has ended."))

  // One song after the other. A skip interrupts the sound, and a while without songs ends the player.
  const next = Effect.gen(function* () {
    const silence = Effect.andThen(Runtime.close, Effect.never)
    const song = yield* Effect.timeoutOrElse(Queue.take(coming), { duration: "5 minutes", orElse: () => silence })
    const sorry = Messages.send(at.text, { content: `I cannot play ${song}.` })
    const playing = Effect.catchTag(audio.play(connection, song), "Unplayable", () => sorry)
    const fiber = yield* FiberHandle.run(sound, playing)
    yield* Effect.ignore(Runtimes.run(runtime, showSongs))
    yield* Fiber.await(fiber)
    songs.shift()
    if (songs.length === 0) yield* Effect.ignore(Runtimes.run(runtime, showSongs))
  })
  yield* Runtime.fork(Effect.forever(next))
  yield* Runtime.fork(Effect.catch(connection.ended, () => Runtime.close))

  const leaveIfAlone = Effect.gen(function* () {
    const [here, states] = [yield* connection.channelId, yield* Effect.orDie(cache.voiceStates.all(at.guildId))]
    const present = [...Option.getOrElse(states, () => new Map()).values()].filter(({ channel }) => channel === here)
    if (Option.isSome(states) && present.length <= 1) yield* Runtime.close // Nobody but the bot.
  })
  yield* RuntimeEvents.on("VOICE_STATE_UPDATE", () => leaveIfAlone, {
    where: ({ guild_id }) => guild_id === at.guildId
  })

  const add = Effect.fnUntraced(function* (song: string) {
    yield* Effect.andThen(listening, Queue.offer(coming, song))
    const ahead = songs.push(song) - 1
    if (ahead > 0) yield* showSongs
    return ahead
  })
  return { songs, add, skip, stop }
})

const Player = Runtimes.keyed(({ guildId }: Place) => guildId, makePlayer, { expiration: Expiration.explicit })

const play = Command.slash(
  "play",
  { description: "Play a song", contexts: ["guild"], options: { song: Options.string("Which", { max: 100 }) } },
  Effect.fn("play")(function* ({ song }) {
    const ahead = yield* Player.run(yield* place, ({ add }) => add(song))
    yield* Reply.send({ content: ahead === 0 ? `Playing ${song}.` : `${song} comes after ${ahead} more.` })
  })
)

/** A command about the player of the guild, in its turn. */
const control = <E, R>(
  name: string,
  description: string,
  use: (player: Effect.Success<ReturnType<typeof makePlayer>>) => Effect.Effect<string, E, R>
) =>
  Command.slash(name, { description, contexts: ["guild"], replies: { ephemeral: true } }, () =>
    Effect.gen(function* () {
      const player = yield* Player.find(yield* place)
      if (Option.isNone(player)) return yield* ErrorReply.deny("Nothing is playing.")
      const { runtime, state } = player.value
      return yield* Reply.send({ content: yield* Runtimes.run(runtime, use(state)) })
    })
  )

const queue = control("queue", "What comes", ({ songs }) => Effect.sync(() => songs.join("\n") || "Nothing."))
const skip = control("skip", "The next song", ({ skip }) => Effect.as(skip, "Skipped."))
const stop = control("stop", "End the music", ({ stop }) => Effect.as(stop, "Stopped."))

/** The bot; give it its `Audio`. */
export const MusicLive = Bot.layer({
  interactions: [play, queue, skip, stop],
  gateway: { intents: ["Guilds", "GuildVoiceStates"] },
  onError: ({ _tag }) =>
    ErrorReply.ephemeral(_tag === "VoiceError" ? "I cannot join your channel." : "That did not work. Try again.")
}).pipe(Layer.provide([Voice.layer, cache.layer]))

if (import.meta.main) {
  MusicLive.pipe(Layer.provide([Audio.layer, Bot.layerDiscord]), Bot.launch, NodeRuntime.runMain)
}
