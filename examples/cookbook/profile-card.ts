/**
 * # A card with pictures and buttons
 *
 * Lays out text, a picture, a list and a button in one box, with Discord's components ("Components V2") in place of an
 * embed.
 *
 * [`Layout`](../guide/replies.md#layouts) has the components that arrange others. Bound buttons may stand anywhere among
 * them, also beside a text in a section.
 *
 * ## What to watch out for
 *
 * - A message with a layout has no `content` and no `embeds`: its text is in `Layout.text`, at most 4000 characters in all.
 * - Once a message has a layout, it keeps it. An edit replaces all components; here the card is drawn again with the new
 * count.
 * - Names of users are text of strangers. `allowedMentions: { parse: [] }` keeps them from notifying anybody.
 */
import { Effect, Ref } from "effect"
import { Button, Command, Layout, Options, Reply } from "fibercord"

const avatar = (user: { readonly id: string; readonly avatar: string | null }) =>
  user.avatar === null
    ? "https://cdn.discordapp.com/embed/avatars/0.png"
    : `https://cdn.discordapp.com/avatars/${user.id}/${user.avatar}.png`

export const card = Command.slash(
  "card",
  {
    description: "Show somebody's card",
    options: { who: Options.user("Whose") },
    replies: { allowedMentions: { parse: [] } }
  },
  Effect.fn("card")(function* ({ who }) {
    const thanks = yield* Ref.make(0)
    const draw = (count: number): Reply.Message => ({
      components: [
        Layout.container(
          [
            Layout.section([`# ${who.global_name ?? who.username}`, `<@${who.id}>`], Layout.thumbnail(avatar(who))),
            Layout.separator(),
            Layout.section([`Thanked ${count} times`], thank)
          ],
          { accentColor: 0x5865f2 }
        )
      ]
    })
    const thank = yield* Button.bound({ label: "Thank", emoji: { name: "💜" } }, () =>
      Effect.flatMap(
        Ref.updateAndGet(thanks, (n) => n + 1),
        (count) => Reply.update(draw(count))
      )
    )
    yield* Reply.send(draw(0))
  })
)
