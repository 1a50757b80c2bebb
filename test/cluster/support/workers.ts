/** A bot in worker threads: what it is made of, and what its threads and the test say to each other. */
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Bot from "../../../src/Bot.ts"
import * as DiscordConfig from "../../../src/DiscordConfig.ts"
import * as ClusterBot from "../../../src/cluster/ClusterBot.ts"
import type * as Definition from "../../../src/interactions/definitions/Definition.ts"
import type * as Intents from "../../../src/gateway/Intents.ts"

/** The environment variable that has the setup of a test. */
export const variable = "FIBERCORD_TEST_WORKERS"

/** What a test sets up, as JSON. */
export interface Setup {
  readonly apiUrl: string
  readonly token: string
  readonly filename: string
  /** The `BroadcastChannel` on which threads say what they do. */
  readonly channel: string
  readonly intents: Intents.Intents
}

/** What a thread says. */
export type Said =
  | { readonly _tag: "Status"; readonly thread: number; readonly connected: ReadonlyArray<number> }
  | { readonly _tag: "Event"; readonly thread: number; readonly shard: number; readonly n: number }
  /** What it is told: to throw where nobody catches. */
  | { readonly _tag: "Crash"; readonly thread: number }

/** The bot of both sides. */
export const bot = (
  setup: Setup,
  options: {
    readonly workers: ClusterBot.ClusterOptions["workers"]
    readonly interactions?: ReadonlyArray<Definition.Any>
  }
) =>
  ClusterBot.layer({
    interactions: (options.interactions ?? []) as ReadonlyArray<never>,
    commands: { sync: false },
    gateway: { intents: setup.intents },
    cluster: {
      host: "127.0.0.1",
      workers: options.workers,
      lease: "3 seconds",
      writeInterval: "200 millis",
      identify: { interval: "20 millis", margin: "300 millis" }
    }
  })

/** What it needs. */
export const services = ({ apiUrl, filename, token }: Setup) =>
  Layer.mergeAll(ClusterBot.layerSqlite({ filename }), Bot.layerServices).pipe(
    Layer.provideMerge(DiscordConfig.layer({ apiUrl, token: Redacted.make(token) }))
  )
