/** Errors and requirements stay in the types: without `onError` or without `Shop`, this file does not compile. */
import { NodeRuntime } from "@effect/platform-node"
import { Context, Effect, Layer, Ref, Schema } from "effect"
import { Bot, Command, ErrorReply, Options, Reply } from "fibercord"

class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { item: Schema.String }) {}

class Shop extends Context.Service<Shop, { readonly take: (item: string) => Effect.Effect<number, OutOfStock> }>()(
  "examples/Shop"
) {
  static readonly layer = Layer.effect(
    Shop,
    Effect.gen(function* () {
      const stock = yield* Ref.make<Readonly<Record<string, number>>>({ tea: 2, cake: 0 })
      const take = Effect.fn("Shop.take")(function* (item: string) {
        const left = (yield* Ref.get(stock))[item] ?? 0
        if (left === 0) return yield* new OutOfStock({ item })
        yield* Ref.update(stock, (stock) => ({ ...stock, [item]: left - 1 }))
        return left - 1
      })
      return { take }
    })
  )
}

const buy = Command.slash(
  "buy",
  { description: "Buy something", options: { item: Options.string("What", { choices: ["tea", "cake"] }) } },
  Effect.fn("buy")(function* ({ item }) {
    const shop = yield* Shop
    const left = yield* shop.take(item)
    yield* Reply.send({ content: `Here is your ${item}. ${left} left.` })
  })
)

Bot.layer({
  interactions: [buy],
  onError: { OutOfStock: ({ item }) => ErrorReply.ephemeral(`No more ${item}.`) }
}).pipe(Layer.provide(Shop.layer), Layer.provide(Bot.layerDiscord), Bot.launch, NodeRuntime.runMain)
