/**
 * What a user of Effect would write on `@discordjs/ws` without a library: the manager as a service, events through a
 * queue, and a command that is answered with `@discordjs/rest`.
 */
import { REST } from "@discordjs/rest"
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from "@discordjs/ws"
import {
  GatewayDispatchEvents,
  type GatewayDispatchPayload,
  InteractionResponseType,
  InteractionType,
  Routes
} from "discord-api-types/v10"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Seen } from "../client.ts"
import { type Job, token } from "../lib/protocol.ts"

class DiscordError extends Data.TaggedError("DiscordError")<{ readonly cause: unknown }> {}

class Discord extends Context.Service<
  Discord,
  { readonly manager: WebSocketManager; readonly rest: REST; readonly events: Queue.Queue<GatewayDispatchPayload> }
>()("bench/Discord") {}

const attempt = <A>(run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new DiscordError({ cause }) })

const discord = ({ compression, http, shards }: Job) =>
  Layer.effect(
    Discord,
    Effect.gen(function* () {
      const secret = Redacted.make(token)
      const events = yield* Queue.unbounded<GatewayDispatchPayload>()
      const rest = new REST({ api: `${http}/api` }).setToken(Redacted.value(secret))
      const manager = yield* Effect.acquireRelease(
        Effect.sync(
          () =>
            new WebSocketManager({
              token: Redacted.value(secret),
              rest,
              intents: 0,
              shardCount: shards,
              compression: compression === undefined ? null : CompressionMethod.ZlibNative
            })
        ),
        (manager) => Effect.promise(async () => manager.destroy())
      )
      manager.on(WebSocketShardEvents.Error, () => {})
      manager.on(WebSocketShardEvents.Dispatch, (payload) => void Queue.offerUnsafe(events, payload))
      return { manager, rest, events }
    })
  )

const handle = Effect.fnUntraced(function* (payload: GatewayDispatchPayload, job: Job, seen: Seen) {
  if (payload.t !== GatewayDispatchEvents.InteractionCreate) {
    if (job.mode === "events") seen()
    return
  }
  const { id, token, type } = payload.d
  if (job.mode !== "answer") return seen(id)
  if (type !== InteractionType.ApplicationCommand) return
  const { rest } = yield* Discord
  const body = { type: InteractionResponseType.ChannelMessageWithSource, data: { content: "pong" } }
  yield* attempt(() => rest.post(Routes.interactionCallback(id, token), { auth: false, body })).pipe(
    Effect.retry(Schedule.recurs(2))
  )
})

const program = (job: Job, seen: Seen, onReady: () => void) =>
  Effect.gen(function* () {
    const { events, manager } = yield* Discord
    const ready = yield* Deferred.make<void>()
    let left = job.shards
    manager.on(WebSocketShardEvents.Ready, () => {
      if (--left === 0) Deferred.doneUnsafe(ready, Effect.void)
    })
    yield* Effect.forkScoped(
      Stream.fromQueue(events).pipe(
        Stream.runForEach((payload) => Effect.catchCause(handle(payload, job, seen), Effect.logError))
      )
    )
    yield* attempt(() => manager.connect())
    yield* Deferred.await(ready)
    onReady()
    return yield* Effect.never
  }).pipe(Effect.scoped)

/** Connects all shards. */
export const start = (job: Job, seen: Seen): Promise<void> =>
  new Promise((resolve, reject) => {
    program(job, seen, resolve).pipe(
      Effect.provide(discord(job)),
      Effect.tapCause((cause) => Effect.sync(() => reject(new Error(String(cause))))),
      Effect.runFork
    )
  })
