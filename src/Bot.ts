/**
 * A bot as one Layer: shards, interactions and the registration of commands, and the services that they need.
 *
 * ```ts
 * import { NodeRuntime } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Bot, Command, Reply } from "fibercord"
 *
 * const ping = Command.slash("ping", { description: "Is it there?" }, () => Reply.send({ content: "pong" }))
 *
 * Bot.layer({ interactions: [ping] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
 * ```
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as DiscordConfig from "./DiscordConfig.ts"
import * as GatewayError from "./gateway/GatewayError.ts"
import * as GatewayEvents from "./gateway/GatewayEvents.ts"
import * as GatewayInfo from "./gateway/GatewayInfo.ts"
import * as IdentifyQueue from "./gateway/IdentifyQueue.ts"
import * as Intents from "./gateway/Intents.ts"
import * as SessionStore from "./gateway/SessionStore.ts"
import * as ShardManager from "./gateway/ShardManager.ts"
import type * as Definition from "./interactions/definitions/Definition.ts"
import * as Inspection from "./internal/Inspection.ts"
import * as CommandSync from "./interactions/router/CommandSync.ts"
import * as Interactions from "./interactions/router/Interactions.ts"
import * as DiscordRest from "./rest/DiscordRest.ts"
import * as Runtimes from "./runtime/Runtimes.ts"

/** The services that a bot needs: {@link layerServices} provides them. */
export type Services =
  | DiscordConfig.DiscordConfig
  | DiscordRest.DiscordRest
  | GatewayEvents.GatewayEvents
  | GatewayInfo.GatewayInfo
  | IdentifyQueue.IdentifyQueue
  | SessionStore.SessionStore

/** A guild, as in GUILD_CREATE. */
export type Guild = GatewayEvents.Events["GUILD_CREATE"]

/** Which commands are registered with Discord. */
export interface CommandsOptions {
  /** Whether commands are registered with Discord when the bot starts. Default: `true`. */
  readonly sync?: boolean | undefined
  /** The definitions that are registered globally. Default: all `interactions`. */
  readonly global?: ReadonlyArray<Definition.Any> | undefined
  /**
   * The definitions that are registered for a guild; `undefined` leaves its commands as they are. They must be among
   * the `interactions` too. It must not wait. Default: none. See `CommandSync.makeGuilds`.
   */
  readonly guild?: ((guild: Guild) => ReadonlyArray<Definition.Any> | undefined) | undefined
}

/** Options of {@link layerWithoutShards}. */
export type BaseOptions<
  D extends ReadonlyArray<Definition.Any>,
  F = Interactions.OnErrorFor<Definition.Errors<D[number]>>
> = Interactions.Options<D, F> & {
  /** Which commands are registered with Discord. Default: all, for everybody. */
  readonly commands?: CommandsOptions | undefined
}

/** Options of {@link layer}. */
export type Options<
  D extends ReadonlyArray<Definition.Any>,
  F = Interactions.OnErrorFor<Definition.Errors<D[number]>>
> = BaseOptions<D, F> & {
  /**
   * The options of `ShardManager.layer`. Default: the shards `"auto"`, as many as Discord recommends, and the intents
   * `["Guilds"]`.
   */
  readonly gateway?: Partial<ShardManager.Options> | undefined
}

/** What a bot itself provides to its handlers, so that it does not require it. */
export type Provided = ShardManager.ShardManager | Interactions.ProvidedByRouter

type Needs<D extends ReadonlyArray<Definition.Any>, F> = Exclude<Interactions.Needs<D, F>, Provided>

/**
 * The bot. Building it starts the shards and waits until all of them are connected, so that a wrong token or a
 * disallowed intent fails here, with `GatewayError`. Commands are registered in the background once the shards were
 * started. Definitions that Discord would refuse fail with `InvalidDefinition` before the first shard starts.
 *
 * Handlers may use everything that the bot itself provides or needs: `ShardManager`, `Interactions`, `Runtimes`,
 * `GatewayEvents` and `DiscordRest`, among others.
 *
 * Handlers of gateway events must exist before the shards start. Those that are merged with the bot in `Layer.mergeAll`
 * do, unless something slow has to be built for them; provide others to the bot with `Layer.provide`.
 *
 * When its scope ends, it stops the shards first and then drains the Runtimes.
 */
export const layer = <const D extends ReadonlyArray<Definition.Any>, F extends Interactions.AnyOnError<D>>(
  options: Options<D, F>
): Layer.Layer<
  Provided,
  GatewayError.GatewayError | Interactions.InvalidDefinition | Runtimes.InvalidOptions,
  Services | Needs<D, F>
> =>
  // The manager is built first, so that handlers have it. The shards stop before the Runtimes drain all the same.
  validated(
    options,
    Layer.merge(boot(options), stopShardsFirst).pipe(
      Layer.provideMerge(Interactions.layer<D, F>(options)),
      Layer.provideMerge(ShardManager.layer({ shards: "auto", intents: ["Guilds"], ...options.gateway }))
    )
  ) as never

/**
 * The same on a `ShardManager` of your own, so that you can watch or control it. When its scope ends, it drains the
 * Runtimes, and leaves the shards to their owner.
 */
export const layerWithoutShards = <const D extends ReadonlyArray<Definition.Any>, F extends Interactions.AnyOnError<D>>(
  options: BaseOptions<D, F>
): Layer.Layer<
  Interactions.ProvidedByRouter,
  GatewayError.GatewayError | Interactions.InvalidDefinition | Runtimes.InvalidOptions,
  ShardManager.ShardManager | Services | Needs<D, F>
> => validated(options, boot(options).pipe(Layer.provideMerge(Interactions.layer<D, F>(options)))) as never

interface BootOptions {
  readonly interactions: ReadonlyArray<Definition.Any>
  readonly commands?: CommandsOptions | undefined
}

const registeredOf = ({ commands, interactions }: BootOptions): ReadonlyArray<Definition.Any> =>
  commands?.sync === false ? [] : (commands?.global ?? interactions)

/** @internal Checks the definitions before anything is built. */
export const validated = <A, E, R>(options: BootOptions, bot: Layer.Layer<A, E, R>) =>
  Layer.unwrap(Effect.as(Interactions.validate(options.interactions, registeredOf(options)), Inspection.watched(bot)))

const registerForGuilds = Effect.fnUntraced(function* ({ commands }: BootOptions) {
  if (commands?.sync === false || commands?.guild === undefined) return
  const events = yield* GatewayEvents.GatewayEvents
  const guilds = yield* CommandSync.makeGuilds(commands.guild)
  yield* events.listen("GUILD_CREATE", guilds.joined)
  yield* events.listen("GUILD_DELETE", guilds.left)
})

const boot = (options: BootOptions) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      const interactions = yield* Interactions.Interactions
      const manager = yield* ShardManager.ShardManager
      yield* events.listen("INTERACTION_CREATE", (interaction) => interactions.handle(interaction))
      // Listens to guilds before the shards start, so that none is missed.
      yield* registerForGuilds(options)
      const described = yield* describe(events)
      yield* manager.initialize
      // Not earlier, because it would hold up the shards, which take longer.
      if (options.commands?.sync !== false) yield* Effect.forkScoped(CommandSync.run(registeredOf(options)))
      yield* Effect.forEach(Intents.missing(manager.intents, yield* events.listened), (line) => Effect.logWarning(line))
      yield* manager.awaitReady
      // The call that connects the last shard goes on to publish its READY.
      yield* Effect.yieldNow
      const shards = yield* manager.shardsInstantiated
      // A member of a cluster has none yet.
      if (shards.length > 0) yield* Effect.logInfo(described(shards))
      yield* sayEnd(manager)
    })
  )

/** Who the bot is, from what its shards are told: "Connected as name (id): 2 shards, 1,234 guilds". */
const describe = Effect.fnUntraced(function* (events: GatewayEvents.GatewayEvents["Service"]) {
  const guilds = new Map<number, number>()
  let who = ""
  yield* events.listen("READY", ({ guilds: theirs, user }, shard) => {
    who = ` as ${user.username} (${user.id})`
    guilds.set(shard.id, theirs.length)
  })
  return (shards: ReadonlyArray<number>): string => {
    const total = [...guilds.values()].reduce((sum, count) => sum + count, 0)
    const resumed = shards.filter((shard) => !guilds.has(shard)).length
    return [
      `Connected${who}: ${count(shards.length, "shard")}`,
      ...(guilds.size > 0 ? [count(total, "guild")] : []),
      ...(resumed > 0 ? [`${count(resumed, "session")} resumed`] : [])
    ].join(", ")
  }
})

// With commas by hand: whatever knows languages loads the tables of all of them, some 8 MB.
const count = (number: number, what: string): string =>
  `${String(number).replace(/\B(?=(\d{3})+$)/g, ",")} ${what}${number === 1 ? "" : "s"}`

// Bots whose launch was interrupted. A member of a cluster has a manager of its own, and waits for the same end.
const interrupted = new WeakSet<ShardManager.ShardManager["Service"]["awaitShutdown"]>()

/** One line when the bot ends, however it does. `launch` says why it failed. */
const sayEnd = Effect.fnUntraced(function* (manager: ShardManager.ShardManager["Service"]) {
  let ended = false
  yield* Effect.forkScoped(
    Effect.matchEffect(manager.awaitShutdown, {
      onFailure: () => Effect.sync(() => (ended = true)),
      onSuccess: () => {
        // That is how `launch` begins to close the bot.
        if (interrupted.has(manager.awaitShutdown)) return Effect.void
        ended = true
        return Effect.logInfo("The bot has ended: all its shards were shut down")
      }
    }),
    // It hears of the end before whoever launched the bot does, and closes it.
    { startImmediately: true }
  )
  yield* Effect.addFinalizer((exit) => {
    if (ended) return Effect.void
    ended = true
    const isInterrupted = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    return Effect.logInfo(`The bot ends: it was ${isInterrupted ? "interrupted" : "closed by the program"}`)
  })
})

const stopShardsFirst = Layer.effectDiscard(
  ShardManager.ShardManager.use((manager) => Effect.addFinalizer(() => manager.close))
)

/** All services of a bot, for a token and a base URL of your own. Sessions and identify slots are kept in memory. */
export const layerServices: Layer.Layer<
  Exclude<Services, DiscordConfig.DiscordConfig>,
  never,
  DiscordConfig.DiscordConfig
> = Layer.mergeAll(
  GatewayEvents.layer,
  GatewayInfo.layer(),
  SessionStore.layerMemory,
  IdentifyQueue.layerMemory()
).pipe(Layer.provideMerge(DiscordRest.layer()))

/** All services of a bot on Discord itself. Reads `DISCORD_TOKEN`, and fails with `InvalidConfig` without it. */
export const layerDiscord: Layer.Layer<Services, DiscordConfig.InvalidConfig> = Layer.provideMerge(
  layerServices,
  DiscordConfig.layerConfig
)

/**
 * Builds a bot and runs it until its shards are shut down. Unlike with `Layer.launch`, this ends when the bot does: it
 * fails with `GatewayError` when the shards cannot continue, for example because the token was reset. Errors of
 * fibercord are logged by their message, and `runMain` does not repeat them.
 */
export const launch = <Out, E, R>(
  bot: Layer.Layer<Out | ShardManager.ShardManager, E, R>
): Effect.Effect<void, E | GatewayError.GatewayError, R> =>
  Layer.build(bot).pipe(
    Effect.flatMap((context) =>
      ShardManager.ShardManager.use((manager) =>
        // Before the scope closes, which may remove handlers first: what they were told is not repeated.
        Effect.onInterrupt(manager.awaitShutdown, () => {
          interrupted.add(manager.awaitShutdown)
          return manager.close
        })
      ).pipe(Effect.provide(context as Context.Context<ShardManager.ShardManager>))
    ),
    Effect.scoped,
    Effect.tapError((error) => {
      if (!isOurs(error)) return Effect.void
      Object.defineProperty(error, Runtime.errorReported, { value: false })
      return Effect.logFatal(error.message)
    })
  )

const isOurs = (error: unknown): error is Error =>
  error instanceof GatewayError.GatewayError ||
  error instanceof DiscordConfig.InvalidConfig ||
  error instanceof Interactions.InvalidDefinition ||
  error instanceof Runtimes.InvalidOptions
