/**
 * # An app that users install for themselves
 *
 * Offers a command in every server and in every direct message, also where the bot is no member.
 *
 * `integrationTypes` says who can install it, and `contexts` where it is shown. Where the bot is no member, it sees
 * nothing but the interaction, and can only reply to it: `Reply` uses the token of the interaction and works everywhere.
 *
 * ## What to watch out for
 *
 * - Enable "User Install" in the developer portal, under "Installation".
 * - `Messages.send` into the channel fails there. Do everything with `Reply`, within fifteen minutes.
 * - An app that only the user has installed may send five follow-ups to an interaction.
 * - Where only the user has installed the app, be quiet: the recipe shows the answer to the user alone, with a button to
 * share it.
 */
import { Effect } from "effect"
import { Button, Command, Interaction, Options, Reply } from "fibercord"

const spell = (word: string) =>
  [...word.toLowerCase()].map((letter) => (/[a-z]/.test(letter) ? `:regional_indicator_${letter}:` : letter)).join(" ")

export const shout = Command.slash(
  "shout",
  {
    description: "Write a word in large letters",
    contexts: ["guild", "botDm", "privateChannel"],
    integrationTypes: ["guild", "user"],
    options: { word: Options.string("Which", { max: 20 }) }
  },
  Effect.fn("shout")(function* ({ word }) {
    const { authorizingIntegrationOwners } = yield* Interaction.Interaction
    const content = spell(word)
    // Nobody but the user has installed it here.
    const isGuest = authorizingIntegrationOwners.guild === undefined
    if (!isGuest) return yield* Reply.send({ content })
    const share = yield* Button.bound({ label: "Show everybody" }, () => Reply.send({ content }), { once: true })
    return yield* Reply.send({ content, components: [[share]], ephemeral: true })
  })
)
