/** A definition of dialogues as the rest of this folder sees it, and how one of its dialogues begins. */
import * as Effect from "effect/Effect"
import type { RawInteraction } from "../../interactions/wire/rawInteraction.ts"
import { takeOne } from "./codeless.ts"
import { type DialogueWorkflow, type Manager, workflow } from "./manager.ts"
import type { NewDialogue } from "./store.ts"

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

/** The workflow of a definition that begins in some way. Throws a `RangeError` for a name or a version that is none. */
export const workflowOf = (way: string, name: string, version: number): DialogueWorkflow => {
  if (name.length < 1 || name.length > 64) {
    throw new RangeError(`A dialogue needs a name of 1 to 64 characters, not "${name}".`)
  }
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new RangeError(`The version of the dialogue ${name} is a whole number from 0, not ${version}.`)
  }
  return workflow(`${way}/${name}@${version}`)
}

/** What a definition of durable dialogues has beside those of other definitions. */
export interface HasDialogue {
  readonly "~fibercord/Dialogue": Dialogue
}

/** A definition of dialogues that begin with an input. */
export interface HasInput<in I> extends HasDialogue {
  readonly "~fibercord/Startable": (input: I, userId: string | undefined) => unknown
}

/** A definition that dialogues can be moved to. */
export type Migratable<I> = HasDialogue | HasInput<I>

/** What is noted of a dialogue that begins. */
export const rowOf = (dialogue: Dialogue, id: string, input: unknown): NewDialogue => {
  const { opening, userId } = dialogue.openerOf(input)
  return {
    id,
    name: dialogue.name,
    version: dialogue.version,
    workflow: dialogue.workflow._tag,
    userId,
    channelId: opening?.raw.channel?.id,
    guildId: opening?.raw.guild_id
  }
}

/** Begins a dialogue, and returns its id. One with the same key is begun once. */
export const begin = (manager: Manager, dialogue: Dialogue, key: string, input: unknown) =>
  Effect.andThen(
    takeOne(manager, dialogue.workflow._tag),
    manager.begin(dialogue.workflow, key, JSON.stringify(input), (id) => rowOf(dialogue, id, input))
  )
