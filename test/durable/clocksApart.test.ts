/** Processes that share a database, on machines whose clocks differ. */
import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { isServed, serve } from "../../src/durable/internal/codeless.ts"
import { type Manager, workflow } from "../../src/durable/internal/manager.ts"
import * as Store from "../../src/durable/internal/store.ts"
import * as Postgres from "../cluster/support/Postgres.ts"
import { storages } from "../cluster/support/storages.ts"
import { jumpyClock } from "../support/jumpyClock.ts"

const request = workflow("slash/request@1")

const postgres = storages.find(({ name }) => name.startsWith("PostgreSQL"))

const process = (name: string, workflows: Manager["workflows"], prefix: string) =>
  Effect.map(Store.make(prefix), (store) => ({ process: name, store, workflows }) as Manager)

it.live.each([-10, 10])("one with a clock %i minutes off has the code that it says it has", (minutes) =>
  Effect.gen(function* () {
    const database = yield* Effect.flatMap(Effect.fromNullishOr(postgres), ({ make }) => make)
    const clock = jumpyClock(yield* Clock.Clock, () => minutes * 60_000)
    yield* Effect.gen(function* () {
      const has = yield* process("one", new Map([[request._tag, request]]), "test")
      const hasNot = yield* process("other", new Map(), "test")
      assert.isFalse(yield* isServed(hasNot, request._tag))
      yield* Effect.provideService(serve(has), Clock.Clock, clock)
      assert.isTrue(yield* isServed(hasNot, request._tag))
      // Who is gone, is gone, and is forgotten a day later.
      yield* has.store.serve([request._tag], "one", (yield* has.store.now) - 20_000)
      assert.isFalse(yield* isServed(hasNot, request._tag))
    }).pipe(Effect.provide(database.client("test")))
  }).pipe(Effect.scoped, Effect.provide(Postgres.layer))
)
