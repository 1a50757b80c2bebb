/** The errors of a test that acts as a user. */
import * as Schema from "effect/Schema"

/** The bot did not answer an interaction in time. The user sees "The application did not respond". */
export class NoAnswer extends Schema.TaggedError<NoAnswer>("fibercord/testing/NoAnswer")("NoAnswer", {
  /** What the user did, for example `/counter` or `click "+1"`. */
  action: Schema.String,
  /** Milliseconds that the bot had. */
  deadline: Schema.Finite,
  /** The callbacks that Discord refused until then, each with its code and message. */
  refused: Schema.Array(Schema.String),
  /** The id of the interaction. */
  interaction: Schema.String
}) {
  override get message() {
    const refused = this.refused.length === 0 ? "" : `; Discord refused: ${this.refused.join(", ")}`
    return `${this.action}: the application did not respond within ${this.deadline} ms${refused}`
  }
}

/** A command that is not registered, or that is used in a way that Discord's client does not allow. */
export class InvalidCommand extends Schema.TaggedError<InvalidCommand>("fibercord/testing/InvalidCommand")(
  "InvalidCommand",
  {
    /** The command as the user typed it. */
    command: Schema.String,
    /** Why Discord's client would not send it. */
    detail: Schema.String
  }
) {
  override get message() {
    return `/${this.command}: ${this.detail}`
  }
}

/**
 * Something that a user cannot use: it is absent or disabled, the value is invalid, its message was deleted or is not visible
 * to this user, or Discord forbids it to this user.
 */
export class NotUsable extends Schema.TaggedError<NotUsable>("fibercord/testing/NotUsable")("NotUsable", {
  /** The label, custom id or channel that the test asked for. */
  wanted: Schema.String,
  /** Why it cannot be used. */
  detail: Schema.Literals(["absent", "disabled", "deleted", "forbidden", "invisible", "invalid"]),
  /** The rule of Discord's that forbids it, for example that the user has no SEND_MESSAGES. */
  rule: Schema.optionalKey(Schema.String),
  /** What the message or modal had instead. */
  found: Schema.Array(Schema.String)
}) {
  override get message() {
    if (this.rule !== undefined) return `${JSON.stringify(this.wanted)} is ${this.detail}: ${this.rule}`
    const found = this.found.length === 0 ? "nothing" : this.found.join(", ")
    return `${JSON.stringify(this.wanted)} is ${this.detail}; there was: ${found}`
  }
}

/** A page of OAuth2 that Discord would not show, because its URL is wrong. */
export class InvalidAuthorization extends Schema.TaggedError<InvalidAuthorization>(
  "fibercord/testing/InvalidAuthorization"
)("InvalidAuthorization", {
  /** Why Discord would show an error. */
  detail: Schema.String
}) {
  override get message() {
    return `Discord would not ask the user: ${this.detail}`
  }
}

/** An interaction has no such result, for example no message because it was answered with a modal. */
export class NoResult extends Schema.TaggedError<NoResult>("fibercord/testing/NoResult")("NoResult", {
  /** The result that the test asked for. */
  wanted: Schema.String,
  /** What there was instead. */
  detail: Schema.String
}) {
  override get message() {
    return `no ${this.wanted}: ${this.detail}`
  }
}

/** A condition was not met in time. */
export class AwaitTimeout extends Schema.TaggedError<AwaitTimeout>("fibercord/testing/AwaitTimeout")("AwaitTimeout", {
  /** The condition. */
  wanted: Schema.String,
  /** The time waited, in milliseconds. */
  waited: Schema.Finite,
  /** What there was instead, as far as there was something. */
  found: Schema.UndefinedOr(Schema.String),
  /** The last entries of the log, for the reader of a failed test. */
  recent: Schema.Array(Schema.String)
}) {
  override get message() {
    const found = this.found === undefined ? "" : `; there was ${this.found}`
    const what = `${this.wanted} did not come within ${Math.round(this.waited)} ms${found}; the log ends with:`
    return [what, ...this.recent].join("\n  ")
  }
}
