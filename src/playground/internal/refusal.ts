/** Why a request of the page was not fulfilled. */
import * as Schema from "effect/Schema"

/** What was wrong, for people. */
export class Refusal extends Schema.TaggedError<Refusal>("fibercord/playground/Refusal")("Refusal", {
  /** What kind of a refusal it is: the tag of an error of the fake, or `Invalid` or `Absent`. */
  tag: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Something that the page named does not exist. */
export const absent = (what: string, id: string): Refusal =>
  new Refusal({ tag: "Absent", detail: `There is no ${what} ${JSON.stringify(id)}` })

/** Something cannot be done. */
export const invalid = (detail: string): Refusal => new Refusal({ tag: "Invalid", detail })
