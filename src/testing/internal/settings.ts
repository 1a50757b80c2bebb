/** What a fake Discord is told about itself, with its defaults. */
import * as Duration from "effect/Duration"

/** Options of a fake Discord. */
export interface Options {
  /** The shard count that `/gateway/bot` recommends. Default: 1. */
  readonly shards?: number | undefined
  /** Fewer shards than this are refused with 4011. Default: 1. */
  readonly minShards?: number | undefined
  /** How many shards may IDENTIFY in one {@link Options.identifyInterval}. Default: 1. */
  readonly maxConcurrency?: number | undefined
  /** The daily budget of IDENTIFYs. Default: 1000 of 1000, renewed every 24 hours. */
  readonly sessionStartLimit?:
    | {
        readonly total?: number | undefined
        readonly remaining?: number | undefined
        readonly resetAfter?: Duration.Input | undefined
      }
    | undefined
  /** What HELLO demands. Default: 41.25 seconds. */
  readonly heartbeatInterval?: Duration.Input | undefined
  /** The least time between two IDENTIFYs with the same `shard_id % maxConcurrency`. Default: Discord's 5 seconds. */
  readonly identifyInterval?: Duration.Input | undefined
  /** How long a session without a connection can be resumed. Default: 5 minutes. */
  readonly sessionLifetime?: Duration.Input | undefined
  /** How many events a session keeps for a RESUME. Default: 1000. */
  readonly replayLimit?: number | undefined
  /** Frames that a connection may send in a {@link Options.sendWindow}. Default: Discord's 120. */
  readonly sendLimit?: number | undefined
  /** Default: Discord's 60 seconds. */
  readonly sendWindow?: Duration.Input | undefined
  /** Time for the first answer to an interaction. Default: Discord's 3 seconds. */
  readonly interactionDeadline?: Duration.Input | undefined
  /** How long the token of an interaction is valid. Default: Discord's 15 minutes. */
  readonly tokenLifetime?: Duration.Input | undefined
  /** The bot token that is accepted. Default: `fake-token`. */
  readonly token?: string | undefined
  /** The application's id. Default: `1000000000000000001`. */
  readonly applicationId?: string | undefined
  /** Privileged intents that are not enabled, as bits: IDENTIFY with one of them is refused with 4014. Default: none. */
  readonly disallowedIntents?: number | undefined
  /**
   * How long users and test helpers wait for what must come first, for example for a shard's session or for the
   * registration of a command. Default: 10 seconds.
   */
  readonly patience?: Duration.Input | undefined
  /** Entries that the log keeps. Default: 10 000. */
  readonly logLimit?: number | undefined
}

/** Options with their defaults; durations in milliseconds. */
export interface Settings {
  readonly shards: number
  readonly minShards: number
  readonly maxConcurrency: number
  readonly startLimit: { readonly total: number; readonly remaining: number; readonly resetAfter: number }
  readonly heartbeatInterval: number
  readonly identifyInterval: number
  readonly sessionLifetime: number
  readonly replayLimit: number
  readonly sendLimit: number
  readonly sendWindow: number
  readonly interactionDeadline: number
  readonly tokenLifetime: number
  readonly token: string
  readonly applicationId: string
  readonly disallowedIntents: number
  readonly patience: number
  readonly logLimit: number
}

const millis = (input: Duration.Input | undefined, or: Duration.Input): number => Duration.toMillis(input ?? or)

/** Fills in the defaults. */
export const fromOptions = (options: Options): Settings => {
  const total = options.sessionStartLimit?.total ?? 1000
  return {
    shards: options.shards ?? 1,
    minShards: options.minShards ?? 1,
    maxConcurrency: options.maxConcurrency ?? 1,
    startLimit: {
      total,
      remaining: options.sessionStartLimit?.remaining ?? total,
      resetAfter: millis(options.sessionStartLimit?.resetAfter, "24 hours")
    },
    heartbeatInterval: millis(options.heartbeatInterval, "41250 millis"),
    identifyInterval: millis(options.identifyInterval, "5 seconds"),
    sessionLifetime: millis(options.sessionLifetime, "5 minutes"),
    replayLimit: options.replayLimit ?? 1000,
    sendLimit: options.sendLimit ?? 120,
    sendWindow: millis(options.sendWindow, "60 seconds"),
    interactionDeadline: millis(options.interactionDeadline, "3 seconds"),
    tokenLifetime: millis(options.tokenLifetime, "15 minutes"),
    token: options.token ?? "fake-token",
    applicationId: options.applicationId ?? "1000000000000000001",
    disallowedIntents: options.disallowedIntents ?? 0,
    patience: millis(options.patience, "10 seconds"),
    logLimit: options.logLimit ?? 10_000
  }
}
