/** However members, coordinators, the network and the storage pause, IDENTIFYs of one key keep Discord's distance. */
import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Coordination from "../../src/cluster/internal/coordination.ts"
import * as Coordinator from "../../src/cluster/internal/coordinator.ts"
import * as Identify from "../../src/cluster/internal/identify.ts"
import * as Member from "../../src/cluster/internal/member.ts"
import type * as Peers from "../../src/cluster/internal/peers.ts"
import { identifyInterval } from "../../src/discord/gatewayNumbers.ts"
import * as IdentifyQueue from "../../src/gateway/IdentifyQueue.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"

const identify = { margin: "500 millis" } as const
const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Mostly short, sometimes longer than a turn lasts, and sometimes longer than it takes to elect another coordinator. */
const Pause = Schema.Union([between(0, 20), between(0, 20), between(0, 1_000), between(0, 12_000)])

const Shard = Schema.Struct({
  at: between(0, 20_000),
  /** From the member to the coordinator, and back. */
  up: Pause,
  down: Pause,
  /** Between the answer and the send. */
  pause: Pause,
  /** How long after the second coordinator has taken office its member hears of it. */
  hears: between(0, 60_000)
})

/** A way of each call that is as long as generated, the first time, and short after it. */
const once = (millis: number) => {
  let left = millis
  return Effect.suspend(() => {
    const now = left
    left = 1
    return Effect.sleep(now)
  })
}

const setUp = Effect.fnUntraced(function* (
  shards: ReadonlyArray<typeof Shard.Type>,
  storage: ReadonlyArray<typeof Pause.Type>
) {
  const memory = yield* KeyValueStore.KeyValueStore.pipe(Effect.provide(KeyValueStore.layerMemory))
  // The first coordinator takes office undisturbed.
  let reads = -2
  // What was read arrives late: whoever reads may be stopped before it looks at it.
  const store: KeyValueStore.KeyValueStore = {
    ...memory,
    get: (key) => Effect.tap(memory.get(key), () => Effect.sleep(reads < 0 ? (reads++, 0) : (storage[reads++] ?? 900)))
  }
  const runners = yield* RunnerStorage.makeMemory
  const coordinators = new Map<string, Coordination.Coordinator>()
  const takeOffice = Effect.fnUntraced(function* (name: string) {
    const queue = yield* IdentifyQueue.IdentifyQueue.pipe(
      Effect.provide(IdentifyQueue.layerMemory(identify), { local: true })
    )
    const made = yield* Coordination.make({
      name,
      peers: undefined as never,
      storage: runners,
      store,
      info: undefined as never,
      queue,
      budget: undefined as never,
      total: "auto",
      isLost: () => Effect.succeed(false),
      prefix: "",
      identify,
      settle: 0,
      lease: 0
    })
    coordinators.set(name, made)
  })
  const members = shards.map(({ down, up }, i) => {
    const member = new Member.Member({ name: `${i}`, weight: 1 })
    const [there, back] = [once(up), once(down)]
    const peers: Pick<Peers.Peers, "call"> = {
      call: (name, use) => {
        const client = {
          TakeIdentify: (request: IdentifyQueue.Request) =>
            there.pipe(
              Effect.andThen(
                Effect.suspend(() =>
                  Coordinator.takeIdentify(coordinators.get(name) as Coordination.Coordinator, request)
                )
              ),
              Effect.tap(back)
            )
        }
        return use(client as never) as never
      }
    }
    const hear = (coordinator: string, term: number) =>
      Effect.sync(() => {
        member.heard = { coordinator, term, total: 1, shards: [], peers: [] }
        member.moved.notify()
      })
    return { hear, queue: Identify.queue(member, peers as Peers.Peers) }
  })
  return { members, takeOffice }
})

it.effect.prop(
  "no two shards of a key IDENTIFY within 5 seconds, and each does once, over pauses anywhere and a change of coordinators",
  [
    Arbitrary.array(Arbitrary.schema(Shard), { minLength: 1, maxLength: 8 }),
    Arbitrary.array(Arbitrary.schema(Pause), { minLength: 1, maxLength: 5 }),
    Arbitrary.schema(between(0, 30_000))
  ],
  ([shards, storage, replacedAt]) =>
    Effect.gen(function* () {
      const { members, takeOffice } = yield* setUp(shards, storage)
      yield* takeOffice("first")
      const sent: Array<number> = []
      const start = yield* Coordination.elapsed
      for (const [i, { at, pause }] of shards.entries()) {
        const { hear, queue } = members[i] as (typeof members)[number]
        yield* hear("first", 1)
        const paused = once(pause)
        const run = Effect.gen(function* () {
          yield* Effect.sleep(at)
          let missed = false
          while (true) {
            const turn = yield* queue.take({ shard: ShardId.make(0), maxConcurrency: 1, missed })
            yield* paused
            const now = yield* Coordination.elapsed
            if (turn.use()) return sent.push(now - start)
            missed = !missed
          }
        })
        yield* Effect.forkChild(run, { startImmediately: true })
      }
      const replace = Effect.gen(function* () {
        yield* Effect.sleep(replacedAt)
        yield* takeOffice("second")
        for (const [i, { hears }] of shards.entries()) {
          const member = members[i] as (typeof members)[number]
          yield* Effect.forkChild(Effect.delay(member.hear("second", 2), hears), { startImmediately: true })
        }
        return yield* Effect.never
      })
      yield* Effect.forkChild(replace, { startImmediately: true })
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(sent, shards.length)
      for (const [i, at] of sent.entries()) {
        if (i > 0) assert.isAtLeast(at - (sent[i - 1] ?? 0), identifyInterval + 99)
      }
    }).pipe(Effect.scoped),
  { arbitrary: { runs: 400 } }
)
