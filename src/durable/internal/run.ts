/** One run of a dialogue's handler: which steps it takes, and whether they are those of its journal. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Abandon } from "effect/cluster/ClusterSchema"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowEngine, WorkflowInstance } from "effect/workflow/WorkflowEngine"
import { InvalidStep, ReplayMismatch } from "../DurableError.ts"
import * as Metrics from "./metrics.ts"
import { persistently } from "./retries.ts"
import type { Recipient } from "./deliver.ts"
import type { HeldHere } from "./heldHere.ts"
import type { Entry, Store } from "./store.ts"
import { textOf } from "../../internal/thrown.ts"

const namePattern = /^[\w .-]{1,40}$/

const describe = (entry: Entry | undefined): string =>
  entry === undefined ? "nothing" : `${entry.kind} "${entry.name}"`

const reasonOf = (error: unknown): string => textOf(error).slice(0, 500)

/** Whether the engine has interrupted something because this process does not run the dialogue any more. */
const isAbandoned = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => Cause.isInterruptReason(reason) && reason.annotations.has(Abandon.key))

/** What a run is made of. */
export interface RunParts {
  readonly id: string
  /** The name and the version of its definition: `request@1`. */
  readonly title: string
  readonly store: Store
  readonly engine: WorkflowEngine["Service"]
  readonly instance: WorkflowInstance["Service"]
  /** The services of the bot. */
  readonly context: Context.Context<never>
  readonly journal: ReadonlyArray<Entry>
  readonly recipient: Recipient
  /** Whether it was held when this run began. */
  readonly isHeld: boolean
  readonly heldHere: HeldHere
}

/** One run of a handler. A new one begins with every answer, and takes the steps of the journal first. */
export class Run {
  readonly parts: RunParts
  /** Who is told about the end, and where a reply goes. After an answer that is who gave it. */
  recipient: Recipient
  readonly #names = new Set<string>()
  #position = 0
  #current: Entry | undefined
  #interrupted: string | undefined
  #isStopped = false

  constructor(parts: RunParts) {
    this.parts = parts
    this.recipient = parts.recipient
  }

  get id(): string {
    return this.parts.id
  }

  /** The services of the bot with those of the engine. */
  get context(): Context.Context<WorkflowEngine | WorkflowInstance> {
    const { context, engine, instance } = this.parts
    return context.pipe(Context.add(WorkflowEngine, engine), Context.add(WorkflowInstance, instance))
  }

  /** The run is interrupted, and takes no more steps: what its handler cleans up meanwhile is no part of the dialogue. */
  stop(): void {
    this.#isStopped = true
  }

  /** Whether this run has come to its end: the dialogue may go on in another one. */
  get isOver(): boolean {
    const { interrupted, suspended } = this.parts.instance
    return this.#isStopped || suspended || interrupted
  }

  /** Why a step of this run cannot be taken. */
  invalid(step: string, problem: string): InvalidStep {
    return new InvalidStep({ dialogue: this.parts.title, step, problem })
  }

  /** Takes a step: it is the next one of the journal, or a new one after all of those. */
  step<A, E, R>(entry: Entry, body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      if (this.isOver) return Effect.interrupt
      this.#check(entry)
      const position = this.#position++
      const journaled = this.parts.journal[position]
      const isSame = journaled?.kind === entry.kind && journaled.name === entry.name
      if (journaled !== undefined && !isSame) return this.#hold(position, describe(journaled), describe(entry))
      this.#names.add(entry.name)
      this.#current = entry
      const taken = Effect.andThen(this.#note(position, entry), body)
      return Effect.onExit(journaled === undefined ? this.#traced(entry, taken) : taken, (exit) =>
        Effect.sync(() => {
          this.#current = undefined
          if (Exit.isSuccess(exit) || !Cause.hasInterrupts(exit.cause)) return
          if (isAbandoned(exit.cause)) this.stop()
          if (!this.isOver) this.#interrupted = entry.name
        })
      )
    })
  }

  /** A new step in a span. It ends when the step is over, or the dialogue waits. */
  #traced<A, E, R>({ kind, name }: Entry, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    const { id, title } = this.parts
    const attributes = { "dialogue.id": id, "dialogue.definition": title, "step.kind": kind, "step.name": name }
    return Effect.withSpan(effect, "fibercord.dialogue.step", { attributes, captureStackTrace: false }) as typeof effect
  }

  /** A new step is journaled before it begins. With the last of a journal, code has shown that it fits. */
  #note(position: number, entry: Entry): Effect.Effect<void> {
    const { heldHere, id, isHeld, journal, store } = this.parts
    if (position >= journal.length) {
      return Effect.andThen(persistently(store.step(id, position, entry)), Metrics.countStep(entry.kind))
    }
    if (!isHeld || position < journal.length - 1) return Effect.void
    heldHere.release(id)
    return persistently(store.become(id, "running"))
  }

  /** The handler has ended: there must be nothing left in the journal. */
  get completed(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isOver) return Effect.interrupt
      const left = this.parts.journal[this.#position]
      return left === undefined ? Effect.void : this.#hold(this.#position, describe(left), "nothing")
    })
  }

  /** What the dialogue was begun with, as its code reads it. If that throws, its code was changed; a new
   * dialogue of a command may be invalid, too. */
  input<A>(read: () => A, { mayBeInvalid }: { readonly mayBeInvalid: boolean }): Effect.Effect<A> {
    return Effect.suspend(() => {
      try {
        return Effect.succeed(read())
      } catch (error) {
        if (mayBeInvalid && this.parts.journal.length === 0) throw error
        return this.#hold(-1, "an input", `one that does not take it (${reasonOf(error)})`)
      }
    })
  }

  /** The code does not take what is journaled of the current step. */
  unfit(error: unknown): Effect.Effect<never> {
    return Effect.suspend(() => {
      const step = describe(this.#current)
      return this.#hold(this.#position - 1, step, `${step} that does not take its result (${reasonOf(error)})`)
    })
  }

  #check({ name }: Entry): void {
    const fail = (problem: string) => {
      throw this.invalid(name, problem)
    }
    if (!namePattern.test(name)) fail("needs another name: 1 to 40 letters, digits, spaces, `_`, `.` and `-`")
    if (this.#names.has(name)) fail("has a name that an earlier step has: give each step of a dialogue its own")
    if (this.#current !== undefined) {
      fail(`begins while the step "${this.#current.name}" is not over: a dialogue takes one step at a time`)
    }
    if (this.#interrupted !== undefined) {
      fail(
        `begins after the step "${this.#interrupted}" was interrupted: limit the time of what is inside of a step, or use ` +
          "the option `timeout` of a question"
      )
    }
  }

  /** Leaves the dialogue as it is, until there is code that fits. */
  #hold(position: number, journal: string, handler: string): Effect.Effect<never> {
    const { heldHere, id, instance, store, title } = this.parts
    const problem = new ReplayMismatch({
      dialogue: title,
      id,
      position: position + 1,
      journal,
      handler
    })
    return (heldHere.note(id) ? Effect.logError(problem.message) : Effect.void).pipe(
      Effect.andThen(persistently(store.become(id, "held", problem.message))),
      Effect.andThen(Workflow.suspend(instance))
    )
  }
}

/** What a step of a dialogue requires: the run of a handler, so it can be taken in one only. */
export class InDialogue extends Context.Service<InDialogue, Run>()("fibercord/durable/InDialogue") {}

/** Runs a handler with what its dialogue was begun with. */
export const withInput = <I, A, E, R>(
  read: () => I,
  handler: (input: I) => Effect.Effect<A, E, R>,
  options = { mayBeInvalid: true }
): Effect.Effect<A, E, R | InDialogue> =>
  Effect.flatMap(InDialogue, (run) => Effect.flatMap(run.input(read, options), handler))
