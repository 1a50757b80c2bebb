/**
 * # Suggestions from a slow API
 *
 * Asks a search for suggestions while the user types, and stops a search as soon as the next key makes it stale.
 *
 * Discord asks while the user types, and waits three seconds. fibercord interrupts the previous search of the same user,
 * and an interrupted search aborts its HTTP request. Suggestions open no Runtime.
 *
 * ## What to watch out for
 *
 * - A suggestion is only a suggestion: users may send any text. Look the value up, and refuse what you do not know.
 * - Say a `timeout` that is below two seconds: after that time fibercord responds with an empty list, and what comes later
 * is too late. Return an empty list for a search that failed. Nobody can read an error in a list of suggestions; the log has
 * it.
 * - Discord shows 25 suggestions. Show the id as the `value`, and what people read as the `label`.
 */
import { Context, Effect, Option, Schema } from "effect"
import { Command, ErrorReply, Options, Reply } from "fibercord"

export class SearchFailed extends Schema.TaggedError<SearchFailed>()("SearchFailed", { query: Schema.String }) {}

interface Product {
  readonly id: string
  readonly name: string
}

/** Whatever is searched: a database or an API. */
export class Products extends Context.Service<
  Products,
  {
    readonly search: (query: string) => Effect.Effect<ReadonlyArray<Product>, SearchFailed>
    readonly byId: (id: string) => Effect.Effect<Option.Option<Product>>
  }
>()("cookbook/Products") {}

const suggestions = (query: string) =>
  Products.use((products) => products.search(query)).pipe(
    Effect.timeout("1500 millis"),
    Effect.map((found) => found.map(({ id, name }) => ({ value: id, label: name }))),
    Effect.catch((error) => Effect.as(Effect.logWarning("No suggestions", error), []))
  )

export const product = Command.slash(
  "product",
  {
    description: "Look up a product",
    options: { name: Options.string("Which one").pipe(Options.autocomplete(suggestions)) }
  },
  Effect.fn("product")(function* ({ name }) {
    const products = yield* Products
    const found = yield* products.byId(name)
    if (Option.isNone(found)) return yield* ErrorReply.deny(`There is no product "${name}". Choose one of the list.`)
    return yield* Reply.send({ content: `**${found.value.name}** has the number ${found.value.id}.` })
  })
)
