/** What the coordinator does when members call. Others say that they are not the coordinator. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Coordination from "./coordination.ts"
import * as Coordinator from "./coordinator.ts"
import type { Office } from "./office.ts"
import { CoordinatorRpcs, NotCoordinator } from "./protocol.ts"
import * as Resharding from "./resharding.ts"

/** The handlers of the calls to the coordinator. */
export const make = (office: Office["Service"]) => {
  const asCoordinator = <A, E>(
    use: (coordinator: Coordination.Coordinator) => Effect.Effect<A, E>
  ): Effect.Effect<A, E | NotCoordinator> =>
    Effect.suspend((): Effect.Effect<A, E | NotCoordinator> =>
      office.coordinator === undefined ? Effect.fail(new NotCoordinator()) : use(office.coordinator)
    )
  return CoordinatorRpcs.of({
    TakeIdentify: (request) => asCoordinator((coordinator) => Coordinator.takeIdentify(coordinator, request)),
    TakeBudget: () => asCoordinator(({ options }) => options.budget.take),
    GiveBudgetBack: () => asCoordinator(({ options }) => options.budget.giveBack),
    RequireBudget: ({ count }) => asCoordinator(({ options }) => options.budget.require(count)),
    Leave: ({ name }) => asCoordinator((coordinator) => Coordinator.leave(coordinator, name)),
    StartReshard: ({ total }) =>
      Stream.unwrap(asCoordinator((coordinator) => Effect.succeed(Resharding.reshard(coordinator, total))))
  })
}
