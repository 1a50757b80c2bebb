/** What docs/guide/keyed-runtimes.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, Button, Command, Expiration, Reply, Runtimes } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

type Live = { readonly BotLive: Layer.Layer<never, never, Bot.Services> }

const load = page("docs/guide/keyed-runtimes.md")
const line = await load<Live>("line.ts")
const tickets = await load<Live>("ticket.ts")

it.live("a line of a channel is shared by two commands", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const bob = yield* discord.user("bob")
    const elsewhere = yield* discord.guild.channel("elsewhere")
    assert.strictEqual(yield* (yield* alice.slash("queue")).content, "You are number 1.")
    assert.strictEqual(yield* (yield* bob.slash("queue")).content, "You are number 2.")
    assert.strictEqual(yield* (yield* bob.slash("next", {}, { channel: elsewhere })).content, "Nobody waits.")
    const called = yield* Effect.all([bob.slash("next"), alice.slash("next")], { concurrency: "unbounded" })
    const names = yield* Effect.all(called.map(({ content }) => content))
    assert.sameMembers(names, ["alice, it is your turn.", "bob, it is your turn."])
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(line.BotLive, FakeDiscord.layer())))
)

it.live("a user has one ticket, which is archived when it is closed", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    const said = Effect.flatMap(alice.slash("ticket"), ({ content }) => content)
    const first = yield* said
    assert.match(first, /^We talk in <#\d+>\.$/)
    assert.strictEqual(yield* said, first)
    assert.strictEqual(yield* (yield* alice.slash("solved")).content, "Closed.")
    const archived = (yield* discord.log).filter(FakeDiscord.is("Request", ({ method }) => method === "PATCH"))
    assert.deepStrictEqual(
      archived.map(({ body, status }) => ({ body, status })),
      [{ body: { archived: true }, status: 200 }]
    )
    assert.notStrictEqual(yield* said, first)
    yield* alice.slash("solved")
    assert.strictEqual(yield* (yield* alice.slash("solved")).content, "You have no ticket.")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(tickets.BotLive, FakeDiscord.layer())))
)

const Board = Runtimes.keyed(
  (name: string) => name,
  () => Effect.succeed({ clicks: 0 }),
  {
    expiration: Expiration.explicit
  }
)

const board = Command.slash(
  "board",
  { description: "Count", expiration: Expiration.afterCreation("1 minute") },
  Effect.fn("board")(function* () {
    const more = yield* Board.run("only", (state) =>
      Button.bound({ label: "+1" }, () => Reply.update({ content: `${(state.clicks += 1)}` }))
    )
    yield* Reply.send({ content: "0", components: [[more]] })
  }, Effect.orDie)
)

it.live("a component that is made inside of `run` works until the keyed Runtime closes", () =>
  Effect.gen(function* () {
    const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
    const message = yield* alice.slash("board")
    yield* (yield* VirtualClock.VirtualClock).advance("5 minutes")
    yield* message.click("+1")
    assert.strictEqual(yield* message.content, "1")
  }).pipe(
    Effect.provide(
      Layer.provideMerge(Bot.layer({ interactions: [board] }), FakeDiscord.layer()).pipe(
        Layer.provideMerge(VirtualClock.layer)
      )
    )
  )
)
