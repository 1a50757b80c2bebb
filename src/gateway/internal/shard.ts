/**
 * One shard: a loop of connection attempts that runs until the shard cannot go on. `CloseCode` decides what an end
 * means, and two Schedules decide when the next attempt starts.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Agent } from "node:http"
import * as Observed from "../../internal/Observed.ts"
import * as CloseCode from "../CloseCode.ts"
import * as GatewayError from "../GatewayError.ts"
import type { EventShard, GatewayEvents } from "../GatewayEvents.ts"
import type { GatewayInfo } from "../GatewayInfo.ts"
import type { IdentifyBudget } from "../IdentifyBudget.ts"
import type { IdentifyQueue } from "../IdentifyQueue.ts"
import type { Owner, Session, SessionKey, SessionStore } from "../SessionStore.ts"
import type { ShardId } from "../ShardId.ts"
import type { Compression } from "../ShardManager.ts"
import * as ShardStatus from "../ShardStatus.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import * as ConnectionAttempt from "./connectionAttempt.ts"
import * as Errors from "./errors.ts"
import * as Metrics from "./metrics.ts"
import * as Ownership from "./ownership.ts"
import type { Outbox } from "./outbox.ts"
import type { Pacemaker } from "./pacemaker.ts"
import * as Recovery from "./recovery.ts"
import { StatusRecord } from "./statusRecord.ts"

/** What the shards of a manager have in common. Durations are milliseconds. */
export interface Config extends Recovery.Policy {
  readonly token: Redacted.Redacted
  /** The `fingerprint` of the token. */
  readonly application: string
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

/** The services that the shards of a generation use. The store has to be one from `SafeStore`. */
export interface Services {
  readonly budget: IdentifyBudget["Service"]
  readonly info: GatewayInfo["Service"]
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
export const sessionKey = (
  { application, intents }: Pick<Config, "application" | "intents">,
  shard: ShardId,
  total: number
): SessionKey => ({ application, intents, shard, total })

/** What a shard is made of. */
export interface Options {
  readonly config: Config
  readonly services: Services
  readonly id: ShardId
  readonly total: number
  readonly outbox: Outbox
  readonly onTaken: OnTaken
}

/** Makes a shard. It does nothing until `run`. */
export const make = (options: Options): Shard => new State(options)

/** What a shard knows. Written by its own fiber and its connection; `closeCode` also by `stopWith`. */
export class State implements Shard {
  readonly config: Config
  readonly services: Services
  readonly outbox: Outbox
  readonly status: StatusRecord
  /** What handlers learn about the origin of an event. */
  readonly context: EventShard
  session: Session | undefined
  closeCode = CloseCode.resumable
  /** Why the shard is left to another process. */
  taken: GatewayError.GatewayError | undefined
  /** When a store has said last that the shard is this process's. See `ownership`. */
  ownedAt = -Infinity
  hasStopped = false
  /** An IDENTIFY was taken out of the budget and has not been sent. */
  hasIdentify = false
  /** The main URL, once it is known. */
  url: string | undefined
  /** The kinds of malformed payloads that have been logged. */
  malformed: Set<string> | undefined
  /** None until a connection has ended: most shards of a fleet keep theirs for days. */
  recovery: Recovery.Recovery | undefined
  /** The connection attempt, or the connection, that has to be released before anything else is done. */
  current: { readonly release: Effect.Effect<void> } | undefined
  /** What writes the line about its last end; nothing when it is written. The shard does not end before. */
  reporting: Fiber.Fiber<void> | undefined
  /** The metrics of the shard. */
  observed: Observed.Observed | undefined
  #isStopping = false
  readonly #onTaken: OnTaken

  constructor({ config, id, onTaken, outbox, services, total }: Options) {
    this.config = config
    this.services = services
    this.outbox = outbox
    this.status = new StatusRecord(id, total, config.onChange)
    this.context = { id, total }
    this.url = config.gatewayUrl
    this.#onTaken = onTaken
  }

  get id(): ShardId {
    return this.status.id
  }
  get total(): number {
    return this.status.total
  }
  get key(): SessionKey {
    return sessionKey(this.config, this.id, this.total)
  }
  get run(): Effect.Effect<never, GatewayError.GatewayError> {
    // Suspended, because what is within an `onExit` stays until it has ended.
    const all = Effect.suspend(() => Effect.andThen(begin(this), attempt(this, 0)))
    return Effect.onExit(all, () => Effect.ensuring(release(this), this.stopped))
  }
  get stopped(): Effect.Effect<void> {
    return stopped(this)
  }
  stopWith(code: number): void {
    this.#isStopping = true
    if (!CloseCode.endsSession(this.closeCode)) this.closeCode = code
  }
  isStopping(): boolean {
    return this.#isStopping
  }
  /** Another process runs the shard now. */
  leaveTo({ process }: Owner): void {
    const { id, total } = this
    this.taken ??= Errors.takenOver({ shard: id, total, by: process, advice: this.services.store.adviceWhenTaken })
    this.#onTaken(this)
  }
}

const begin = Effect.fnUntraced(function* (self: State) {
  const { outbox, services, status } = self
  self.observed = Observed.addUnsafe(yield* Effect.context<never>(), Metrics.ofShard, self, { shard: `${self.id}` })
  outbox.open()
  const clock = yield* Clock.Clock
  const claimedAt = Elapsed.millis(clock)
  self.session = yield* services.store.claim(self.key, (by) => self.leaveTo(by))
  self.ownedAt = claimedAt
  services.events.shards.started(self.context, self.session)
  if (self.session !== undefined) {
    status.sessionStartedAt = self.session.startedAt
    status.sequence = self.session.sequence
  }
})

// One attempt, and all that follow it. While a connection lasts, nothing but what has to happen at its end is kept: there
// are many shards.
const attempt = (self: State, unreachable: number): Effect.Effect<never, GatewayError.GatewayError> =>
  Effect.suspend(() => {
    const done: Recovery.Attempt = { resumed: false, identified: false, connectedAt: undefined }
    return Effect.catchCause(
      ConnectionAttempt.run(self, self.recovery?.useResumeUrl() ?? true, done),
      (cause: Cause.Cause<ConnectionAttempt.Ended>) => {
        const failure = Cause.findError(cause)
        const end: ConnectionAttempt.Ended = Result.isSuccess(failure)
          ? failure.success
          : { _tag: "Crashed", error: Cause.squash(cause) }
        const inARow = end._tag === "Unreachable" ? unreachable + 1 : 0
        const next =
          end._tag === "GatewayError"
            ? fatal(self, end)
            : Effect.andThen(recover(self, done, end, inARow), attempt(self, inARow))
        return Effect.andThen(Effect.uninterruptible(release(self)), next)
      }
    )
  })

// No finalizer of the attempt does it, which each connected shard would keep: `run` has one already.
const release = (self: State): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { current } = self
    self.current = undefined
    return current?.release ?? Effect.void
  })

// What follows the end of a connection, until there may be another one.
const recover = Effect.fnUntraced(function* (
  self: State,
  done: Recovery.Attempt,
  end: CloseCode.End,
  unreachable: number
): Effect.fn.Return<void, GatewayError.GatewayError> {
  const { config, id, status, total } = self
  const clock = yield* Clock.Clock
  // An attempt that never had a connection has not said so yet.
  if (status.stage._tag !== "Disconnected") {
    status.transition({ _tag: "Disconnected", end }, clock.currentTimeMillisUnsafe())
  }
  yield* Metric.update(Metrics.disconnects(end._tag), 1)
  self.recovery ??= Recovery.make(config)
  const next = yield* self.recovery.after(end, done, self.session !== undefined)
  const line = report(id, total, end, unreachable)
  if (next._tag === "Retry" && next.delay === 0) yield* reportLater(self, line)
  else yield* line
  if (end._tag === "Closed" && CloseCode.isAboutPayload(end.code)) yield* dropPresence(self, end.code, clock)

  if (next._tag === "Fatal") {
    yield* forget(self)
    return yield* fatal(self, Errors.fatal(next.reason, { shard: id, total, intents: config.intents }))
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
  yield* Ownership.ask(self)
})

// Sent again, it would be refused again, and one in IDENTIFY costs an IDENTIFY each time.
const dropPresence = ({ id, outbox }: State, code: number | undefined, clock: Clock.Clock): Effect.Effect<void> =>
  Effect.suspend(() => {
    const presence = outbox.refusePresence(Elapsed.millis(clock))
    if (presence === undefined) return Effect.void
    const what = `Discord closed the connection with ${code} right after this presence of shard ${id}`
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
  const { key, outbox, services, session, status } = self
  if (self.hasStopped) return
  self.hasStopped = true
  self.observed?.remove()
  outbox.close()
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
  if (self.reporting !== undefined) yield* Fiber.await(self.reporting)
})

// Written while the peer is asked for another connection: when all shards of a fleet lose theirs at once, the last would
// wait for as many lines. It can only fail with its loggers.
const reportLater = (self: State, line: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const written = Effect.ensuring(
      line,
      Effect.sync(() => {
        self.reporting = undefined
      })
    )
    return Effect.map(Effect.forkDetach(written), (fiber) => {
      self.reporting = fiber
    })
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
