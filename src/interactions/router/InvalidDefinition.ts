/** What is wrong with the definitions of a bot. */
import * as Schema from "effect/Schema"

/** One problem of one definition. */
export const Problem = Schema.Struct({
  /** `Command`, `Component` or `Dialogue`; `Commands` for all that are registered together. */
  kind: Schema.Literals(["Command", "Component", "Dialogue", "Commands"]),
  /** The name of the definition; empty for `Commands`. */
  name: Schema.String,
  /** Where in Discord's JSON: `options.role.description`. Empty for the definition as a whole. */
  path: Schema.String,
  /** What Discord accepts: `1 to 100 characters`. */
  rule: Schema.String,
  /** What there is: `101 characters`. */
  actual: Schema.String
})

/** One problem of one definition. */
export interface Problem extends Schema.Schema.Type<typeof Problem> {}

const subjects = { Command: "command", Component: "independent component", Dialogue: "dialogue" } as const

const subject = ({ kind, name }: Problem): string =>
  kind === "Commands" ? "all commands" : `${subjects[kind]} "${name}"`

const line = (problem: Problem): string => {
  const { actual, path, rule } = problem
  return `- ${subject(problem)}${path === "" ? "" : `, ${path}`}: expected ${rule}, got ${actual}`
}

/**
 * Definitions that Discord would refuse, or that cannot be told apart: all problems at once, found before Discord is
 * asked. See `docs/guide/limits.md` for the limits.
 */
export class InvalidDefinition extends Schema.TaggedError<InvalidDefinition>("fibercord/InvalidDefinition")(
  "InvalidDefinition",
  {
    /** What is wrong, each with its place. */
    problems: Schema.Array(Problem)
  }
) {
  override get message() {
    const lines = this.problems.map(line)
    return [`The bot's definitions cannot be used as they are. Correct them:`, ...lines].join("\n")
  }
}
