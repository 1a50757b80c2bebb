/** A shop in two languages: goods on pages, a basket for each user, a form for the checkout, and a receipt that comes once. */
import { NodeRuntime } from "@effect/platform-node"
import { Context, Effect, Layer, Ref, Result, Schema } from "effect"
import { Bot, Catalogue, Command, Embed, ErrorReply, Expiration, Field, Interaction, Messages } from "fibercord"
import { Middleware, Modal, Options, Pagination, Reply, Runtimes } from "fibercord"

const texts = Catalogue.make(
  "en",
  {
    page: "Page {page:number}: {goods:list}",
    added: {
      plural: "count",
      one: "{good} is in your basket.",
      other: "{good} is in your basket, with {count} in all."
    },
    empty: "Your basket is empty.",
    address: "Where to?",
    paid: "You have paid {price:number} coins.",
    receipt: "{goods:list} for {price:number} coins, sent to {address}.",
    outOfStock: "{good}: there are {left:number} left.",
    poor: "That costs {price:number} coins, and you have {money:number}.",
    Cooldown: "Slowly! Again {timestamp}."
  },
  {
    de: {
      page: "Seite {page:number}: {goods:list}",
      added: { plural: "count", one: "{good} ist im Korb.", other: "{good} ist im Korb, zusammen {count}." },
      empty: "Dein Korb ist leer.",
      address: "Wohin?",
      paid: "Du hast {price:number} Münzen bezahlt.",
      receipt: "{goods:list} für {price:number} Münzen, geschickt nach {address}.",
      outOfStock: "{good}: davon gibt es noch {left:number}.",
      poor: "Das kostet {price:number} Münzen, und du hast {money:number}.",
      Cooldown: "Langsam! Wieder {timestamp}."
    }
  }
)

export const goldenSku = "4711"

export class OutOfStock extends Schema.TaggedError<OutOfStock>()("OutOfStock", { good: Schema.String }) {}
const Sum = { price: Schema.Finite, money: Schema.Finite }
export class NotEnoughMoney extends Schema.TaggedError<NotEnoughMoney>()("NotEnoughMoney", Sum) {}

type Good = Readonly<Record<"price" | "left", number>> & { readonly name: string }
type Sale = readonly [Result.Result<number, OutOfStock | NotEnoughMoney>, ReadonlyArray<Good>]

const sell = (goods: ReadonlyArray<Good>, names: ReadonlyArray<string>): Sale => {
  const count = ({ name }: Good) => names.filter((each) => each === name).length
  const short = goods.find((good) => count(good) > good.left)
  if (short !== undefined) return [Result.fail(new OutOfStock({ good: short.name })), goods]
  const price = goods.reduce((sum, good) => sum + good.price * count(good), 0)
  if (price > 20) return [Result.fail(new NotEnoughMoney({ price, money: 20 })), goods]
  return [Result.succeed(price), goods.map((good) => ({ ...good, left: good.left - count(good) }))]
}

/** What the shop has. `buy` takes goods and returns what they cost; a customer has 20 coins. */
export class Store extends Context.Service<
  Store,
  {
    readonly goods: Effect.Effect<ReadonlyArray<Good>>
    readonly buy: (names: ReadonlyArray<string>) => Effect.Effect<number, OutOfStock | NotEnoughMoney>
  }
>()("examples/shop/Store") {
  static readonly layer = (goods: ReadonlyArray<Good>) =>
    Layer.effect(
      Store,
      Effect.map(Ref.make(goods), (stock) => ({
        goods: Ref.get(stock),
        buy: (names) => Ref.modify(stock, (goods) => sell(goods, names)).pipe(Effect.flatMap(Effect.fromResult))
      }))
    )
}

const allGoods = Store.use(({ goods }) => goods)

/** The basket of a user, until it was not used for an hour. */
const empty = () => Ref.make<ReadonlyArray<string>>([])
const Basket = Runtimes.keyed((userId: string) => userId, empty, { expiration: Expiration.inactivity("1 hour") })

const catalogue = Command.slash("catalogue", { description: "What there is" }, () =>
  Pagination.send({
    page: Effect.fn("page")(function* (index) {
      const goods = (yield* allGoods).slice(index * 3, index * 3 + 3)
      const names = goods.map(({ name, price }) => `${name} (${price})`)
      return names.length === 0 ? undefined : { content: yield* texts.text("page", { page: index + 1, goods: names }) }
    })
  })
)

const suggest = (query: string) =>
  Effect.map(allGoods, (goods) =>
    goods.map(({ name }) => name).filter((name) => name.toLowerCase().includes(query.toLowerCase()))
  )
const good = Options.string("What", { max: 50 }).pipe(Options.autocomplete(suggest))

const add = Command.slash("add", { description: "Into the basket", options: { good } }, ({ good }) =>
  Effect.gen(function* () {
    const { user } = yield* Interaction.Interaction
    if (!(yield* allGoods).some(({ name }) => name === good)) return yield* new OutOfStock({ good })
    const all = yield* Basket.run(
      user.id,
      Ref.updateAndGet((all) => [...all, good])
    )
    return yield* Reply.send({ content: yield* texts.text("added", { good, count: all.length }), ephemeral: true })
  })
)

const checkout = Command.slash("checkout", { description: "Pay" }, () =>
  Effect.gen(function* () {
    const { id, user } = yield* Interaction.Interaction
    const goods = yield* Basket.run(user.id, Ref.get)
    if (goods.length === 0) return yield* ErrorReply.deny(yield* texts.text("empty"))
    const label = yield* texts.text("address")
    const { address } = yield* Modal.ask({ title: label, fields: { address: Field.short(label) } })
    const price = yield* Store.use((store) => store.buy(goods))
    yield* Basket.run(user.id, Ref.set<ReadonlyArray<string>>([]))
    const receipt = yield* texts.text("receipt", { goods, price, address })
    yield* Effect.ignore(Messages.dm(user.id, { content: receipt }, { nonce: id }), { log: "Warn" })
    return yield* Reply.send({ content: yield* texts.text("paid", { price }), ephemeral: true })
  })
).pipe(Middleware.cooldown("5 seconds", { per: "user" }))

const golden = Command.slash("golden", { description: "For supporters" }, () => Reply.send({ content: "🍵✨" })).pipe(
  Middleware.requireEntitlement(goldenSku)
)

/** The bot; give it its `Store`. */
export const ShopLive = Bot.layer({
  interactions: [catalogue, add, checkout, golden],
  texts: texts.replies,
  onError: {
    OutOfStock: ({ good }, { locale }) =>
      Effect.map(allGoods, (goods) =>
        ErrorReply.ephemeral(
          texts.in(locale)("outOfStock", { good, left: goods.find(({ name }) => name === good)?.left ?? 0 })
        )
      ),
    NotEnoughMoney: (error, { locale }) =>
      ErrorReply.ephemeral({ embeds: [Embed.make({ description: texts.in(locale)("poor", error) })] }),
    RuntimeRefused: () => ErrorReply.ephemeral("Try again.")
  }
})

if (import.meta.main) {
  const StoreLive = Store.layer([{ name: "Tea", price: 3, left: 10 }])
  ShopLive.pipe(Layer.provide([StoreLive, Bot.layerDiscord]), Bot.launch, NodeRuntime.runMain)
}
