/** How a step of a test can fail: what the user saw, or did not see. */
import * as Schema from "effect/Schema"

/** Nobody answered an interaction in time. The user sees "The application did not respond". */
export class NoAnswer extends Schema.TaggedError<NoAnswer>("fibercord/testing/NoAnswer")("NoAnswer", {
  /** What the user did, for example `/counter` or `click "+1"`. */
  action: Schema.String,
  /** Milliseconds that the bot had. */
  deadline: Schema.Finite,
  /** Callbacks that Discord refused meanwhile, each with its code and message. */
  refused: Schema.Array(Schema.String)
}) {
  override get message() {
    const refused = this.refused.length === 0 ? "" : `; Discord refused: ${this.refused.join(", ")}`
    return `${this.action}: the application did not respond within ${this.deadline} ms${refused}`
  }
}

/** A command that no bot has registered, or a registered one used in a way that Discord's client does not allow. */
export class InvalidCommand extends Schema.TaggedError<InvalidCommand>("fibercord/testing/InvalidCommand")(
  "InvalidCommand",
  {
    /** The command as the user wrote it. */
    command: Schema.String,
    /** Why Discord's client would not send it. */
    detail: Schema.String
  }
) {
  override get message() {
    return `/${this.command}: ${this.detail}`
  }
}

/** A component that a user cannot use: absent, disabled, or on a message that is gone or that only another user sees. */
export class NotUsable extends Schema.TaggedError<NotUsable>("fibercord/testing/NotUsable")("NotUsable", {
  /** The label or custom id that was looked for. */
  wanted: Schema.String,
  /** Why it cannot be used. */
  detail: Schema.Literals(["absent", "disabled", "deleted", "invisible", "invalid"]),
  /** What the message or modal had instead. */
  found: Schema.Array(Schema.String)
}) {
  override get message() {
    const found = this.found.length === 0 ? "nothing" : this.found.join(", ")
    return `${JSON.stringify(this.wanted)} is ${this.detail}; there was: ${found}`
  }
}

/** An interaction has no such result: for example its message was asked for and it was answered with a modal. */
export class NoResult extends Schema.TaggedError<NoResult>("fibercord/testing/NoResult")("NoResult", {
  /** What was asked for. */
  wanted: Schema.String,
  /** What there was. */
  detail: Schema.String
}) {
  override get message() {
    return `no ${this.wanted}: ${this.detail}`
  }
}

/** A condition was waited for, and did not come. */
export class AwaitTimeout extends Schema.TaggedError<AwaitTimeout>("fibercord/testing/AwaitTimeout")("AwaitTimeout", {
  /** The condition. */
  wanted: Schema.String,
  /** Milliseconds that were waited. */
  waited: Schema.Finite,
  /** The last facts of the log, for the reader of a failed test. */
  recent: Schema.Array(Schema.String)
}) {
  override get message() {
    return [`${this.wanted} did not come within ${this.waited} ms; the log ends with:`, ...this.recent].join("\n  ")
  }
}
