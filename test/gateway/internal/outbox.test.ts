import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type * as CloseCode from "../../../src/gateway/CloseCode.ts"
import type { Payload } from "../../../src/gateway/ShardMessenger.ts"
import * as Outbox from "../../../src/gateway/internal/outbox.ts"
import { capacity } from "../../../src/gateway/internal/sendLimit.ts"
import * as ShardId from "../../../src/gateway/ShardId.ts"
import * as Elapsed from "../../../src/internal/Elapsed.ts"
import { sleepyClock } from "../../support/sleepyClock.ts"
import { sendsOn } from "../sendsOn.ts"

const options: Outbox.Options = { limit: 120, window: 60_000, presenceInterval: 4000, presence: undefined }
const heartbeatInterval = 41_250
const payload = (n: number): Payload => ({ op: 31, d: { guild_ids: [`${n}`] } })

interface Written {
  readonly at: number
  readonly text: string
}

const setUp = Effect.fnUntraced(function* (overrides: Partial<Outbox.Options> = {}) {
  const outbox = Outbox.make(ShardId.make(0), { ...options, ...overrides })
  outbox.open()
  const clock = yield* Clock.Clock
  const written: Array<Written> = []
  const broken = { now: false }
  const crashes: Array<CloseCode.End> = []
  const connect = Effect.forkScoped(
    sendsOn(outbox, heartbeatInterval, {
      send: (text) => {
        if (broken.now) return false
        written.push({ at: clock.currentTimeMillisUnsafe(), text })
        return true
      },
      uncounted: () => [],
      end: (end) => crashes.push(end)
    }),
    { startImmediately: true }
  )
  const ids = () => written.map(({ text }) => JSON.parse(text).d.guild_ids?.[0] ?? JSON.parse(text).d.status)
  return { broken, connect, crashes, ids, outbox, written }
})

const reasonOf = (exit: Exit.Exit<void, unknown>) =>
  Exit.isFailure(exit)
    ? (exit.cause.reasons[0] as unknown as { error: { reason: Record<string, unknown> } }).error.reason
    : undefined

describe("Outbox", () => {
  it.effect("keeps payloads in order until the shard is Connected", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      const sending = yield* Effect.forEach([1, 2, 3], (n) => outbox.send(payload(n)), { concurrency: 3 }).pipe(
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("10 minutes")
      assert.isUndefined(sending.pollUnsafe())
      yield* connect
      yield* Fiber.join(sending)
      assert.deepStrictEqual(ids(), ["1", "2", "3"])
    })
  )

  it.effect("sends what was waiting when a connection ended on the next one", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      yield* Fiber.interrupt(yield* connect)
      const sending = yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(ids(), [])
      yield* connect
      yield* Fiber.join(sending)
      assert.deepStrictEqual(ids(), ["1"])
    })
  )

  it.effect("loses no payload that is sent at the moment in which a connection ends", () =>
    Effect.gen(function* () {
      const { broken, connect, ids, outbox } = yield* setUp()
      const ending = yield* connect
      broken.now = true
      const sending = yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.isUndefined(sending.pollUnsafe())
      yield* Fiber.interrupt(ending)
      broken.now = false
      yield* connect
      yield* Fiber.join(sending)
      assert.deepStrictEqual(ids(), ["1"])
    })
  )

  it.effect("sends at most 120 payloads in any 60 seconds, including heartbeats", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp()
      yield* connect
      const sending = yield* Effect.forEach(
        Array.from({ length: 400 }, (_, n) => n),
        (n) => outbox.send(payload(n)),
        {
          concurrency: "unbounded"
        }
      ).pipe(Effect.forkChild({ startImmediately: true }))
      yield* TestClock.adjust("10 minutes")
      yield* Fiber.join(sending)
      assert.strictEqual(written.length, 400)
      const reserved = Math.ceil(60_000 / heartbeatInterval) + 1
      for (const { at } of written) {
        const window = written.filter((each) => each.at >= at && each.at < at + 60_000)
        assert.isAtMost(window.length + reserved, 120)
      }
      assert.deepStrictEqual(
        written.map(({ text }) => JSON.parse(text).d.guild_ids[0]),
        Array.from({ length: 400 }, (_, n) => `${n}`)
      )
    })
  )

  it.effect("makes room for each payload exactly one window after it was sent", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp({ limit: 5 })
      yield* connect
      assert.strictEqual(capacity(5, 60_000, heartbeatInterval), 2)
      yield* outbox.send(payload(1))
      yield* TestClock.adjust("30 seconds")
      yield* outbox.send(payload(2))
      const sending = yield* Effect.forEach([3, 4], (n) => outbox.send(payload(n)), { concurrency: 2 }).pipe(
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(sending)
      const start = written[0]?.at ?? 0
      assert.deepStrictEqual(
        written.map(({ at }) => at - start),
        [0, 30_000, 60_000, 90_000]
      )
    })
  )

  it("heartbeats always have room, however fast they are", () => {
    assert.strictEqual(capacity(120, 60_000, 41_250), 117)
    assert.strictEqual(capacity(120, 60_000, 100), 1)
  })

  it.effect("rejects a payload of more than 4096 bytes", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp()
      yield* connect
      const big: Payload = { op: 31, d: { guild_ids: Array.from({ length: 400 }, () => "123456789012345678") } }
      const reason = reasonOf(yield* Effect.exit(outbox.send(big)))
      assert.deepInclude(reason, { _tag: "PayloadRejected", op: 31, bytes: JSON.stringify(big).length })
      const members = (query: string): Payload => ({ op: 8, d: { guild_id: "1", query, limit: 0 } })
      const umlauts = members("ü".repeat(2040))
      assert.isBelow(JSON.stringify(umlauts).length, 4096)
      assert.deepInclude(reasonOf(yield* Effect.exit(outbox.send(umlauts))), { _tag: "PayloadRejected" })
      assert.isEmpty(written)
      yield* outbox.send(members("x".repeat(4096 - JSON.stringify(members("")).length)))
      assert.strictEqual(Buffer.byteLength(written[0]?.text ?? ""), 4096)
    })
  )

  it.effect("rejects what is no JSON, and what is about no guild, of which no shard can be computed", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp()
      yield* connect
      const data = [
        { guild_id: "general" },
        { guild_id: "" },
        { guild_id: "-1" },
        { guild_id: "1".repeat(21) },
        { guild_id: 1 },
        { guild_id: null },
        { guild_ids: ["1", "x"] },
        { guild_ids: "1.5" },
        { guild_ids: [["1"]] },
        {},
        undefined,
        null,
        { guild_id: 1n },
        { guild_id: "1", self_mute: 1n }
      ]
      for (const d of data) {
        const exit = yield* Effect.exit(outbox.send({ op: 4, d } as unknown as Payload))
        assert.deepInclude(reasonOf(exit), { _tag: "PayloadRejected", op: 4 })
      }
      assert.isEmpty(written)
    })
  )

  it.effect("rejects IDENTIFY, RESUME, heartbeats and presences", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp()
      yield* connect
      for (const op of [0, 1, 2, 3, 6, 7, 9, 10, 11, 99]) {
        const exit = yield* Effect.exit(outbox.send({ op, d: {} } as unknown as Payload))
        assert.deepInclude(reasonOf(exit), { _tag: "PayloadRejected", op })
      }
      assert.isEmpty(written)
    })
  )

  it.effect("does not send the payload of a sender that was interrupted", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      const first = yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      yield* Effect.forkChild(outbox.send(payload(2)), { startImmediately: true })
      yield* Fiber.interrupt(first)
      yield* connect
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ids(), ["2"])
    })
  )

  it.effect("keeps no payload of a sender that was interrupted, wherever it waits by then", () =>
    Effect.gen(function* () {
      const { outbox } = yield* setUp()
      const next = yield* setUp()
      const kept = yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      yield* Fiber.interrupt(kept)
      assert.strictEqual(outbox.waiting(), 0)
      const moved = yield* Effect.forkChild(outbox.send(payload(2)), { startImmediately: true })
      for (const each of outbox.takeWaiting()) next.outbox.adopt(each)
      yield* Fiber.interrupt(moved)
      yield* next.connect
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(next.ids(), [])
    })
  )

  it.effect("fails waiting and later payloads when the shard stops", () =>
    Effect.gen(function* () {
      const { outbox } = yield* setUp()
      const waiting = yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      outbox.close()
      assert.deepInclude(reasonOf(yield* Fiber.await(waiting)), { _tag: "ShardNotRunning" })
      assert.deepInclude(reasonOf(yield* Effect.exit(outbox.send(payload(1)))), { _tag: "ShardNotRunning" })
    })
  )

  it.effect("sends nothing of before a stop after the next start", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      yield* Effect.forkChild(outbox.send(payload(1)), { startImmediately: true })
      outbox.close()
      outbox.open()
      assert.strictEqual(outbox.waiting(), 0)
      yield* connect
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(ids(), [])
    })
  )

  it.effect("goes on with a connection when another one is given up", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      const other: Outbox.Line = { send: () => false, uncounted: () => [], end: () => undefined }
      outbox.detach(other)
      yield* connect
      outbox.detach(other)
      yield* outbox.send(payload(1))
      assert.deepStrictEqual(ids(), ["1"])
    })
  )

  it.effect("has one timer however much waits, and none after the connection", () =>
    Effect.gen(function* () {
      const clock = sleepyClock(yield* Clock.Clock)
      const { connect, crashes, outbox } = yield* setUp()
      const connected = yield* Effect.provideService(connect, Clock.Clock, clock)
      yield* outbox.send(payload(0))
      assert.strictEqual(clock.sleeping(), 0)
      yield* Effect.forEach(
        Array.from({ length: 300 }, (_, n) => n),
        (n) => Effect.forkScoped(outbox.send(payload(n)), { startImmediately: true })
      )
      assert.isAbove(outbox.waiting(), 0)
      assert.strictEqual(clock.sleeping(), 1)
      yield* Fiber.interrupt(connected)
      assert.strictEqual(clock.sleeping(), 0)
      assert.deepStrictEqual(crashes, [])
    })
  )

  it.effect("sends only the newest presence, and no more often than allowed", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox, written } = yield* setUp()
      yield* connect
      yield* outbox.setPresence({ status: "idle" })
      yield* TestClock.adjust("1 second")
      for (const status of ["dnd", "online", "invisible"] as const) yield* outbox.setPresence({ status })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(ids(), ["idle", "invisible"])
      assert.strictEqual((written[1]?.at ?? 0) - (written[0]?.at ?? 0), 4000)
    })
  )

  it.effect(
    "presence: sent right before a connection ends, it is sent again on the next, unless IDENTIFY carries it",
    () =>
      Effect.gen(function* () {
        const { connect, ids, outbox } = yield* setUp()
        const first = yield* connect
        yield* outbox.setPresence({ status: "idle" })
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.interrupt(first)
        const second = yield* connect
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(ids(), ["idle", "idle"])
        yield* outbox.setPresence({ status: "dnd" })
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(second)
        outbox.identifying()
        const third = yield* connect
        yield* TestClock.adjust("2 minutes")
        assert.deepStrictEqual(ids(), ["idle", "idle", "dnd"])
        yield* Fiber.interrupt(third)
        yield* connect
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(ids(), ["idle", "idle", "dnd"])
      })
  )

  describe("a presence is refused when Discord closes", () => {
    const idle = { status: "idle" } as const
    const refuse = (outbox: Outbox.Outbox) =>
      Effect.clockWith((clock) => Effect.sync(() => outbox.refusePresence(Elapsed.millis(clock))))

    it.effect("right after it was sent, and is desired and sent no more", () =>
      Effect.gen(function* () {
        const { connect, ids, outbox } = yield* setUp()
        assert.isUndefined(yield* refuse(outbox))
        const first = yield* connect
        yield* outbox.setPresence(idle)
        yield* TestClock.adjust("1 second")
        // The same once more, which waits for its time.
        yield* outbox.setPresence(idle)
        yield* Fiber.interrupt(first)
        assert.strictEqual(yield* refuse(outbox), idle)
        assert.isUndefined(outbox.presence())
        assert.isUndefined(yield* refuse(outbox))
        const clock = sleepyClock(yield* Clock.Clock)
        yield* Effect.provideService(connect, Clock.Clock, clock)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(ids(), ["idle"])
        assert.strictEqual(clock.slept(), 0)
      })
    )

    it.effect("and not a newer one, nor one that came before two heartbeats or another payload", () =>
      Effect.gen(function* () {
        const { connect, ids, outbox } = yield* setUp()
        const first = yield* connect
        yield* outbox.setPresence(idle)
        yield* outbox.setPresence({ status: "dnd" })
        assert.strictEqual(yield* refuse(outbox), idle)
        yield* Fiber.interrupt(first)
        yield* connect
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(ids(), ["idle", "dnd"])
        yield* TestClock.adjust(2 * heartbeatInterval)
        assert.isUndefined(yield* refuse(outbox))
        yield* outbox.setPresence(idle)
        yield* outbox.send(payload(1))
        assert.isUndefined(yield* refuse(outbox))
        assert.strictEqual(outbox.presence(), idle)
      })
    )

    it.effect("before READY, if IDENTIFY carried it, however long that takes", () =>
      Effect.gen(function* () {
        const accepted = yield* setUp({ presence: idle })
        accepted.outbox.identifying()
        accepted.outbox.presenceAccepted()
        assert.isUndefined(yield* refuse(accepted.outbox))
        assert.strictEqual(accepted.outbox.presence(), idle)
        const { outbox } = yield* setUp({ presence: idle })
        outbox.identifying()
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* refuse(outbox), idle)
      })
    )
  })

  it.effect("presence: one that Discord must have read by now is not sent again", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      const first = yield* connect
      yield* outbox.setPresence({ status: "idle" })
      yield* TestClock.adjust(2 * heartbeatInterval + 1)
      yield* outbox.send(payload(1))
      yield* Fiber.interrupt(first)
      yield* connect
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(ids(), ["idle", "1"])
    })
  )

  it.effect("does not let payloads wait for a presence", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp()
      yield* connect
      yield* outbox.setPresence({ status: "idle" })
      yield* TestClock.adjust(1)
      yield* outbox.setPresence({ status: "dnd" })
      yield* outbox.send(payload(1))
      assert.deepStrictEqual(ids(), ["idle", "1"])
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(ids(), ["idle", "1", "dnd"])
    })
  )

  it.effect("sends a presence that was set while not Connected, unless IDENTIFY has carried it", () =>
    Effect.gen(function* () {
      const { connect, ids, outbox } = yield* setUp({ presence: { status: "idle" } })
      const fiber = yield* connect
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ids(), [])
      yield* Fiber.interrupt(fiber)
      yield* outbox.setPresence({ status: "dnd" })
      outbox.identifying()
      const second = yield* connect
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ids(), [])
      yield* Fiber.interrupt(second)
      yield* outbox.setPresence({ status: "invisible" })
      yield* connect
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ids(), ["invisible"])
    })
  )

  it.effect("ends the connection when a presence cannot be encoded", () =>
    Effect.gen(function* () {
      const { connect, crashes, outbox } = yield* setUp()
      yield* connect
      // One that could have been encoded when it was accepted.
      const presence = { status: "dnd" as const, since: 1 }
      yield* outbox.setPresence(presence)
      yield* TestClock.adjust("1 second")
      Object.assign(presence, { since: 1n })
      outbox.adoptPresence(presence)
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(crashes[0], { _tag: "Crashed" })
    })
  )

  it.effect("keeps the order and the limit when a sender sends the next payload synchronously", () =>
    Effect.gen(function* () {
      const { connect, outbox, written } = yield* setUp()
      yield* connect
      // Each sender sends its next payload in the call that completes the last one.
      const chains = [1, 2, 3].map((chain) =>
        Effect.forEach(
          Array.from({ length: 100 }, (_, n) => n),
          (n) => outbox.send(payload(chain * 1000 + n)),
          { discard: true }
        )
      )
      yield* Effect.forkChild(Effect.all(chains, { concurrency: "unbounded" }), { startImmediately: true })
      for (let minute = 0; minute < 5; minute++) yield* TestClock.adjust("1 minute")
      assert.strictEqual(written.length, 300)
      for (const { at } of written) {
        assert.isAtMost(
          written.filter((other) => other.at > at - 60_000 && other.at <= at).length,
          capacity(120, 60_000, heartbeatInterval)
        )
      }
    })
  )
})
