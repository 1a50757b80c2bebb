/** What docs/guide/messages.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { DiscordRest } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, play } from "../support/play.ts"

type Call<A = unknown> = Effect.Effect<A, never, DiscordRest.DiscordRest>

const load = page("docs/guide/messages.md")

const { welcome } = await load<{ welcome: (channelId: string, userId: string) => Call }>("welcome.ts")
const { purge } = await load<{ purge: (channelId: string, userId: string) => Call }>("purge.ts")
const { close, ticket } = await load<{
  ticket: (channelId: string, userId: string) => Call<string>
  close: (thread: string) => Call
}>("ticket.ts")
const { receipt } = await load<{ receipt: (channelId: string, order: string) => Call }>("receipt.ts")

/** A bot without definitions, which may do what the page does. */
const bot = botOf([])

describe("docs/guide/messages.md", () => {
  it.live("its welcome is a message with a reaction, and a direct message to those who take one", () =>
    play(bot, ({ guild, ...discord }) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob", { closed: true })
        yield* welcome(guild.channelId, alice.id)
        yield* welcome(guild.channelId, bob.id)
        const [message] = yield* alice.messages()
        if (message === undefined) return assert.fail("there is no message")
        assert.strictEqual(yield* message.content, `Welcome, <@${alice.id}>`)
        const { mentions, reactions } = yield* message.raw
        assert.lengthOf(mentions, 1)
        assert.strictEqual(reactions?.[0]?.emoji.name, "👋")
        assert.lengthOf(yield* alice.messages({ direct: true }), 1)
        assert.lengthOf(yield* bob.messages({ direct: true }), 0)
      })
    )
  )

  it.live("its purge deletes the messages of one user, and its receipt comes once", () =>
    play(bot, ({ guild, ...discord }) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob")
        for (const content of ["one", "two"]) yield* alice.say(content)
        yield* bob.say("three")
        yield* purge(guild.channelId, alice.id)
        yield* receipt(guild.channelId, "7")
        yield* receipt(guild.channelId, "7")
        const left = yield* Effect.forEach(yield* bob.messages(), (message) => message.content)
        assert.deepStrictEqual(left, ["three", "Order 7 is paid."])
      })
    )
  )

  it.live("its ticket is a private thread that is closed", () =>
    play(bot, ({ guild, ...discord }) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob")
        const thread = yield* ticket(guild.channelId, alice.id)
        const last = (yield* alice.messages({ channel: thread })).at(-1)
        assert.strictEqual(yield* last?.content ?? Effect.succeed(""), "How can we help?")
        const hidden = yield* Effect.result(bob.messages({ channel: thread }))
        assert.strictEqual(hidden._tag, "Failure")
        yield* close(thread)
        const refused = yield* Effect.result(alice.say("Thank you", { channel: thread }))
        assert.strictEqual(refused._tag, "Failure")
      })
    )
  )
})
