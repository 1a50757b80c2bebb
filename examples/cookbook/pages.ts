/**
 * # A list with pages
 *
 * Shows a long list ten lines at a time, with buttons to the first, the previous, the next and the last page.
 *
 * `Pagination.send` makes a page when somebody wants to see it, handles one click after the other, and disables the
 * buttons that lead nowhere. Here the whole list is read once, when the command is run; `page` may as well ask a database
 * each time.
 *
 * ## What to watch out for
 *
 * - Everybody sees the same message. With `by: "opener"` only the user who ran the command turns its pages; with `replies:
 * { ephemeral: true }` each user has a list of their own.
 * - `Expiration.inactivity` keeps the list alive while somebody turns pages, and disables its buttons five minutes after the
 * last click.
 * - If the length is not known, leave `count` out and return `undefined` for the page after the last.
 */
import { Array, Effect } from "effect"
import { Command, DiscordRest, ErrorReply, Expiration, Interaction, Pagination } from "fibercord"

const perPage = 10

export const roles = Command.slash(
  "roles",
  {
    description: "All roles of this server",
    contexts: ["guild"],
    expiration: Expiration.inactivity("5 minutes"),
    replies: { allowedMentions: { parse: [] } }
  },
  Effect.fn("roles")(function* () {
    const { guildId } = yield* Interaction.inGuild
    const roles = yield* DiscordRest.use(({ guilds }) => guilds.getRoles(guildId))
    const pages = Array.chunksOf(
      roles.toSorted((a, b) => b.position - a.position).map(({ id }) => `<@&${id}>`),
      perPage
    )
    yield* Pagination.send({
      count: pages.length,
      page: (index) =>
        Effect.succeed({ content: `${pages[index]?.join("\n") ?? ""}\nPage ${index + 1} of ${pages.length}` }),
      by: "opener",
      denied: "Run /roles for a list of your own."
    })
  })
)

/** For the `onError` of `Bot.layer`. */
export const rolesErrors = { DiscordRestError: () => ErrorReply.ephemeral("Discord did not tell me the roles.") }
