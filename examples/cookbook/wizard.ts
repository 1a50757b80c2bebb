/**
 * # Several steps, with a way back
 *
 * Asks one thing after the other in one message, and lets the user go back and change an answer.
 *
 * Each step is a question whose value says what comes next. The answers so far are a variable of the handler, because a
 * [Runtime](../guide/runtimes.md) lives as long as its dialogue. The compiler knows all values that a step can have, so a
 * forgotten branch is an error.
 *
 * ## What to watch out for
 *
 * - A question replaces the one before it, so the user sees one message that changes.
 * - The time limit is one for the whole dialogue. A `timeout` of each question would begin anew with each step.
 * - Answers are lost when the process ends. If that matters, write the same loop as a [durable
 * dialogue](../guide/durable.md), with a name for each step.
 */
import { Effect } from "effect"
import { Button, Command, Menu, Reply } from "fibercord"

const back = Button.choice("back", { label: "Back" })

const order = Effect.fn("order")(function* () {
  let [drink, size] = ["", ""]
  let step: "drink" | "size" | "summary" = "drink"
  while (true) {
    if (step === "drink") {
      drink = yield* Reply.ask({
        content: "What would you like?",
        components: [[Menu.string({ placeholder: "Drink", choices: ["tea", "coffee"] })]]
      })
      step = "size"
    } else if (step === "size") {
      const answer = yield* Reply.ask({
        content: `How large shall your ${drink} be?`,
        components: [[Button.choice("small"), Button.choice("large"), back]]
      })
      if (answer !== "back") size = answer
      step = answer === "back" ? "drink" : "summary"
    } else {
      const answer = yield* Reply.ask({
        content: `A ${size} ${drink}?`,
        components: [[Button.choice("order", { style: "success" }), back]]
      })
      if (answer === "order") return yield* Reply.update({ content: `Your ${size} ${drink} comes.`, components: [] })
      step = "size"
    }
  }
})

export const wizard = Command.slash("order", { description: "Order something", replies: { ephemeral: true } }, () =>
  order().pipe(
    Effect.timeoutOrElse({
      duration: "5 minutes",
      orElse: () => Reply.edit({ content: "The kitchen has closed.", components: [] })
    })
  )
)
