/** A question that is answered with yes or no. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Question from "../replies/Question.ts"
import type { Interaction } from "../replies/Interaction.ts"
import type { Message, Row } from "../replies/Message.ts"
import type { ReplyError } from "../replies/ReplyError.ts"
import type { Runtime } from "../../runtime/Runtime.ts"
import type * as Discord from "../../discord/Discord.ts"
import * as Button from "./Button.ts"

/** Options of {@link ask}: a message, who may answer, and how the two buttons look. */
export interface Options<T extends Duration.Input | undefined = undefined> extends Message, Question.Asking<T> {
  /** Default: "Yes", in the style `primary`. What is given replaces these. */
  readonly yes?: Button.Look | undefined
  /** Default: "No", in the style `secondary`. */
  readonly no?: Button.Look | undefined
}

/**
 * Sends a message with two buttons below its own components, and returns whether "yes" was clicked. By default only the
 * user whose interaction the handler began with may answer, and the wait ends with the Runtime; with `timeout` it fails
 * with `NoAnswer` and the buttons are disabled. Otherwise it is like `Reply.ask`.
 *
 * ```ts
 * import { Confirm } from "fibercord"
 *
 * const isSure = Confirm.ask({
 *   content: "Delete everything?",
 *   yes: { label: "Delete", style: "danger" },
 *   timeout: "1 minute"
 * })
 * ```
 */
export const ask = <T extends Duration.Input | undefined = undefined>(
  options: Options<T>
): Effect.Effect<boolean, ReplyError | Question.Unanswered<T>, Runtime | Interaction> => {
  const { components, no, yes, ...message } = options
  const buttons = [
    Button.choice("yes", { label: "Yes", style: "primary", ...yes }),
    Button.choice("no", { label: "No", ...no })
  ]
  const lines: ReadonlyArray<Question.Line> = [
    ...((components ?? []) as ReadonlyArray<Row | Discord.TopLevelComponent>),
    buttons
  ]
  return Effect.map(
    Question.ask({ ...message, components: lines } as Question.Question<typeof lines, T>),
    (value) => value === "yes"
  )
}
