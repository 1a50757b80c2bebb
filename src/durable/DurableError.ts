/** What can go wrong with durable dialogues. */
import * as Schema from "effect/Schema"
import { textOf } from "../internal/thrown.ts"

export { Timeout } from "../interactions/replies/NoAnswer.ts"

/**
 * The steps of a handler are not those that this dialogue has journaled, or their schemas do not take what is journaled: its
 * code was changed under the same version. The dialogue is held where it is, and goes on when a process has code that fits. Give changed code a new version.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Dialogues } from "fibercord/durable"
 *
 * // Those that a change of their handler holds, or that no process has the code of.
 * const held = Effect.gen(function* () {
 *   const dialogues = yield* Dialogues.Dialogues
 *   for (const { id, name, problem } of yield* dialogues.list({ status: "held" })) {
 *     yield* Effect.logWarning(`${name} ${id} is held: ${problem}`)
 *   }
 * })
 * ```
 */
export class ReplayMismatch extends Schema.TaggedError<ReplayMismatch>("fibercord/ReplayMismatch")("ReplayMismatch", {
  /** The name and the version of the definition: `request@1`. */
  dialogue: Schema.String,
  /** The id of the dialogue. */
  id: Schema.String,
  /** The number of the step, from 1; 0 for what the dialogue was begun with. */
  position: Schema.Finite,
  /** What the journal has there: `ask "verdict"`, or `nothing`. */
  journal: Schema.String,
  /** What the handler does there: `send "result"`, or `nothing`. */
  handler: Schema.String
}) {
  override get message() {
    const { dialogue, handler, id, journal, position } = this
    const what = position === 0 ? "what it began with" : `step ${position}`
    return (
      `The handler of ${dialogue} does not fit the journal of dialogue ${id}: ${what} was ${journal} and is ` +
      `now ${handler}. The dialogue is held. Restore the code of this version, and give the new code another version.`
    )
  }
}

/**
 * A step that cannot be taken: its name is that of an earlier one or none at all, another step is not over or was interrupted,
 * or it lacks something. It is a defect, with which the dialogue ends.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Durable } from "fibercord/durable"
 *
 * // Steps of a loop need names of their own: with one name, the second one would be an InvalidStep.
 * const remind = Effect.fn("remind")(function* (userId: string, days: ReadonlyArray<string>) {
 *   for (const [index, day] of days.entries()) {
 *     yield* Durable.sleep(`until ${index + 1}`, "1 day")
 *     yield* Durable.send(`reminder ${index + 1}`, Durable.dm(userId), { content: `It is ${day}` })
 *   }
 * })
 * ```
 */
export class InvalidStep extends Schema.TaggedError<InvalidStep>("fibercord/InvalidStep")("InvalidStep", {
  /** The name of the dialogue's definition. */
  dialogue: Schema.String,
  /** The name of the step. */
  step: Schema.String,
  /** What is wrong with it. */
  problem: Schema.String
}) {
  override get message() {
    return `The step "${this.step}" of ${this.dialogue} ${this.problem}.`
  }
}

/** The storage of dialogues could not be read or written. What was asked for may have happened; it is safe to ask again. */
export class StorageFailed extends Schema.TaggedError<StorageFailed>("fibercord/StorageFailed")("StorageFailed", {
  /** What was to be done, for example `cancel`. */
  operation: Schema.String,
  /** What the storage failed with. */
  cause: Schema.Defect()
}) {
  override get message() {
    return `${this.operation}: the storage of dialogues failed (${textOf(this.cause)}). Check the database; it is safe to try again.`
  }
}

/** There is no dialogue with this id, or it was removed some time after its end. */
export class UnknownDialogue extends Schema.TaggedError<UnknownDialogue>("fibercord/UnknownDialogue")(
  "UnknownDialogue",
  {
    /** The id that was asked for. */
    id: Schema.String
  }
) {
  override get message() {
    return `There is no dialogue ${this.id}. Dialogues are removed some time after their end; see the option \`retention\`.`
  }
}

/** What should happen to a dialogue is not possible any more, because it has ended. */
export class DialogueEnded extends Schema.TaggedError<DialogueEnded>("fibercord/DialogueEnded")("DialogueEnded", {
  /** The id of the dialogue. */
  id: Schema.String,
  /** How it has ended. */
  status: Schema.String
}) {
  override get message() {
    return `The dialogue ${this.id} has ended: it is ${this.status}, so nothing can be done to it. Begin a new one.`
  }
}

/** A dialogue cannot be moved to this definition. */
export class MigrationRefused extends Schema.TaggedError<MigrationRefused>("fibercord/MigrationRefused")(
  "MigrationRefused",
  {
    /** The id of the dialogue. */
    id: Schema.String,
    /** Why it cannot be migrated. */
    problem: Schema.String
  }
) {
  override get message() {
    return `The dialogue ${this.id} cannot be migrated: ${this.problem}.`
  }
}
