/**
 * Every event that a shard receives, for whoever asked for it.
 *
 * Handlers are Layers, so they are in place before the first shard boots and gone with their scope. A handler that fails,
 * dies or throws is logged and touches nobody else. An event that nobody asked for costs a lookup and no fiber.
 */
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ShardId } from "./ShardId.ts"

/** Events by name, with the type of their data. */
export type Events = { readonly [P in GatewayDispatchPayload as `${P["t"]}`]: P["d"] }

/** The name of an event, for example `"MESSAGE_CREATE"`. */
export type EventName = keyof Events

/** The shard that an event came from. */
export interface EventShard {
  readonly id: ShardId
  readonly total: number
}

/** Sees an event in the very call that received it. It must return soon; what it throws is logged. */
export type Listener<D> = (data: D, shard: EventShard, payload: GatewayDispatchPayload) => void

/** The service: the hub between the shards and the handlers. */
export class GatewayEvents extends Context.Service<
  GatewayEvents,
  {
    /** Hands an event to everyone who listens to it, in this call. Never throws. */
    readonly publish: (shard: EventShard, payload: GatewayDispatchPayload) => void
    /** Whether anyone listens to events of this name, or to all. */
    readonly wants: (event: string) => boolean
    /**
     * Listens without a fiber, until the scope closes: to one event, or with `"*"` to all. For code that keeps its own
     * queues; handlers of a bot are better made with {@link on}.
     */
    readonly listen: {
      <N extends EventName>(event: N, listener: Listener<Events[N]>): Effect.Effect<void, never, Scope.Scope>
      (event: "*", listener: Listener<unknown>): Effect.Effect<void, never, Scope.Scope>
    }
  }
>()("fibercord/gateway/GatewayEvents") {}

const make = Effect.gen(function* () {
  const report = Effect.runForkWith(yield* Effect.context<never>())
  // Replaced, never changed, so that a listener may come or go while an event is handed out.
  const byName = new Map<string, ReadonlyArray<Listener<never>>>()

  const call = (listener: Listener<never>, shard: EventShard, payload: GatewayDispatchPayload): void => {
    try {
      listener(payload.d as never, shard, payload)
    } catch (error) {
      report(
        Effect.logError("A gateway listener threw", Cause.die(error)).pipe(
          Effect.annotateLogs({ event: payload.t, shard: shard.id })
        )
      )
    }
  }
  const callAll = (name: string, shard: EventShard, payload: GatewayDispatchPayload): void => {
    const listeners = byName.get(name)
    if (listeners === undefined) return
    for (let i = 0; i < listeners.length; i++) call(listeners[i] as Listener<never>, shard, payload)
  }

  return GatewayEvents.of({
    publish: (shard, payload) => {
      callAll(payload.t, shard, payload)
      callAll("*", shard, payload)
    },
    wants: (event) => byName.has(event) || byName.has("*"),
    listen: (event: string, listener: Listener<never>) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          byName.set(event, [...(byName.get(event) ?? []), listener])
        }),
        () =>
          Effect.sync(() => {
            const rest = (byName.get(event) ?? []).filter((each) => each !== listener)
            if (rest.length === 0) byName.delete(event)
            else byName.set(event, rest)
          })
      )
  })
})

/** The hub. One for all shards of a process. */
export const layer: Layer.Layer<GatewayEvents> = Layer.effect(GatewayEvents, make)

const handle = <D, R>(
  event: EventName | "*",
  toEffect: (data: D, shard: EventShard, payload: GatewayDispatchPayload) => Effect.Effect<unknown, never, R>
): Layer.Layer<never, never, GatewayEvents | R> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const events = yield* GatewayEvents
      const run = yield* FiberSet.runtime(yield* FiberSet.make<unknown, never>())<R>()
      const listen = events.listen as (event: string, listener: Listener<D>) => Effect.Effect<void, never, Scope.Scope>
      yield* listen(event, (data, shard, payload) => {
        run(
          Effect.catchCause(
            Effect.suspend(() => toEffect(data, shard, payload)),
            (cause) =>
              Cause.hasInterruptsOnly(cause)
                ? Effect.void
                : Effect.annotateLogs(Effect.logError("A gateway handler failed", cause), {
                    event: payload.t,
                    shard: shard.id
                  })
          )
        )
      })
    })
  )

/**
 * Handles every event of one name, each in a fiber of its own that starts at once. Events are started in the order of
 * their arrival and run concurrently. The handler must deal with its own failures; a defect is logged.
 *
 * ```ts
 * const greeter = GatewayEvents.on("GUILD_MEMBER_ADD", (member, shard) => Effect.log(member.user.username, shard.id))
 * ```
 */
export const on = <N extends EventName, R = never>(
  event: N,
  handler: (data: Events[N], shard: EventShard) => Effect.Effect<unknown, never, R>
): Layer.Layer<never, never, GatewayEvents | R> => handle<Events[N], R>(event, handler)

/** Handles every event, whatever its name, as it came: `t`, `s` and `d`. Otherwise like {@link on}. */
export const onRaw = <R = never>(
  handler: (payload: GatewayDispatchPayload, shard: EventShard) => Effect.Effect<unknown, never, R>
): Layer.Layer<never, never, GatewayEvents | R> =>
  handle<unknown, R>("*", (_data, shard, payload) => handler(payload, shard))

/**
 * Events of one name as a stream, from when it is run. Events wait in a buffer; when `capacity` (default 1024) are
 * waiting, `"sliding"` (the default) drops the oldest and `"dropping"` the newest.
 */
export const stream = <N extends EventName>(
  event: N,
  options?: { readonly capacity?: number | undefined; readonly strategy?: "sliding" | "dropping" | undefined }
): Stream.Stream<Events[N], never, GatewayEvents> =>
  Stream.callback<Events[N], never, GatewayEvents>(
    (queue) =>
      Effect.flatMap(GatewayEvents, (events) =>
        events.listen(event, (data) => {
          Queue.offerUnsafe(queue, data)
        })
      ),
    { bufferSize: options?.capacity ?? 1024, strategy: options?.strategy ?? "sliding" }
  )
