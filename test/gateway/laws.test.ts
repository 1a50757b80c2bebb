/** What holds for every sequence of events, in recovery, the outbox, the identify queue and decompression. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as CloseCode from "../../src/gateway/CloseCode.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as Decompression from "../../src/gateway/internal/decompression.ts"
import * as Outbox from "../../src/gateway/internal/outbox.ts"
import * as Recovery from "../../src/gateway/internal/recovery.ts"
import { capacity } from "../../src/gateway/internal/sendLimit.ts"
import { Encoder } from "../../src/testing/internal/compression.ts"
import { sendsOn } from "./sendsOn.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const list = <S extends Schema.Top>(schema: S, maxLength: number) =>
  Arbitrary.array(Arbitrary.schema(schema), { minLength: 1, maxLength })

const Closed = Schema.TaggedStruct("Closed", {
  code: Schema.Union([Schema.Undefined, between(4000, 4015), between(999, 1015), between(0, 70_000)])
})
const End = Schema.Union([
  Closed,
  Schema.TaggedStruct("InvalidSession", { resumable: Schema.Boolean }),
  Schema.Struct({ _tag: Schema.Literals(["ReconnectRequested", "Zombie"]) }),
  Schema.Struct({ _tag: Schema.Literals(["Unreachable", "Corrupt", "Crashed"]), error: Schema.String }),
  Schema.TaggedStruct("TimedOut", { waitingFor: Schema.Literals(["HELLO", "READY", "RESUMED"]) })
])

/** The codes that Discord documents as final. */
const final = new Set([4004, 4010, 4011, 4012, 4013, 4014])
/** The codes that end the session. */
const newSession = new Set([4003, 4005, 4006, 4007, 4009])

describe("recovery", () => {
  it.effect.prop(
    "stops only after a final code, drops a session only when Discord or three refusals say so, and keeps every wait",
    [list(Schema.Struct({ end: End, opened: Schema.Boolean, answered: Schema.Boolean }), 40)],
    ([steps]) =>
      Effect.gen(function* () {
        const [firstIdentify, sendWindow] = [2_000, 60_000]
        const recovery = Recovery.make({
          resume: Schedule.exponential(100),
          identify: Schedule.exponential(firstIdentify),
          stableAfter: 60_000,
          invalidSessionWait: [1_000, 5_000],
          sendWindow
        })
        let hasSession = false
        let refused = 0
        let owing = false
        for (const { answered, end, opened } of steps) {
          const tried = opened && hasSession
          const connectedAt = opened && answered ? 0 : undefined
          const attempt = { resumed: tried, identified: opened && !hasSession, connectedAt }
          owing ||= attempt.identified
          if (connectedAt !== undefined) {
            hasSession = true
            refused = 0
          } else if (tried && CloseCode.isRefusal(end)) refused++
          const next = yield* recovery.after(end, attempt, hasSession)
          const code = end._tag === "Closed" ? end.code : undefined
          assert.strictEqual(next._tag, code !== undefined && final.has(code) ? "Fatal" : "Retry")
          if (next._tag !== "Retry") return
          const isGone =
            (code !== undefined && newSession.has(code)) || (end._tag === "InvalidSession" && !end.resumable)
          assert.strictEqual(next.dropSession, hasSession && (isGone || refused >= CloseCode.maxRefusals))
          if (next.dropSession) {
            hasSession = false
            refused = 0
          }
          if (end._tag === "InvalidSession") assert.isAtLeast(next.delay, 1_000)
          if (code === 4008) assert.isAtLeast(next.delay, sendWindow)
          if (!hasSession && owing) {
            assert.isAtLeast(next.delay, firstIdentify)
            owing = false
          }
        }
      }),
    { arbitrary: { runs: 400 } }
  )
})

const OutboxStep = Schema.Struct({
  wait: between(0, 6_000),
  act: Schema.Literals(["send", "send", "send", "presence", "cut", "flood"])
})

describe("outbox", () => {
  const options = { limit: 12, window: 10_000, presenceInterval: 700, presence: undefined }
  const heartbeatInterval = 2_500
  const room = capacity(options.limit, options.window, heartbeatInterval)

  it.effect.prop(
    "keeps the limit on every connection, sends everything once and in order, and ends with the newest presence",
    [list(OutboxStep, 40)],
    ([steps]) =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const outbox = Outbox.make(ShardId.make(0), options)
        outbox.open()
        const connections: Array<Array<{ readonly at: number; readonly op: number; readonly value: string }>> = []
        const connect = Effect.suspend(() => {
          const written: (typeof connections)[number] = []
          connections.push(written)
          return Effect.forkScoped(
            sendsOn(outbox, heartbeatInterval, {
              send: (text) => {
                const { d, op } = JSON.parse(text)
                const value = d.guild_ids?.[0] ?? d.activities[0].name
                written.push({ at: clock.currentTimeMillisUnsafe(), op, value })
                return true
              },
              uncounted: () => [],
              end: () => undefined
            }),
            { startImmediately: true }
          )
        })
        let connection = yield* connect
        let sent = 0
        let presence: string | undefined
        const send = Effect.suspend(() =>
          Effect.forkScoped(outbox.send({ op: 31, d: { guild_ids: [`${++sent}`] } }), { startImmediately: true })
        )
        for (const { act, wait } of steps) {
          yield* TestClock.adjust(wait)
          if (act === "send") yield* send
          if (act === "flood") yield* Effect.replicateEffect(send, 15, { discard: true })
          if (act === "presence") {
            presence = `presence ${wait} ${sent}`
            yield* outbox.setPresence({ activities: [{ name: presence, type: "playing" }] })
          }
          if (act === "cut") {
            yield* Fiber.interrupt(connection)
            yield* TestClock.adjust(50)
            connection = yield* connect
          }
        }
        yield* TestClock.adjust("1 hour")
        for (const written of connections) {
          for (const [i, { at }] of written.entries()) {
            assert.isAtMost(written.slice(i).filter((later) => later.at < at + options.window).length, room)
          }
        }
        const all = connections.flat()
        assert.deepStrictEqual(
          all.filter(({ op }) => op === 31).map(({ value }) => value),
          Array.from({ length: sent }, (_, n) => `${n + 1}`)
        )
        const presences = all.filter(({ op }) => op === 3)
        assert.strictEqual(presences.at(-1)?.value, presence)
        for (const [i, { at }] of presences.entries()) {
          assert.isAtLeast(at - (presences[i - 1]?.at ?? -Infinity), options.presenceInterval)
        }
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 60 } }
  )
})

describe("identify queue", () => {
  const spacing = 5_100
  it.effect.prop(
    "serves a key in order, one interval apart and as soon as possible, and charges nothing to those who leave",
    [
      list(
        Schema.Struct({
          after: between(1, 300),
          shard: between(0, 11),
          patience: Schema.Union([Schema.Undefined, between(0, 2_000)])
        }),
        25
      ),
      Arbitrary.schema(between(1, 5))
    ],
    ([asked, maxConcurrency]) =>
      Effect.gen(function* () {
        const queue = yield* IdentifyQueue.IdentifyQueue
        const start = yield* Clock.currentTimeMillis
        // Shards arrive and have their turns at multiples of ten, and leave in between.
        let arrival = 0
        const requests = asked.map(({ after, patience, shard }) => {
          arrival += after * 10
          return { shard, arrival, leaves: patience === undefined ? Infinity : arrival + patience * 10 + 5 }
        })
        const fibers = yield* Effect.forEach(requests, ({ arrival, leaves, shard }) => {
          const turn = Effect.andThen(
            queue.take({ shard: ShardId.make(shard), maxConcurrency }),
            Effect.map(Clock.currentTimeMillis, (now) => now - start)
          )
          const limit = leaves - arrival
          const patient = Number.isFinite(limit)
            ? Effect.timeoutOrElse(turn, { duration: limit, orElse: () => Effect.undefined })
            : turn
          return Effect.forkChild(Effect.delay(patient, arrival), { startImmediately: true })
        })
        yield* TestClock.adjust("10 minutes")
        const turns = yield* Effect.forEach(fibers, Fiber.join)

        const freeAt = new Map<number, number>()
        const expected = requests.map(({ arrival, leaves, shard }) => {
          const key = shard % maxConcurrency
          const at = Math.max(arrival, freeAt.get(key) ?? 0)
          if (at > leaves) return undefined
          freeAt.set(key, at + spacing)
          return at
        })
        assert.deepStrictEqual(turns, expected)
      }).pipe(Effect.provide(IdentifyQueue.layerMemory(), { local: true })),
    { arbitrary: { runs: 60 } }
  )

  it.effect.prop(
    "keeps the distance between two uses, however long a shard pauses in its turn, and lets each use one",
    [
      list(
        Schema.Struct({ after: between(0, 800), shard: between(0, 5), pauses: Schema.Array(between(0, 1_500)) }),
        12
      ),
      Arbitrary.schema(between(1, 3))
    ],
    ([asked, maxConcurrency]) =>
      Effect.gen(function* () {
        const queue = yield* IdentifyQueue.IdentifyQueue
        const used = new Map<number, Array<number>>()
        let arrival = 0
        for (const { after, pauses, shard } of asked) {
          arrival += after * 10
          const run = Effect.gen(function* () {
            let missed = false
            for (let i = 0; ; i++) {
              const turn = yield* queue.take({ shard: ShardId.make(shard), maxConcurrency, missed })
              yield* Effect.sleep((pauses[i] ?? 0) * 10)
              const now = yield* Clock.currentTimeMillis
              if (turn.use())
                return void used.set(shard % maxConcurrency, [...(used.get(shard % maxConcurrency) ?? []), now])
              missed = !missed
            }
          })
          yield* Effect.forkChild(Effect.delay(run, arrival), { startImmediately: true })
        }
        yield* TestClock.adjust("30 minutes")
        assert.lengthOf([...used.values()].flat(), asked.length)
        for (const times of used.values()) {
          for (const [i, at] of times.entries()) if (i > 0) assert.isAtLeast(at - (times[i - 1] ?? 0), spacing)
        }
      }).pipe(Effect.provide(IdentifyQueue.layerMemory(), { local: true })),
    { arbitrary: { runs: 60 } }
  )
})

const texts = Arbitrary.array(
  Arbitrary.schema(Schema.Struct({ text: Schema.String, times: Schema.Union([between(0, 3), between(0, 5_000)]) })),
  { minLength: 1, maxLength: 8 }
)
const toJson = ({ text, times }: { readonly text: string; readonly times: number }) =>
  JSON.stringify({ t: text, d: `${text}é`.repeat(times) })

describe.each(["zlib-stream", "zstd-stream"] as const)("decompression of %s", (compression) => {
  const make = () => {
    const decompressor = Decompression.make(compression)
    if (decompressor === undefined) throw new Error(`this Node has no synchronous ${compression}`)
    return decompressor
  }

  // A payload of zstd-stream is one message.
  it.prop(
    "returns every payload with its last byte, however the frames are split",
    [texts, list(Schema.Union([between(1, 7), between(1, 4_000)]), 12)],
    ([payloads, cuts]) => {
      const decompressor = make()
      const encoder = new Encoder(compression)
      let cut = 0
      for (const payload of payloads) {
        const json = toJson(payload)
        const frame = encoder.encode(json) as Buffer
        const out: Array<string | undefined> = []
        for (let at = 0; at < frame.length;) {
          const size = compression === "zstd-stream" ? frame.length : (cuts[cut++ % cuts.length] ?? 1)
          const length = decompressor.push(frame, at, Math.min(at + size, frame.length))
          out.push(length < 0 ? undefined : decompressor.bytes.toString("utf8", 0, length))
          at += size
        }
        assert.isTrue(out.pop() === json)
        assert.isTrue(out.every((part) => part === undefined))
      }
      decompressor.close()
    },
    { arbitrary: { runs: 150 } }
  )

  it.prop(
    "throws an error for corrupt bytes, or waits for more",
    [texts, list(between(0, 255), 60), Arbitrary.schema(between(0, 10_000))],
    ([payloads, noise, where]) => {
      const decompressor = make()
      const encoder = new Encoder(compression)
      const frames = payloads.map((payload) => encoder.encode(toJson(payload)) as Buffer)
      const bytes = Buffer.concat(frames)
      const at = where % bytes.length
      const broken = Buffer.concat([bytes.subarray(0, at), Buffer.from(noise), bytes.subarray(at + noise.length)])
      try {
        for (let i = 0; i < broken.length; i += 997) {
          decompressor.push(broken, i, Math.min(i + 997, broken.length))
        }
      } catch (error) {
        assert.instanceOf(error, Error)
      }
      decompressor.close()
    },
    { arbitrary: { runs: 150 } }
  )
})
