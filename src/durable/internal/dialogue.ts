/** A definition of dialogues as the rest of this folder sees it, and how one of its dialogues begins. */
import * as Effect from "effect/Effect"
import type { RawInteraction } from "../../interactions/wire/rawInteraction.ts"
import { takeOne } from "./codeless.ts"
import type { DialogueWorkflow, Manager } from "./manager.ts"
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

const longestName = 64
const greatestVersion = 2 ** 31 - 1

/** Throws a `TypeError` for what the columns of the storage cannot keep. */
export const check = ({ name, version }: Pick<Dialogue, "name" | "version">): void => {
  if (name === "" || name.length > longestName) {
    throw new TypeError(`The name of a durable dialogue has 1 to ${longestName} characters: "${name}".`)
  }
  if (!Number.isInteger(version) || version < 0 || version > greatestVersion) {
    throw new TypeError(`The version of "${name}" is no whole number from 0 to ${greatestVersion}: ${version}.`)
  }
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
