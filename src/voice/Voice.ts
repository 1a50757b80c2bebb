/**
 * Voice channels, with `@discordjs/voice` for what happens on the voice server. A connection is a `Scope`: it is there
 * from `join` until its scope closes, and the bot leaves with it.
 *
 * ```ts
 * import { createAudioPlayer, createAudioResource } from "@discordjs/voice"
 * import { Effect } from "effect"
 * import { Voice } from "fibercord/voice"
 *
 * const radio = Effect.fn("radio")(function* (guildId: string, channelId: string) {
 *   const connection = yield* Voice.join({ guildId, channelId })
 *   yield* connection.awaitReady
 *   const player = createAudioPlayer()
 *   player.play(createAudioResource("song.ogg"))
 *   yield* connection.subscribe(player)
 *   yield* connection.ended // until somebody disconnects the bot, or it cannot reconnect
 * }, Effect.scoped)
 * ```
 *
 * A bot has one connection in a guild. A second `join` there fails with `AlreadyJoined` until the first has ended, because
 * two owners would move and close it against each other; to share one, keep it where all find it, such as in an `RcMap`
 * by guild.
 *
 * Source: Discord, "Voice" and "Update Voice State".
 */
import {
  type AudioPlayer,
  joinVoiceChannel,
  type VoiceConnection,
  VoiceConnectionDisconnectReason,
  VoiceConnectionStatus
} from "@discordjs/voice"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as MemberPermissions from "../cache/MemberPermissions.ts"
import * as Permissions from "../discord/Permissions.ts"
import type { GatewayError } from "../gateway/GatewayError.ts"
import { GatewayEvents } from "../gateway/GatewayEvents.ts"
import * as ShardId from "../gateway/ShardId.ts"
import { ShardManager } from "../gateway/ShardManager.ts"
import * as Backoff from "../internal/backoff.ts"
import { DiscordRest, type DiscordRestError } from "../rest/DiscordRest.ts"
import { withId } from "../rest/shaped.ts"
import * as Reconnect from "./internal/reconnect.ts"
import { type Loss, Seat, type Wish } from "./internal/seat.ts"
import { AlreadyJoined, Closed, fromReason, NoPermission, TimedOut, type VoiceError } from "./VoiceError.ts"

export { VoiceError } from "./VoiceError.ts"
export type { Reason } from "./VoiceError.ts"

/** Options of {@link join}. */
export interface Options {
  /** The id of the guild. */
  readonly guildId: string
  /** The id of the voice channel or stage. */
  readonly channelId: string
  /** Whether the bot says nothing. Default: `false`. */
  readonly selfMute?: boolean | undefined
  /** Whether the bot hears nothing. Default: `true`, as with `@discordjs/voice`. */
  readonly selfDeaf?: boolean | undefined
  /** What happens when somebody moves the bot: it stays where it is now, or the connection ends. Default: `"follow"`. */
  readonly moved?: "follow" | "end" | undefined
  /** How long Discord has to let the bot in, at each attempt. Default: 10 seconds. */
  readonly timeout?: Duration.Input | undefined
  /**
   * When the bot asks for a voice server again, after it has lost the one that it had. It begins anew with each loss.
   * Default: after 1 second, then twice as long each time up to 30 seconds, 8 times.
   */
  readonly reconnect?: Schedule.Schedule<unknown> | undefined
  /** Whether there is end-to-end encryption, by Discord's protocol DAVE. Default: `true`, as with `@discordjs/voice`. */
  readonly daveEncryption?: boolean | undefined
}

/** Where a connection moves to. What is left out stays as it is. */
export interface Change {
  /** The id of a channel of the same guild. Default: the channel in which it is. */
  readonly channelId?: string | undefined
  /** Whether the bot says nothing. Default: as it is. */
  readonly selfMute?: boolean | undefined
  /** Whether the bot hears nothing. Default: as it is. */
  readonly selfDeaf?: boolean | undefined
}

/** A bot in a voice channel. */
export interface Connection {
  readonly guildId: string
  /** The channel in which Discord says that the bot is. */
  readonly channelId: Effect.Effect<string | undefined>
  /** The connection of `@discordjs/voice`, for everything that it can do. Do not destroy it: close the scope. */
  readonly raw: VoiceConnection
  /** Completes when the voice server has accepted the bot, so that it can speak. Fails when the connection has ended. */
  readonly awaitReady: Effect.Effect<void, VoiceError>
  /**
   * Moves the bot to another channel, mutes it, or deafens it. Completes when Discord has done so; if it does not, the
   * bot stays where it is. Fails with `NoPermission`, `TimedOut`, and when the connection has ended.
   */
  readonly move: (change: Change) => Effect.Effect<void, VoiceError | GatewayError>
  /** Plays what the player plays, until the scope closes. */
  readonly subscribe: (player: AudioPlayer) => Effect.Effect<void, never, Scope.Scope>
  /** Never completes, and fails when the connection has ended: `Kicked`, `Moved`, `Disconnected` or `Closed`. */
  readonly ended: Effect.Effect<never, VoiceError>
}

/** The service: the connections of one bot. */
export class Voice extends Context.Service<
  Voice,
  {
    /** {@link join}. */
    readonly join: (
      options: Options
    ) => Effect.Effect<Connection, VoiceError | GatewayError | DiscordRestError, ShardManager | Scope.Scope>
  }
>()("fibercord/voice/Voice") {}

// The voice server has closed the connection, and says that the bot should not come back: close code 4014.
const closedByServer = VoiceConnectionDisconnectReason.WebSocketClose

/** How long a bot that closes a connection tries to say so. */
const farewell = Duration.seconds(2)

const defaultSchedule = Schedule.upTo(Backoff.exponential("1 second", "30 seconds"), { times: 8 })

/** What all connections of a bot share. */
interface Bot {
  readonly events: GatewayEvents["Service"]
  readonly rest: DiscordRest["Service"]
  readonly userId: Effect.Effect<string, DiscordRestError>
  /** The group of `@discordjs/voice`: several bots of a process do not know each other. */
  readonly group: string
  readonly seats: Map<string, Seat>
}

/** Sends op 4. The shard is asked for each time, because a reshard replaces it. */
const send = (
  manager: ShardManager["Service"],
  guildId: string,
  wish: Omit<Wish, "channelId">,
  channelId: string | null
) => Effect.flatMap(manager.shardFor(guildId), (shard) => shard.updateVoiceState({ guildId, ...wish, channelId }))

// Discord does not say why it lets nobody in.
const explain = Effect.fnUntraced(function* (bot: Bot, guildId: string, channelId: string, limit: number) {
  const wanted = ["ViewChannel", "Connect"] as const
  const missing = yield* bot.userId.pipe(
    Effect.flatMap((userId) => MemberPermissions.fromRest({ guildId, userId, channelId })),
    Effect.provideService(DiscordRest, bot.rest),
    Effect.timeout("5 seconds"),
    Effect.map((set) => wanted.filter((name) => !Permissions.has(set, name))),
    Effect.orElseSucceed(() => [])
  )
  return yield* fromReason(
    missing.length > 0 ? new NoPermission({ guildId, channelId, missing }) : new TimedOut({ guildId, channelId, limit })
  )
})

/** What a connection is made of. */
interface Parts {
  readonly bot: Bot
  readonly manager: ShardManager["Service"]
  readonly seat: Seat
  /** Of one who asks Discord for something: the answers do not say which question they are for. */
  readonly turn: Semaphore.Semaphore
  /** How long Discord has to answer, in milliseconds. */
  readonly limit: number
}

/** Asks Discord to put the bot where the seat wants it, and waits until it has. */
const ask = ({ bot, limit, manager, seat }: Parts) =>
  Effect.suspend(() => {
    const { guildId, wish } = seat
    const arrival = seat.expect()
    return Effect.andThen(send(manager, guildId, wish, wish.channelId), arrival.done).pipe(
      Effect.ensuring(Effect.sync(arrival.cancel)),
      Effect.timeoutOrElse({ duration: limit, orElse: () => explain(bot, guildId, wish.channelId, limit) })
    )
  })

const move = (parts: Parts, change: Change) =>
  Effect.suspend(() => {
    const { seat } = parts
    const before = seat.wish
    const { channelId = before.channelId, selfDeaf = before.selfDeaf, selfMute = before.selfMute } = change
    seat.wish = { channelId, selfDeaf, selfMute }
    return Effect.onError(ask(parts), () =>
      Effect.sync(() => (seat.wish = { ...before, channelId: seat.channelId ?? before.channelId }))
    )
  }).pipe(parts.turn.withPermits(1))

/** Listens for all connections of a bot. */
const listen = Effect.fnUntraced(function* ({ events, seats }: Bot, userId: () => string | undefined) {
  yield* events.listen("VOICE_STATE_UPDATE", (state) => {
    if (state.user_id === userId() && state.guild_id !== undefined) seats.get(state.guild_id)?.onState(state)
  })
  yield* events.listen("VOICE_SERVER_UPDATE", (server) => seats.get(server.guild_id)?.onServer(server))
  yield* events.listen("GUILD_DELETE", ({ id, unavailable }) => {
    if (unavailable !== true) seats.get(id)?.onRemoved()
  })
  yield* events.listen("READY", (_ready, shard) => {
    for (const seat of seats.values()) {
      if (ShardId.fromGuildId(seat.guildId, shard.total) === shard.id) seat.onNewSession()
    }
  })
})

/** Leaves, unless Discord has put the bot out, or the guild has its next seat. It is free again afterwards. */
const leave = ({ seats }: Bot, manager: ShardManager["Service"], seat: Seat) => {
  if (seats.get(seat.guildId) !== seat) return Effect.void
  const isOut = seat.channelId === undefined && !seat.isOpen
  seat.isLeaving = true
  seat.end(new Closed({ guildId: seat.guildId }))
  const sent = isOut ? Effect.void : Effect.timeout(send(manager, seat.guildId, seat.wish, null), farewell)
  return sent.pipe(
    Effect.catch(({ message }) =>
      Effect.logDebug(`The bot could not say that it leaves the voice of guild ${seat.guildId}: ${message}`)
    ),
    Effect.ensuring(Effect.sync(() => seats.delete(seat.guildId)))
  )
}

/** The seat of a guild, until the scope closes. */
const takeSeat = (bot: Bot, manager: ShardManager["Service"], options: Options, lost: (loss: Loss) => void) =>
  Effect.acquireRelease(
    Effect.flatMap(Clock.Clock, (clock) => {
      const { channelId, guildId, selfDeaf = true, selfMute = false } = options
      const taken = bot.seats.get(guildId)
      if (taken !== undefined && (taken.isOpen || taken.isLeaving)) {
        return Effect.fail(fromReason(new AlreadyJoined({ guildId, channelId: taken.wish.channelId })))
      }
      // One that has ended, although its scope is open. `@discordjs/voice` would take its connection for the next.
      taken?.discard()
      const seat = new Seat({
        guildId,
        wish: { channelId, selfDeaf, selfMute },
        follow: options.moved !== "end",
        lost,
        now: () => clock.currentTimeMillisUnsafe()
      })
      bot.seats.set(guildId, seat)
      return Effect.succeed(seat)
    }),
    (seat) => leave(bot, manager, seat)
  )

const destroy = (seat: Seat) => Effect.sync(() => seat.discard())

const openRaw = (bot: Bot, seat: Seat, options: Options) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const { channelId, daveEncryption = true, guildId, selfDeaf = true, selfMute = false } = options
      const { adapter: adapterCreator } = seat
      const config = { guildId, channelId, selfDeaf, selfMute, group: bot.group, daveEncryption, adapterCreator }
      const raw = seat.tell(() => joinVoiceChannel(config))
      seat.discard = () => {
        if (raw.state.status !== "destroyed") seat.tell(() => raw.destroy(false))
      }
      // Without a listener, Node would end the process. What follows from it comes through the adapter.
      raw.on("error", () => undefined)
      raw.on("stateChange", (_before, after) => {
        if (after.status === VoiceConnectionStatus.Disconnected && after.reason === closedByServer) {
          seat.onServerClosed()
        }
      })
      return raw
    }),
    () => destroy(seat)
  )

const toConnection = (parts: Parts, raw: VoiceConnection): Connection => {
  const { seat } = parts
  const ended = Deferred.await(seat.ended)
  return {
    guildId: seat.guildId,
    channelId: Effect.sync(() => seat.channelId),
    raw,
    ended,
    awaitReady: Effect.raceFirst(ended, Reconnect.awaitReady(raw)),
    move: (change) => Effect.raceFirst(ended, move(parts, change)),
    subscribe: (player) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => raw.subscribe(player)),
          (subscription) => Effect.sync(() => subscription?.unsubscribe())
        )
      )
  }
}

const open = Effect.fnUntraced(function* (bot: Bot, options: Options) {
  const manager = yield* ShardManager
  // Its events have to be recognised from the first one on.
  yield* bot.userId
  const losses = yield* Queue.unbounded<Loss>()
  const seat = yield* takeSeat(bot, manager, options, (loss) => void Queue.offerUnsafe(losses, loss))
  const limit = Duration.toMillis(Duration.fromInputUnsafe(options.timeout ?? "10 seconds"))
  const parts: Parts = { bot, manager, seat, limit, turn: yield* Semaphore.make(1) }
  const raw = yield* openRaw(bot, seat, options)
  yield* ask(parts)
  const schedule = options.reconnect ?? defaultSchedule
  const asked = parts.turn.withPermits(1)(ask(parts))
  yield* Reconnect.run({ seat, raw, losses, limit, schedule, ask: asked }).pipe(
    // What has ended sends and receives nothing more, also if its owner does not look.
    Effect.andThen(destroy(seat)),
    Effect.forkScoped
  )
  return toConnection(parts, raw)
})

/** In a scope of its own, so that a join that fails leaves nothing behind. */
const joinWith = Effect.fnUntraced(function* (bot: Bot, options: Options) {
  const scope = yield* Scope.fork(yield* Scope.Scope)
  return yield* open(bot, options).pipe(
    Scope.provide(scope),
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
  )
})

let bots = 0

/**
 * Provides {@link Voice}. Provide it to the bot, so that it exists before the shards start: it requires the intent
 * `GuildVoiceStates`, without which the bot fails with `MissingIntents` of `GatewayError`.
 */
export const layer: Layer.Layer<Voice, never, GatewayEvents | DiscordRest> = Layer.effect(
  Voice,
  Effect.gen(function* () {
    const events = yield* GatewayEvents
    const rest = yield* DiscordRest
    yield* events.require({ intents: ["GuildVoiceStates"], by: "Voice" })
    let known: string | undefined
    const userId = Effect.suspend(() => {
      if (known !== undefined) return Effect.succeed(known)
      return Effect.map(
        rest.use((api) => api.users.getCurrent().then(withId)),
        ({ id }) => (known = id)
      )
    })
    const bot: Bot = { events, rest, userId, group: `fibercord-${++bots}`, seats: new Map() }
    yield* listen(bot, () => known)
    return Voice.of({ join: (options) => joinWith(bot, options) })
  })
)

/**
 * Joins a voice channel, until the scope closes. Completes when Discord has let the bot in and has named its voice
 * server; `awaitReady` waits for that server.
 *
 * Fails with `VoiceError`: `AlreadyJoined`, `NoPermission`, `TimedOut`, or one of those that end a connection. Fails with
 * `GatewayError` when the guild's shard does not run, and with `DiscordRestError` when the bot's own id cannot be read.
 */
export const join = (
  options: Options
): Effect.Effect<Connection, VoiceError | GatewayError | DiscordRestError, Voice | ShardManager | Scope.Scope> =>
  Voice.use((voice) => voice.join(options))
