/** Replaces the shards of a manager by those of another assignment, without a gap. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import type { Assignment } from "../ShardManager.ts"
import * as Assignments from "./assignment.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"
import * as Manager from "./manager.ts"
import { Outboxes } from "./outboxes.ts"
import { awaitReady } from "./readiness.ts"
import * as TakeOver from "./takeOver.ts"

/** Reshards. Fails while another reshard is under way. */
export const reshard = (self: Manager.Manager, next: Assignment | "auto"): Effect.Effect<void, GatewayError> =>
  Effect.suspend(() => {
    if (self.isResharding) {
      return Effect.fail(Errors.invalidOptions("reshard", "another reshard is under way: wait until it has ended"))
    }
    self.isResharding = true
    return Effect.ensuring(
      reshardOnce(self, next),
      Effect.sync(() => {
        self.isResharding = false
      })
    )
  })

const reshardOnce = Effect.fn("ShardManager.reshard")(function* (self: Manager.Manager, next: Assignment | "auto") {
  const assignment = yield* Assignments.resolve(next, self.services.info)
  const from = self.current
  if (from === undefined || Generation.running(from).length === 0) {
    yield* Manager.setShards(self, next)
    yield* Manager.initialize(self)
    return yield* awaitReady(self.changes, () => self.current)
  }
  yield* self.services.budget.require(assignment.count)
  yield* replace(self, from, next, assignment)
})

// Only the take-over can be interrupted: before it nothing has changed, and after it everything has to.
const replace = (
  self: Manager.Manager,
  from: Generation.Generation,
  next: Assignment | "auto",
  assignment: Assignment
): Effect.Effect<void, GatewayError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { events } = self.services
      const settle = self.settings.reshardOverlap
      const old = self.outboxes
      const outboxes = new Outboxes(self.settings.outbox)
      yield* old.handPresencesTo(outboxes)
      const to = yield* Manager.generate(self, assignment, outboxes)
      const ready = awaitReady(self.changes, () => to)
      self.pending = to
      const exit = yield* Effect.exit(restore(TakeOver.run({ events, from, ready, settle, to })))
      self.pending = undefined
      if (Exit.isFailure(exit)) {
        yield* Generation.dispose(to)
        return yield* exit
      }
      // Presences may have changed since.
      yield* old.handPresencesTo(outboxes)
      self.wanted = next
      self.current = to
      self.outboxes = outboxes
      TakeOver.mute(from)
      yield* Generation.stopAll(from, CloseCode.normal)
      yield* Generation.dispose(from)
      const alone = Effect.sync(() => TakeOver.unmute(to, events))
      yield* Effect.forkIn(Effect.delay(alone, settle), self.scope)
    })
  )
