/** What operators do with dialogues: they read, cancel, resume and migrate them, in any process that shares the storage. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { MessageStorage } from "effect/cluster/MessageStorage"
import { Sharding } from "effect/cluster/Sharding"
import { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import * as Forks from "../../internal/Forks.ts"
import type { Dialogues } from "../Dialogues.ts"
import { DialogueEnded, MigrationRefused, StorageFailed, UnknownDialogue } from "../DurableError.ts"
import * as Codeless from "./codeless.ts"
import { begin, type Dialogue, type Migratable } from "./dialogue.ts"
import { end } from "./ending.ts"
import { type DialogueWorkflow, Manager, remember, workflow } from "./manager.ts"
import { orEngineFailed } from "./storageFailed.ts"
import * as Store from "./store.ts"
import { parse } from "./stored.ts"

type Service = Dialogues["Service"]

/** The name of a workflow without the version. */
const baseOf = (tag: string): string => tag.replace(/@\d+$/, "")

/** Who operates. */
class Operator {
  readonly #manager: Manager

  constructor(manager: Manager) {
    this.#manager = manager
  }

  /** A dialogue, and its workflow, which the engine knows after this. */
  readonly #find = Effect.fnUntraced(function* (this: Operator, id: string) {
    const manager = this.#manager
    const info = yield* manager.store.get(id)
    const tag = yield* manager.store.workflowOf(id)
    if (info === undefined || tag === undefined) return yield* new UnknownDialogue({ id })
    yield* Codeless.takeOne(manager, tag)
    return { info, of: manager.workflows.get(tag) ?? workflow(tag) }
  })

  readonly get: Service["get"] = Effect.fnUntraced(function* (this: Operator, id: string) {
    const { store } = this.#manager
    const info = yield* store.get(id)
    if (info === undefined) return yield* new UnknownDialogue({ id })
    return { ...info, steps: yield* store.stepInfos(id), questions: yield* store.openQuestions(id) }
  }).bind(this)

  readonly cancel: Service["cancel"] = Effect.fnUntraced(function* (this: Operator, id: string) {
    const { info, of } = yield* this.#find(id)
    if (!Store.isEnd(info.status)) yield* orEngineFailed("cancel")(this.#manager.engine.interrupt(of, id))
  }).bind(this)

  readonly resume: Service["resume"] = Effect.fnUntraced(function* (this: Operator, id: string) {
    const { of } = yield* this.#find(id)
    yield* orEngineFailed("resume")(this.#manager.engine.resume(of, id))
  }).bind(this)

  readonly migrate: Service["migrate"] = Effect.fnUntraced(function* (
    this: Operator,
    id: string,
    to: Migratable<unknown>,
    ...given: ReadonlyArray<unknown>
  ) {
    const manager = this.#manager
    const { info, of } = yield* this.#find(id)
    const { dialogue, input } =
      "~fibercord/Startable" in to
        ? { dialogue: to["~fibercord/Dialogue"], input: to["~fibercord/Startable"](given[0], info.userId) }
        : { dialogue: to["~fibercord/Dialogue"], input: yield* this.#openingOf(id, of, to["~fibercord/Dialogue"]) }
    const key = `migrated/${id}`
    const successor = yield* dialogue.workflow.executionId({ key, input: "" })
    // Whoever says first where it goes decides; all else may happen again after a crash.
    yield* manager.store.migrate(id, successor)
    const known = yield* manager.store.get(id)
    if (known?.successor !== successor) return yield* new DialogueEnded({ id, status: known?.status ?? info.status })
    yield* orEngineFailed("migrate")(end({ id, store: manager.store, context: manager.context }, "migrated"))
    yield* orEngineFailed("migrate")(manager.engine.interrupt(of, id))
    return yield* begin(manager, dialogue, key, input)
  } as never).bind(this) as never

  /** What a dialogue was begun with, for a newer version of its command. */
  readonly #openingOf = Effect.fnUntraced(function* (this: Operator, id: string, of: DialogueWorkflow, to: Dialogue) {
    if (baseOf(of._tag) !== baseOf(to.workflow._tag)) {
      return yield* new MigrationRefused({
        id,
        problem: `it is not a dialogue of ${to.name}, with whose command it would have to begin: give a definition of Durable.make`
      })
    }
    const stored = yield* this.#manager.store.inputOf(of._tag, id)
    const input = stored === undefined ? undefined : parse<unknown>(stored)
    if (input !== undefined) return input
    return yield* new StorageFailed({
      operation: "migrate",
      cause: "what the dialogue was begun with is gone or cannot be read"
    })
  })
}

/** The service, over the engine. */
export const make = Effect.fnUntraced(function* (prefix: string, retention: Duration.Input) {
  const store = yield* Effect.orDie(Store.make(`${prefix}_durable`))
  const forks = yield* Forks.make("The message of a collection is not kept up to date any more")
  const process = (yield* Random.nextIntBetween(0, 2 ** 52)).toString(36)
  const manager = new Manager({
    store,
    engine: yield* WorkflowEngine,
    sharding: yield* Sharding,
    messages: yield* MessageStorage,
    process,
    forks,
    scope: yield* Effect.scope,
    retention: Duration.toMillis(Duration.fromInputUnsafe(retention))
  })
  const operator = new Operator(manager)
  const { cancel, get, migrate, resume } = operator
  return remember({ list: (options = {}) => store.list(options), get, cancel, resume, migrate }, manager)
})
