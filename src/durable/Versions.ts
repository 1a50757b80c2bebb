/** Several versions of one definition: the newest begins dialogues, and the older ones finish theirs. */
import * as Effect from "effect/Effect"
import * as Definition from "../interactions/definitions/Definition.ts"
import type { DialogueCommand, Startable } from "./Durable.ts"
import type { HasDialogue, HasInput } from "./internal/dialogue.ts"

type Durable = Definition.Definition & HasDialogue

type ErrorOf<D> = D extends Definition.Handled<infer E, unknown> ? E : never
type RequirementsOf<D> = D extends Definition.Handled<unknown, infer R> ? R : never

/** The newest definition, with the errors and requirements of all. */
export type Versions<D, O extends ReadonlyArray<unknown>> =
  D extends HasInput<infer I>
    ? Startable<I, RequirementsOf<D> | RequirementsOf<O[number]>>
    : DialogueCommand<ErrorOf<D> | ErrorOf<O[number]>, RequirementsOf<D> | RequirementsOf<O[number]>>

const idOf = ({ kind, key }: Definition.Definition): string => `${kind} ${key}`

/** Throws a `TypeError` unless all are versions of one dialogue, the newest first. */
const check = (all: ReadonlyArray<Durable>): void => {
  const [newest, ...older] = all.map((definition) => ({
    id: idOf(definition),
    ...definition["~fibercord/Dialogue"]
  }))
  const seen = new Set([newest?.version])
  for (const { id, name, version } of older) {
    if (id !== newest?.id)
      throw new TypeError(`Durable.versions: ${name}@${version} is not a version of ${newest?.name}.`)
    if (seen.has(version)) throw new TypeError(`Durable.versions: there are two of ${name}@${version}.`)
    if (version > newest.version)
      throw new TypeError(`Durable.versions: ${name}@${version} is not the newest, so it goes first.`)
    seen.add(version)
  }
}

/**
 * Several versions of one dialogue as one definition: the newest, which begins dialogues, and older ones, which finish those
 * that they began. Throws a `TypeError` for definitions that are not versions of one dialogue.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Bot } from "fibercord"
 * import { Durable } from "fibercord/durable"
 *
 * const input = Schema.Struct({ userId: Schema.String })
 * const first = Durable.make("welcome", { version: 1, input }, ({ userId }) =>
 *   Durable.send("hello", Durable.dm(userId), { content: "Hello!" })
 * )
 * const second = Durable.make("welcome", { version: 2, input }, ({ userId }) =>
 *   Durable.send("welcome", Durable.dm(userId), { content: "Welcome!" })
 * )
 *
 * const BotLive = Bot.layer({ interactions: [Durable.versions(second, first)] })
 * ```
 */
export const versions = <D extends Durable, const O extends ReadonlyArray<Durable>>(
  newest: D,
  ...older: O
): Versions<D, O> => {
  const all = [newest, ...older]
  check(all)
  const parts = [...new Set(all.flatMap(({ parts }) => parts))]
  return Definition.withStart(newest, {
    parts,
    start: (host) => Effect.forEach(all, ({ start }) => start?.(host) ?? Effect.void, { discard: true })
  }) as never
}
