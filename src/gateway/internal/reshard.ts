/** Replaces the shards of a manager by those of another total, without a gap. */
import * as Effect from "effect/Effect"
import * as CloseCode from "../CloseCode.ts"
import type { GatewayError } from "../GatewayError.ts"
import * as Intents from "../Intents.ts"
import type { Assignment } from "../ShardManager.ts"
import * as Assignments from "./assignment.ts"
import * as Errors from "./errors.ts"
import * as Generation from "./generation.ts"
import * as Manager from "./manager.ts"
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
      // Without shards it starts them, and then waits for them like everybody else.
      Effect.flatMap(
        Manager.starting(self, "reshard", () => reshardInTurn(self, next)),
        ({ hasStarted }) => (hasStarted ? awaitReady(self) : Effect.void)
      ),
      Effect.sync(() => {
        self.isResharding = false
      })
    )
  })

const reshardInTurn = Effect.fnUntraced(function* (self: Manager.Manager, next: Assignment | "auto") {
  const wanted = yield* Assignments.parse(next)
  const assignment = yield* Assignments.resolve(wanted, self.services.info)
  const from = self.current
  if (from === undefined || !Generation.isAnyRunning(from)) {
    yield* Manager.replaceAssignment(self, wanted)
    yield* Manager.initializeInTurn(self)
    return { hasStarted: true }
  }
  if (assignment.total === from.total) {
    // Discord recommends what there is.
    if (next === "auto") return { hasStarted: false }
    const detail = `all processes together have ${assignment.total} shards already: use setShards and initialize`
    return yield* Errors.invalidOptions("reshard", detail)
  }
  yield* TakeOver.settled(from)
  if (assignment.ids.length > 0) yield* self.services.budget.require(assignment.ids.length)
  yield* replace(self, from, wanted, assignment)
  return { hasStarted: false }
})

// Before the cut nothing has changed, and after it everything has to.
const replace = (
  self: Manager.Manager,
  from: Generation.Generation,
  wanted: Assignments.Shards | "auto",
  assignment: Assignments.Shards
): Effect.Effect<void, GatewayError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { events } = self.services
      const old = self.outboxes
      // One that was kept would replay what these shards have handled.
      yield* Manager.forgetSessions(self, assignment)
      const to = yield* Manager.generate(self, assignment, (ids) => old.successors(ids))
      self.pending = to
      const cutOver = () => {
        // Presences may have changed since.
        old.handPresencesTo(to.options.outboxes)
        old.handWaitingTo(to.options.outboxes, assignment.total)
        self.pending = undefined
        self.wanted = wanted
        self.current = to
        self.outboxes = to.options.outboxes
      }
      const takeOver = TakeOver.run({
        cutOver,
        events,
        from,
        moved: self.moved,
        settle: self.settings.reshardOverlap,
        to,
        withGuilds: (self.settings.shard.intents & Intents.toBits(["Guilds"])) !== 0
      })
      yield* Effect.onExit(restore(takeOver), () => {
        const isCut = self.current === to
        self.pending = undefined
        const ending = isCut ? from : to
        return Generation.stopAll(ending, CloseCode.normal).pipe(
          Effect.andThen(Generation.dispose(ending)),
          Effect.andThen(Manager.forgetOthers(self, self.current?.total))
        )
      })
      for (const notify of self.newSessions) notify(undefined)
    })
  )
