/** The ways to run a bot, for suites that must hold for each: alone, and as the only member of a cluster. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import * as ClusterBot from "../../src/cluster/ClusterBot.ts"
import { freePort } from "../cluster/support/freePort.ts"

/** Makes a bot as `Bot.layer` does. */
export type MakeBot = typeof Bot.layer

/** What a member needs beyond what `Bot.layer` takes: a port of its own, and a database that nobody shares. */
export const clusterOfOne: MakeBot = ((options: Bot.Options<readonly []>) =>
  Layer.unwrap(
    Effect.map(freePort, (port) =>
      ClusterBot.layer({
        ...options,
        cluster: { host: "127.0.0.1", port, identify: { interval: "10 millis", margin: "300 millis" }, settle: 0 }
      }).pipe(Layer.provide(Layer.orDie(ClusterBot.layerSqlite({ filename: ":memory:" }))))
    )
  )) as never

/** Both ways. */
export const bots: ReadonlyArray<{ readonly name: "Bot" | "ClusterBot"; readonly layer: MakeBot }> = [
  { name: "Bot", layer: Bot.layer },
  { name: "ClusterBot", layer: clusterOfOne }
]
