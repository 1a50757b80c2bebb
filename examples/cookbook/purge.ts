/**
 * # Delete the last messages of a channel
 *
 * Deletes up to a hundred messages, of everybody or of one user, and says how many there were.
 *
 * `Messages.list` reads a hundred messages, and `Messages.deleteMany` deletes them with one call. Discord refuses the whole
 * call if one message is older than two weeks, so the recipe leaves those out: the time of a message is in its id.
 *
 * ## What to watch out for
 *
 * - Read the messages before the interaction (`before: id`), or you delete the reply that the user waits for.
 * - The bot needs `ManageMessages` and `ReadMessageHistory`. Without the latter Discord returns an empty list, and no
 * error.
 * - Whoever may run the command can delete messages of people above them. That is what `ManageMessages` means.
 */
import { Clock, Effect } from "effect"
import { Command, ErrorReply, Interaction, Messages, Middleware, Options, Reply, Snowflake } from "fibercord"

const day = 86_400_000

export const purge = Command.slash(
  "purge",
  {
    description: "Delete the last messages of this channel",
    contexts: ["guild"],
    defaultMemberPermissions: ["ManageMessages"],
    replies: { ephemeral: true },
    options: {
      count: Options.integer("How many", { min: 1, max: 100 }),
      of: Options.user("Only those of this user").pipe(Options.optional)
    }
  },
  Effect.fn("purge")(function* ({ count, of }) {
    const { channelId = "", id } = yield* Interaction.inGuild
    yield* Reply.defer()
    const since = (yield* Clock.currentTimeMillis) - 13 * day
    const messages = yield* Messages.list(channelId, { limit: 100, before: id })
    const ids = messages
      .filter((message) => Snowflake.timestamp(message.id) > since)
      .filter((message) => of === undefined || message.author.id === of.id)
      .slice(0, count)
      .map((message) => message.id)
    yield* Messages.deleteMany(channelId, ids)
    yield* Reply.send({ content: `${ids.length} messages are deleted.` })
  })
).pipe(
  Middleware.requirePermissions(["ManageMessages"]),
  Middleware.requireBotPermissions(["ManageMessages", "ReadMessageHistory"])
)

/** For the `onError` of `Bot.layer`. */
export const purgeErrors = { MessageError: () => ErrorReply.ephemeral("I could not delete them.") }
