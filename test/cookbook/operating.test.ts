/** Recipes about languages, purchases and operating, played. */
import { NodeHttpServer } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { HttpServer } from "effect/http"
import { Bot, Command, Options, Reply } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { createServer } from "node:http"
import { divide, reported } from "../../examples/cookbook/error-reports.ts"
import { probes, tea } from "../../examples/cookbook/health.ts"
import { eggs, texts } from "../../examples/cookbook/localised.ts"
import { portrait, treasure, treasureErrors } from "../../examples/cookbook/premium.ts"
import { presence } from "../../examples/cookbook/presence.ts"
import { shards } from "../../examples/cookbook/shard-table.ts"
import { shout } from "../../examples/cookbook/user-app.ts"

const Fake = FakeDiscord.layer({ shards: 2, identifyInterval: "10 millis" })

const greet = (developers: string) =>
  Command.slash(
    "greet",
    {
      description: "Greet Ann",
      options: { name: Options.string("Name").pipe(Options.schema(Schema.String.check(Schema.isPattern(/^Ann$/)))) }
    },
    ({ name }) => Reply.send({ content: name })
  ).pipe(reported(developers, "greet"))

/** What the bot sells, where it reports, and who owns it. */
const place = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  return {
    subscription: yield* discord.sku("Supporter"),
    chest: yield* discord.sku("Chest", { type: 3 }),
    developers: yield* discord.guild.channel("developers"),
    owner: yield* discord.user("owner")
  }
})
let known: Effect.Success<typeof place> | undefined
const here = Effect.suspend(() => (known ? Effect.succeed(known) : Effect.die("no bot yet")))

const TestLive = Layer.unwrap(
  Effect.map(place, (made) => {
    known = made
    const { chest, developers, owner, subscription } = made
    const bot = Bot.layer({
      interactions: [
        eggs,
        shout,
        tea,
        portrait(subscription),
        treasure(chest),
        divide(developers),
        greet(developers),
        shards(owner.id)
      ],
      texts: texts.replies,
      onError: treasureErrors
    })
    return Layer.mergeAll(presence, probes).pipe(Layer.provideMerge(bot))
  })
).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })), Layer.provideMerge(Fake))

layer(TestLive, { excludeTestServices: true })("recipes about languages, purchases and operating", (it) => {
  it.effect("a command speaks the language of its user", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, bernd] = [yield* discord.user("alice"), yield* discord.user("bernd", { locale: "de" })]
      const english = yield* alice.slash("eggs")
      yield* english.click("One more")
      assert.strictEqual(yield* english.content, "You have 2 eggs.")
      const german = yield* bernd.slash("eggs")
      assert.strictEqual(yield* german.content, "Du hast ein Ei.")
      assert.strictEqual((yield* german.buttons)[0]?.label, "Noch eins")
      const denied = yield* bernd.click(english, "One more")
      assert.strictEqual(yield* denied.content, "Das sind nicht deine Eier.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("an app of a user answers quietly where the bot is no member", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [alice, guest] = [yield* discord.user("alice"), yield* discord.user("guest", { installed: true })]
      const loud = yield* alice.slash("shout", { word: "Hi" })
      assert.strictEqual(yield* loud.content, ":regional_indicator_h: :regional_indicator_i:")
      assert.isFalse(yield* loud.ephemeral)
      const quiet = yield* guest.slash("shout", { word: "Hi" }, { privateChannel: true })
      assert.isTrue(yield* quiet.ephemeral)
      const shared = yield* quiet.click("Show everybody")
      assert.isFalse(yield* shared.ephemeral)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("supporters get a portrait, and a chest opens once", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { chest, subscription } = yield* here
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const refused = yield* alice.slash("portrait")
      assert.strictEqual(yield* refused.content, "Portraits are for supporters.")
      assert.strictEqual((yield* refused.buttons)[0]?.style, 6)
      yield* discord.entitle(subscription, { user: alice.id })
      assert.strictEqual(yield* (yield* alice.slash("portrait")).content, "🖼️")
      yield* discord.entitle(chest, { user: bob.id })
      assert.strictEqual(yield* (yield* bob.slash("treasure")).content, "You find 100 coins.")
      assert.strictEqual(yield* (yield* bob.slash("treasure")).content, "You have no chest. Buy one?")
      yield* discord.entitle(chest, { user: bob.id })
      yield* discord.faults.restStatus(/consume$/, 400)
      const stuck = yield* bob.slash("treasure")
      assert.strictEqual(yield* stuck.content, "The chest is stuck, and still yours. Please try again.")
      assert.strictEqual(yield* (yield* bob.slash("treasure")).content, "You find 100 coins.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a defect is reported under the reference that the user gets", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { developers, owner } = yield* here
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("divide", { by: 5 })).content, "10 / 5 = 2")
      const broken = yield* alice.slash("divide", { by: 0 })
      const reference = /say this: (\d+)$/.exec(yield* broken.content)?.[1]
      const report = yield* owner.awaitMessage(
        ({ content }) => content === `/divide of alice, reference ${reference}`,
        { channel: developers }
      )
      const file = (yield* report.raw).attachments[0]?.url ?? ""
      assert.include(yield* Effect.promise(async () => (await fetch(file)).text()), "RangeError: Division by zero")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a value that a schema refuses is not reported", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      assert.match(yield* (yield* alice.slash("greet", { name: "Bob" })).content, /^\*\*Name\*\*: /)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("probes and metrics are served, with the bot's own counter", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const alice = yield* discord.user("alice")
      const { address } = yield* HttpServer.HttpServer
      const url = "port" in address ? `http://127.0.0.1:${address.port}` : assert.fail(address._tag)
      const get = (path: string) => Effect.promise(async () => fetch(`${url}${path}`))
      assert.strictEqual((yield* get("/health/ready")).status, 200)
      assert.strictEqual((yield* get("/health/live")).status, 200)
      yield* (yield* alice.slash("tea", { kind: "green" })).content
      const metrics = yield* Effect.promise(async () => (await fetch(`${url}/metrics`)).text())
      assert.match(metrics, /^bot_teas_total\{[^}]*kind="green"[^}]*\} 1/m)
      assert.include(metrics, "fibercord_")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("every shard shows the presence, and the owner sees the table of them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { owner } = yield* here
      for (const shardId of [0, 1]) {
        yield* discord.awaitLog(FakeDiscord.is("Received", (frame) => frame.op === 3 && frame.shardId === shardId))
      }
      const lines = (yield* (yield* owner.slash("shards")).content).split("\n")
      assert.match(lines[2] ?? "", /^ +0 +Connected +(-|\d+ ms) +1 +0$/)
      assert.match(lines[3] ?? "", /^ +1 +Connected +(-|\d+ ms) +1 +0$/)
      const alice = yield* discord.user("alice")
      assert.strictEqual(yield* (yield* alice.slash("shards")).content, "Only my owner may see that.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})
