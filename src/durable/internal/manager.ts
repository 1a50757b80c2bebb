/** What a process knows of dialogues: their rows, the engine, and the definitions that it has code for. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as EntityId from "effect/cluster/EntityId"
import type { MessageStorage } from "effect/cluster/MessageStorage"
import type { ShardId } from "effect/cluster/ShardId"
import type { Sharding } from "effect/cluster/Sharding"
import * as DurableClock from "effect/workflow/DurableClock"
import * as DurableDeferred from "effect/workflow/DurableDeferred"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import type * as Forks from "../../internal/Forks.ts"
import type { Dialogues } from "../Dialogues.ts"
import type { StorageFailed } from "../DurableError.ts"
import { HeldHere } from "./heldHere.ts"
import { orEngineFailed } from "./storageFailed.ts"
import type * as Store from "./store.ts"
import { Wakes } from "./wakes.ts"

/** What a dialogue is begun with. `input` is JSON. */
const Payload = Schema.Struct({ key: Schema.String, input: Schema.String })

/** The workflow of a definition. */
export const workflow = (tag: string) => Workflow.make(tag, { payload: Payload, idempotencyKey: ({ key }) => key })

/** The workflow of a definition. */
export type DialogueWorkflow = ReturnType<typeof workflow>

/** What `name` waits for: what a click has stored for it, or nothing when its time is over. */
export const awaited = (name: string) =>
  DurableDeferred.make(clockOf(name, 0).deferred.name, { success: Schema.UndefinedOr(Schema.String) })

/** The clock that ends the wait for `name`. Whoever comes first, the clock or a click, completes the same deferred. */
export const clockOf = (name: string, millis: number) => DurableClock.make({ name, duration: Math.max(0, millis) })

/** Runs a dialogue. */
export type Handler = (payload: typeof Payload.Type, id: string) => Effect.Effect<unknown, unknown, unknown>

// That of workflows which name none.
const shardGroup = "default"

/** The dialogues of a process. */
export class Manager {
  readonly store: Store.Store
  readonly engine: WorkflowEngine["Service"]
  /** Those that this process has code for, by the names of their workflows. */
  readonly workflows = new Map<string, DialogueWorkflow>()
  readonly wakes: Wakes
  readonly heldHere = new HeldHere()
  /** What runs the dialogues of these. */
  readonly handlers = new Map<string, Handler>()
  /** The names of workflows that were taken over before this process had code for them, if it has by now. */
  readonly codeless = new Set<string>()
  /** The services of the bot of this process, if there is one. */
  context: Context.Context<never> = Context.empty()
  /** Tells the bot of this process from others, if there is one. */
  bot: string | undefined
  /** Tells this process from others that share the storage. */
  readonly process: string
  /** As long as the service. */
  readonly scope: Scope.Scope
  /** What the engine keeps. */
  readonly messages: MessageStorage["Service"]
  /** For how long dialogues that have ended are kept, in milliseconds. */
  readonly retention: number
  readonly #sharding: Sharding["Service"]

  constructor(parts: {
    readonly store: Store.Store
    readonly engine: WorkflowEngine["Service"]
    readonly sharding: Sharding["Service"]
    readonly messages: MessageStorage["Service"]
    readonly process: string
    readonly retention: number
    readonly forks: Forks.Forks
    readonly scope: Scope.Scope
  }) {
    this.scope = parts.scope
    this.store = parts.store
    this.engine = parts.engine
    this.process = parts.process
    this.messages = parts.messages
    this.retention = parts.retention
    this.#sharding = parts.sharding
    const resume = (tag: string, id: string) => this.engine.resume(this.workflows.get(tag) ?? workflow(tag), id)
    this.wakes = new Wakes(parts.store, resume, parts.forks)
  }

  /** Whether this process, and no other one, runs a dialogue. */
  runs(id: string): boolean {
    return this.#sharding.hasShardId(this.shardOf(id))
  }

  /** The shard of the engine that a dialogue belongs to. */
  shardOf(id: string): ShardId {
    return this.#sharding.getShardId(EntityId.make(id), shardGroup)
  }

  /** Begins a dialogue, and returns its id. One with the same key is begun once. */
  begin(
    of: DialogueWorkflow,
    key: string,
    input: string,
    rowOf: (id: string) => Store.NewDialogue
  ): Effect.Effect<string, StorageFailed> {
    return of.execute({ key, input }, { discard: true }).pipe(
      Effect.provideService(WorkflowEngine, this.engine),
      orEngineFailed("begin"),
      Effect.tap((id) => this.store.begin(rowOf(id)))
    )
  }

  /** Stores what a dialogue waits for. Returns what is stored now: the first of all. */
  complete(
    tag: string,
    execution: string,
    name: string,
    value: string
  ): Effect.Effect<string | undefined, StorageFailed> {
    const deferred = awaited(name)
    const { engine } = this
    const known = this.workflows.get(tag) ?? workflow(tag)
    const done = engine.deferredDone(deferred, {
      workflowName: tag,
      executionId: execution,
      deferredName: deferred.name,
      exit: Exit.succeed(value)
    })
    const stored = engine
      .deferredResult(deferred)
      .pipe(Effect.provideService(WorkflowInstance, WorkflowInstance.initial(known, execution)))
    return Effect.andThen(done, stored).pipe(
      Effect.map((exit) => Option.getOrUndefined(Option.flatMap(exit, Exit.getSuccess))),
      orEngineFailed("complete")
    )
  }
}

const managers = new WeakMap<Dialogues["Service"], Manager>()

/** What is behind the service. Throws a `TypeError` if it was made by somebody else. */
export const managerOf = (service: Dialogues["Service"]): Manager => {
  const manager = managers.get(service)
  if (manager !== undefined) return manager
  throw new TypeError("These Dialogues were not made by one of the layers of fibercord/durable.")
}

/** Notes what is behind a service. */
export const remember = (service: Dialogues["Service"], manager: Manager): Dialogues["Service"] => {
  managers.set(service, manager)
  return service
}
