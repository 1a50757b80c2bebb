/**
 * A bot as one Layer: shards, interactions and the registration of commands, and the services that they need.
 *
 * ```ts
 * Bot.layer({ interactions: [counter] }).pipe(Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
 * ```
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as DiscordConfig from "./DiscordConfig.ts"
import * as GatewayError from "./gateway/GatewayError.ts"
import * as GatewayEvents from "./gateway/GatewayEvents.ts"
import * as GatewayInfo from "./gateway/GatewayInfo.ts"
import * as IdentifyQueue from "./gateway/IdentifyQueue.ts"
import * as SessionStore from "./gateway/SessionStore.ts"
import * as ShardManager from "./gateway/ShardManager.ts"
import * as CommandSync from "./interactions/CommandSync.ts"
import type * as Definition from "./interactions/Definition.ts"
import * as Interactions from "./interactions/Interactions.ts"
import * as DiscordRest from "./rest/DiscordRest.ts"
import type { Runtimes } from "./runtime/Runtimes.ts"

/** What a bot needs from its surroundings: {@link layerServices} provides it. */
export type Services =
  | DiscordConfig.DiscordConfig
  | DiscordRest.DiscordRest
  | GatewayEvents.GatewayEvents
  | GatewayInfo.GatewayInfo
  | IdentifyQueue.IdentifyQueue
  | SessionStore.SessionStore

/** Which commands are registered with Discord. */
export interface RegistrationOptions {
  /** Whether the commands are registered with Discord when the bot starts. Default: `true`. */
  readonly syncCommands?: boolean | undefined
  /** The definitions that are registered for everybody. Default: all `interactions`. */
  readonly globalCommands?: ReadonlyArray<Definition.Any> | undefined
  /**
   * The definitions that are registered for a guild; `undefined` leaves its commands as they are. They must be among the
   * `interactions` too. Default: none. See `CommandSync.runGuilds`.
   */
  readonly guildCommands?: ((guild: CommandSync.Guild) => ReadonlyArray<Definition.Any> | undefined) | undefined
}

/** Options of {@link layerWithoutShards}. */
export type BaseOptions<D extends ReadonlyArray<Definition.Any>> = Interactions.Options<D> & RegistrationOptions

/** Options of {@link layer}: those of the interactions, and those of the shards. */
export type Options<D extends ReadonlyArray<Definition.Any>> = BaseOptions<D> & Partial<ShardManager.Options>

/**
 * The bot. Building it starts the shards and waits until all of them are connected, so that a wrong token or a
 * disallowed intent fails here, with `GatewayError`. Commands are registered meanwhile. Shards default to Discord's
 * recommended number, intents to `Guilds`.
 *
 * Handlers of gateway events must be there before the shards start: those beside the bot in `Layer.mergeAll` are, if
 * nothing slow has to be built for them; give others to the bot with `Layer.provide`.
 *
 * Its scope's end closes the shards first and then drains the Runtimes.
 */
export const layer = <const D extends ReadonlyArray<Definition.Any>>(
  options: Options<D>
): Layer.Layer<
  ShardManager.ShardManager | Interactions.Interactions | Runtimes,
  GatewayError.GatewayError | Interactions.DuplicateDefinition,
  Services | Definition.Requirements<D[number]>
> =>
  // The shards are built after the interactions, so that they are closed before them.
  boot(options).pipe(
    Layer.provideMerge(
      ShardManager.layer({ ...options, shards: options.shards ?? "auto", intents: options.intents ?? ["Guilds"] })
    ),
    Layer.provideMerge(Interactions.layer(options))
  )

/**
 * The same on a `ShardManager` that is given, for those who watch or drive it themselves. Its scope's end drains the
 * Runtimes; the shards are their owner's.
 */
export const layerWithoutShards = <const D extends ReadonlyArray<Definition.Any>>(
  options: BaseOptions<D>
): Layer.Layer<
  Interactions.Interactions | Runtimes,
  GatewayError.GatewayError | Interactions.DuplicateDefinition,
  ShardManager.ShardManager | Services | Definition.Requirements<D[number]>
> => boot(options).pipe(Layer.provideMerge(Interactions.layer(options)))

const boot = (options: RegistrationOptions & { readonly interactions: ReadonlyArray<Definition.Any> }) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      const interactions = yield* Interactions.Interactions
      const manager = yield* ShardManager.ShardManager
      yield* events.listen("INTERACTION_CREATE", (interaction) => interactions.handle(interaction))
      if (options.syncCommands !== false) {
        // It listens before the shards boot, so that no guild is missed.
        if (options.guildCommands !== undefined) yield* CommandSync.runGuilds(options.guildCommands)
        yield* Effect.forkScoped(CommandSync.run(options.globalCommands ?? options.interactions))
      }
      yield* manager.initialize
      yield* manager.awaitReady
    })
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
).pipe(Layer.provideMerge(DiscordRest.layer))

/** All services of a bot on Discord itself. Reads `DISCORD_TOKEN`, and fails with `InvalidConfig` without it. */
export const layerDiscord: Layer.Layer<Services, DiscordConfig.InvalidConfig> = Layer.provideMerge(
  layerServices,
  DiscordConfig.layerConfig
)

/**
 * Builds a bot and runs it until its shards are shut down. Like `Layer.launch`, but it also ends when the bot does:
 * it fails with `GatewayError` when the shards cannot go on, for example because the token was reset. This library's
 * own errors are logged in one line, and `runMain` does not repeat them.
 */
export const launch = <Out, E, R>(
  bot: Layer.Layer<Out | ShardManager.ShardManager, E, R>
): Effect.Effect<void, E | GatewayError.GatewayError, R> =>
  Layer.build(bot).pipe(
    Effect.flatMap((context) =>
      ShardManager.ShardManager.use((manager) => manager.awaitShutdown).pipe(
        Effect.provide(context as Context.Context<ShardManager.ShardManager>)
      )
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
  error instanceof Interactions.DuplicateDefinition
