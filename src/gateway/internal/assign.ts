/** Changes which shards of the same total a manager runs, and leaves alone those that it keeps. */
import * as Effect from "effect/Effect"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { ShardId } from "../ShardId.ts"
import * as Assignments from "./assignment.ts"
import * as Generation from "./generation.ts"
import * as Manager from "./manager.ts"
import * as TakeOver from "./takeOver.ts"

/** Becomes responsible for these shards. When this fails or is interrupted before it has committed, nothing changes. */
export const assign = (self: Manager.Manager, ids: ReadonlyArray<number>): Effect.Effect<void, GatewayError> =>
  Manager.starting(
    self,
    "assign",
    Effect.fnUntraced(function* (operation) {
      const next = yield* Assignments.parseSet({ ids, total: yield* Manager.total(self) })
      const { current } = self
      // What a shard may still receive twice is known here, and not where it goes.
      if (current?.ids.some((id) => !next.ids.includes(id)) === true) yield* TakeOver.settled(current)
      const missing = yield* Manager.missing(self, current, next)
      if (missing.length > 0) yield* Manager.requireAllIntents(self)
      operation.commit()
      yield* change(self, next, missing)
    })
  )

// The new ones are started before the others are waited for, and without a pause in which nobody is responsible.
const change = Effect.fnUntraced(function* (
  self: Manager.Manager,
  next: Assignments.Shards,
  missing: ReadonlyArray<ShardId>
) {
  self.wanted = next
  self.isBetween = false
  const generation = yield* Manager.assigned(self)
  const leaving = Generation.assign(generation, next.ids)
  Manager.keep(self, next)
  self.outboxes.extend(next.ids)
  yield* Effect.forEach(missing, (id) => Manager.start(self, generation, id), { discard: true })
  yield* Effect.forEach(leaving, (id) => Generation.stop(generation, id, CloseCode.resumable), {
    concurrency: "unbounded",
    discard: true
  })
})
