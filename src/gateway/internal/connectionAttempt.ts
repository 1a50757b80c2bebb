/**
 * One attempt of a shard to be connected, as a straight line: open the socket, wait for HELLO, RESUME or IDENTIFY, then
 * send what the bot has to say until the connection ends. Heartbeats run beside it. An attempt never succeeds: it fails
 * with how it ended.
 */
import type { GatewayDispatchPayload } from "../../discord/DiscordApi.ts"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Inspection from "../../internal/Inspection.ts"
import type * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import { DiscordRestError } from "../../rest/DiscordRestError.ts"
import type { Presence } from "../Presence.ts"
import type { Session } from "../SessionStore.ts"
import type * as ShardStatus from "../ShardStatus.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { isAllowed, isTrusted } from "./gatewayUrl.ts"
import * as Metrics from "./metrics.ts"
import * as Ownership from "./ownership.ts"
import type { Heart } from "./pacemaker.ts"
import type * as Recovery from "./recovery.ts"
import type { State } from "./shard.ts"
import * as ShardConnection from "./shardConnection.ts"

/** How an attempt ended, or an error that would end every further attempt too. */
export type Ended = CloseCode.End | GatewayError

type Connection = ShardConnection.ShardConnection

// Takes what a connection reports to its shard, and its heartbeats from the pacemaker. A class instead of closures,
// because there are many shards.
class Listener implements ShardConnection.Handlers, Heart {
  readonly #self: State
  readonly done: Recovery.Attempt
  readonly #context: Context.Context<never>
  readonly #clock: Clock.Clock
  #connection: Connection | undefined
  /** When what is being read arrived. To ask the clock for each event would be a quarter of what an unwanted one costs. */
  #readAt: number | undefined

  constructor(self: State, done: Recovery.Attempt, context: Context.Context<never>) {
    this.#self = self
    this.done = done
    this.#context = context
    this.#clock = Context.get(context, Clock.Clock)
  }

  /** Opens the connection of this attempt. */
  open(url: string): Connection {
    const { config: settings, context: shard, session } = this.#self
    return (this.#connection = ShardConnection.make({ settings, shard, session, url }, this, this.#clock))
  }
  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const connection = this.#connection
      this.#self.services.pacemaker.leave(this)
      if (connection === undefined) return Effect.void
      this.#self.outbox.detach(connection)
      return connection.release
    })
  }
  /** Ends the connection unless it is {@link answered} within so many milliseconds. */
  awaits(waitingFor: "HELLO" | "READY", within: number): void {
    this.#self.services.pacemaker.expect(this, within, () => this.end({ _tag: "TimedOut", waitingFor }))
  }
  /** The same for RESUMED: as long as events are replayed, the session is being resumed, however long that takes. */
  awaitsReplay(round = 1): void {
    const { config, services, status } = this.#self
    const seen = status.sequence
    services.pacemaker.expect(this, config.resumedTimeout, () => {
      if (round < maxRounds && status.sequence !== seen) this.awaitsReplay(round + 1)
      else this.end({ _tag: "TimedOut", waitingFor: "RESUMED" })
    })
  }
  answered(): void {
    this.#self.services.pacemaker.answered(this)
  }
  /** Begins to beat. */
  join(interval: number, random: number): void {
    this.#self.services.pacemaker.join(this, interval, random)
  }
  beat(at: number): void {
    this.#self.status.lastHeartbeatAt = at
    this.#connection?.beat()
  }
  acknowledged(): boolean {
    return this.#connection?.acknowledged() === true
  }
  end(end: CloseCode.End): void {
    this.#connection?.end(end)
  }

  presence(): Presence | undefined {
    return this.#self.outbox.presence()
  }
  closeCode(): number {
    return this.#self.closeCode
  }
  transition(stage: ShardStatus.Stage): void {
    this.#self.status.transition(stage, this.#clock.currentTimeMillisUnsafe())
  }
  onOpen(): void {
    this.transition({ _tag: "Handshake" })
  }
  onRead(): void {
    this.#readAt = undefined
  }
  onAuthenticated(session: Session): void {
    this.#self.session = session
    // A URL that the bot was told to use is not remembered.
    if (this.#self.config.gatewayUrl === undefined && this.#self.url !== undefined) session.mainUrl = this.#self.url
    this.#self.status.sessionStartedAt = session.startedAt
    this.done.connectedAt = Elapsed.millis(this.#clock)
    this.transition({ _tag: "Connected" })
  }
  wants(event: string): boolean {
    return this.#self.services.events.wants(event)
  }
  onDispatch(payload: GatewayDispatchPayload): void {
    this.#note(payload.s)
    this.#self.services.events.publish(this.#self.context, payload)
  }
  onSkipped(sequence: number): void {
    this.#self.status.unwanted++
    this.#note(sequence)
  }
  #note(sequence: number): void {
    const { status } = this.#self
    status.lastDispatchAt = this.#readAt ??= this.#clock.currentTimeMillisUnsafe()
    status.sequence = sequence
  }
  onLatency(millis: number): void {
    this.#self.status.addLatency(millis)
  }
  onMalformed(what: string): void {
    const kinds = (this.#self.malformed ??= new Set())
    const fork = Effect.runForkWith(this.#context)
    fork(Metric.update(Metric.withAttributes(Metrics.malformed, { what }), 1))
    if (kinds.has(what)) return
    kinds.add(what)
    fork(Effect.logWarning(`Shard ${this.#self.id} ignores malformed payloads: ${what}`))
  }
  onEnd(end: CloseCode.End): void {
    this.transition({ _tag: "Disconnected", end })
  }
}

/** Runs an attempt, and records in `done` what it did. It has to be released, however it ends: it is `State.current`. */
export const run = (self: State, useResumeUrl: boolean, done: Recovery.Attempt): Effect.Effect<never, Ended> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const listener = (self.current = new Listener(self, done, context))
    const connecting = connect(self, listener, useResumeUrl)
    // Without a tracer, spans would only cost time.
    return Effect.flatMap(
      Inspection.isTraced(context) ? traced(self, connecting) : connecting,
      ({ connection, interval }) => {
        self.outbox.attach(connection, interval, context)
        return connection.ended
      }
    )
  })

/** The span ends when the shard is connected or cannot be. */
const traced = <A>({ id, session, total }: State, connecting: Effect.Effect<A, Ended>) =>
  Effect.withSpan(connecting, "fibercord.gateway.connect", {
    attributes: { shard: id, total, resume: session !== undefined },
    captureStackTrace: false,
    kind: "client",
    root: true
  })

interface Connected {
  readonly connection: Connection
  /** Of heartbeats, in milliseconds. */
  readonly interval: number
}

const connect = Effect.fnUntraced(function* (
  self: State,
  listener: Listener,
  useResumeUrl: boolean
): Effect.fn.Return<Connected, Ended> {
  const isResuming = self.session !== undefined
  listener.transition({ _tag: "Connecting" })
  const main = yield* mainUrl(self, useResumeUrl)
  const connection = listener.open(urlOf(self, main, useResumeUrl))
  const { handshakeTimeout, helloTimeout } = self.config
  listener.awaits("HELLO", handshakeTimeout + helloTimeout)
  const interval = yield* connection.hello
  listener.join(interval, yield* Random.next)
  listener.answered()
  yield* (isResuming ? resume : identify)(self, listener, connection)
  yield* Effect.raceFirst(remember(self), connection.ended)
  return { connection, interval }
})

const urlOf = ({ config, session }: State, main: string, useResumeUrl: boolean): string =>
  session !== undefined &&
  useResumeUrl &&
  // A gateway proxy relays READY from Discord, whose resume URL bypasses the proxy.
  config.gatewayUrl === undefined &&
  isAllowed(session.resumeUrl, main)
    ? session.resumeUrl
    : main

// What is known already needs no REST API, which may be down. Another one is asked for when the known one fails.
const mainUrl = (self: State, useKnown: boolean): Effect.Effect<string, Ended> => {
  const given = self.config.gatewayUrl ?? (useKnown ? self.url : undefined)
  return given === undefined ? findUrl(self, useKnown) : Effect.succeed(given)
}

const findUrl = Effect.fnUntraced(function* (self: State, useKnown: boolean): Effect.fn.Return<string, Ended> {
  const { config, services, session } = self
  const remembered = session?.mainUrl
  const trusted = remembered !== undefined && isTrusted(remembered, config.apiUrl) ? remembered : undefined
  const known = self.url ?? (yield* services.info.last)?.url ?? trusted
  if (known !== undefined && useKnown) return (self.url = known)
  const asked = orEnd(services.info.get).pipe(Effect.map(({ url }) => (self.url = url)))
  if (known === undefined) return yield* asked
  // It may be out of date: it is worth asking, but not for long.
  const fallback = () => Effect.succeed(known)
  return yield* asked.pipe(
    Effect.timeoutOrElse({ duration: config.handshakeTimeout, orElse: fallback }),
    Effect.catchTag("Unreachable", fallback)
  )
})

// Temporary trouble ends this attempt. Everything else fails the shard.
const orEnd = <A>(effect: Effect.Effect<A, GatewayError>): Effect.Effect<A, Ended> =>
  Effect.catch(effect, (error): Effect.Effect<never, Ended> => {
    const { reason } = error
    // What can never be sent cannot be sent later either.
    const isHopeless =
      reason._tag === "GatewayUnavailable" &&
      reason.cause instanceof DiscordRestError &&
      reason.cause.reason._tag === "Transport" &&
      !reason.cause.isRetryable
    if (reason._tag === "GatewayUnavailable" && !isHopeless) return Effect.fail({ _tag: "Unreachable", error: reason })
    if (reason._tag === "SessionLimitExhausted") return Effect.fail({ _tag: reason._tag, resetAt: reason.resetAt })
    return Effect.fail(error)
  })

// Live events look like replayed ones: a busy shard whose RESUMED was lost must not wait for ever.
const maxRounds = 10

const resume = Effect.fnUntraced(function* (
  self: State,
  listener: Listener,
  connection: Connection
): Effect.fn.Return<void, Ended> {
  yield* Ownership.confirm(self, connection.ended)
  listener.transition({ _tag: "Resuming" })
  listener.done.resumed = true
  self.status.resumes++
  yield* Metric.update(Metrics.resumes, 1)
  connection.resume()
  listener.awaitsReplay()
  yield* connection.authenticated
  listener.answered()
})

const identify = Effect.fnUntraced(function* (
  self: State,
  listener: Listener,
  connection: Connection
): Effect.fn.Return<void, Ended> {
  // What waits for others than the connection is over when the connection is.
  yield* Effect.raceFirst(sendIdentify(self, listener, connection), connection.ended)
  listener.awaits("READY", self.config.readyTimeout)
  yield* connection.authenticated
  listener.answered()
  self.outbox.presenceAccepted()
})

const sendIdentify = Effect.fnUntraced(function* (
  self: State,
  listener: Listener,
  connection: Connection
): Effect.fn.Return<void, Ended> {
  const { budget, info } = self.services
  listener.transition({ _tag: "Queued" })
  const { sessionStartLimit } = (yield* info.last) ?? (yield* orEnd(info.get))
  // Before the turn, because Discord may have to be asked, and a turn has to be used immediately. What is not used,
  // because the connection ends while it waits for the turn, is kept for the next attempt.
  if (!self.hasIdentify) {
    yield* orEnd(budget.take)
    self.hasIdentify = true
  }
  yield* inTurn(self, connection, sessionStartLimit.maxConcurrency, () => {
    self.hasIdentify = false
    listener.done.identified = true
    self.status.identifies++
    self.outbox.identifying()
    listener.transition({ _tag: "Identifying" })
  })
  yield* Metric.update(Metrics.identifies, 1)
})

/**
 * Sends IDENTIFY in a turn of this shard, and calls `onSent` in the same call. A turn that is over before it can be used is
 * asked for again.
 */
const inTurn = Effect.fnUntraced(function* (
  self: State,
  connection: Connection,
  maxConcurrency: number,
  onSent: () => void
): Effect.fn.Return<void, CloseCode.End> {
  const { id, services } = self
  let missed = false
  while (true) {
    const turn = yield* services.queue.take({ shard: id, maxConcurrency, missed })
    yield* Ownership.confirm(self, connection.ended)
    const outcome = connection.identify(() => turn.use())
    if (outcome === "sent") return onSent()
    if (outcome === "ended") return yield* connection.ended
    // After two in a row it is not let in front again.
    missed = !missed
    yield* Effect.logInfo(
      `Shard ${id} was too late for its turn to IDENTIFY, because this process paused or was slow, and asks for another`
    )
  }
})

// After a RESUME too: the store has to know the object whose sequence advances.
const remember = ({ key, services, session }: State): Effect.Effect<void> =>
  session === undefined ? Effect.void : services.store.set(key, session)
