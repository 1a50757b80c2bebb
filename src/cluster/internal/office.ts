/** The coordinator's office: in it while this member is the coordinator, and what other members ask of it. */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RunnerStorage } from "effect/cluster/RunnerStorage"
import type { KeyValueStore } from "effect/persistence/KeyValueStore"
import { GatewayInfo } from "../../gateway/GatewayInfo.ts"
import * as IdentifyBudget from "../../gateway/IdentifyBudget.ts"
import * as IdentifyQueue from "../../gateway/IdentifyQueue.ts"
import * as Backoff from "../../internal/backoff.ts"
import * as AutoReshard from "./autoReshard.ts"
import * as Coordination from "./coordination.ts"
import * as Coordinator from "./coordinator.ts"
import type { Peers } from "./peers.ts"

/** Who sits in it, in this process. */
export class Office extends Context.Service<Office, { coordinator: Coordination.Coordinator | undefined }>()(
  "fibercord/cluster/Office"
) {}

/** An office in which nobody sits. */
export const layer: Layer.Layer<Office> = Layer.sync(Office, () => ({ coordinator: undefined }))

/** What is needed to take office. */
export interface Options {
  readonly name: string
  readonly peers: Peers
  readonly isLost: (name: string) => Effect.Effect<boolean>
  readonly store: KeyValueStore
  readonly total: number | "auto"
  readonly prefix: string
  readonly identify: IdentifyQueue.Options
  readonly settle: Duration.Input
  readonly lease: Duration.Input
  readonly identifyReserve: number | undefined
  /** When there are more shards by themselves. Never if undefined. */
  readonly autoReshard: AutoReshard.Options | undefined
}

const again = Backoff.exponential("100 millis", "2 seconds")

/**
 * Takes office, and works until it is interrupted. Effect Cluster does not restart what fails on its own: this begins
 * again.
 */
export const serve = (options: Options) =>
  Effect.gen(function* () {
    const office = yield* Office
    const services = yield* Layer.build(
      Layer.merge(
        IdentifyQueue.layerMemory(options.identify),
        IdentifyBudget.layer({ reserve: options.identifyReserve })
      )
    )
    const coordinator = yield* Coordination.make({
      ...options,
      storage: yield* RunnerStorage,
      info: yield* GatewayInfo,
      queue: Context.get(services, IdentifyQueue.IdentifyQueue),
      budget: Context.get(services, IdentifyBudget.IdentifyBudget)
    })
    yield* Effect.logInfo(`${options.name} coordinates the cluster (term ${coordinator.term})`)
    yield* Effect.acquireRelease(
      Effect.sync(() => (office.coordinator = coordinator)),
      () => Effect.sync(() => (office.coordinator = undefined))
    )
    const growing = options.autoReshard === undefined ? Effect.never : AutoReshard.run(coordinator, options.autoReshard)
    return yield* Effect.raceFirst(Coordinator.run(coordinator), growing)
  }).pipe(
    Effect.scoped,
    Effect.tapCause((cause) => Effect.logError("The coordinator of the cluster has failed, and begins again", cause)),
    Effect.sandbox,
    Effect.retry(again),
    Effect.orDie
  )
