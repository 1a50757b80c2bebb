/** The options of a manager, with their defaults filled in. */
import * as Duration from "effect/Duration"
import { invalidSessionWait, sendLimit } from "../../discord/gatewayNumbers.ts"
import type { DiscordConfig } from "../../DiscordConfig.ts"
import * as Backoff from "../../internal/backoff.ts"
import * as Intents from "../Intents.ts"
import type { Options } from "../ShardManager.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import type * as Outbox from "./outbox.ts"
import type * as Shard from "./shard.ts"

/** What the parts of a manager are made of. Durations are milliseconds. */
export interface Settings {
  readonly shard: Omit<Shard.Config, "id" | "total">
  readonly outbox: Outbox.Options
  readonly reshardOverlap: number
  readonly shutdownTimeout: number
}

const millis = (input: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Duration.toMillis(input ?? otherwise)

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
