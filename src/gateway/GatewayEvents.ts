/**
 * The events that shards receive, and their handlers.
 *
 * Handlers are Layers: they are in place before the first shard starts, and removed with their scope. A handler that
 * fails, dies or throws is logged and does not affect other handlers. An event without a handler costs one lookup and
 * no fiber.
 */
import type { GatewayDispatchPayload } from "../discord/DiscordApi.ts"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Elapsed from "../internal/Elapsed.ts"
import * as Forks from "../internal/Forks.ts"
import * as Observed from "../internal/Observed.ts"
import * as HandlerQueue from "./internal/handlerQueue.ts"
import * as Metrics from "./internal/metrics.ts"
import type { IntentName } from "./Intents.ts"
import type { Session } from "./SessionStore.ts"
import type { ShardId } from "./ShardId.ts"

/** The type of the data of every event, by the name of the event. */
export type Events = { readonly [P in GatewayDispatchPayload as `${P["t"]}`]: P["d"] }

/** The name of an event, for example `"MESSAGE_CREATE"`. */
export type EventName = keyof Events

/** The shard that received an event. */
export interface EventShard {
  readonly id: ShardId
  readonly total: number
}

/** Called synchronously when an event arrives. It must return quickly. What it throws is logged. */
export type Listener<D> = (data: D, shard: EventShard, payload: GatewayDispatchPayload) => void

/** Called synchronously before the listeners of an event, to keep state for them. It must not throw. */
export type Tracker<D> = (data: D, shard: EventShard, isRepeat: boolean) => void

/**
 * Told synchronously which shards this process runs, to keep state for them. During a `reshard`, shards of both totals run.
 * What it throws is logged.
 */
export interface ShardTracker {
  /**
   * A shard begins to run here. With a session, it will RESUME from its `sequence`, so that Discord repeats what follows;
   * without one, its READY says what there is.
   */
  readonly started: (shard: EventShard, session: Session | undefined) => void
  /**
   * A shard runs here no longer, and this is the session that it leaves behind. With `isElsewhere`, because another process
   * is to run it, or runs it already.
   */
  readonly stopped: (shard: EventShard, session: Session | undefined, isElsewhere: boolean) => void
}

/** Intents that a part of a bot cannot do without. */
export interface IntentRequirement {
  readonly intents: ReadonlyArray<IntentName>
  /** Who needs them, for the error: `GuildCache.members`. */
  readonly by: string
}

/** The service: it takes events from the shards to the handlers. */
export class GatewayEvents extends Context.Service<
  GatewayEvents,
  {
    /** Calls every listener of an event, synchronously. Never throws. */
    readonly publish: (shard: EventShard, payload: GatewayDispatchPayload) => void
    /**
     * Calls only the trackers of an event, which is not published, because two sessions of the same guilds are being
     * compared and listeners get each event once. Never throws.
     */
    readonly publishRepeat: (shard: EventShard, payload: GatewayDispatchPayload) => void
    /** Whether there is a listener or a tracker for events of this name, or for all events. */
    readonly wants: (event: string) => boolean
    /** The names of the events that somebody listens to; `"*"` stands for all. */
    readonly listened: Effect.Effect<ReadonlyArray<string>>
    /**
     * Listens to one event, or with `"*"` to all events, until the scope closes. A listener has no fiber of its own: it
     * is meant for code with its own queue. Bots are better served by {@link on}.
     */
    readonly listen: {
      <N extends EventName>(event: N, listener: Listener<Events[N]>): Effect.Effect<void, never, Scope.Scope>
      (event: "*", listener: Listener<unknown>): Effect.Effect<void, never, Scope.Scope>
    }
    /**
     * Follows one event to keep state, until the scope closes. A tracker is called before the listeners, so that they see
     * its state with the event applied. While shards are being replaced by those of another total, it also gets what both
     * sessions of a guild receive, as a repeat: each in the order of its own session, so that the last word of both is the
     * newest state.
     */
    readonly track: <N extends EventName>(
      event: N,
      tracker: Tracker<Events[N]>
    ) => Effect.Effect<void, never, Scope.Scope>
    /** Follows which shards run here, until the scope closes. It must exist before the shards start. */
    readonly trackShards: (tracker: ShardTracker) => Effect.Effect<void, never, Scope.Scope>
    /** Tells every tracker of shards, synchronously. Called by the shards. Never throws. */
    readonly shards: ShardTracker
    /** Requires intents until the scope closes: {@link requireIntents}. */
    readonly require: (requirement: IntentRequirement) => Effect.Effect<void, never, Scope.Scope>
    /** What is required. */
    readonly required: Effect.Effect<ReadonlyArray<IntentRequirement>>
  }
>()("fibercord/gateway/GatewayEvents") {}

/** What is known of one event. */
interface Entry {
  /** How often it was published. */
  count: number
  /** Replaced and never changed, so that a listener may come or go while an event is being published. */
  listeners: ReadonlyArray<Listener<never>>
  trackers: ReadonlyArray<Tracker<never>>
}

type Report = (effect: Effect.Effect<void>) => unknown

/** Calls of listeners and trackers, which may throw. */
const callers = (report: Report) => {
  const logThrown = (error: unknown, shard: EventShard, payload: GatewayDispatchPayload): void =>
    void report(
      Effect.logError("A listener for gateway events threw an error", Cause.die(error)).pipe(
        Effect.annotateLogs({ event: payload.t, shard: shard.id })
      )
    )
  const call = (listener: Listener<never>, shard: EventShard, payload: GatewayDispatchPayload): void => {
    try {
      listener(payload.d as never, shard, payload)
    } catch (error) {
      logThrown(error, shard, payload)
    }
  }
  const trackAll = (
    { trackers }: Entry,
    shard: EventShard,
    payload: GatewayDispatchPayload,
    isRepeat: boolean
  ): void => {
    for (let i = 0; i < trackers.length; i++) {
      try {
        ;(trackers[i] as Tracker<never>)(payload.d as never, shard, isRepeat)
      } catch (error) {
        logThrown(error, shard, payload)
      }
    }
  }
  const callAll = ({ listeners }: Entry, shard: EventShard, payload: GatewayDispatchPayload): void => {
    for (let i = 0; i < listeners.length; i++) call(listeners[i] as Listener<never>, shard, payload)
  }
  return { callAll, trackAll }
}

/** Adds to a list that is replaced and never changed, until the scope closes. */
const addTo = <A>(read: () => ReadonlyArray<A>, write: (all: ReadonlyArray<A>) => void, one: A) =>
  Effect.acquireRelease(
    Effect.sync(() => write([...read(), one])),
    () => Effect.sync(() => write(read().filter((each) => each !== one)))
  )

/** Who follows which shards run. */
const shardTrackers = (report: Report) => {
  let trackers: ReadonlyArray<ShardTracker> = []
  const tell = (call: (tracker: ShardTracker) => void): void => {
    for (const tracker of trackers) {
      try {
        call(tracker)
      } catch (error) {
        report(Effect.logError("A tracker of shards threw an error", Cause.die(error)))
      }
    }
  }
  const shards: ShardTracker = {
    started: (shard, session) => tell((tracker) => tracker.started(shard, session)),
    stopped: (shard, session, isElsewhere) => tell((tracker) => tracker.stopped(shard, session, isElsewhere))
  }
  const trackShards = (tracker: ShardTracker) =>
    addTo(
      () => trackers,
      (all) => (trackers = all),
      tracker
    )
  return { shards, trackShards }
}

/** What is required of the intents. */
const requirements = () => {
  let required: ReadonlyArray<IntentRequirement> = []
  return {
    require: (requirement: IntentRequirement) =>
      addTo(
        () => required,
        (all) => (required = all),
        { ...requirement }
      ),
    required: Effect.sync(() => required)
  }
}

const make = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const report = Effect.runForkWith(context)
  const byName = new Map<string, Entry>()
  const everything: Entry = { count: 0, listeners: [], trackers: [] }
  const observed: Array<Observed.Observed> = []
  yield* Effect.addFinalizer(() => Effect.sync(() => observed.forEach((each) => each.remove())))

  const entryOf = (name: string): Entry => {
    if (name === "*") return everything
    const known = byName.get(name)
    if (known !== undefined) return known
    const entry: Entry = { count: 0, listeners: [], trackers: [] }
    byName.set(name, entry)
    observed.push(Observed.addUnsafe(context, [Metrics.events], entry, { event: name }))
    return entry
  }

  const { callAll, trackAll } = callers(report)

  return GatewayEvents.of({
    publish: (shard, payload) => {
      const entry = byName.get(payload.t) ?? entryOf(payload.t)
      entry.count++
      trackAll(entry, shard, payload, false)
      callAll(entry, shard, payload)
      callAll(everything, shard, payload)
    },
    publishRepeat: (shard, payload) => {
      const entry = byName.get(payload.t)
      if (entry !== undefined) trackAll(entry, shard, payload, true)
    },
    wants: (event) => {
      if (everything.listeners.length > 0) return true
      const entry = byName.get(event)
      return entry !== undefined && (entry.listeners.length > 0 || entry.trackers.length > 0)
    },
    listened: Effect.sync(() => [
      ...(everything.listeners.length > 0 ? ["*"] : []),
      ...[...byName].filter(([, { listeners }]) => listeners.length > 0).map(([name]) => name)
    ]),
    // A new function each time, so that a listener can be registered twice.
    listen: (event: string, listener: Listener<never>) =>
      Effect.suspend(() => {
        const entry = entryOf(event)
        return addTo<Listener<never>>(
          () => entry.listeners,
          (all) => (entry.listeners = all),
          (data, shard, payload) => listener(data, shard, payload)
        )
      }),
    track: (event, tracker) =>
      Effect.suspend(() => {
        const entry = entryOf(event)
        return addTo<Tracker<never>>(
          () => entry.trackers,
          (all) => (entry.trackers = all),
          (data, shard, isRepeat) => tracker(data, shard, isRepeat)
        )
      }),
    ...shardTrackers(report),
    ...requirements()
  })
})

/**
 * Requires intents: without one of them, no shard starts, and `ShardManager.initialize` and `Bot.layer` fail with the
 * reason `MissingIntents` of `GatewayError`, which names it and `by`. Like handlers, it must exist before the shards
 * start. For handlers that make no sense without an intent:
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { GatewayEvents } from "fibercord"
 *
 * const welcome = GatewayEvents.on("GUILD_MEMBER_ADD", ({ user }) => Effect.log(`Welcome, ${user.username}`)).pipe(
 *   Layer.merge(GatewayEvents.requireIntents(["GuildMembers"], "welcome"))
 * )
 * ```
 */
export const requireIntents = (
  intents: ReadonlyArray<IntentName>,
  by: string
): Layer.Layer<never, never, GatewayEvents> =>
  Layer.effectDiscard(GatewayEvents.use((events) => events.require({ intents, by })))

/** One service for all shards of the process. */
export const layer: Layer.Layer<GatewayEvents> = Layer.effect(GatewayEvents, make)

/** Options of {@link on} and {@link onRaw}. */
export interface HandlerOptions {
  /** How many runs of this handler may be active at the same time. Further events wait. Default: 256. */
  readonly concurrency?: number | undefined
  /**
   * How many events may wait. When more arrive, the new ones are dropped, counted and logged. Default: 10,000. The
   * metrics `fibercord_gateway_events_waiting` and `fibercord_gateway_events_dropped` count both by event.
   */
  readonly waiting?: number | undefined
}

const handle = <D, R>(
  event: EventName | "*",
  toEffect: (data: D, shard: EventShard, payload: GatewayDispatchPayload) => Effect.Effect<unknown, never, R>,
  options: HandlerOptions = {}
): Layer.Layer<never, never, GatewayEvents | R> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const events = yield* GatewayEvents
      const context = yield* Effect.context<R>()
      const forks = yield* Forks.make<R>("A handler for gateway events failed")
      const waitingHere = Metric.withAttributes(Metrics.waiting, { event })
      const droppedHere = Metric.withAttributes(Metrics.dropped, { event })
      const clock = yield* Clock.Clock
      const lag = Metrics.newLag()
      yield* Observed.add(Metrics.lag(event, lag))
      let dropped = false

      const start = ({ payload, shard }: Arrived) =>
        forks.fork(attempt(payload.d as D, shard, payload), context, { event: payload.t, shard: shard.id })
      const attempt = (
        data: D,
        shard: EventShard,
        payload: GatewayDispatchPayload
      ): Effect.Effect<unknown, never, R> => {
        try {
          return toEffect(data, shard, payload)
        } catch (error) {
          return Effect.die(error)
        }
      }

      const queue = HandlerQueue.make<Arrived>({
        start,
        concurrency: options.concurrency ?? 256,
        waiting: options.waiting ?? 10_000,
        now: () => Elapsed.millis(clock),
        onStarted: (waited) => lag.add(waited),
        onWaiting: (waiting) => {
          waitingHere.updateUnsafe(waiting, context)
          if (waiting === 0) dropped = false
        },
        onDropped: () => {
          droppedHere.updateUnsafe(1, context)
          // Logged once each time that the handlers fall behind.
          if (!dropped)
            forks.fork(Effect.logWarning(`The handlers of ${event} cannot keep up, and events are being dropped`))
          dropped = true
        }
      })
      yield* Effect.addFinalizer(() => Effect.sync(queue.close))

      yield* (events.listen as UntypedListen)(event, (_data, shard, payload) => queue.offer({ payload, shard }))
    })
  )

type UntypedListen = (event: string, listener: Listener<unknown>) => Effect.Effect<void, never, Scope.Scope>

interface Arrived {
  readonly payload: GatewayDispatchPayload
  readonly shard: EventShard
}

/**
 * Handles every event of one name, each in its own fiber that starts immediately. Handlers start in the order in which
 * events arrive, and run concurrently. A handler has to recover from its own failures; defects are logged.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { GatewayEvents } from "fibercord"
 *
 * const greeter = GatewayEvents.on("GUILD_MEMBER_ADD", (member, shard) => Effect.log(member.user.username, shard.id))
 * ```
 */
export const on = <N extends EventName, R = never>(
  event: N,
  handler: (data: Events[N], shard: EventShard) => Effect.Effect<unknown, never, R>,
  options?: HandlerOptions
): Layer.Layer<never, never, GatewayEvents | R> => handle<Events[N], R>(event, handler, options)

/** Handles every event whatever its name, as Discord sent it: `t`, `s` and `d`. Otherwise like {@link on}. */
export const onRaw = <R = never>(
  handler: (payload: GatewayDispatchPayload, shard: EventShard) => Effect.Effect<unknown, never, R>,
  options?: HandlerOptions
): Layer.Layer<never, never, GatewayEvents | R> =>
  handle<unknown, R>("*", (_data, shard, payload) => handler(payload, shard), options)

/**
 * A stream of the events of one name that arrive while it runs. At most `capacity` events (default: 1024) wait in a
 * buffer. When it is full, the strategy `"sliding"` (the default) drops the oldest event, and `"dropping"` the newest.
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
