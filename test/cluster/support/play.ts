/** What tests of several members do: send events, wait until shards are where they belong, and count what was handled. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type * as DiscordConfig from "../../../src/DiscordConfig.ts"
import * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import { interactionDeadline } from "../../interactions/harness.ts"
import { assertHandledOnce, sendNumbered } from "../../gateway/numberedEvents.ts"
import * as Postgres from "./Postgres.ts"
import type { Member } from "./members.ts"
import { storages } from "./storages.ts"

/** How many shards there are at first. */
export const total = 8

/** Sends numbered events to every shard. */
export const traffic = sendNumbered(total)

/** Asserts that every shard's events were each handled once by one of the members. */
export const assertOnce = (members: ReadonlyArray<Member>, count: number) =>
  assertHandledOnce({ count, total }, (shard) => members.flatMap(({ handled }) => handled.get(shard) ?? []))

const counts = (members: ReadonlyArray<Member>) =>
  Effect.forEach(members, ({ manager }) => Effect.map(manager.shardsInstantiated, (ids) => ids.length))

/** Waits until the members run these numbers of shards, all of them connected. */
export const untilBalanced = (members: ReadonlyArray<Member>, expected: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    while (true) {
      const statuses = yield* members[0]?.cluster.members ?? Effect.succeed([])
      const isConnected = statuses.every(({ connected, shards }) => connected.length === shards.length)
      const now = yield* counts(members)
      if (isConnected && JSON.stringify([...now].sort()) === JSON.stringify([...expected].sort())) return
      yield* Effect.sleep("50 millis")
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: "1 minute",
      orElse: () =>
        Effect.flatMap(counts(members), (now) => Effect.die(new Error(`the members run ${now.join(", ")} shards`)))
    })
  )

/** Runs a test beside a fake Discord, with a new database. */
export const play = <A, E>(
  body: (
    storage: Layer.Layer<SqlClient>
  ) => Effect.Effect<A, E, FakeDiscord.FakeDiscord | DiscordConfig.DiscordConfig | Scope.Scope>,
  storage = storages[0]
) =>
  Effect.gen(function* () {
    const database = yield* storage?.make ?? Effect.die("no storage")
    return yield* body(Layer.orDie(database.client("test")))
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.merge(
        FakeDiscord.layer({
          shards: total,
          maxConcurrency: 4,
          identifyInterval: "20 millis",
          replayLimit: 10_000,
          interactionDeadline,
          rateLimits: [{ requests: "POST /channels/:channel/messages", limit: 6, per: "2 seconds" }]
        }),
        Postgres.layer
      )
    )
  )
