/**
 * What can be wrong with custom ids, the strings by which Discord names the component that was used. fibercord writes
 * and reads them itself; their format is not part of the API.
 */
import * as Schema from "effect/Schema"
import { component } from "../../discord/limits.ts"

/** The longest custom id that Discord accepts, in characters. Source: Discord, "Component Reference", Custom ID. */
export const maxLength = component.customId.max

/** A payload is too large for its component's custom id. */
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
