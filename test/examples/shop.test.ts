import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { goldenSku, ShopLive, Store } from "../../examples/bots/shop.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const goods = [
  { name: "Tea", price: 3, left: 2 },
  { name: "Cake", price: 15, left: 9 },
  { name: "Cup", price: 8, left: 1 },
  { name: "Spoon", price: 1, left: 5 }
]

const played = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  test.pipe(
    Effect.tap(() =>
      FakeDiscord.FakeDiscord.use((discord) =>
        Effect.map(discord.violations, (violations) => assert.deepStrictEqual(violations, []))
      )
    ),
    Effect.provide(ShopLive.pipe(Layer.provide(Store.layer(goods)), Layer.provideMerge(FakeDiscord.layer())))
  )

describe("the shop", () => {
  it.live("shows pages, fills a basket for each user, and sends a receipt, in the user's language", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bernd] = [yield* discord.user("alice"), yield* discord.user("bernd", { locale: "de" })]
      const list = yield* alice.slash("catalogue")
      assert.strictEqual(yield* list.content, "Page 1: Tea (3), Cake (15), and Cup (8)")
      yield* list.click("▶")
      yield* list.awaitContent("Page 2: Spoon (1)")
      const found = yield* (yield* bernd.autocomplete("add", { good: "c" }, "good")).choices
      assert.deepStrictEqual(
        found.map(({ name }) => name),
        ["Cake", "Cup"]
      )
      assert.strictEqual(yield* (yield* bernd.slash("checkout")).content, "Dein Korb ist leer.")
      assert.strictEqual(yield* (yield* alice.slash("add", { good: "Tea" })).content, "Tea is in your basket.")
      const second = yield* alice.slash("add", { good: "Cup" })
      assert.strictEqual(yield* second.content, "Cup is in your basket, with 2 in all.")
      assert.strictEqual(yield* (yield* bernd.slash("add", { good: "Cup" })).content, "Cup ist im Korb.")
      const form = yield* (yield* alice.slash("checkout")).modal
      assert.strictEqual(form.title, "Where to?")
      const paid = yield* form.submit({ "Where to?": "Moon" })
      assert.strictEqual(yield* paid.content, "You have paid 11 coins.")
      assert.include(yield* (yield* alice.slash("checkout")).content, "Slowly! Again <t:")
      const receipt = "Tea and Cup for 11 coins, sent to Moon."
      yield* alice.awaitMessage(({ content }) => content === receipt, { direct: true })
    }).pipe(played)
  )

  it.live("says in whole messages what is sold out or too dear, and to whom golden tea is served", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [carl, dora] = [yield* discord.user("carl", { locale: "de" }), yield* discord.user("dora")]
      assert.strictEqual(yield* (yield* dora.slash("add", { good: "Gin" })).content, "Gin: there are 0 left.")
      yield* Effect.forEach([1, 2, 3], () => carl.slash("add", { good: "Tea" }))
      const form = yield* (yield* carl.slash("checkout")).modal
      const refused = yield* form.submit({ "Wohin?": "Mond" })
      assert.strictEqual(yield* refused.content, "Tea: davon gibt es noch 2.")
      yield* Effect.forEach([1, 2], () => dora.slash("add", { good: "Cake" }))
      const dear = yield* (yield* (yield* dora.slash("checkout")).modal).submit({ "Where to?": "Mars" })
      assert.strictEqual((yield* dear.embeds)[0]?.description, "That costs 30 coins, and you have 20.")
      assert.isTrue(yield* dear.ephemeral)
      const locked = yield* dora.slash("golden")
      assert.deepStrictEqual(
        (yield* locked.buttons).map(({ style }) => style),
        [6]
      )
      yield* discord.entitle(goldenSku, { user: dora })
      assert.strictEqual(yield* (yield* dora.slash("golden")).content, "🍵✨")
    }).pipe(played)
  )
})
