/** How a definition becomes a workflow: what it is begun with, how its handler runs, and how it ends. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Workflow from "effect/workflow/Workflow"
import { WorkflowInstance } from "effect/workflow/WorkflowEngine"
import type * as Discord from "../../discord/Discord.ts"
import type { Host } from "../../interactions/definitions/Definition.ts"
import type { ErrorReply } from "../../interactions/replies/ErrorReply.ts"
import { Interaction } from "../../interactions/replies/Interaction.ts"
import { CurrentInteraction } from "../../interactions/replies/internal/currentInteraction.ts"
import { Responder } from "../../interactions/replies/internal/responder.ts"
import type { RawInteraction } from "../../interactions/wire/rawInteraction.ts"
import * as Elapsed from "../../internal/Elapsed.ts"
import { DiscordRest } from "../../rest/DiscordRest.ts"
import { timestamp } from "../../Snowflake.ts"
import { Dialogues, type Status } from "../Dialogues.ts"
import * as Deliver from "./deliver.ts"
import { type DialogueWorkflow, managerOf } from "./manager.ts"
import { nonceOf } from "./nonce.ts"
import { persistently } from "./persistently.ts"
import type { Place } from "./place.ts"
import { CurrentRun, Run } from "./run.ts"
import * as Steps from "./steps.ts"
import type * as Question from "./question.ts"

/** Who began a dialogue, and where. */
export interface Opener {
  /** The id of the dialogue. */
  readonly id: string
  readonly user: Discord.User
  /** The user as a member of the guild; `undefined` in direct messages. */
  readonly member: Discord.GuildMember | undefined
  readonly guildId: string | undefined
  readonly channelId: string | undefined
  /** The user's language, for example `en-GB`. */
  readonly locale: string | undefined
}

/** What a dialogue that began with an interaction is begun with. */
export interface Opening {
  readonly raw: RawInteraction
  /** Whether only its user sees the response to the interaction. */
  readonly isEphemeral: boolean
}

/** A definition, as the engine runs it. */
export interface Dialogue {
  readonly name: string
  readonly version: number
  readonly workflow: DialogueWorkflow
  /** Who is told about the end, from what the dialogue was begun with. */
  readonly openerOf: (input: unknown) => {
    readonly userId?: string | undefined
    readonly opening?: Opening | undefined
  }
  /** The user's handler. Throws for input that does not fit. */
  readonly handler: (input: unknown, id: string) => Effect.Effect<unknown, unknown, unknown>
}

const placeOf = ({ isEphemeral, raw }: Opening): Place =>
  Deliver.originalOf(raw, { channelId: raw.channel?.id, createdAt: timestamp(raw.id), isEphemeral })

/** The interaction that a dialogue began with. It has its response; what asks it knows the user's language. */
const interactionOf = ({ raw }: Opening, rest: DiscordRest["Service"]) =>
  Effect.clockWith((clock) => {
    const now = Elapsed.millis(clock)
    const createdAt = now - (clock.currentTimeMillisUnsafe() - timestamp(raw.id))
    return Effect.succeed(new CurrentInteraction(new Responder(raw, clock, { arrivedAt: now, createdAt }, rest)))
  })

/** Disables what is open, and notes how the dialogue has ended. May happen again after a crash. */
const end = (run: Run, status: Status, problem?: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { store } = run.parts
    const open = yield* store.open(run.id)
    for (const { place, spec, step } of open) {
      if (place !== null) {
        const { components } = JSON.parse(spec) as Question.Spec
        yield* Steps.withServices(run, Deliver.close(JSON.parse(place) as Place, components, run.id, step))
      }
      yield* store.close(run.id, step, "Ended")
    }
    yield* store.become(run.id, status, problem)
  }).pipe(persistently)

const tell = (run: Run, reply: ErrorReply): Effect.Effect<void> =>
  Steps.once(
    run,
    "~end",
    { success: Schema.Void, error: Schema.Never },
    Effect.catch(Deliver.tell(reply, nonceOf(run.id, "~end"), run.recipient), (error) =>
      Effect.logWarning("A user could not be told how a dialogue has ended", error)
    )
  ).pipe((effect) => Steps.withServices(run, effect))

/** Starts to run the dialogues of a definition in this process. */
export const register = (dialogue: Dialogue, host: Host) =>
  Effect.gen(function* () {
    const manager = managerOf(yield* Dialogues)
    const { engine, store } = manager
    const base = (yield* Effect.context<never>()) as Context.Context<never>
    const { workflow } = dialogue
    const title = `${dialogue.name}@${dialogue.version}`

    const runOf = Effect.fnUntraced(function* (id: string, input: unknown) {
      const rest = yield* DiscordRest
      const { opening, userId } = dialogue.openerOf(input)
      const interaction = opening && (yield* interactionOf(opening, rest))
      yield* persistently(
        store.begin({
          id,
          name: dialogue.name,
          version: dialogue.version,
          workflow: workflow._tag,
          userId,
          channelId: opening?.raw.channel?.id,
          guildId: opening?.raw.guild_id
        })
      )
      const run = new Run({
        id,
        title,
        store,
        engine,
        instance: yield* WorkflowInstance,
        context: base,
        journal: yield* persistently(store.steps(id)),
        recipient: { userId, place: opening && placeOf(opening) }
      })
      return { interaction, run }
    })

    const failed = (run: Run, interaction: Interaction["Service"] | undefined, cause: Cause.Cause<unknown>) =>
      Effect.gen(function* () {
        if (interaction === undefined) yield* Effect.logError(`The dialogue ${title} failed`, cause)
        else {
          const reply = yield* Effect.provideContext(host.replyTo(interaction, cause), base)
          if (reply !== undefined) yield* tell(run, reply)
        }
        yield* end(run, "failed", Cause.pretty(cause).slice(0, 2_000))
      })

    const execute = ({ input }: { readonly input: string }, id: string) =>
      Effect.gen(function* () {
        const parsed: unknown = JSON.parse(input)
        const { interaction, run } = yield* runOf(id, parsed)
        // How the handler failed, which the engine keeps as a defect only.
        let failure: Cause.Cause<unknown> | undefined
        yield* Workflow.addFinalizer((exit) => {
          if (Exit.isSuccess(exit)) return Effect.void
          if (failure !== undefined) return failed(run, interaction, failure)
          // Otherwise the process ends, and the next one goes on.
          return run.parts.instance.interrupted ? end(run, "cancelled") : Effect.void
        })
        const handled = Effect.suspend(() => dialogue.handler(parsed, id)).pipe(
          Effect.andThen(run.completed),
          Effect.andThen(end(run, "done")),
          Effect.catchCause((cause) => {
            if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
            failure = cause
            return Effect.die(Cause.squash(cause))
          })
        )
        yield* Effect.provideContext(handled as Effect.Effect<unknown>, contextOf(base, run, interaction))
      }).pipe(Effect.annotateLogs({ dialogue: id, definition: title }), Effect.asVoid)

    manager.workflows.set(workflow._tag, workflow)
    yield* engine.register(workflow, execute as never)
    manager.wakes.start(workflow._tag)
  })

const contextOf = (
  base: Context.Context<never>,
  run: Run,
  interaction: Interaction["Service"] | undefined
): Context.Context<never> => {
  const context = Context.add(base, CurrentRun, run)
  const known = interaction === undefined ? context : Context.add(context, Interaction, interaction)
  return Context.add(known, References.CurrentLogAnnotations, {
    ...Context.get(base, References.CurrentLogAnnotations),
    dialogue: run.id,
    definition: run.parts.title
  }) as Context.Context<never>
}
