/**
 * What can be wrong with custom ids, the strings by which Discord names the component that was used. fibercord writes
 * and reads them itself; their format is not part of the API.
 */
import * as Schema from "effect/Schema"
import { component } from "../../discord/limits.ts"

/**
 * The longest custom id that Discord accepts, in characters. Source: Discord, "Component Reference", Custom ID.
 *
 * ```ts
 * import { CustomId } from "fibercord"
 *
 * const fits = (customId: string) => customId.length <= CustomId.maxLength
 * ```
 */
export const maxLength = component.customId.max

/**
 * A payload is too large for its component's custom id.
 *
 * ```ts
 * import { Schema } from "effect"
 * import { Button, CustomId, Reply } from "fibercord"
 *
 * const search = Button.independent("search", { payload: Schema.Struct({ text: Schema.String }) }, ({ text }) =>
 *   Reply.send({ content: `Searching for ${text}`, allowedMentions: { parse: [] } })
 * )
 *
 * // A button for a text of any length; without one where it does not fit.
 * const searchFor = (text: string) => {
 *   try {
 *     return [[search.with({ label: "Search again" }, { text })]]
 *   } catch (error) {
 *     if (error instanceof CustomId.CustomIdTooLong) return []
 *     throw error
 *   }
 * }
 * ```
 */
export class CustomIdTooLong extends Schema.TaggedError<CustomIdTooLong>("fibercord/CustomIdTooLong")(
  "CustomIdTooLong",
  {
    /** Name of the definition. */
    name: Schema.String,
    /** Length of the custom id with its payload, in characters. */
    length: Schema.Finite,
    /** The longest custom id that is allowed, in characters. */
    limit: Schema.Finite
  }
) {
  override get message() {
    const { length, limit, name } = this
    const problem = `would be ${length} characters long with its payload, and the limit is ${limit}`
    const advice = "Put less into the payload, for example an id instead of the object that it identifies."
    return `The custom id of "${name}" ${problem}. ${advice}`
  }
}

/**
 * The payload of a custom id does not match its definition's schema: the message was sent by another version of the
 * bot.
 *
 * ```ts
 * import { Cause } from "effect"
 * import { CustomId } from "fibercord"
 *
 * // Whether a handler was not run, because an older version of the bot has sent the component.
 * const isOutdated = (cause: Cause.Cause<unknown>) =>
 *   cause.reasons.some((each) => Cause.isDieReason(each) && each.defect instanceof CustomId.InvalidPayload)
 * ```
 */
export class InvalidPayload extends Schema.TaggedError<InvalidPayload>("fibercord/InvalidPayload")("InvalidPayload", {
  /** Name of the definition. */
  name: Schema.String,
  /** What is wrong, and where. */
  issue: Schema.String
}) {
  override get message() {
    const advice = "Another version of the bot probably sent the message."
    return `The payload in the custom id of "${this.name}" does not match its schema: ${this.issue}. ${advice}`
  }
}
