/**
 * One shard: connection attempts in a loop, for ever or until it cannot go on.
 *
 * An attempt is a straight line: open, HELLO, then RESUME or IDENTIFY, then wait for the end, with a heartbeat beside
 * it. `CloseCode` says what an end means, two Schedules say when the next attempt starts, and nothing else decides.
 */
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type { Agent } from "node:http"
import * as CloseCode from "./CloseCode.ts"
import * as GatewayError from "./GatewayError.ts"
import type { EventShard, GatewayEvents } from "./GatewayEvents.ts"
import type { GatewayInfo } from "./GatewayInfo.ts"
import type { IdentifyBudget } from "./IdentifyBudget.ts"
import type { IdentifyQueue } from "./IdentifyQueue.ts"
import { fingerprint, type Session, type SessionKey, type SessionStore } from "./SessionStore.ts"
import type { Outbox } from "./Outbox.ts"
import * as ShardConnection from "./ShardConnection.ts"
import type { ShardId } from "./ShardId.ts"
import * as ShardStatus from "./ShardStatus.ts"
import * as Elapsed from "./internal/elapsed.ts"
import { isAllowed } from "./internal/gatewayUrl.ts"
import * as Metrics from "./internal/metrics.ts"
import * as Recovery from "./internal/recovery.ts"

/** What a shard is made of. Durations are milliseconds. */
export interface Config extends Recovery.Policy {
  readonly id: ShardId
  readonly total: number
  readonly token: Redacted.Redacted
  readonly intents: number
  readonly largeThreshold: number | undefined
  readonly agent: Agent | undefined
  readonly compression: ShardConnection.Compression | undefined
  /** Connects here instead of where `GatewayInfo` and READY say. */
  readonly gatewayUrl: string | undefined
  readonly handshakeTimeout: number
  readonly helloTimeout: number
  readonly readyTimeout: number
  readonly resumedTimeout: number
  readonly closeTimeout: number
  readonly onChange: (change: ShardStatus.Change) => void
}

/** The services that a shard uses. The store must be one that cannot fail, throw or hang. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly info: GatewayInfo["Service"]
  readonly outbox: Outbox
  readonly queue: IdentifyQueue["Service"]
  readonly store: SessionStore["Service"]
  readonly events: GatewayEvents["Service"]
}

/** A shard. */
export interface Shard {
  readonly id: ShardId
  readonly total: number
  readonly status: ShardStatus.ShardStatus
  /** Keeps the shard alive. Fails when it cannot go on; interrupted, it closes its connection first. */
  readonly run: Effect.Effect<never, GatewayError.GatewayError>
  /** The code that an interrupted `run` closes with. Default: one that leaves the session to be resumed. */
  closeCode: number
}

/** Under which key a shard's session is kept. */
export const sessionKey = (token: Redacted.Redacted, intents: number, shard: ShardId, total: number): SessionKey => ({
  application: fingerprint(token),
  intents,
  shard,
  total
})

const endWith = (connection: ShardConnection.ShardConnection, end: CloseCode.End) =>
  Effect.suspend(() => {
    connection.end(end)
    return connection.ended
  })

/** Makes a shard that does nothing until `run`. */
export const make = (config: Config, services: Services): Shard => {
  const { id, total } = config
  const { budget, events, info, outbox, queue, store } = services
  const status = new ShardStatus.ShardStatus(id, total, config.onChange)
  const key = sessionKey(config.token, config.intents, id, total)
  let session: Session | undefined

  const context: EventShard = { id, total }
  const shard: Shard = { id, total, status, closeCode: CloseCode.resumable, run: Effect.never }

  const forget = Effect.suspend(() => {
    session = undefined
    status.sessionStartedAt = undefined
    status.sequence = 0
    return store.remove(key)
  })

  // Also after a RESUME: the store must know the object whose sequence advances.
  const keep = Effect.suspend(() => (session === undefined ? Effect.void : store.set(key, session)))

  const heartbeats = Effect.fnUntraced(function* (connection: ShardConnection.ShardConnection, interval: number) {
    yield* Effect.sleep((yield* Random.next) * interval)
    while (true) {
      status.lastHeartbeatAt = yield* Clock.currentTimeMillis
      yield* connection.heartbeat
      yield* Effect.sleep(interval)
      if (connection.acknowledged()) continue
      // When our own event loop was blocked, the acknowledgement may have arrived and not been read yet.
      yield* afterNextRead
      if (!connection.acknowledged()) connection.end({ _tag: "Zombie" })
    }
  })

  // Events that are replayed show that the session is being resumed, however long that takes.
  const awaitResumed = Effect.fnUntraced(function* (connection: ShardConnection.ShardConnection) {
    const wait = Effect.timeoutOrElse(Effect.as(connection.authenticated, true), {
      duration: config.resumedTimeout,
      orElse: () => Effect.succeed(false)
    })
    let seen = status.sequence
    while (!(yield* wait)) {
      if (status.sequence === seen) return yield* endWith(connection, { _tag: "TimedOut", waitingFor: "RESUMED" })
      seen = status.sequence
    }
  })

  const kinds = new Set<string>()
  const malformed = (what: string) =>
    Effect.suspend(() => {
      const count = Metric.update(Metric.withAttributes(Metrics.malformed, { what }), 1)
      if (kinds.has(what)) return count
      kinds.add(what)
      return Effect.andThen(count, Effect.logWarning(`Shard ${id} ignores what is no payload of Discord's: ${what}`))
    })

  // What stops every attempt fails the shard; what may pass ends this one.
  const orEnd = <A>(
    effect: Effect.Effect<A, GatewayError.GatewayError>
  ): Effect.Effect<A, CloseCode.End | GatewayError.GatewayError> =>
    Effect.catch(effect, (error): Effect.Effect<never, CloseCode.End | GatewayError.GatewayError> => {
      const { reason } = error
      if (reason._tag === "GatewayUnavailable") return Effect.fail({ _tag: "Unreachable", error: reason })
      if (reason._tag === "SessionLimitExhausted") return Effect.fail({ _tag: reason._tag, resetAt: reason.resetAt })
      return Effect.fail(error)
    })

  let knownUrl = config.gatewayUrl
  const mainUrl = Effect.suspend(() => {
    // A session can be resumed while Discord's REST API, which names the URL, is down.
    const isKnown = config.gatewayUrl !== undefined || session !== undefined
    if (knownUrl !== undefined && isKnown) return Effect.succeed(knownUrl)
    return Effect.map(orEnd(info.get), ({ url }) => (knownUrl = url))
  })

  const attempt = Effect.fnUntraced(function* (useResumeUrl: boolean, done: Recovery.Attempt) {
    const clock = yield* Clock.Clock
    const transition = (stage: ShardStatus.Stage) => status.transition(stage, clock.currentTimeMillisUnsafe())
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const resuming = session

    transition({ _tag: "Connecting" })
    const main = yield* mainUrl
    const isResumeUrl =
      resuming !== undefined &&
      useResumeUrl &&
      // A gateway proxy answers for Discord; what it names is not always a proxy.
      config.gatewayUrl === undefined &&
      isAllowed(resuming.resumeUrl, main)
    const url = isResumeUrl ? resuming.resumeUrl : main
    const connection = yield* ShardConnection.open(
      {
        agent: config.agent,
        closeCode: () => shard.closeCode,
        closeTimeout: config.closeTimeout,
        compression: config.compression,
        handshakeTimeout: config.handshakeTimeout,
        id,
        intents: config.intents,
        largeThreshold: config.largeThreshold,
        presence: outbox.presence,
        session: resuming,
        token: config.token,
        total,
        url
      },
      {
        onOpen: () => transition({ _tag: "Handshake" }),
        onAuthenticated: (current) => {
          session = current
          status.sessionStartedAt = current.startedAt
          done.connectedAt = Elapsed.millis(clock)
          transition({ _tag: "Connected" })
        },
        onDispatch: (payload: GatewayDispatchPayload) => {
          status.lastDispatchAt = clock.currentTimeMillisUnsafe()
          status.sequence = payload.s
          events.publish(context, payload)
        },
        onSkipped: (sequence) => {
          status.lastDispatchAt = clock.currentTimeMillisUnsafe()
          status.sequence = sequence
        },
        // Not captured: who is heard changes while a bot is resharded.
        wants: (event) => events.wants(event),
        onMalformed: (what) => run(malformed(what)),
        onLatency: (millis) => status.addLatency(millis),
        onEnd: (end) => transition({ _tag: "Disconnected", end })
      }
    )
    const within = <A>(duration: number, waitingFor: "HELLO" | "READY", effect: Effect.Effect<A, CloseCode.End>) =>
      Effect.timeoutOrElse(effect, { duration, orElse: () => endWith(connection, { _tag: "TimedOut", waitingFor }) })

    const interval = yield* within(config.handshakeTimeout + config.helloTimeout, "HELLO", connection.hello)

    const resume = Effect.gen(function* () {
      transition({ _tag: "Resuming" })
      done.resumed = true
      status.resumes++
      yield* Metric.update(Metrics.resumes, 1)
      yield* connection.resume
      yield* awaitResumed(connection)
    })

    const identify = Effect.gen(function* () {
      transition({ _tag: "Queued" })
      const { sessionStartLimit } = yield* orEnd(info.get)
      // Asked before the turn as well, for asking Discord may take a while, and a turn must be used at once.
      yield* orEnd(budget.require(1))
      yield* queue.take({ shard: id, maxConcurrency: sessionStartLimit.maxConcurrency })
      yield* orEnd(budget.take)
      transition({ _tag: "Identifying" })
      done.identified = true
      status.identifies++
      yield* Metric.update(Metrics.identifies, 1)
      outbox.presenceSent()
      yield* connection.identify
      yield* within(config.readyTimeout, "READY", connection.authenticated)
    })

    return yield* Effect.raceAllFirst([
      (resuming === undefined ? identify : resume).pipe(
        Effect.andThen(keep),
        Effect.andThen(outbox.run(interval, connection.send))
      ),
      heartbeats(connection, interval),
      connection.ended
    ])
  }, Effect.scoped)

  const fatal = Effect.fnUntraced(function* (error: GatewayError.GatewayError) {
    status.transition({ _tag: "Fatal", error }, yield* Clock.currentTimeMillis)
    return yield* error
  })

  const loop = Effect.gen(function* () {
    outbox.open()
    const clock = yield* Clock.Clock
    const recovery = Recovery.make(config)
    session = yield* store.load(key)
    if (session !== undefined) {
      status.sessionStartedAt = session.startedAt
      status.sequence = session.sequence
    }

    while (true) {
      const done: Recovery.Attempt = { resumed: false, identified: false, connectedAt: undefined }
      const end = yield* Effect.catchCause(
        Effect.flip(attempt(recovery.useResumeUrl(), done)),
        (cause): Effect.Effect<CloseCode.End> => Effect.succeed({ _tag: "Crashed", error: Cause.squash(cause) })
      )
      if (end._tag === "GatewayError") return yield* fatal(end)
      // Without a connection, nobody has said so yet.
      if (status.stage._tag !== "Disconnected") {
        status.transition({ _tag: "Disconnected", end }, clock.currentTimeMillisUnsafe())
      }
      yield* Metric.update(Metric.withAttributes(Metrics.disconnects, { end: end._tag }), 1)
      yield* report(id, total, end)

      const next = yield* recovery.after(end, done, session !== undefined)
      if (next._tag === "Fatal") {
        yield* forget
        return yield* fatal(CloseCode.toError(next.reason, { shard: id, total, intents: config.intents }))
      }
      if (next._tag === "GiveUp") {
        const detail = `shard ${id}: ${CloseCode.describe(end)}, and its policy says to try no more`
        return yield* fatal(GatewayError.fail(new GatewayError.GatewayUnavailable({ detail })))
      }
      if (next.dropSession) yield* forget
      if (next.delay > 0) {
        const now = clock.currentTimeMillisUnsafe()
        status.transition({ _tag: "Backoff", until: now + next.delay, end }, now)
        yield* Effect.sleep(next.delay)
      }
    }
  })

  const stopped = Effect.gen(function* () {
    outbox.close()
    const now = yield* Clock.currentTimeMillis
    if (!ShardStatus.isEnded(status.stage)) status.transition({ _tag: "Stopped" }, now)
    // A shard may be stopped in the very call that announced its session.
    yield* CloseCode.endsSession(shard.closeCode) ? forget : keep
  })

  return Object.assign(shard, { run: Effect.ensuring(loop, stopped) })
}

const report = (id: ShardId, total: number, end: CloseCode.End): Effect.Effect<void> => {
  const line = `Shard ${id} of ${total} lost its connection: ${CloseCode.describe(end)}`
  if (end._tag === "Crashed") return Effect.logError(line, Cause.die(end.error))
  return end._tag === "SessionLimitExhausted" || (end._tag === "Closed" && CloseCode.isDefect(end.code))
    ? Effect.logError(line)
    : Effect.logInfo(line)
}

// A turn of the event loop in which sockets have been read.
const afterNextRead = Effect.callback<void>((resume) => {
  const handle = setImmediate(() => setImmediate(() => resume(Effect.void)))
  return Effect.sync(() => clearImmediate(handle))
})
