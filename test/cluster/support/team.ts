/**
 * Real members with their shards, and coordinators over them, without sockets and storage between them: so a coordinator
 * can be replaced in any moment.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Runner from "effect/cluster/Runner"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Scope from "effect/Scope"
import * as Coordination from "../../../src/cluster/internal/coordination.ts"
import * as Coordinator from "../../../src/cluster/internal/coordinator.ts"
import * as Member from "../../../src/cluster/internal/member.ts"
import * as Peers from "../../../src/cluster/internal/peers.ts"
import type * as GatewayInfo from "../../../src/gateway/GatewayInfo.ts"
import type * as IdentifyBudget from "../../../src/gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../../src/gateway/IdentifyQueue.ts"
import type * as FakeDiscord from "../../../src/testing/FakeDiscord.ts"
import * as Gateway from "../../gateway/harness.ts"

export interface Mate {
  readonly member: Member.Member
  readonly bot: Gateway.Bot
}

export interface Team {
  readonly mates: ReadonlyArray<Mate>
  /** A coordinator takes office, and works until it is stopped. */
  readonly takeOffice: Effect.Effect<
    { readonly coordinator: Coordination.Coordinator; readonly stop: Effect.Effect<void> },
    never,
    Scope.Scope
  >
  /** Waits until the members run these numbers of shards of a total, all of them connected. */
  readonly untilRunning: (total: number, counts: ReadonlyArray<number>) => Effect.Effect<void>
}

export interface TeamOptions {
  readonly members: number
  /** Discord, as coordinators ask it. */
  readonly info: GatewayInfo.GatewayInfo["Service"]
  /** Whether the budget of coordinators has so many. Default: always. */
  readonly require?: IdentifyBudget.IdentifyBudget["Service"]["require"]
}

const makeMate = Effect.fnUntraced(function* (name: string, queue: IdentifyQueue.IdentifyQueue["Service"]) {
  const bot = yield* Gateway.make({
    shards: { ids: [], total: 1 },
    reshardOverlap: "100 millis",
    identifyQueue: Layer.succeed(IdentifyQueue.IdentifyQueue, queue)
  })
  yield* Effect.orDie(bot.manager.initialize)
  const member = new Member.Member({ name, weight: 1 })
  member.mark = name
  member.manager = bot.manager
  return { bot, member }
})

export const make = Effect.fnUntraced(function* (
  options: TeamOptions
): Effect.fn.Return<Team, never, FakeDiscord.FakeDiscord | Scope.Scope> {
  const identify = { interval: "20 millis", margin: "300 millis" } as const
  const queue = yield* IdentifyQueue.IdentifyQueue.pipe(Effect.provide(IdentifyQueue.layerMemory(identify)))
  const names = Array.from({ length: options.members }, (_, i) => `127.0.0.1:${i + 1}`)
  const mates = yield* Effect.forEach(names, (name) => makeMate(name, queue))
  const members = new Map(mates.map(({ member }) => [member.name, member]))
  const storage = yield* RunnerStorage.makeMemory
  for (const name of names) {
    const runner = Runner.make({ address: Peers.addressOf(name), groups: [], weight: 1 })
    yield* Effect.orDie(storage.register(runner, true))
  }
  const store = yield* KeyValueStore.KeyValueStore.pipe(Effect.provide(KeyValueStore.layerMemory))
  const peers: Pick<Peers.Peers, "call" | "nobodyListens"> = {
    nobodyListens: () => Effect.succeed(false),
    call: (name, use) => {
      const member = members.get(name) ?? new Member.Member({ name, weight: 1 })
      const client = {
        Status: () => Member.status(member),
        Assign: (assignment: Parameters<typeof Member.assign>[1]) => Member.assign(member, assignment),
        Reshard: (assignment: Parameters<typeof Member.reshard>[1]) => Member.reshard(member, assignment)
      }
      return use(client as never) as never
    }
  }
  const takeOffice = Effect.gen(function* () {
    const coordinator = yield* Effect.orDie(
      Coordination.make({
        name: names[0] ?? "",
        peers: peers as Peers.Peers,
        storage,
        store,
        info: options.info,
        queue,
        budget: { take: Effect.void, giveBack: Effect.void, require: options.require ?? (() => Effect.void) },
        total: "auto",
        isLost: () => Effect.succeed(false),
        prefix: "",
        identify: { interval: 0 },
        settle: 0,
        lease: "5 seconds"
      })
    )
    const fiber = yield* Effect.forkScoped(Coordinator.run(coordinator))
    return { coordinator, stop: Fiber.interrupt(fiber) }
  })
  const counts = Effect.forEach(mates, ({ member }) =>
    Effect.map(Member.status(member), ({ connected, total }) => `${connected.length} of ${total}`)
  )
  return {
    mates,
    takeOffice,
    untilRunning: (total, wanted) =>
      Effect.gen(function* () {
        const expected = wanted.map((count) => `${count} of ${total}`).join()
        while ((yield* counts).join() !== expected) yield* Effect.sleep("10 millis")
      }).pipe(
        Effect.timeoutOrElse({
          duration: "1 minute",
          orElse: () =>
            Effect.flatMap(counts, (now) => Effect.die(new Error(`the members run ${now.join(", ")} shards`)))
        })
      )
  }
})
