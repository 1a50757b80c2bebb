/**
 * Dialogues whose code this process does not have. The engine ends what nobody registers, so they are taken over: what
 * arrives for them is kept, an operator can cancel them, and they are held until a process has their code.
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { end } from "./ending.ts"
import { type Manager, workflow } from "./manager.ts"
import { persistently } from "./persistently.ts"

/** For how long a process counts as one that has code, after it last said so, in milliseconds. */
const patience = 15_000

/** Says which code this process has, for those that do not have it. */
export const serve = (manager: Manager) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const tags = [...manager.workflows.keys()]
    return Arr.isReadonlyArrayNonEmpty(tags) ? manager.store.serve(tags, manager.process, now) : Effect.void
  })

/** Whether a process that is alive has the code of a workflow. */
export const isServed = (manager: Manager, tag: string) =>
  manager.workflows.has(tag)
    ? Effect.succeed(true)
    : Effect.flatMap(Clock.currentTimeMillis, (now) => manager.store.isServed(tag, now - patience))

/** Holds a dialogue, unless it is cancelled. */
const hold = (manager: Manager, title: string, id: string) =>
  Effect.gen(function* () {
    const { store } = manager
    yield* Workflow.addFinalizer((exit) =>
      Exit.isSuccess(exit) ? Effect.void : end({ id, store, context: manager.context }, "cancelled")
    )
    yield* persistently(store.become(id, "held", `There is no code of ${title}: register it with Durable.versions.`))
    return yield* Workflow.suspend(yield* WorkflowInstance)
  })

/** A version of a dialogue. */
export interface Version {
  readonly name: string
  readonly version: number
  readonly workflow: string
}

/** Takes over the dialogues of a version, unless this process has its code. */
export const takeOne = (
  manager: Manager,
  { name, version, workflow: tag }: Version
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.suspend(() => {
    if (manager.workflows.has(tag) || manager.codeless.has(tag)) return Effect.void
    manager.codeless.add(tag)
    return manager.engine.register(workflow(tag), ((_: unknown, id: string) =>
      hold(manager, `${name}@${version}`, id)) as never) as Effect.Effect<void, never, Scope.Scope>
  })

/** Takes over all that this process has no code for. Returns the versions, and how many of each there are. */
export const takeAll = Effect.fnUntraced(function* (manager: Manager) {
  const versions = yield* manager.store.versions
  const codeless = versions.filter(({ workflow: tag }) => !manager.workflows.has(tag))
  yield* Effect.forEach(codeless, (version) => takeOne(manager, version), { discard: true })
  return codeless
})
