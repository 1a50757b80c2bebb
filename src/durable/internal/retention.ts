/** The removal of dialogues that ended some time ago. Processes may do it at the same time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as EntityAddress from "effect/cluster/EntityAddress"
import * as EntityId from "effect/cluster/EntityId"
import * as EntityType from "effect/cluster/EntityType"
import type { Manager } from "./manager.ts"
import * as Metrics from "./metrics.ts"
import { orEngineFailed } from "./storageFailed.ts"

/** How many are removed at once. */
const batch = 100

// Where the engine keeps the clocks of all workflows.
const clocks = "Workflow/-/DurableClock"

/** Removes what the engine keeps of a dialogue: its messages, their replies, and its clocks. */
const clear = (manager: Manager, workflow: string, id: string) =>
  Effect.forEach(
    [`Workflow/${workflow}`, clocks],
    (entityType) =>
      manager.messages.clearAddress(
        EntityAddress.make({
          entityType: EntityType.make(entityType),
          entityId: EntityId.make(id),
          shardId: manager.shardOf(id)
        })
      ),
    { discard: true }
  ).pipe(orEngineFailed("clear"))

/** Removes all that ended too long ago. The row goes last, so that whoever is interrupted leaves the rest to the next. */
export const sweep = Effect.fnUntraced(function* (manager: Manager) {
  const { retention, store } = manager
  const before = (yield* Clock.currentTimeMillis) - retention
  while (true) {
    const old = yield* store.endedBefore(before, batch)
    for (const { id, workflow } of old) {
      yield* clear(manager, workflow, id)
      yield* store.remove(id)
      yield* Metrics.countRemoved
    }
    if (old.length < batch) return
  }
})

/** How often that is done, in milliseconds: often enough for what is kept for a short time. */
export const intervalOf = ({ retention }: Manager): number => Math.min(Math.max(retention / 10, 1_000), 60_000)
