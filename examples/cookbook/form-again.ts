/**
 * # A form that comes back with what was typed
 *
 * Checks what a user submits, says what is wrong, and opens the form again with the values that were typed.
 *
 * What a schema can say belongs into the `schema` of a [field](../guide/forms.md). What only a database knows, here
 * whether a name is taken, is checked after the submission. Discord opens no form in response to a form, so a button is
 * between the two. The handler is a loop: it asks, checks, and either returns or asks again.
 *
 * ## What to watch out for
 *
 * - Users close forms, and Discord does not report it. The button opens the form again; anything else that the user does in
 * this dialogue ends the wait with `Dismissed`, for which the bot has a text.
 * - Check and write in one call of the store. Between a check and a write somebody else takes the name.
 * - Keep `value` within the `max` of the field, or Discord refuses the form.
 */
import { Context, Effect } from "effect"
import { Button, Command, Field, Interaction, Modal, Reply } from "fibercord"

/** Where the names are. */
export class Names extends Context.Service<
  Names,
  {
    /** Gives the name to the user, unless somebody else has it. */
    readonly take: (name: string, userId: string) => Effect.Effect<boolean>
  }
>()("cookbook/Names") {}

export const register = Command.slash(
  "register",
  { description: "Choose your name in the game", replies: { ephemeral: true } },
  Effect.fn("register")(
    function* () {
      const names = yield* Names
      const { user } = yield* Interaction.Interaction
      let value = user.username.slice(0, 20)
      while (true) {
        const form = yield* Modal.ask({
          title: "Your name",
          fields: { name: Field.short("Name", { min: 3, max: 20, value }) }
        })
        value = form.name
        if (yield* names.take(value, user.id)) break
        yield* Reply.ask({
          content: `${value} is taken.`,
          components: [[Button.choice("again", { label: "Choose another one" })]],
          timeout: "5 minutes"
        })
      }
      yield* Reply.update({ content: `You are ${value} now.`, components: [] }).pipe(
        Effect.catchReason("ReplyError", "NoMessage", () => Reply.send({ content: `You are ${value} now.` }))
      )
    },
    Effect.catchTag("NoAnswer", () => Reply.edit({ content: "That took too long. Run /register.", components: [] }))
  )
)
