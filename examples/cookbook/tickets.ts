/**
 * # Tickets in private threads
 *
 * Opens a private thread for whoever asks for help, brings the helpers in, and closes it with a button.
 *
 * Both buttons are [independent](../guide/components.md#independent), so they work after a restart, and the id of the
 * owner is in the button. The members of a private thread see it, and moderators with `ManageThreads`; a mention of the
 * support's role brings its members in.
 *
 * ## What to watch out for
 *
 * - The bot needs `CreatePrivateThreads` and `SendMessagesInThreads` in the channel, and `ManageThreads` to lock.
 * - A second click opens a second ticket. For one ticket per user, keep the id of the thread in a store, or use a [keyed
 * Runtime](../guide/runtimes.md#one-for-each-key), as the
 * [whole bot](../guide/examples.md#whole-bots) for tickets does.
 * - An archived thread can be opened again by its members; a locked one only by moderators.
 * - Text in a form is typed by strangers: limit it with `max`, and let it mention nobody.
 */
import { Effect, Schema } from "effect"
import { Button, Command, ErrorReply, Field, Interaction, Messages, Middleware, Modal, Reply } from "fibercord"
import { Snowflake, Threads } from "fibercord"

const close = Button.independent(
  "ticket-close",
  { payload: Schema.Struct({ owner: Snowflake.Schema }) },
  Effect.fn("ticket-close")(function* ({ owner }) {
    const { channelId = "", user } = yield* Interaction.Interaction
    if (user.id !== owner) yield* Middleware.checkPermissions(["ManageThreads"])
    yield* Reply.update({ content: `Closed by <@${user.id}>.`, components: [], allowedMentions: { parse: [] } })
    yield* Threads.edit(channelId, { archived: true, locked: true, reason: `closed by ${user.username}` })
  })
)

/** The button that opens tickets, for helpers with this role. */
export const tickets = (support: string) => {
  const open = Button.independent("ticket-open", {}, () =>
    Effect.gen(function* () {
      const { channelId = "", user } = yield* Interaction.Interaction
      const { subject } = yield* Modal.ask({
        title: "How can we help?",
        fields: { subject: Field.short("Subject", { max: 80 }) }
      })
      yield* Reply.defer({ ephemeral: true })
      const thread = yield* Threads.start(channelId, subject, { private: true, invitable: false })
      yield* Threads.addMember(thread, user.id)
      yield* Messages.send(thread, {
        content: `<@${user.id}>, <@&${support}> will be with you soon.`,
        components: [[close.with({ label: "Close", style: "danger" }, { owner: user.id })]],
        allowedMentions: { roles: [support], users: [user.id] }
      })
      yield* Reply.send({ content: `Your ticket is <#${thread}>.`, ephemeral: true })
    })
  )
  const panel = Command.slash(
    "ticket-panel",
    { description: "Post the button", contexts: ["guild"], defaultMemberPermissions: ["ManageThreads"] },
    () => Reply.send({ content: "Do you need help?", components: [[open.with({ label: "Open a ticket" })]] })
  )
  return { close, open, panel }
}

/** For the `onError` of `Bot.layer`. */
export const ticketErrors = { MessageError: () => ErrorReply.ephemeral("I may not do that in this channel.") }
