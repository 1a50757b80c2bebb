/** A shard that another process takes while its connection is opened, or while it waits for its turn. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import * as SessionStore from "../../../src/gateway/SessionStore.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../harness.ts"

const { is } = FakeDiscord
const fake = FakeDiscord.layerServer({ identifyInterval: 0 })

/** Sessions in memory. Another process has taken them from the `asks`th question on. */
const taken = (asked: { times: number }, asks: number) =>
  Layer.effect(
    SessionStore.SessionStore,
    SessionStore.SessionStore.useSync((store) => ({
      ...store,
      isOwner: () => Effect.sync(() => ++asked.times < asks)
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))

it.live("does not RESUME when HELLO comes so late that it may have been taken, and it was", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const asked = { times: 0 }
    yield* Gateway.start({ sessionStore: taken(asked, 3) })
    // In time, it is asked once.
    yield* discord.faults.dropConnection(0)
    yield* discord.awaitLog(is("Resumed"))
    assert.strictEqual(asked.times, 1)
    yield* discord.faults.helloDelay("1100 millis", { times: 1 })
    yield* discord.faults.dropConnection(0)
    yield* Gateway.until("asked before RESUME", () => asked.times === 3)
    yield* Effect.sleep("100 millis")
    assert.lengthOf((yield* discord.log).filter(is("Resumed")), 1)
  }).pipe(Effect.provide(fake))
)

it.live("does not wait for the store when the connection ends meanwhile", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    let asks = 0
    const hanging = Layer.effect(
      SessionStore.SessionStore,
      SessionStore.SessionStore.useSync((store) => ({
        ...store,
        isPatient: true,
        isOwner: () => Effect.suspend(() => (++asks === 2 ? Effect.never : Effect.succeed(true)))
      }))
    ).pipe(Layer.provide(SessionStore.layerMemory))
    yield* Gateway.start({ sessionStore: hanging })
    yield* discord.faults.helloDelay("1100 millis", { times: 1 })
    yield* discord.faults.dropConnection(0)
    yield* Gateway.until("asked before RESUME", () => asks === 2)
    // Its silence is noticed while the store is asked.
    yield* discord.faults.muteAcks({ times: 1 })
    yield* discord.awaitLog(is("Resumed"))
    assert.isAbove(asks, 2)
  }).pipe(Effect.provide(FakeDiscord.layerServer({ identifyInterval: 0, heartbeatInterval: 200 })))
)

it.live("does not IDENTIFY when its turn comes so late that it may have been taken, and it was", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const asked = { times: 0 }
    const queue = IdentifyQueue.IdentifyQueue.of({
      take: () => Effect.delay(Effect.succeed({ use: () => true }), 1100)
    })
    const bot = yield* Gateway.make({
      sessionStore: taken(asked, 1),
      identifyQueue: Layer.succeed(IdentifyQueue.IdentifyQueue, queue)
    })
    yield* Effect.orDie(bot.manager.initialize)
    yield* Gateway.until("asked before IDENTIFY", () => asked.times === 1)
    yield* Effect.sleep("100 millis")
    assert.isEmpty((yield* discord.log).filter(is("Identify")))
  }).pipe(Effect.provide(fake))
)
