/**
 * # Something that moderators decide
 *
 * Sends what a user suggests to the moderators, waits up to a week for their decision, and tells the user, with the reason
 * for a no.
 *
 * `Durable.ask` stores the question. A click next week, after three deploys, is an answer to it, and the handler goes on
 * with its variables. Only users with `ManageGuild` may decide, and only the first answer counts. A choice with a `form`
 * opens it and is the answer when that is submitted.
 *
 * ## What to watch out for
 *
 * - The text comes from a stranger and is shown to moderators: nobody is mentioned.
 * - A user may have closed their direct messages. The decision stands all the same.
 * - `answered` is what the message becomes. It says who decided, so that nobody asks.
 */
import { Effect } from "effect"
import { Button, ErrorReply, Field, Options } from "fibercord"
import { Durable } from "fibercord/durable"

const why = { title: "Why not?", fields: { reason: Field.paragraph("Reason", { max: 300 }) } }

/** Suggestions that are decided in the channel of this id. */
export const suggestions = (moderators: string) =>
  Durable.slash(
    "suggest",
    {
      version: 1,
      description: "Suggest something",
      options: { what: Options.string("What", { max: 500 }) },
      contexts: ["guild"],
      response: { content: "Thank you. You will hear from us.", ephemeral: true }
    },
    Effect.fn("suggest")(function* ({ what }, { user }) {
      const text = yield* Durable.ask("decision", {
        to: Durable.channel(moderators),
        content: `<@${user.id}> suggests: ${what}`,
        allowedMentions: { parse: [] },
        components: [[Button.choice("accept", { style: "success" }), Button.choice("decline", { form: why })]],
        by: { permissions: ["ManageGuild"] },
        denied: "Only moderators decide.",
        timeout: "7 days",
        answered: ({ user, value }) => ({ content: `${what}\n${value}, by <@${user.id}>` })
      }).pipe(
        Effect.map(({ form, value }) => (value === "accept" ? "We do it!" : `Not this time. ${form?.reason ?? ""}`)),
        Effect.catchTag("Timeout", () => Effect.succeed("Nobody has decided it. Please suggest it again."))
      )
      yield* Durable.send("tell", Durable.dm(user.id), { content: `${what}: ${text}` }).pipe(
        Effect.catchReason("MessageError", "CannotMessageUser", () => Effect.void)
      )
    })
  )

/** For the `onError` of `Bot.layer`, which also needs `Dialogues`. */
export const suggestionErrors = { MessageError: () => ErrorReply.ephemeral("I cannot reach the moderators.") }
