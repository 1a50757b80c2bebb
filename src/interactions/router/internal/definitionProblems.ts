/** Finds everything that is wrong with the definitions of a bot. */
import type * as Definition from "../../definitions/Definition.ts"
import type { Problem as Broken } from "../../wire/check.ts"
import { validateCommand, validateCounts } from "../../wire/validateCommand.ts"
import { validateMenu } from "../../wire/validateComponents.ts"
import { InvalidDefinition, type Problem } from "../InvalidDefinition.ts"
import * as Effect from "effect/Effect"

const problemsOf = ({ children, command, kind, menu, name }: Definition.Any): ReadonlyArray<Problem> => {
  const broken: Array<Broken> = []
  if (command !== undefined) broken.push(...validateCommand(command))
  if (menu !== undefined) broken.push(...validateMenu(menu))
  if (children === 0) broken.push({ path: "options", rule: "at least one subcommand", actual: "none" })
  return broken.map((problem) => ({ kind, name, ...problem }))
}

const duplicates = (definitions: ReadonlyArray<Definition.Any>): ReadonlyArray<Problem> => {
  const seen = new Set<string>()
  return definitions.flatMap(({ key, kind, name }): ReadonlyArray<Problem> => {
    const id = `${kind} ${key}`
    if (seen.has(id)) return [{ kind, name, path: "name", rule: "a name that no other one has", actual: `"${name}"` }]
    seen.add(id)
    return []
  })
}

/** What is wrong with each definition, and with all of them together. */
export const definitionProblems = (definitions: ReadonlyArray<Definition.Any>): ReadonlyArray<Problem> => [
  ...[...new Set(definitions)].flatMap(problemsOf),
  ...duplicates(definitions)
]

/** What is wrong with the number of commands that one scope gets. */
export const countProblems = (definitions: ReadonlyArray<Definition.Any>): ReadonlyArray<Problem> => {
  const commands = definitions.flatMap(({ command }) => (command === undefined ? [] : [command]))
  return validateCounts(commands).map((problem) => ({ kind: "Commands", name: "", ...problem }))
}

/** Fails if there are any. */
export const orInvalid = (problems: ReadonlyArray<Problem>): Effect.Effect<void, InvalidDefinition> =>
  problems.length === 0 ? Effect.void : Effect.fail(new InvalidDefinition({ problems }))
