/**
 * dfx, started as in its README, on the newest effect that it supports. It connects to Discord's gateway only, so the
 * constructor of its sockets connects to the load generator instead.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { DiscordConfig, Ix } from "dfx"
import { DiscordGateway, DiscordIxLive, DiscordLive, InteractionsRegistry } from "dfx/gateway"
import { Effect, Layer, Redacted } from "effect"
import { Socket } from "effect/unstable/socket"
import { WebSocket } from "ws"
import type { Seen } from "../../client.ts"
import { type Job, token } from "../../lib/protocol.ts"

/** Connects all shards. */
export const start = async (job: Job, seen: Seen): Promise<void> => {
  if (job.compression !== undefined) throw new Error("dfx does not support compression")
  let left = job.shards
  const { promise: ready, resolve } = Promise.withResolvers<void>()

  const services = Layer.mergeAll(
    DiscordConfig.layer({
      token: Redacted.make(token),
      rest: { baseUrl: `${job.http}/api/v10` },
      gateway: { shardCount: job.shards, intents: 1 }
    }),
    NodeHttpClient.layerUndici,
    Layer.succeed(
      Socket.WebSocketConstructor,
      (url) => new WebSocket(url.replace("wss://gateway.discord.gg", job.gateway)) as unknown as globalThis.WebSocket
    )
  )

  const on = <A>(name: string, handle: (data: A) => void) =>
    Effect.flatMap(DiscordGateway, (gateway) =>
      gateway.handleDispatch(name as "READY", (data) => Effect.sync(() => handle(data as A)))
    ).pipe(Effect.forkScoped)

  const handlers = Effect.gen(function* () {
    yield* on("READY", () => {
      if (--left === 0) resolve()
    })
    if (job.mode === "events") {
      for (const name of ["MESSAGE_CREATE", "PRESENCE_UPDATE", "TYPING_START", "GUILD_MEMBER_UPDATE"]) {
        yield* on(name, () => seen())
      }
    }
    if (job.mode === "events" || job.mode === "interactions-only") {
      yield* on<{ readonly id: string }>("INTERACTION_CREATE", ({ id }) => seen(id))
    }
  })

  const ping = Effect.gen(function* () {
    const registry = yield* InteractionsRegistry
    const command = Ix.global(
      { name: "ping", description: "Answers" },
      Effect.succeed({ type: 4, data: { content: "pong" } })
    )
    yield* registry.register(Ix.builder.add(command).catchAllCause(Effect.logError))
  })

  const bot =
    job.mode === "answer"
      ? Layer.effectDiscard(Effect.andThen(handlers, ping)).pipe(Layer.provide(DiscordIxLive))
      : Layer.effectDiscard(handlers).pipe(Layer.provide(DiscordLive))
  Effect.runFork(Layer.launch(Layer.provide(bot, services)))
  await ready
  // dfx receives no interactions in its first five seconds.
  if (job.mode === "answer") await new Promise((resolve) => setTimeout(resolve, 7000))
}
