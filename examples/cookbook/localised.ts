/**
 * # A command in the user's language
 *
 * Shows a command, its button and its replies in English or in German, as the client of each user is set.
 *
 * A [catalogue](../guide/localisation.md) has all texts, and the compiler checks keys and parameters in each language.
 * Discord shows names and labels by itself; `texts.text` picks the text for the user of the current interaction.
 *
 * ## What to watch out for
 *
 * - A message that everybody sees has one language: here that of the user who caused it; `texts.guildText` takes that of the
 * server. Ephemeral replies suit each reader.
 * - Plurals are more than "one" and "many". Let the catalogue choose, as for `eggs`.
 * - Names of commands are lower case, in every language.
 * - fibercord's own texts can be in the catalogue, too, such as `Denied` here: `Bot.layer({ texts: texts.replies })`.
 */
import { Effect, Ref } from "effect"
import { Button, Catalogue, Command, Reply } from "fibercord"

export const texts = Catalogue.make(
  "en",
  {
    name: "eggs",
    description: "Collect eggs",
    more: "One more",
    Denied: "These are not your eggs.",
    eggs: { plural: "count", one: "You have one egg.", other: "You have {count} eggs." }
  },
  {
    de: {
      name: "eier",
      description: "Eier sammeln",
      more: "Noch eins",
      Denied: "Das sind nicht deine Eier.",
      eggs: { plural: "count", one: "Du hast ein Ei.", other: "Du hast {count} Eier." }
    }
  }
)

const english = texts.in("en")

export const eggs = Command.slash(
  english("name"),
  {
    description: english("description"),
    nameLocalizations: texts.localizations("name"),
    descriptionLocalizations: texts.localizations("description")
  },
  Effect.fn("eggs")(function* () {
    const eggs = yield* Ref.make(1)
    const show = Effect.flatMap(Ref.get(eggs), (count) => texts.text("eggs", { count }))
    const look = { label: english("more"), labelLocalizations: texts.localizations("more") }
    const more = yield* Button.bound(
      look,
      Effect.fn("more")(function* () {
        yield* Ref.update(eggs, (count) => count + 1)
        yield* Reply.update({ content: yield* show })
      }),
      { by: "opener" }
    )
    yield* Reply.send({ content: yield* show, components: [[more]] })
  })
)
