/** How a definition becomes a workflow: what it is begun with, how its handler runs, and how it ends. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowInstance } from "effect/workflow/WorkflowEngine"
import type { Host } from "../../interactions/definitions/Definition.ts"
import type { ErrorReply } from "../../interactions/replies/ErrorReply.ts"
import { Interaction } from "../../interactions/replies/Interaction.ts"
import { CurrentInteraction } from "../../interactions/replies/internal/currentInteraction.ts"
import { Responder } from "../../interactions/replies/internal/responder.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import { timestamp } from "../../Snowflake.ts"
import { Dialogues, type Status } from "../Dialogues.ts"
import * as Deliver from "./deliver.ts"
import { type Dialogue, type Opening, rowOf } from "./dialogue.ts"
import { end } from "./ending.ts"
import { type Handler, type Manager, managerOf } from "./manager.ts"
import { nonceOf } from "./nonce.ts"
import { persistently } from "./retries.ts"
import { originalOf, type Place } from "./place.ts"
import * as Registrations from "./registrations.ts"
import { InDialogue, Run } from "./run.ts"
import * as Steps from "./steps.ts"

const placeOf = ({ isEphemeral, raw }: Opening): Place =>
  originalOf(raw, { channelId: raw.channel?.id, createdAt: timestamp(raw.id), isEphemeral })

/** The interaction that a dialogue began with. It has its response; what asks it knows the user's language. */
const interactionOf = ({ raw }: Opening, rest: DiscordRest["Service"]) =>
  Effect.clockWith((clock) => {
    const now = Elapsed.millis(clock)
    const createdAt = now - (clock.currentTimeMillisUnsafe() - timestamp(raw.id))
    return Effect.succeed(new CurrentInteraction(new Responder(raw, clock, { arrivedAt: now, createdAt }, rest)))
  })

const tell = (run: Run, reply: ErrorReply): Effect.Effect<void> =>
  Steps.once(
    run,
    "~end",
    { success: Schema.Void, error: Schema.Never },
    Effect.catch(Deliver.tell(reply, nonceOf(run.id, "~end"), run.recipient), (error) =>
      Effect.logWarning("A user could not be told how a dialogue has ended", error)
    )
  ).pipe((effect) => Steps.withServices(run, effect))

/** A definition in a process that runs its dialogues. */
interface Registered {
  readonly dialogue: Dialogue
  readonly host: Host
  readonly manager: Manager
  /** The services of the bot. */
  readonly base: Context.Context<never>
  /** The name and the version: `request@1`. */
  readonly title: string
}

/** Begins a run, and says how the dialogue was before it. */
const runOf = Effect.fnUntraced(function* (registered: Registered, id: string, input: unknown) {
  const { base, dialogue, manager, title } = registered
  const { engine, heldHere, store } = manager
  const { opening, userId } = dialogue.openerOf(input)
  const interaction = opening && (yield* interactionOf(opening, yield* DiscordRest))
  const known = yield* persistently(store.statusOf(id))
  if (known === undefined) yield* persistently(store.begin(rowOf(dialogue, id, input)))
  const run = new Run({
    id,
    title,
    store,
    engine,
    instance: yield* WorkflowInstance,
    context: base,
    journal: yield* persistently(store.steps(id)),
    recipient: { userId, place: opening && placeOf(opening) },
    isHeld: known === "held",
    heldHere
  })
  return { interaction, run, status: known ?? "running" }
})

/** A dialogue that failed: whoever began it is told, as by any other definition. */
const failed = (
  { base, host, title }: Registered,
  run: Run,
  interaction: Interaction["Service"] | undefined,
  cause: Cause.Cause<unknown>
) =>
  Effect.gen(function* () {
    if (interaction === undefined) yield* Effect.logError(`The dialogue ${title} failed`, cause)
    else {
      const reply = yield* Effect.provideContext(host.replyTo(interaction, cause), base)
      if (reply !== undefined) yield* tell(run, reply)
    }
    yield* end(run.parts, "failed", Cause.pretty(cause).slice(0, 2_000))
  })

/** Runs a handler in a fiber of its own, so that the run knows of an interruption before what the handler cleans up. */
const supervised = (run: Run, handler: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.flatMap(Effect.forkChild(handler, { startImmediately: true }), (fiber) =>
    // Not joined: a handler that interrupts itself has ended, and its run was not interrupted.
    Effect.onInterrupt(Fiber.await(fiber), () =>
      Effect.suspend(() => {
        run.stop()
        return Fiber.interrupt(fiber)
      })
    )
  ).pipe(Effect.flatten)

/** Whether an operator has ended it, so that no handler runs any more. */
const isEnded = (status: Status): boolean => status === "cancelled" || status === "migrated"

/** What remains when a handler fails while it is interrupted. */
const interruptsOf = (cause: Cause.Cause<unknown>): Cause.Cause<never> => {
  const interrupts = cause.reasons.filter(Cause.isInterruptReason)
  return interrupts.length === 0 ? Cause.interrupt() : Cause.fromReasons(interrupts)
}

const execute = (registered: Registered, input: unknown, id: string) =>
  Effect.gen(function* () {
    const { base, dialogue } = registered
    const { interaction, run, status } = yield* runOf(registered, id, input)
    // How the handler failed, which the engine keeps as a defect only.
    let failure: Cause.Cause<unknown> | undefined
    yield* Workflow.addFinalizer((exit) => {
      if (Exit.isSuccess(exit)) return Effect.void
      if (failure !== undefined) return failed(registered, run, interaction, failure)
      // Otherwise the process ends, and the next one goes on.
      return run.parts.instance.interrupted ? end(run.parts, "cancelled") : Effect.void
    })
    if (isEnded(status)) return yield* Workflow.suspend(run.parts.instance)
    const handler = Effect.suspend(() => dialogue.handler(input, id)) as Effect.Effect<unknown, unknown>
    const handled = supervised(run, Effect.andThen(handler, run.completed)).pipe(
      Effect.andThen(end(run.parts, "done")),
      Effect.catchCause((cause) => {
        // The engine reads in the interruption why there was one.
        if (run.isOver) return Effect.failCause(interruptsOf(cause))
        failure = cause
        return Effect.die(Cause.squash(cause))
      })
    )
    return yield* Effect.provideContext(handled, contextOf(base, run, interaction))
  })

/** Starts to run the dialogues of a definition in this process. */
export const register = (dialogue: Dialogue, host: Host) =>
  Effect.gen(function* () {
    const manager = managerOf(yield* Dialogues)
    const base = (yield* Effect.context<never>()) as Context.Context<never>
    const { workflow } = dialogue
    const title = `${dialogue.name}@${dialogue.version}`
    const registered = { dialogue, host, manager, base, title }
    const run: Handler = ({ input }, id) =>
      execute(registered, JSON.parse(input), id).pipe(
        Effect.annotateLogs({ dialogue: id, definition: title }),
        Effect.asVoid
      )
    manager.workflows.set(workflow._tag, workflow)
    manager.handlers.set(workflow._tag, run)
    yield* Effect.addFinalizer(() => Effect.sync(() => manager.handlers.delete(workflow._tag)))
    if (!manager.codeless.has(workflow._tag)) {
      const scope = yield* Registrations.scopeIn(yield* Effect.scope)
      yield* Scope.provide(manager.engine.register(workflow, run as never), scope)
    }
    manager.wakes.start(workflow._tag)
  })

const contextOf = (
  base: Context.Context<never>,
  run: Run,
  interaction: Interaction["Service"] | undefined
): Context.Context<never> => {
  const context = Context.add(base, InDialogue, run)
  const known = interaction === undefined ? context : Context.add(context, Interaction, interaction)
  return Context.add(known, References.CurrentLogAnnotations, {
    ...Context.get(base, References.CurrentLogAnnotations),
    dialogue: run.id,
    definition: run.parts.title
  }) as Context.Context<never>
}
