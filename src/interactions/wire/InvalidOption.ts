/**
 * What a user picked or submitted does not fit the definition, because Discord knows it from another version of the
 * bot.
 */
import * as Schema from "effect/Schema"

/**
 * An option is missing, has another type, or was not resolved: the command that Discord has is not the bot's.
 *
 * ```ts
 * import { Cause } from "effect"
 * import { Options } from "fibercord"
 *
 * // Whether a command that Discord still has of an older version of the bot was used.
 * const isOutdated = (cause: Cause.Cause<unknown>) =>
 *   cause.reasons.some((each) => Cause.isDieReason(each) && each.defect instanceof Options.InvalidOption)
 * ```
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>("fibercord/InvalidOption")("InvalidOption", {
  /** The command with its subcommand; empty for a component. */
  command: Schema.String,
  /** The name of the option. */
  option: Schema.String,
  /** What the definition says. */
  expected: Schema.String,
  /** What Discord sent. */
  actual: Schema.String
}) {
  override get message() {
    const { actual, command, expected, option } = this
    const of = command === "" ? "" : ` of /${command}`
    const advice = "Another version of the bot probably registered it."
    return `Option "${option}"${of}: expected ${expected}, got ${actual}. ${advice}`
  }
}

/** A decoded value. Throws `InvalidOption` where there is none. */
export const orOutdated = <A>(option: string, value: A | undefined, submitted: unknown, command = ""): A => {
  if (value !== undefined) return value
  const actual = submitted === undefined ? "nothing" : JSON.stringify(submitted)
  throw new InvalidOption({ command, option, expected: "a value of its definition", actual })
}
