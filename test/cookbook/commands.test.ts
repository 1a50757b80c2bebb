/** Recipes about commands and replies, played. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Layer, Option } from "effect"
import { Bot } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { product, Products, SearchFailed } from "../../examples/cookbook/autocomplete.ts"
import { bookmark, bookmarkErrors, profile } from "../../examples/cookbook/context-menus.ts"
import { ping } from "../../examples/cookbook/ping.ts"
import { card } from "../../examples/cookbook/profile-card.ts"
import { report, reportErrors, ReportFailed, Reports } from "../../examples/cookbook/slow-command.ts"

const stale = Deferred.makeUnsafe<void>()
const asked = Deferred.makeUnsafe<void>()
const lamp = { id: "71", name: "Lamp" }

const Services = Layer.mergeAll(
  Layer.succeed(Reports, {
    make: (month) => {
      if (month === "slow") return Effect.never
      return month === "2026-11" ? Effect.succeed("day,visits") : Effect.fail(new ReportFailed({ month }))
    }
  }),
  Layer.succeed(Products, {
    search: (query) => {
      if (query === "l") {
        const search = Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
        return Effect.onInterrupt(search, () => Deferred.succeed(stale, undefined))
      }
      return query === "x" ? Effect.fail(new SearchFailed({ query })) : Effect.succeed([lamp])
    },
    byId: (id) => Effect.succeed(id === lamp.id ? Option.some(lamp) : Option.none())
  })
)

const TestLive = Bot.layer({
  interactions: [ping, report, profile, bookmark, product, card],
  onError: { ...reportErrors, ...bookmarkErrors }
}).pipe(Layer.provide(Services), Layer.provideMerge(FakeDiscord.layer()), Layer.provideMerge(VirtualClock.layer))

layer(TestLive, { excludeTestServices: true })("recipes about commands", (it) => {
  it.effect("ping says both latencies", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const message = yield* alice.slash("ping")
      const { content } = yield* message.awaitContent((content) => content.includes("gateway"))
      assert.match(content, /^Pong\. Reply: \d+ ms, gateway: (not measured yet|\d+ ms)\.$/)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a slow command shows that it thinks, and brings a file", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const answer = yield* alice.slash("report", { month: "2026-11" })
      assert.strictEqual(answer.kind, "deferred-message")
      const { raw } = yield* answer.awaitContent("The report of 2026-11:")
      assert.strictEqual(raw.attachments[0]?.filename, "2026-11.csv")
      const unknown = yield* alice.slash("report", { month: "2025-01" })
      assert.strictEqual(yield* unknown.content, "There is no report of 2025-01.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a slow command is given up after ten minutes, and does not run twice for one user", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const slow = yield* alice.slash("report", { month: "slow" })
      const second = yield* alice.slash("report", { month: "2026-11" })
      assert.strictEqual(yield* second.content, "Your last report is not ready yet.")
      yield* (yield* VirtualClock.VirtualClock).advance("10 minutes")
      assert.include(yield* slow.content, "took longer than 10 minutes")
      const third = yield* alice.slash("report", { month: "2026-11" })
      assert.strictEqual(yield* third.content, "The report of 2026-11:")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a context menu shows a profile, and bookmarks a message unless the user takes none", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const shown = yield* alice.contextMenu("Profile", bob)
      assert.strictEqual((yield* shown.embeds)[0]?.fields?.[0]?.value, "bob")
      assert.isTrue(yield* shown.ephemeral)
      const said = yield* bob.say("A good idea")
      const done = yield* alice.contextMenu("Bookmark", said)
      assert.strictEqual(yield* done.content, "It is in your direct messages.")
      const copy = yield* alice.awaitMessage(({ content }) => content.startsWith("bob: A good idea"), { direct: true })
      assert.include(yield* copy.content, `/${yield* said.id}`)
      const long = yield* bob.say("A long idea ".padEnd(2000, "x"))
      assert.strictEqual(yield* (yield* alice.contextMenu("Bookmark", long)).content, "It is in your direct messages.")
      const closed = yield* discord.user("closed", { closed: true })
      assert.strictEqual(yield* (yield* closed.contextMenu("Bookmark", said)).content, "You take no direct messages.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("suggestions come from the search, a stale one is interrupted, and free text is refused", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      yield* Effect.forkChild(Effect.exit(alice.autocomplete("product", { name: "l" }, "name")))
      yield* Deferred.await(asked)
      const found = yield* alice.autocomplete("product", { name: "la" }, "name")
      assert.deepStrictEqual(yield* found.choices, [{ name: "Lamp", value: "71" }])
      yield* Deferred.await(stale)
      assert.deepStrictEqual(yield* (yield* alice.autocomplete("product", { name: "x" }, "name")).choices, [])
      assert.strictEqual(yield* (yield* alice.slash("product", { name: "71" })).content, "**Lamp** has the number 71.")
      assert.include(yield* (yield* alice.slash("product", { name: "lamp" })).content, 'no product "lamp"')
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a card is drawn again by its button", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const shown = yield* alice.slash("card", { who: bob })
      assert.include(yield* shown.text, "Thanked 0 times")
      yield* bob.click(shown, "Thank")
      yield* alice.click(shown, "Thank")
      assert.include(yield* shown.text, "Thanked 2 times")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})
