/** Options of a fake Discord. */
import type * as Duration from "effect/Duration"
import type { RateLimit } from "./RateLimit.ts"
import type { Route } from "./Route.ts"

/** Options of a fake Discord. */
export interface Options {
  /** The shard count that `/gateway/bot` recommends. Default: 1. */
  readonly shards?: number | undefined
  /** A bot with fewer shards is closed with 4011. Default: 1. */
  readonly minShards?: number | undefined
  /** How many shards may IDENTIFY in one {@link Options.identifyInterval}. Default: 1. */
  readonly maxConcurrency?: number | undefined
  /** The budget of IDENTIFYs. Default: 1000, renewed every 24 hours. */
  readonly sessionStartLimit?:
    | {
        readonly total?: number | undefined
        readonly remaining?: number | undefined
        readonly resetAfter?: Duration.Input | undefined
      }
    | undefined
  /** The heartbeat interval in HELLO. Default: 41.25 seconds. */
  readonly heartbeatInterval?: Duration.Input | undefined
  /** Shortest time between two IDENTIFYs with the same `shard_id % maxConcurrency`. Default: 5 seconds, as Discord. */
  readonly identifyInterval?: Duration.Input | undefined
  /** How long a session without a connection can be resumed. Default: 5 minutes. */
  readonly sessionLifetime?: Duration.Input | undefined
  /** How many events a session keeps for a RESUME. Default: 1000. */
  readonly replayLimit?: number | undefined
  /** Frames that a connection may send in one {@link Options.sendWindow}. Default: 120, as Discord. */
  readonly sendLimit?: number | undefined
  /** The time in which {@link Options.sendLimit} frames are allowed. Default: 60 seconds, as Discord. */
  readonly sendWindow?: Duration.Input | undefined
  /** Time for the initial response to an interaction. Default: 3 seconds, as Discord. */
  readonly interactionDeadline?: Duration.Input | undefined
  /** How long the token of an interaction is valid. Default: 15 minutes, as Discord. */
  readonly tokenLifetime?: Duration.Input | undefined
  /** The bot token that is accepted. Default: `fake-token`. */
  readonly token?: string | undefined
  /** The application's id. Default: `1000000000000000001`. */
  readonly applicationId?: string | undefined
  /** Host and port of the voice server that bots are sent to. Default: `127.0.0.1:9`, where nothing listens. */
  readonly voiceEndpoint?: string | undefined
  /** The client secret of OAuth2 that is accepted. Default: `fake-client-secret`. */
  readonly clientSecret?: string | undefined
  /**
   * What the bot may do in every guild, besides what its roles give: permission bits as a decimal string, as Discord sends
   * them. Overwrites of channels change it as they do for others. Default: everything in channels, nothing that is about
   * members, roles or the guild. `guild.setBotPermissions` says so for one guild.
   */
  readonly botPermissions?: string | undefined
  /**
   * The role that Discord makes for a bot which is invited with permissions: in every guild, managed, and above roles that
   * are made without a position. Its permission bits as a decimal string; `true` stands for all permissions except
   * `Administrator`. Default: there is none, so that the bot can neither moderate nor give roles.
   */
  readonly botRole?: string | true | undefined
  /**
   * Bits of the privileged intents that are not enabled: an IDENTIFY with one of them is closed with 4014. Default: 0.
   */
  readonly disallowedIntents?: number | undefined
  /**
   * How long users and test helpers wait for a precondition, for example for the session of a shard or for the
   * registration of a command. No wait outlasts the current test of Vitest, or four seconds in Jest and Bun: it fails
   * before the runner gives up, so that its message is seen. Default: 1 minute.
   */
  readonly patience?: Duration.Input | undefined
  /**
   * Rate limits of routes, with Discord's headers; the first that fits holds. What exceeds one is refused with 429, and
   * is a violation. Default: none, because Discord documents none; the headers are there nevertheless, and
   * `FakeDiscord.knownRateLimits` has those that are known.
   */
  readonly rateLimits?: ReadonlyArray<RateLimit> | undefined
  /**
   * How many requests with the bot's token are answered in one second; `Infinity` is no limit. What exceeds it is refused
   * with 429, and is a violation. Default: 50, as Discord.
   */
  readonly globalRateLimit?: number | undefined
  /**
   * How many responses with 401, 403 or 429 (except those of shared limits) there may be in ten minutes. Then all
   * requests are refused for ten minutes by the edge. Default: 10,000, as Discord.
   */
  readonly invalidRequestLimit?: number | undefined
  /** Routes of your own. They come before the fake's own, and faults and rate limits apply to them. Default: none. */
  readonly routes?: ReadonlyArray<Route> | undefined
  /** Number of entries that the log keeps. Default: 10,000. */
  readonly logLimit?: number | undefined
  /**
   * How many bytes of uploaded files are kept to be downloaded; beyond it, the oldest are forgotten. Default: 67,108,864
   * (64 MiB).
   */
  readonly fileLimit?: number | undefined
}
