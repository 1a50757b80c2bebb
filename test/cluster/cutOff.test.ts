/** A member that reaches neither the database nor the others, but Discord: it must not fight over its shards. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import * as Postgres from "./support/Postgres.ts"
import * as Relay from "./support/Relay.ts"
import { freePort } from "./support/freePort.ts"
import { type Member, startMember } from "./support/members.ts"

const { is } = FakeDiscord
const total = 4

const connected = ({ manager }: Member) =>
  Effect.map(
    manager.runners,
    (runners) => [...HashMap.values(runners)].filter(({ stage }) => stage._tag === "Connected").length
  )

const until = Effect.fnUntraced(function* <R>(what: string, condition: Effect.Effect<boolean, never, R>) {
  for (let tries = 0; tries < 600; tries++) {
    if (yield* condition) return
    yield* Effect.sleep("50 millis")
  }
  return yield* Effect.die(new Error(`in vain: ${what}`))
})

const balanced = (one: Member, two: Member) =>
  Effect.zipWith(connected(one), connected(two), (a, b) => a === total / 2 && b === total / 2)

const resumes = FakeDiscord.FakeDiscord.use(({ log }) =>
  Effect.map(log, (entries) => entries.filter(is("Resumed")).length)
)

const startTwo = Effect.gen(function* () {
  const { makeDatabase } = yield* Postgres.Postgres
  const database = yield* makeDatabase
  const [oneListens, listenPort] = [yield* freePort, yield* freePort]
  const toDatabase = yield* Relay.make(database.port)
  const toMember = yield* Relay.make(listenPort)
  const oneToDatabase = yield* Relay.make(database.port)
  const toOne = yield* Relay.make(oneListens)
  const storage = (port: number) => Layer.orDie(PgClient.layer({ ...database, port }))
  const one = yield* startMember({
    storage: storage(oneToDatabase.port),
    port: toOne.port,
    listenPort: oneListens
  })
  const two = yield* startMember({ storage: storage(toDatabase.port), port: toMember.port, listenPort })
  yield* until("both run half of the shards", balanced(one, two))
  return { one, two, oneToDatabase, toDatabase, toMember, toOne }
})

const TestLive = Layer.merge(
  FakeDiscord.layer({
    shards: total,
    maxConcurrency: 4,
    identifyInterval: "20 millis",
    replayLimit: 10_000
  }),
  Postgres.layer
)

describe("a member that is cut off", () => {
  it.live(
    "loses each shard once, resumes none from its new owner, and takes part again later",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const { one, toDatabase, toMember, two } = yield* startTwo
        const before = yield* resumes
        yield* toDatabase.cut
        yield* toMember.cut
        yield* until(
          "the other runs all shards",
          Effect.map(connected(one), (count) => count === total)
        )
        // In this time it would resume each of them several times.
        yield* Effect.sleep("4 seconds")
        assert.strictEqual(yield* connected(one), total)
        assert.strictEqual((yield* resumes) - before, total / 2)
        for (let shard = 0; shard < total; shard++) yield* Gateway.number(discord, 1, shard)
        yield* until(
          "the other handles all events",
          Effect.sync(() => [0, 1, 2, 3].every((shard) => one.handled.get(shard)?.includes(1) === true))
        )
        assert.deepStrictEqual([...two.handled.values()].flat(), [])
        yield* toDatabase.heal
        yield* toMember.heal
        yield* until("both run half of the shards again", balanced(one, two))
        assert.strictEqual((yield* resumes) - before, total)
        assert.deepStrictEqual(yield* discord.violations, [])
        yield* two.stop
        yield* one.stop
      }).pipe(Effect.scoped, Effect.provide(TestLive)),
    240_000
  )

  it.live(
    "resumes none from its new owner when it was the coordinator, which still reaches others",
    () =>
      Effect.gen(function* () {
        // The first one of all takes office.
        const { one, oneToDatabase, toOne, two } = yield* startTwo
        const before = yield* resumes
        yield* oneToDatabase.cut
        yield* toOne.cut
        yield* until(
          "the other runs all shards",
          Effect.map(connected(two), (count) => count === total)
        )
        // In this time it would resume each of them several times.
        yield* Effect.sleep("6 seconds")
        assert.strictEqual(yield* connected(two), total)
        assert.strictEqual((yield* resumes) - before, total / 2)
        yield* oneToDatabase.heal
        yield* toOne.heal
        yield* until("both run half of the shards again", balanced(one, two))
        assert.strictEqual((yield* resumes) - before, total)
        yield* two.stop
        yield* one.stop
      }).pipe(Effect.scoped, Effect.provide(TestLive)),
    240_000
  )

  it.live(
    "goes on while nobody reaches the database: a shard that loses its connection resumes",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const postgres = yield* Postgres.Postgres
        const { one, two } = yield* startTwo
        const before = yield* resumes
        yield* postgres.stop
        const sessions = yield* discord.sessions
        for (const { shardId } of sessions) yield* discord.faults.dropConnection(shardId)
        yield* until(
          "all shards are resumed",
          Effect.map(resumes, (count) => count - before >= total)
        )
        yield* until("by those that had them", balanced(one, two))
        yield* Effect.orDie(postgres.start)
        yield* two.stop
        yield* one.stop
      }).pipe(Effect.scoped, Effect.provide(TestLive)),
    240_000
  )

  it.live(
    "ends in bounded time when it is stopped, and its sessions can be resumed",
    () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const { one, oneToDatabase, toDatabase, two } = yield* startTwo
        yield* oneToDatabase.cut
        yield* toDatabase.cut
        const stopping = yield* Effect.forkChild(two.stop, { startImmediately: true })
        yield* until(
          "its shards are closed",
          Effect.map(connected(two), (count) => count === 0)
        )
        assert.isUndefined(stopping.pollUnsafe())
        // A supervisor would have killed it long ago.
        yield* Effect.timeout(Fiber.join(stopping), "1 minute")
        yield* oneToDatabase.heal
        yield* one.stop
        // Closed in a way that they can be resumed: otherwise there would be none.
        const sessions = yield* discord.sessions
        assert.deepStrictEqual(sessions.map(({ connected, shardId }) => `${shardId} ${connected}`).sort(), [
          "0 false",
          "1 false",
          "2 false",
          "3 false"
        ])
      }).pipe(Effect.scoped, Effect.provide(TestLive)),
    480_000
  )
})
