/** The options of a manager, with their defaults filled in. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { invalidSessionWait, sendLimit } from "../../discord/gatewayNumbers.ts"
import type { DiscordConfig } from "../../DiscordConfig.ts"
import * as Backoff from "../../internal/backoff.ts"
import type { GatewayError } from "../GatewayError.ts"
import * as Intents from "../Intents.ts"
import { fingerprint } from "../SessionStore.ts"
import type { Options } from "../ShardManager.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import * as Decompression from "./decompression.ts"
import * as Errors from "./errors.ts"
import * as Outbox from "./outbox.ts"
import type * as Shard from "./shard.ts"

/** What the parts of a manager are made of. Durations are milliseconds. */
export interface Settings {
  readonly shard: Shard.Config
  readonly outbox: Outbox.Options
  readonly reshardOverlap: number
  readonly shutdownTimeout: number
}

const millis = (input: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Duration.toMillis(input ?? otherwise)

const durations = [
  "closeTimeout",
  "handshakeTimeout",
  "helloTimeout",
  "presenceInterval",
  "readyTimeout",
  "reshardOverlap",
  "resumedTimeout",
  "shutdownTimeout",
  "stableAfter"
] as const

/** Fails with `InvalidOptions` when a duration is infinite: what waits for it would wait for ever. */
export const validateDurations = (options: Options): Effect.Effect<void, GatewayError> => {
  const all: ReadonlyArray<readonly [string, Duration.Input | undefined]> = [
    ...durations.map((name) => [name, options[name]] as const),
    ["invalidSessionWait", options.invalidSessionWait?.[0]],
    ["invalidSessionWait", options.invalidSessionWait?.[1]],
    ["sendLimit", options.sendLimit?.window],
    ["sendLimit", options.sendLimit?.margin]
  ]
  const wrong = all.find(([, duration]) => duration !== undefined && !Number.isFinite(Duration.toMillis(duration)))
  return wrong === undefined
    ? Effect.void
    : Effect.fail(Errors.invalidOptions(wrong[0], "a duration is infinite: expected a finite one"))
}

/** Fails with `InvalidOptions` when the presence to start with is not one for Discord. */
export const validatePresence = ({ presence }: Options): Effect.Effect<void, GatewayError> =>
  presence === undefined
    ? Effect.void
    : Effect.mapError(Outbox.validatePresence(presence), ({ message }) => Errors.invalidOptions("presence", message))

/** One warning when this version of Node cannot decompress what was asked for. */
export const warnOfCompression = ({ compression }: Options): Effect.Effect<void> =>
  compression === undefined || Decompression.works(compression)
    ? Effect.void
    : Effect.logWarning(
        `This version of Node (${process.version}) cannot decompress ${compression}: shards connect without compression`
      )

/** Fills in the defaults. */
export const resolve = (
  options: Options,
  { apiUrl, token }: DiscordConfig["Service"],
  onChange: (change: ShardStatus.Change) => void
): Settings => {
  const sendWindow = millis(options.sendLimit?.window, sendLimit.window)
  return {
    outbox: {
      limit: options.sendLimit?.limit ?? sendLimit.payloads,
      margin: millis(options.sendLimit?.margin, "500 millis"),
      presence: options.presence,
      presenceInterval: millis(options.presenceInterval, "4 seconds"),
      window: sendWindow
    },
    reshardOverlap: millis(options.reshardOverlap, "5 seconds"),
    shard: {
      agent: options.agent,
      apiUrl,
      application: fingerprint(token),
      closeTimeout: millis(options.closeTimeout, "1.5 seconds"),
      compression: options.compression,
      gatewayUrl: options.gatewayUrl,
      handshakeTimeout: millis(options.handshakeTimeout, "10 seconds"),
      helloTimeout: millis(options.helloTimeout, "20 seconds"),
      identify: options.identify ?? Backoff.exponential("1 second", "10 minutes"),
      intents: Intents.toBits(options.intents),
      invalidSessionWait: [
        millis(options.invalidSessionWait?.[0], invalidSessionWait.min),
        millis(options.invalidSessionWait?.[1], invalidSessionWait.max)
      ],
      largeThreshold: options.largeThreshold,
      onChange,
      readyTimeout: millis(options.readyTimeout, "2 minutes"),
      resume: options.resume ?? Backoff.exponential("250 millis", "15 seconds"),
      resumedTimeout: millis(options.resumedTimeout, "1 minute"),
      sendWindow,
      stableAfter: millis(options.stableAfter, "1 minute"),
      token
    },
    shutdownTimeout: millis(options.shutdownTimeout, "5 seconds")
  }
}
