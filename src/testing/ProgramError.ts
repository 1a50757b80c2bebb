/** How a program ended. */
import * as Schema from "effect/Schema"

/** A program has ended: by itself, or because it was told to. */
export class ProgramEnded extends Schema.TaggedError<ProgramEnded>("fibercord/testing/ProgramEnded")("ProgramEnded", {
  /** The file that was run. */
  file: Schema.String,
  /** The exit code; `undefined` if a signal ended it. 130 is what programs return after Ctrl-C. */
  code: Schema.UndefinedOr(Schema.Number),
  /** The signal that ended it. */
  signal: Schema.UndefinedOr(Schema.String),
  /** Its last lines of output. */
  lines: Schema.Array(Schema.String)
}) {
  override get message() {
    const how = this.signal === undefined ? `with code ${this.code}` : `by ${this.signal}`
    return [`${this.file} ended ${how}; its output ends with:`, ...this.lines].join("\n  ")
  }
}
