/** The definitions of a bot by what the router finds them by. */
import * as Effect from "effect/Effect"
import type * as Definition from "../../definitions/Definition.ts"
import { DuplicateDefinition } from "../DuplicateDefinition.ts"

/** Definitions by kind and key. */
export type Tables = Readonly<Record<Definition.Any["kind"], ReadonlyMap<string, Definition.Any>>>

/** Sorts definitions into tables. Fails when two of them have the same key. */
export const tabulate = Effect.fnUntraced(function* (
  definitions: ReadonlyArray<Definition.Any>
): Effect.fn.Return<Tables, DuplicateDefinition> {
  const tables = { Command: new Map<string, Definition.Any>(), Component: new Map<string, Definition.Any>() }
  for (const definition of definitions) {
    const { key, kind, name } = definition
    if (tables[kind].has(key)) return yield* new DuplicateDefinition({ kind, name })
    tables[kind].set(key, definition)
  }
  return tables
})
