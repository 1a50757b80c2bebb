/** The options of a manager with their defaults. */
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import type { DiscordConfig } from "../../DiscordConfig.ts"
import * as Intents from "../Intents.ts"
import type * as Outbox from "../Outbox.ts"
import type * as Shard from "../Shard.ts"
import type { Options } from "../ShardManager.ts"
import type * as ShardStatus from "../ShardStatus.ts"

/** What the parts of a manager are made with. Durations are milliseconds. */
export interface Settings {
  readonly shard: Omit<Shard.Config, "id" | "total">
  readonly outbox: Outbox.Options
  readonly reshardOverlap: number
  readonly shutdownTimeout: number
}

const capped = (first: Duration.Input, cap: Duration.Input): Schedule.Schedule<unknown> =>
  Schedule.min([Schedule.exponential(first), Schedule.spaced(cap)]).pipe(Schedule.jittered)

const millis = (input: Duration.Input | undefined, otherwise: Duration.Input): number =>
  Duration.toMillis(input ?? otherwise)

/** Fills in the defaults. */
export const resolve = (
  options: Options,
  { apiUrl, token }: DiscordConfig["Service"],
  onChange: (change: ShardStatus.Change) => void
): Settings => {
  const sendWindow = millis(options.sendLimit?.window, "1 minute")
  return {
    outbox: {
      limit: options.sendLimit?.limit ?? 120,
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
      gatewayUrl: options.wsUrl,
      handshakeTimeout: millis(options.handshakeTimeout, "10 seconds"),
      helloTimeout: millis(options.helloTimeout, "20 seconds"),
      identify: options.identify ?? capped("1 second", "10 minutes"),
      intents: Intents.toBits(options.intents),
      invalidSessionWait: [
        millis(options.invalidSessionWait?.[0], "1 second"),
        millis(options.invalidSessionWait?.[1], "5 seconds")
      ],
      largeThreshold: options.largeThreshold,
      onChange,
      readyTimeout: millis(options.readyTimeout, "2 minutes"),
      resume: options.resume ?? capped("250 millis", "15 seconds"),
      resumedTimeout: millis(options.resumedTimeout, "1 minute"),
      sendWindow,
      stableAfter: millis(options.stableAfter, "1 minute"),
      token
    },
    shutdownTimeout: millis(options.shutdownTimeout, "5 seconds")
  }
}
