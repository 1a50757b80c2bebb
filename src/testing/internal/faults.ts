/** The faults, over hooks and connections. */
import * as Effect from "effect/Effect"
import type { Action, Fault, Faults, Point, RequestPattern, When } from "../Faults.ts"
import type { Host } from "../Log.ts"
import type { Connection } from "./connection.ts"
import { type Core, waitFor } from "./core.ts"
import type { Rule, Subject } from "./hooks.ts"
import { Op } from "./protocol.ts"
import type { ReplayFault } from "./replay.ts"

const ignore = (): void => undefined

const hostsOf = (host: Host | undefined): ReadonlyArray<Host> => (host === undefined ? ["main", "resume"] : [host])

const fits = (requests: RequestPattern, { request }: Subject): boolean => {
  if (request === undefined) return false
  return typeof requests === "string" ? requests === request.route : requests.test(request.path)
}

const forever = (when: When | undefined): When => ({ times: Infinity, ...when })

/** Builds the faults of one fake. */
export const make = (core: Core): Faults => {
  const { gateway, hooks } = core

  const connected = (shardId: number): ReadonlyArray<Connection> =>
    gateway
      .live()
      .filter((session) => session.shardId === shardId)
      .flatMap((session) => (session.connection?.isOpen === true ? [session.connection] : []))

  const now = (shardId: number, act: (connection: Connection) => void) =>
    waitFor(core, `a connection of shard ${shardId}`, () => {
      const found = connected(shardId)
      return found.length === 0 ? undefined : found
    }).pipe(
      Effect.map((found) => {
        for (const connection of found) act(connection)
      })
    )
  const does = (action: Action) => (shardId: number) =>
    now(shardId, (connection) => gateway.act(connection, action, ignore))

  const lie = (
    point: Point,
    action: Action,
    when: When = {},
    also: (subject: Subject) => boolean = () => true
  ): Effect.Effect<Fault> =>
    Effect.sync(() => {
      const { host, shard, times = 1 } = when
      const rule: Rule = {
        point,
        action,
        matches: (subject) =>
          (shard === undefined || subject.shardId === shard) &&
          (host === undefined || subject.host === host) &&
          also(subject),
        left: times,
        hits: 0
      }
      hooks.add(rule)
      return { hits: Effect.sync(() => rule.hits), clear: Effect.sync(() => hooks.remove(rule)) }
    })

  const replay = (kind: ReplayFault["kind"], when: When = {}): Effect.Effect<Fault> =>
    Effect.sync(() => {
      const times = when.times ?? 1
      const fault: ReplayFault = { kind, shardId: when.shard, left: times, hits: 0 }
      gateway.replayFaults.add(fault)
      return {
        hits: Effect.sync(() => fault.hits),
        clear: Effect.sync(() => void gateway.replayFaults.delete(fault))
      }
    })

  const rest = (requests: RequestPattern, action: Action, when?: When) =>
    lie("request", action, when, (subject) => fits(requests, subject))

  const restStatus: Faults["restStatus"] = (requests, status, when) =>
    rest(
      requests,
      { _tag: "Status", status, headers: when?.headers, body: when?.body ?? { message: `${status}: Fault`, code: 0 } },
      when
    )

  const splitAt = (bytes: number | undefined) =>
    Effect.sync(() => {
      gateway.splitEvery = bytes
      for (const connection of gateway.connections) connection.splitEvery = bytes
    })

  const startAll = (host: Host | undefined) => Effect.forEach(hostsOf(host), core.start, { discard: true })
  const sessionsOf = (shardId: number) => gateway.live().filter((session) => session.shardId === shardId)

  return {
    dropConnection: does({ _tag: "Drop" }),
    reset: does({ _tag: "Drop", reset: true }),
    pauseSocket: does({ _tag: "Freeze" }),
    close: (shardId, code) => does({ _tag: "Close", code })(shardId),
    reconnect: does({ _tag: "Reconnect" }),
    invalidSession: (shardId, resumable) => does({ _tag: "InvalidSession", resumable })(shardId),
    requestHeartbeat: (shardId) => now(shardId, (connection) => void connection.send({ op: Op.heartbeat, d: null })),
    send: (shardId, payload) => now(shardId, (connection) => connection.sendText(JSON.stringify(payload))),
    invalidJson: (shardId) => now(shardId, (connection) => connection.sendText('{"op":')),
    corruptFrame: (shardId) => now(shardId, (connection) => connection.sendRaw(corruption)),
    expireSession: (shardId) =>
      Effect.sync(() => {
        for (const session of sessionsOf(shardId)) gateway.end(session, "a fault")
      }),
    loseEvents: (shardId) =>
      Effect.sync(() => {
        for (const session of sessionsOf(shardId)) session.forget()
      }),
    resetToken: Effect.sync(() => gateway.resetToken()),
    setIdentifiesLeft: (count) => Effect.sync(() => gateway.startLimit.set(count)),

    at: (point, action, when) => lie(point, action, when),

    refuseConnections: (host) =>
      Effect.forEach(hostsOf(host), core.stop, { discard: true }).pipe(
        Effect.as({ hits: Effect.succeed(1), clear: startAll(host) })
      ),
    upgradeStatus: (status, when) => lie("upgrade", { _tag: "Status", status }, when),
    stallUpgrade: (when) => lie("upgrade", { _tag: "Never" }, when),
    dropUpgrade: (when) => lie("upgrade", { _tag: "Drop", reset: true }, when),

    helloDelay: (duration, when) => lie("hello", { _tag: "Delay", duration }, when),
    helloNever: (when) => lie("hello", { _tag: "Never" }, when),
    op7BeforeHello: (when) => lie("hello", { _tag: "Reconnect", proceed: true }, when),
    op7InsteadOfHello: (when) => lie("hello", { _tag: "Reconnect" }, when),
    closeBeforeHello: (code, when) => lie("hello", { _tag: "Close", code }, when),

    muteAcks: (when) => lie("ack", { _tag: "Never" }, forever(when)),
    lateAcks: (duration, when) => lie("ack", { _tag: "Delay", duration }, forever(when)),

    readyDelay: (duration, when) => lie("ready", { _tag: "Delay", duration }, when),
    readyNever: (when) => lie("ready", { _tag: "Never" }, when),
    closeOnIdentify: (code, when) => lie("identify", { _tag: "Close", code }, when),
    invalidSessionOnIdentify: (resumable, when) => lie("identify", { _tag: "InvalidSession", resumable }, when),

    resumedDelay: (duration, when) => lie("resumed", { _tag: "Delay", duration }, when),
    resumedNever: (when) => lie("resumed", { _tag: "Never" }, when),
    closeOnResume: (code, when) => lie("resume", { _tag: "Close", code }, when),
    invalidSessionOnResume: (resumable, when) => lie("resume", { _tag: "InvalidSession", resumable }, when),
    duplicateReplay: (when) => replay("duplicates", when),
    gapInReplay: (when) => replay("gap", when),

    rateLimitMembers: (retryAfter, when) => lie("members", { _tag: "RateLimited", retryAfter }, when),
    membersNever: (when) => lie("members", { _tag: "Never" }, when),
    splitFrames: (bytes) => splitAt(bytes).pipe(Effect.as({ hits: Effect.succeed(1), clear: splitAt(undefined) })),

    restStatus,
    restRateLimit: (requests, retryAfter, when) => {
      const { scope = "user" } = when ?? {}
      const headers = {
        "retry-after": `${Math.ceil(retryAfter)}`,
        "x-ratelimit-scope": scope,
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset-after": `${retryAfter}`,
        ...(scope === "global" ? { "x-ratelimit-global": "true" } : {})
      }
      const body = { message: "You are being rate limited.", retry_after: retryAfter, global: scope === "global" }
      return restStatus(requests, 429, { ...when, headers, body })
    },
    restDelay: (requests, duration, when) => rest(requests, { _tag: "Delay", duration }, when),
    restHang: (requests, when) => rest(requests, { _tag: "Never" }, when),
    restReset: (requests, when) => rest(requests, { _tag: "Drop", reset: true }, when),
    gatewayBotStatus: (status, when) => restStatus("GET /gateway/bot", status, when),

    clear: Effect.sync(() => {
      hooks.clear()
      gateway.replayFaults.clear()
    }).pipe(Effect.andThen(splitAt(undefined)), Effect.andThen(startAll(undefined)))
  }
}

// Neither a deflate block nor a zstd one, nor JSON.
const corruption = Buffer.from([0xff, 0x07, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff])
