import { assert, describe, it } from "@effect/vitest"
import type { GatewayDispatchPayload } from "discord-api-types/v10"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const shard = { id: ShardId.make(3), total: 4 }
let sequence = 0
const event = (t: string, d: unknown = {}) => ({ op: 0, s: ++sequence, t, d }) as unknown as GatewayDispatchPayload
const typing = (n: number) => event("TYPING_START", { channel_id: `${n}` })

const logged = () => {
  const lines: Array<string> = []
  const layer = Logger.layer([
    Logger.make(({ cause, message }) => {
      lines.push(`${String(message)} ${String(cause)}`)
    })
  ])
  return { layer, lines }
}

describe("GatewayEvents", () => {
  it.effect("on gives a handler the typed data of its event, and the shard that received it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const handlers = GatewayEvents.on("TYPING_START", ({ channel_id }, shard) =>
        Effect.sync(() => seen.push(`${channel_id} ${shard.id} of ${shard.total}`))
      )
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        events.publish(shard, typing(1))
        events.publish(shard, event("MESSAGE_CREATE"))
        events.publish(shard, typing(2))
      }).pipe(Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer)))
      assert.deepStrictEqual(seen, ["1 3 of 4", "2 3 of 4"])
    })
  )

  it.effect("onRaw handles every event in order, as Discord sent it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const handlers = GatewayEvents.onRaw((payload) => Effect.sync(() => seen.push(payload.t)))
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        for (const t of ["READY", "TYPING_START", "SOMETHING_NEW"]) events.publish(shard, event(t))
      }).pipe(Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer)))
      assert.deepStrictEqual(seen, ["READY", "TYPING_START", "SOMETHING_NEW"])
    })
  )

  it.effect("handlers have the services of their layer", () =>
    Effect.gen(function* () {
      class Names extends Context.Service<Names, Array<string>>()("test/Names") {}
      const names: Array<string> = []
      const handlers = GatewayEvents.on("TYPING_START", ({ channel_id }) =>
        Effect.map(Names, (names) => names.push(channel_id))
      )
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        events.publish(shard, typing(1))
      }).pipe(
        Effect.provide(
          handlers.pipe(Layer.provideMerge(GatewayEvents.layer), Layer.provide(Layer.succeed(Names, names)))
        )
      )
      assert.deepStrictEqual(names, ["1"])
    })
  )

  it.effect("a handler that throws, dies or is slow does not affect other handlers, and is logged", () =>
    Effect.gen(function* () {
      const { layer, lines } = logged()
      const seen: Array<string> = []
      const handlers = Layer.mergeAll(
        GatewayEvents.on("TYPING_START", () => {
          throw new Error("thrown before the effect")
        }),
        GatewayEvents.on("TYPING_START", () => Effect.die(new Error("a defect"))),
        GatewayEvents.on("TYPING_START", () => Effect.never),
        GatewayEvents.on("TYPING_START", ({ channel_id }) => Effect.sync(() => seen.push(channel_id)))
      )
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        yield* events.listen("TYPING_START", () => {
          throw new Error("thrown by a listener")
        })
        yield* events.listen("TYPING_START", ({ channel_id }) => seen.push(`listener ${channel_id}`))
        events.publish(shard, typing(1))
        events.publish(shard, typing(2))
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer).pipe(Layer.provideMerge(layer)))
      )
      assert.deepStrictEqual(seen.toSorted(), ["1", "2", "listener 1", "listener 2"])
      for (const what of ["before the effect", "a defect", "by a listener"]) {
        assert.strictEqual(lines.filter((line) => line.includes(what)).length, 2, what)
      }
    })
  )

  it.effect("wants an event only while somebody listens to it", () =>
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      assert.isFalse(events.wants("TYPING_START"))
      const scope = yield* Scope.make()
      yield* Scope.provide(
        events.listen("TYPING_START", () => {}),
        scope
      )
      assert.isTrue(events.wants("TYPING_START"))
      assert.isFalse(events.wants("MESSAGE_CREATE"))
      yield* Scope.provide(
        events.listen("*", () => {}),
        scope
      )
      assert.isTrue(events.wants("MESSAGE_CREATE"))
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(events.wants("TYPING_START"))
      assert.isFalse(events.wants("MESSAGE_CREATE"))
    }).pipe(Effect.provide(GatewayEvents.layer))
  )

  it.effect("a tracker is called before the listeners, whenever it came, and gets repeats, which they do not", () =>
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      const seen: Array<string> = []
      yield* events.listen("TYPING_START", ({ channel_id }) => void seen.push(`listener ${channel_id}`))
      yield* Effect.gen(function* () {
        yield* events.track("TYPING_START", ({ channel_id }, _, isRepeat) => {
          seen.push(`tracker ${channel_id}${isRepeat ? " again" : ""}`)
          if (channel_id === "2") throw new Error("broken")
        })
        events.publish(shard, typing(1))
        events.publishRepeat(shard, typing(1))
        events.publish(shard, typing(2))
      }).pipe(Effect.scoped)
      events.publishRepeat(shard, typing(3))
      assert.deepStrictEqual(seen, ["tracker 1", "listener 1", "tracker 1 again", "tracker 2", "listener 2"])
    }).pipe(Effect.scoped, Effect.provide([GatewayEvents.layer, logged().layer]))
  )

  it.effect("a listener may be registered twice, and may leave while an event is being published", () =>
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      const first = yield* Scope.make()
      const second = yield* Scope.make()
      const seen: Array<number> = []
      const run = Effect.runForkWith(yield* Effect.context<never>())
      const listener = () => {
        seen.push(seen.length)
        run(Scope.close(second, Exit.void))
      }
      yield* Scope.provide(events.listen("TYPING_START", listener), first)
      yield* Scope.provide(events.listen("TYPING_START", listener), second)
      events.publish(shard, typing(1))
      assert.strictEqual(seen.length, 2)
      events.publish(shard, typing(2))
      assert.strictEqual(seen.length, 3)
    }).pipe(Effect.provide(GatewayEvents.layer))
  )

  it.effect("closing the scope interrupts handlers and forgets waiting events", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const started: Array<string> = []
      const handlers = GatewayEvents.on(
        "TYPING_START",
        ({ channel_id }) =>
          Effect.sync(() => started.push(channel_id)).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          ),
        { concurrency: 1 }
      )
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        events.publish(shard, typing(1))
        events.publish(shard, typing(2))
      }).pipe(Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer)))
      yield* Deferred.await(interrupted)
      assert.deepStrictEqual(started, ["1"])
    })
  )

  it.effect("events beyond the concurrency wait in order, and are counted in the metrics", () =>
    Effect.gen(function* () {
      const gates = new Map<string, Deferred.Deferred<void>>()
      const started: Array<string> = []
      const handlers = GatewayEvents.on(
        "TYPING_START",
        ({ channel_id }) =>
          Effect.suspend(() => {
            started.push(channel_id)
            const gate = Deferred.makeUnsafe<void>()
            gates.set(channel_id, gate)
            return Deferred.await(gate)
          }),
        { concurrency: 2, waiting: 2 }
      )
      const value = (name: string) =>
        Effect.map(Metric.snapshot, (all) => {
          const found = all.find((each) => each.id === name && each.attributes?.["event"] === "TYPING_START")
          return found === undefined ? undefined : (found.state as { count?: number; value?: number })
        })
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        for (let n = 1; n <= 6; n++) events.publish(shard, typing(n))
        assert.deepStrictEqual(started, ["1", "2"])
        assert.strictEqual((yield* value("fibercord_gateway_events_waiting"))?.value, 2)
        assert.strictEqual((yield* value("fibercord_gateway_events_dropped"))?.count, 2)
        for (const n of ["2", "1", "3", "4"]) {
          const gate = gates.get(n)
          if (gate !== undefined) yield* Deferred.succeed(gate, undefined)
          yield* Effect.yieldNow
        }
        assert.deepStrictEqual(started, ["1", "2", "3", "4"])
        assert.strictEqual((yield* value("fibercord_gateway_events_waiting"))?.value, 0)
      }).pipe(Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer)))
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("handlers that end synchronously do not grow the stack", () =>
    Effect.gen(function* () {
      let handled = 0
      const gate = yield* Deferred.make<void>()
      const handlers = GatewayEvents.on(
        "TYPING_START",
        () =>
          Effect.andThen(
            handled === 0 ? Deferred.await(gate) : Effect.void,
            Effect.sync(() => handled++)
          ),
        { concurrency: 1, waiting: 50_000 }
      )
      yield* Effect.gen(function* () {
        const events = yield* GatewayEvents.GatewayEvents
        for (let n = 0; n < 50_000; n++) events.publish(shard, typing(n))
        yield* Deferred.succeed(gate, undefined)
        yield* Effect.yieldNow
        assert.strictEqual(handled, 50_000)
      }).pipe(Effect.provide(Layer.provideMerge(handlers, GatewayEvents.layer)))
    })
  )

  it.effect("a stream has a bounded buffer that drops the oldest events, or the newest", () =>
    Effect.gen(function* () {
      const events = yield* GatewayEvents.GatewayEvents
      for (const [strategy, expected] of [
        ["sliding", ["1", "4", "5"]],
        ["dropping", ["1", "2", "3"]]
      ] as const) {
        const pulled = yield* Deferred.make<void>()
        const release = yield* Deferred.make<void>()
        const fiber = yield* GatewayEvents.stream("TYPING_START", { capacity: 2, strategy }).pipe(
          Stream.rechunk(1),
          Stream.tap(() => Effect.andThen(Deferred.succeed(pulled, undefined), Deferred.await(release))),
          Stream.take(3),
          Stream.runCollect,
          Effect.forkChild({ startImmediately: true })
        )
        yield* Effect.yieldNow
        events.publish(shard, typing(1))
        yield* Deferred.await(pulled)
        for (const n of [2, 3, 4, 5]) events.publish(shard, typing(n))
        yield* Deferred.succeed(release, undefined)
        const ids = (yield* Fiber.join(fiber)).map(({ channel_id }) => channel_id)
        assert.deepStrictEqual([...ids], [...expected])
      }
      assert.isFalse(events.wants("TYPING_START"))
    }).pipe(Effect.provide(GatewayEvents.layer))
  )
})
