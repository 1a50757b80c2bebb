/** Members of a cluster in the process of a test: each has services, sockets and storage of its own. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Bot from "../../../src/Bot.ts"
import * as Cluster from "../../../src/cluster/Cluster.ts"
import * as ClusterBot from "../../../src/cluster/ClusterBot.ts"
import type * as Definition from "../../../src/interactions/definitions/Definition.ts"
import * as GatewayEvents from "../../../src/gateway/GatewayEvents.ts"
import type { Interaction } from "../../../src/interactions/replies/Interaction.ts"
import type { ReplyError } from "../../../src/interactions/replies/ReplyError.ts"
import type { Runtime } from "../../../src/runtime/Runtime.ts"
import * as DiscordRest from "../../../src/rest/DiscordRest.ts"
import * as ShardManager from "../../../src/gateway/ShardManager.ts"
import { freePort } from "./freePort.ts"

export interface Member {
  readonly name: string
  readonly cluster: Cluster.Cluster["Service"]
  readonly rest: DiscordRest.DiscordRest["Service"]
  readonly manager: ShardManager.ShardManager["Service"]
  /** The numbers of the events that it handled, by shard. */
  readonly handled: ReadonlyMap<number, ReadonlyArray<number>>
  /** As a program that is told to stop. */
  readonly stop: Effect.Effect<void>
}

export interface MemberOptions {
  readonly storage: Layer.Layer<SqlClient>
  readonly interactions?: ReadonlyArray<Definition.Definition<ReplyError, Interaction | Runtime>>
  readonly total?: number
  readonly weight?: number
  readonly gateway?: Partial<ShardManager.Options>
  readonly cluster?: ClusterBot.ClusterOptions
  readonly extra?: Layer.Layer<never, never, Cluster.Cluster>
  /** The port under which others reach it, if it listens on another. */
  readonly port?: number
  readonly listenPort?: number
}

/** Starts a member, and waits until it has joined. */
export const startMember = Effect.fnUntraced(function* (options: MemberOptions) {
  const port = options.port ?? (yield* freePort)
  const handled = new Map<number, Array<number>>()
  const recorder = Layer.effectDiscard(
    GatewayEvents.GatewayEvents.use((events) =>
      events.listen("TYPING_START", (data, shard) => {
        const { n } = data as unknown as { readonly n: number }
        handled.set(shard.id, [...(handled.get(shard.id) ?? []), n])
      })
    )
  )
  const total = options.total
  const bot = ClusterBot.layer({
    interactions: options.interactions ?? [],
    commands: { sync: false },
    gateway: {
      intents: ["Guilds", "GuildMessages"],
      ...options.gateway,
      ...(total === undefined ? {} : { shards: { index: 0, count: total, total } })
    },
    cluster: {
      host: "127.0.0.1",
      port,
      listenPort: options.listenPort,
      weight: options.weight,
      writeInterval: "200 millis",
      identify: { interval: "20 millis", margin: "300 millis" },
      ...options.cluster
    }
  })
  const scope = yield* Scope.make()
  const context = yield* (options.extra ?? Layer.empty).pipe(
    Layer.provideMerge(bot.pipe(Layer.provide(recorder))),
    Layer.provide(options.storage),
    Layer.provide(Bot.layerServices),
    Layer.fresh,
    Layer.build,
    Scope.provide(scope)
  )
  const member: Member = {
    name: `127.0.0.1:${port}`,
    cluster: Context.get(context, Cluster.Cluster),
    rest: Context.get(context, DiscordRest.DiscordRest),
    manager: Context.get(context, ShardManager.ShardManager),
    handled,
    stop: Scope.close(scope, Exit.void)
  }
  return member
})
