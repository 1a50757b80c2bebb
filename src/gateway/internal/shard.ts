/**
 * One shard: a loop of connection attempts that runs until the shard cannot go on. `CloseCode` decides what an end
 * means, and two Schedules decide when the next attempt starts.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Redacted from "effect/Redacted"
import type { Agent } from "node:http"
import * as Observed from "../../internal/Observed.ts"
import * as CloseCode from "../CloseCode.ts"
import * as GatewayError from "../GatewayError.ts"
import type { EventShard, GatewayEvents } from "../GatewayEvents.ts"
import type { GatewayInfo } from "../GatewayInfo.ts"
import type { IdentifyBudget } from "../IdentifyBudget.ts"
import type { IdentifyQueue } from "../IdentifyQueue.ts"
import { fingerprint, type Owner, type Session, type SessionKey, type SessionStore } from "../SessionStore.ts"
import type { ShardId } from "../ShardId.ts"
import type { Compression } from "../ShardManager.ts"
import * as ShardStatus from "../ShardStatus.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as ConnectionAttempt from "./connectionAttempt.ts"
import * as Errors from "./errors.ts"
import * as Metrics from "./metrics.ts"
import type { Outbox } from "./outbox.ts"
import type { Pacemaker } from "./pacemaker.ts"
import * as Recovery from "./recovery.ts"
import { StatusRecord } from "./statusRecord.ts"

/** What a shard is made of. Durations are milliseconds. */
export interface Config extends Recovery.Policy {
  readonly id: ShardId
  readonly total: number
  readonly token: Redacted.Redacted
  /** The URL of the REST API, which decides whether a remembered gateway URL is trusted. */
  readonly apiUrl: string
  readonly intents: number
  readonly largeThreshold: number | undefined
  readonly agent: Agent | undefined
  readonly compression: Compression | undefined
  /** Connects to this URL instead of those of `GatewayInfo` and READY. */
  readonly gatewayUrl: string | undefined
  readonly handshakeTimeout: number
  readonly helloTimeout: number
  readonly readyTimeout: number
  readonly resumedTimeout: number
  readonly closeTimeout: number
  readonly onChange: (change: ShardStatus.Change) => void
}

/** Stops a shard which another process runs now. Called by the session store, at any time. */
export type OnTaken = (shard: Shard) => void

/** The services that a shard uses. The store has to be one from `SafeStore`. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly info: GatewayInfo["Service"]
  readonly outbox: Outbox
  readonly pacemaker: Pacemaker
  readonly queue: IdentifyQueue["Service"]
  readonly store: SessionStore["Service"]
  readonly events: GatewayEvents["Service"]
}

/** A shard. */
export interface Shard {
  readonly id: ShardId
  readonly total: number
  readonly status: StatusRecord
  /** Keeps the shard connected. Fails when it cannot go on. When interrupted, closes the connection first. */
  readonly run: Effect.Effect<never, GatewayError.GatewayError>
  /**
   * Sets the code that `run` closes the connection with when it is interrupted, which has to follow. Default: one that
   * keeps the session. Once a code that ends the session was set, no other takes its place.
   */
  readonly stopWith: (code: number) => void
  /** What `run` does last. For a shard that was stopped before its fiber had begun; does nothing twice. */
  readonly stopped: Effect.Effect<void>
  /** Whether {@link stopWith} was called. */
  readonly isStopping: () => boolean
}

/** The key of a shard's session in the store. */
export const sessionKey = (token: Redacted.Redacted, intents: number, shard: ShardId, total: number): SessionKey => ({
  application: fingerprint(token),
  intents,
  shard,
  total
})

/** What a shard knows. Written by its own fiber and its connection; `closeCode` also by `stopWith`. */
export interface State {
  readonly config: Config
  readonly services: Services
  readonly status: StatusRecord
  /** What handlers learn about the origin of an event. */
  readonly context: EventShard
  readonly key: SessionKey
  session: Session | undefined
  closeCode: number
  isStopping: boolean
  /** Why the shard is left to another process. */
  taken: GatewayError.GatewayError | undefined
  hasStopped: boolean
  /** An IDENTIFY was taken out of the budget and has not been sent. */
  hasIdentify: boolean
  /** The main URL, once it is known. */
  url: string | undefined
  /** The kinds of malformed payloads that have been logged. */
  malformed: Set<string> | undefined
}

/** Makes a shard. It does nothing until `run`. */
export const make = (config: Config, services: Services, onTaken: OnTaken): Shard => {
  const { id, intents, token, total } = config
  const self: State = {
    closeCode: CloseCode.resumable,
    config,
    context: { id, total },
    isStopping: false,
    hasStopped: false,
    hasIdentify: false,
    key: sessionKey(token, intents, id, total),
    taken: undefined,
    malformed: undefined,
    services,
    session: undefined,
    status: new StatusRecord(id, total, config.onChange),
    url: config.gatewayUrl
  }
  const shard: Shard = {
    id,
    total,
    status: self.status,
    run: Effect.ensuring(
      observed(self, (by) => {
        self.taken ??= Errors.takenOver({ shard: id, total, by: by.process, advice: services.store.adviceWhenTaken })
        onTaken(shard)
      }),
      stopped(self)
    ),
    stopped: stopped(self),
    stopWith: (code) => {
      self.isStopping = true
      if (!CloseCode.endsSession(self.closeCode)) self.closeCode = code
    },
    isStopping: () => self.isStopping
  }
  return shard
}

const observed = (self: State, onTaken: (by: Owner) => void): Effect.Effect<never, GatewayError.GatewayError> =>
  Effect.acquireUseRelease(
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.sync(() => {
        const { config, services, status } = self
        return Metrics.ofShard(config.id, {
          isConnected: () => status.stage._tag === "Connected",
          latency: () => (status.latencyIsCurrent ? (status.latencies.at(-1) ?? NaN) : NaN),
          outbox: () => services.outbox.waiting(),
          unwanted: () => status.unwanted
        }).map((series) => Observed.addUnsafe(context, series))
      })
    ),
    () => loop(self, onTaken),
    (removals) => Effect.sync(() => removals.forEach((remove) => remove()))
  )

const loop = Effect.fnUntraced(function* (
  self: State,
  onTaken: (by: Owner) => void
): Effect.fn.Return<never, GatewayError.GatewayError> {
  const { config, services, status } = self
  const { id, intents, total } = config
  const clock = yield* Clock.Clock
  const recovery = Recovery.make(config)
  services.outbox.open()
  self.session = yield* services.store.claim(self.key, onTaken)
  services.events.shards.started(self.context, self.session)
  if (self.session !== undefined) {
    status.sessionStartedAt = self.session.startedAt
    status.sequence = self.session.sequence
  }

  let unreachable = 0
  while (true) {
    const done: Recovery.Attempt = { resumed: false, identified: false, connectedAt: undefined }
    const end = yield* Effect.catchCause(
      Effect.flip(ConnectionAttempt.run(self, recovery.useResumeUrl(), done)),
      (cause): Effect.Effect<CloseCode.End> => Effect.succeed({ _tag: "Crashed", error: Cause.squash(cause) })
    )
    if (end._tag === "GatewayError") return yield* fatal(self, end)
    // An attempt that never had a connection has not said so yet.
    if (status.stage._tag !== "Disconnected") {
      status.transition({ _tag: "Disconnected", end }, clock.currentTimeMillisUnsafe())
    }
    yield* Metric.update(Metric.withAttributes(Metrics.disconnects, { end: end._tag }), 1)
    unreachable = end._tag === "Unreachable" ? unreachable + 1 : 0
    yield* report(id, total, end, unreachable)
    if (end._tag === "Closed" && CloseCode.isAboutPayload(end.code)) yield* dropPresence(self, end.code, clock)

    const next = yield* recovery.after(end, done, self.session !== undefined)
    if (next._tag === "Fatal") {
      yield* forget(self)
      return yield* fatal(self, Errors.fatal(next.reason, { shard: id, total, intents }))
    }
    if (next._tag === "GiveUp") {
      const detail = `shard ${id}: ${CloseCode.describe(end)}, and the retry policy has ended`
      return yield* fatal(self, GatewayError.fromReason(new GatewayError.GatewayUnavailable({ detail })))
    }
    if (next.dropSession) yield* forget(self)
    if (next.delay > 0) {
      const now = clock.currentTimeMillisUnsafe()
      status.transition({ _tag: "Backoff", until: now + next.delay, end }, now)
      yield* Effect.sleep(next.delay)
    }
    // Its end may have been that another process resumed its session. It is stopped then.
    if (!(yield* services.store.isOwner(self.key))) return yield* Effect.never
  }
})

// Sent again, it would be refused again, and one in IDENTIFY costs an IDENTIFY each time.
const dropPresence = ({ config, services }: State, code: number | undefined, clock: Clock.Clock): Effect.Effect<void> =>
  Effect.suspend(() => {
    const presence = services.outbox.refusePresence(Elapsed.millis(clock))
    if (presence === undefined) return Effect.void
    const what = `Discord closed the connection with ${code} right after this presence of shard ${config.id}`
    return Effect.logError(`${what}, which is dropped: set another one. ${JSON.stringify(presence)}`)
  })

const fatal = Effect.fnUntraced(function* (self: State, error: GatewayError.GatewayError) {
  self.status.transition({ _tag: "Fatal", error }, yield* Clock.currentTimeMillis)
  return yield* error
})

const forget = (self: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    self.session = undefined
    self.status.sessionStartedAt = undefined
    self.status.sequence = 0
    return self.services.store.remove(self.key)
  })

const stopped = Effect.fnUntraced(function* (self: State) {
  const { key, services, session, status } = self
  if (self.hasStopped) return
  self.hasStopped = true
  services.outbox.close()
  const left = CloseCode.endsSession(self.closeCode) ? undefined : session
  services.events.shards.stopped(self.context, left, self.taken !== undefined)
  if (self.hasIdentify) yield* services.budget.giveBack
  if (!ShardStatus.isEnded(status.stage)) {
    const end: ShardStatus.Stage = self.taken === undefined ? { _tag: "Stopped" } : { _tag: "Fatal", error: self.taken }
    status.transition(end, yield* Clock.currentTimeMillis)
  }
  // A shard may be stopped by a handler of the READY that began its session.
  if (session !== undefined && !CloseCode.endsSession(self.closeCode)) yield* services.store.set(key, session)
  // Looked at again: it may have been told to end its session while the store was asked to keep it.
  if (CloseCode.endsSession(self.closeCode)) yield* forget(self)
  yield* services.store.release(key)
})

// From this many attempts in a row on, somebody should look at it: a wrong proxy looks like an outage.
const tooOften = 3

const report = (id: ShardId, total: number, end: CloseCode.End, unreachable: number): Effect.Effect<void> => {
  const line = `Shard ${id} of ${total} lost its connection: ${CloseCode.describe(end)}`
  if (unreachable >= tooOften) return Effect.logWarning(`${line}, ${unreachable} times in a row`)
  if (end._tag === "Crashed") return Effect.logError(line, Cause.die(end.error))
  return end._tag === "SessionLimitExhausted" || (end._tag === "Closed" && CloseCode.isDefect(end.code))
    ? Effect.logError(line)
    : Effect.logInfo(line)
}
