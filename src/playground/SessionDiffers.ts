/** What differs when a session is played again. */
import * as Schema from "effect/Schema"

/** A step of a session did not go as it did when it was recorded. */
export class SessionDiffers extends Schema.TaggedError<SessionDiffers>("fibercord/playground/SessionDiffers")(
  "SessionDiffers",
  {
    /** The number of the step, from 1. */
    step: Schema.Number,
    /** What was done. */
    action: Schema.String,
    /** What was seen when it was recorded. */
    expected: Schema.String,
    /** What was seen now. */
    got: Schema.String
  }
) {
  override get message() {
    return `step ${this.step} (${this.action}): expected ${this.expected}, got ${this.got}`
  }
}
