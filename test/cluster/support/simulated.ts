/** A coordinator over members that are simulated, in virtual time. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Scope from "effect/Scope"
import * as Coordination from "../../../src/cluster/internal/coordination.ts"
import * as Coordinator from "../../../src/cluster/internal/coordinator.ts"
import { addressOf, type Peers, Unreachable } from "../../../src/cluster/internal/peers.ts"
import { type Assignment, Outdated, type Status } from "../../../src/cluster/internal/protocol.ts"
import type { GatewayError } from "../../../src/gateway/GatewayError.ts"

/** A member that does what it is told, unless a test says otherwise. */
export class Simulated {
  mark = "first"
  weight = 1
  total = 0
  term = 0
  shards: Assignment["shards"] = []
  readonly told: Array<Assignment> = []
  status: Effect.Effect<Status, Unreachable> = Effect.sync(() => this.say())
  /** What it takes to do what it is told, and how many such calls are under way. */
  assign: Effect.Effect<void, Unreachable> = Effect.void
  assigning = 0
  reshard: Effect.Effect<void, GatewayError> = Effect.void

  say(): Status {
    const { mark, shards, term, total, weight } = this
    return { mark, weight, term, total, assigned: shards, connected: shards, resharding: null, invalidRequests: 0 }
  }

  obey(assignment: Assignment): void {
    if (assignment.term < this.term) throw new Outdated({ term: this.term })
    this.told.push(assignment)
    this.shards = assignment.shards
    this.total = assignment.total
    this.term = assignment.term
  }
}

export interface World {
  readonly members: Map<string, Simulated>
  readonly coordinator: Coordination.Coordinator
  readonly store: KeyValueStore.KeyValueStore
  /** What it takes to hear Discord's numbers. */
  readonly discord: { answers: Effect.Effect<void, GatewayError> }
  /** What it takes to hear from the storage who is registered, which cannot be stopped, and what it has. */
  readonly storage: { answers: Effect.Effect<void>; reads: Effect.Effect<void> }
  /** Members of which it is known that they will not answer soon. */
  readonly lost: Set<string>
}

/** A coordinator takes office, and works until the scope closes. */
export const worldOf = (
  members: Map<string, Simulated>,
  total: number | "auto" = 4,
  stored?: string
): Effect.Effect<World, never, Scope.Scope> =>
  Effect.gen(function* () {
    const call = (
      name: string,
      use: (client: unknown) => Effect.Effect<unknown, unknown>,
      within: Duration.Input = "Infinity"
    ) =>
      Effect.suspend(() => {
        const member = members.get(name)
        if (member === undefined) return Effect.fail(new Unreachable({ member: name }))
        return use({
          Status: () => member.status,
          Assign: (assignment: Assignment) =>
            Effect.suspend(() => {
              member.assigning++
              return Effect.andThen(
                member.assign,
                Effect.sync(() => member.obey(assignment))
              )
            }).pipe(Effect.ensuring(Effect.sync(() => member.assigning--))),
          Reshard: (assignment: Assignment) =>
            Effect.andThen(
              Effect.suspend(() => member.reshard),
              Effect.sync(() => member.obey(assignment))
            )
        }).pipe(Effect.timeout(within))
      })
    const nobodyListens = (name: string) => Effect.sync(() => !members.has(name))
    const discord: World["discord"] = { answers: Effect.void }
    const storage: World["storage"] = { answers: Effect.void, reads: Effect.void }
    const lost = new Set<string>()
    const numbers = { shards: 4, sessionStartLimit: { maxConcurrency: 1 } }
    const store = yield* KeyValueStore.KeyValueStore
    if (stored !== undefined) yield* Effect.orDie(store.set("test/coordinator", stored))
    const coordinator = yield* Coordination.make({
      name: "a:1",
      peers: { call, callExactly: call, nobodyListens } as unknown as Peers,
      storage: {
        getRunners: Effect.andThen(
          Effect.uninterruptible(Effect.suspend(() => storage.answers)),
          Effect.sync(() => [...members.keys()].map((name) => [{ address: addressOf(name) }, true]))
        )
      } as never,
      store: {
        ...store,
        get: (key: string) =>
          Effect.andThen(
            Effect.suspend(() => storage.reads),
            store.get(key)
          )
      } as KeyValueStore.KeyValueStore,
      info: {
        get: Effect.as(
          Effect.suspend(() => discord.answers),
          numbers
        ),
        last: Effect.undefined,
        refresh: Effect.succeed(numbers)
      } as never,
      isLost: (name) => Effect.sync(() => lost.has(name)),
      queue: { take: () => Effect.void } as never,
      budget: { require: () => Effect.void } as never,
      total,
      prefix: "test/",
      identify: {},
      settle: "1 second",
      lease: "5 seconds"
    }).pipe(Effect.orDie)
    yield* Effect.forkScoped(Coordinator.run(coordinator), { startImmediately: true })
    return { members, coordinator, discord, lost, storage, store }
  }).pipe(Effect.provide(KeyValueStore.layerMemory))

/** Members of these names. */
export const membersOf = (...names: ReadonlyArray<string>) => new Map(names.map((name) => [name, new Simulated()]))

/** How many shards each of them runs. */
export const shardsOf = (members: Map<string, Simulated>) =>
  Object.fromEntries([...members].map(([name, { shards }]) => [name, shards.length]))
