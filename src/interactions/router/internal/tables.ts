/** The definitions of a bot by what the router finds them by. */
import type * as Definition from "../../definitions/Definition.ts"

/** Definitions by kind and key. */
export type Tables = Readonly<Record<Definition.Any["kind"], ReadonlyMap<string, Definition.Any>>>

/** Sorts definitions, of which no two of a kind have the same key, into tables. */
export const tabulate = (definitions: ReadonlyArray<Definition.Any>): Tables => {
  const tables = {
    Command: new Map<string, Definition.Any>(),
    Component: new Map<string, Definition.Any>(),
    Dialogue: new Map<string, Definition.Any>()
  }
  for (const definition of definitions) tables[definition.kind].set(definition.key, definition)
  return tables
}
