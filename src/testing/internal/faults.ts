/** The faults: actions on connections, and rules for later occasions. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Action, Fault, Faults, Point, RequestPattern, When } from "../Faults.ts"
import type { Connection } from "./connection.ts"
import { type Core, forHosts, waitFor } from "./core.ts"
import { edgeAnswer } from "./edge.ts"
import type { Rule, Subject } from "./hooks.ts"
import { fits } from "./requestPattern.ts"
import { Op } from "./protocol.ts"
import type { ReplayFault } from "./replay.ts"

const ignore = (): void => undefined

const forever = (when: When | undefined): When => ({ times: Infinity, ...when })

const sessionsOf = ({ gateway }: Core, shardId: number) =>
  gateway.live().filter((session) => session.shardId === shardId)

/** Acts on the connections of a shard, once it has one. */
const now = (core: Core, shardId: number, act: (connection: Connection) => void) =>
  waitFor(core, `a connection of shard ${shardId}`, () => {
    const open = sessionsOf(core, shardId).flatMap(({ connection }) =>
      connection?.isOpen === true ? [connection] : []
    )
    return open.length === 0 ? undefined : open
  }).pipe(
    Effect.map((open) => {
      for (const connection of open) act(connection)
    })
  )

// What cannot be done is said to who asks for it, and not where it would be done later.
const check = (point: Point, action: Action): void => {
  if ("duration" in action && action.duration !== undefined) Duration.fromInputUnsafe(action.duration)
  if (action._tag !== "Status" || point !== "request") return
  const { status } = action
  if (Number.isInteger(status) && status >= 200 && status <= 999) return
  throw new Error(`The status of a fault is ${status}, expected a whole number from 200 to 999`)
}

/** Arms a fault at a point of the server's work. */
const arm = (
  { hooks }: Core,
  point: Point,
  action: Action,
  when: When = {},
  also: (subject: Subject) => boolean = () => true
): Effect.Effect<Fault> =>
  Effect.sync(() => {
    check(point, action)
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

/** Arms a fault of the next replay of missed events. */
const armReplay = ({ gateway }: Core, kind: ReplayFault["kind"], when: When = {}): Effect.Effect<Fault> =>
  Effect.sync(() => {
    const times = when.times ?? 1
    const fault: ReplayFault = { kind, shardId: when.shard, left: times, hits: 0 }
    gateway.replayFaults.add(fault)
    return {
      hits: Effect.sync(() => fault.hits),
      clear: Effect.sync(() => void gateway.replayFaults.delete(fault))
    }
  })

const splitAt = ({ gateway }: Core, bytes: number | undefined) =>
  Effect.sync(() => {
    gateway.splitEvery = bytes
    for (const connection of gateway.connections) connection.splitEvery = bytes
  })

// Invalid as a deflate block, as a zstd block and as JSON.
const corruption = Buffer.from([0xff, 0x07, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff])

/** Faults that act on a shard or on the server at once. */
const immediate = (core: Core) => {
  const { gateway } = core
  const does = (shardId: number, action: Action) =>
    now(core, shardId, (connection) => gateway.act(connection, action, ignore))
  return {
    dropConnection: (shardId) => does(shardId, { _tag: "Drop" }),
    reset: (shardId) => does(shardId, { _tag: "Drop", reset: true }),
    pauseSocket: (shardId) => does(shardId, { _tag: "Freeze" }),
    close: (shardId, code) => does(shardId, { _tag: "Close", code }),
    reconnect: (shardId) => does(shardId, { _tag: "Reconnect" }),
    invalidSession: (shardId, resumable) => does(shardId, { _tag: "InvalidSession", resumable }),
    requestHeartbeat: (shardId) =>
      now(core, shardId, (connection) => void connection.send({ op: Op.heartbeat, d: null })),
    send: (shardId, payload) => now(core, shardId, (connection) => connection.sendText(JSON.stringify(payload))),
    invalidJson: (shardId) => now(core, shardId, (connection) => connection.sendText('{"op":')),
    corruptFrame: (shardId) => now(core, shardId, (connection) => connection.sendRaw(corruption)),
    expireSession: (shardId) =>
      Effect.sync(() => {
        for (const session of sessionsOf(core, shardId)) gateway.end(session, "a fault")
      }),
    loseEvents: (shardId) =>
      Effect.sync(() => {
        for (const session of sessionsOf(core, shardId)) session.forget()
      }),
    resetToken: Effect.sync(() => gateway.resetToken()),
    setIdentifiesLeft: (count) => Effect.sync(() => gateway.startLimit.set(count))
  } satisfies Partial<Faults>
}

/** Faults of connections before and during the handshake of a session. */
const ofHandshakes = (core: Core) => {
  const at: Faults["at"] = (point, action, when) => arm(core, point, action, when)
  return {
    at,
    refuseConnections: (host) =>
      forHosts(host, core.stop).pipe(Effect.as({ hits: Effect.succeed(1), clear: forHosts(host, core.start) })),
    upgradeStatus: (status, when) => at("upgrade", { _tag: "Status", status }, when),
    stallUpgrade: (when) => at("upgrade", { _tag: "Never" }, when),
    dropUpgrade: (when) => at("upgrade", { _tag: "Drop", reset: true }, when),

    helloDelay: (duration, when) => at("hello", { _tag: "Delay", duration }, when),
    helloNever: (when) => at("hello", { _tag: "Never" }, when),
    op7BeforeHello: (when) => at("hello", { _tag: "Reconnect", proceed: true }, when),
    op7InsteadOfHello: (when) => at("hello", { _tag: "Reconnect" }, when),
    closeBeforeHello: (code, when) => at("hello", { _tag: "Close", code }, when),

    readyDelay: (duration, when) => at("ready", { _tag: "Delay", duration }, when),
    guildsDelay: (duration, when) => at("guilds", { _tag: "Delay", duration }, when),
    readyNever: (when) => at("ready", { _tag: "Never" }, when),
    closeOnIdentify: (code, when) => at("identify", { _tag: "Close", code }, when),
    invalidSessionOnIdentify: (resumable, when) => at("identify", { _tag: "InvalidSession", resumable }, when),

    resumedDelay: (duration, when) => at("resumed", { _tag: "Delay", duration }, when),
    resumedNever: (when) => at("resumed", { _tag: "Never" }, when),
    closeOnResume: (code, when) => at("resume", { _tag: "Close", code }, when),
    invalidSessionOnResume: (resumable, when) => at("resume", { _tag: "InvalidSession", resumable }, when),
    duplicateReplay: (when) => armReplay(core, "duplicates", when),
    gapInReplay: (when) => armReplay(core, "gap", when)
  } satisfies Partial<Faults>
}

/** Faults of connections that have a session. */
const ofSessions = (core: Core) =>
  ({
    muteAcks: (when) => arm(core, "ack", { _tag: "Never" }, forever(when)),
    lateAcks: (duration, when) => arm(core, "ack", { _tag: "Delay", duration }, forever(when)),
    rateLimitMembers: (retryAfter, when) => arm(core, "members", { _tag: "RateLimited", retryAfter }, when),
    membersNever: (when) => arm(core, "members", { _tag: "Never" }, when),
    splitFrames: (bytes) =>
      Effect.as(splitAt(core, bytes), { hits: Effect.succeed(1), clear: splitAt(core, undefined) })
  }) satisfies Partial<Faults>

/** Faults of REST requests. */
const ofRest = (core: Core) => {
  const armRequests = (requests: RequestPattern, action: Action, when?: When) =>
    arm(core, "request", action, when, ({ request }) => request !== undefined && fits(requests, request))
  const restStatus: Faults["restStatus"] = (requests, status, when) => {
    const body = when?.body ?? { message: `${status}: Fault`, code: 0 }
    return armRequests(requests, { _tag: "Status", status, headers: when?.headers, body }, when)
  }
  const restEdge: Faults["restEdge"] = (requests, status, when) => {
    const { form = "html", retryAfter = 1 } = when ?? {}
    return restStatus(requests, status, { ...when, ...edgeAnswer(form, retryAfter, status) })
  }
  return {
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
      const message = scope === "shared" ? "The resource is being rate limited." : "You are being rate limited."
      const body = { message, retry_after: retryAfter, global: scope === "global" }
      return restStatus(requests, 429, { ...when, headers, body })
    },
    restEdge,
    cloudflareBan: (retryAfter, when) => restEdge(/./, 429, { times: Infinity, ...when, form: "1015", retryAfter }),
    cloudflareBlock: (requests, when) => restEdge(requests, 403, { ...when, form: "1020" }),
    cloudflareError: (requests, status = 502, when) => restEdge(requests, status, when),
    restDelay: (requests, duration, when) => armRequests(requests, { _tag: "Delay", duration }, when),
    restSlowAnswer: (requests, duration, when) => armRequests(requests, { _tag: "Lose", duration }, when),
    restLoseAnswer: (requests, when) => armRequests(requests, { _tag: "Lose" }, when),
    restHang: (requests, when) => armRequests(requests, { _tag: "Never" }, when),
    restReset: (requests, when) => armRequests(requests, { _tag: "Drop", reset: true }, when),
    gatewayBotStatus: (status, when) => restStatus("GET /gateway/bot", status, when)
  } satisfies Partial<Faults>
}

/** The faults of one fake. */
export const make = (core: Core): Faults => ({
  ...immediate(core),
  ...ofHandshakes(core),
  ...ofSessions(core),
  ...ofRest(core),
  clear: Effect.sync(() => {
    core.hooks.clear()
    core.gateway.replayFaults.clear()
  }).pipe(Effect.andThen(splitAt(core, undefined)), Effect.andThen(forHosts(undefined, core.start)))
})
