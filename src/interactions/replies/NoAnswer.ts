/** Why a handler that waits for a user continues without an answer. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** Nobody answered a question or a form within its `timeout`. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>("fibercord/NoAnswer")("NoAnswer", {
  /** The timeout, in milliseconds. */
  millis: Schema.Finite
}) {
  override get message() {
    const limit = Duration.format(Duration.millis(this.millis))
    return `Nobody answered within ${limit}. Catch NoAnswer to continue without an answer.`
  }
}

/**
 * The user closed a form without submitting it. Discord does not report that; it is noticed when the same user does
 * something else in the Runtime.
 */
export class Dismissed extends Schema.TaggedError<Dismissed>("fibercord/Dismissed")("Dismissed", {
  /** The title of the form. */
  title: Schema.String
}) {
  override get message() {
    return `The user closed the form "${this.title}" without submitting it. Catch Dismissed to continue without it.`
  }
}

/** Nobody answered a question of a durable dialogue within its `timeout`. */
export class Timeout extends Schema.TaggedError<Timeout>("fibercord/Timeout")("Timeout", {
  /** The name of the question. */
  step: Schema.String
}) {
  override get message() {
    return `Nobody answered the question "${this.step}" in time. Catch Timeout to continue without an answer.`
  }
}
