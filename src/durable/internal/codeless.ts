/**
 * Dialogues whose code this process does not have. The engine ends what nobody registers, so they are taken over: what
 * arrives for them is kept, an operator can cancel them, and they are held until a process has their code.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { end } from "./ending.ts"
import { type Handler, type Manager, workflow } from "./manager.ts"
import { persistently } from "./retries.ts"

/** For how long a process counts as one that has code, after it last said so, in milliseconds. */
const patience = 15_000

/** Says which code this process has, for those that do not have it. */
export const serve = (manager: Manager) =>
  Effect.flatMap(manager.store.now, (now) => {
    const tags = [...manager.workflows.keys(), ...(manager.bot === undefined ? [] : [manager.bot])]
    return Arr.isReadonlyArrayNonEmpty(tags) ? manager.store.serve(tags, manager.process, now) : Effect.void
  })

/** Whether a process of another bot that is alive shares the storage. */
export const isShared = ({ bot, store }: Manager) =>
  bot === undefined ? Effect.succeed(false) : Effect.flatMap(store.now, (now) => store.hasOtherBot(bot, now - patience))

/** Whether a process that is alive has the code of a workflow. */
export const isServed = (manager: Manager, tag: string) =>
  manager.workflows.has(tag)
    ? Effect.succeed(true)
    : Effect.flatMap(manager.store.now, (now) => manager.store.isServed(tag, now - patience))

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

/**
 * Takes over the dialogues of a workflow, unless this process has its code. When it has that later, the code runs them. Until
 * then nothing that is sent to one of them waits for an answer that never comes.
 */
export const takeOne = (manager: Manager, tag: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (manager.workflows.has(tag) || manager.codeless.has(tag)) return Effect.void
    manager.codeless.add(tag)
    const title = tag.slice(tag.indexOf("/") + 1)
    const run: Handler = (payload, id) => manager.handlers.get(tag)?.(payload, id) ?? hold(manager, title, id)
    const registered = manager.engine.register(workflow(tag), run as never) as Effect.Effect<void, never, Scope.Scope>
    return Scope.provide(registered, manager.scope)
  })

/** Takes over all that this process has no code for. Returns the versions, and how many of each there are. */
export const takeAll = Effect.fnUntraced(function* (manager: Manager) {
  const versions = yield* manager.store.versions
  const codeless = versions.filter(({ workflow: tag }) => !manager.workflows.has(tag))
  yield* Effect.forEach(codeless, ({ workflow: tag }) => takeOne(manager, tag), { discard: true })
  return codeless
})
