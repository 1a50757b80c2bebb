/** What docs/guide/components.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import type { Layer } from "effect"
import { Effect } from "effect"
import { type Bot, Command, type Discord, type Input, Menu, Reply } from "fibercord"
import { page } from "../support/page.ts"
import { botOf, type Part, play, playInTime } from "../support/play.ts"

interface Independent extends Part {
  readonly with: (look: { readonly label: string }, payload: { readonly poll: string }) => Discord.Button
}

const load = page("docs/guide/components.md")

const { vote } = await load<{ vote: Part }>("vote.ts")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("join-role.ts")
const stored = await load<{ vote: Independent }>("stored.ts")
const { size } = await load<{ size: Input.Input<string> }>("size.ts")
const playlist = await load<{ play: Part; playlist: Part }>("playlist.ts")
const { reset, top } = await load<{ top: Part; reset: Part }>("scores.ts")

describe("docs/guide/components.md", () => {
  it.live("its bound menu counts the votes of all, and its button is the opener's", () =>
    play(botOf([vote]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob")
        const message = yield* alice.slash("vote")
        yield* alice.select(message, "Your vote", ["tea"])
        yield* bob.select(message, "Your vote", ["coffee"])
        assert.strictEqual(yield* message.content, "2 votes")
        yield* bob.select(message, "Your vote", ["tea"])
        assert.strictEqual(yield* message.content, "2 votes")
        assert.isTrue(yield* (yield* bob.click(message, "Close")).ephemeral)
        yield* message.click("Close")
        assert.lengthOf(yield* message.buttons, 0)
      })
    )
  )

  it.live("its independent button gives the role, or says why not", () =>
    play(BotLive, (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const role = yield* discord.guild.role("friends")
        const manager = yield* discord.guild.role("bot", { permissions: String(1n << 28n), position: 5 })
        yield* discord.guild.updateMember(discord.botId, { roles: [manager] })
        const message = yield* alice.slash("setup", { role })
        const joined = yield* message.click("Join")
        yield* joined.awaitContent(`You have <@&${role}> now.`)
        assert.isTrue(yield* joined.ephemeral)
        yield* discord.guild.updateMember(discord.botId, { roles: [] })
        const refused = yield* message.click("Join")
        yield* refused.awaitContent("I may not give out that role.")
      })
    )
  )

  it.live("what its stored vote counts is on the message, and each use counts", () => {
    const poll = Command.slash("poll", { description: "Vote" }, () =>
      Reply.send({ content: "0", components: [[stored.vote.with({ label: "Vote" }, { poll: "a" })]] })
    ) as Part
    return play(botOf([poll, stored.vote]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const bob = yield* discord.user("bob")
        const message = yield* alice.slash("poll")
        yield* Effect.all([alice.click(message, "Vote"), bob.click(message, "Vote")], { concurrency: "unbounded" })
        yield* message.awaitContent("2")
      })
    )
  })

  it.live("its menus return what was selected", () => {
    const order = Command.slash("order", { description: "Order" }, () =>
      Effect.flatMap(Menu.ask(size), (size) => Reply.update({ content: size, components: [] }))
    ) as Part
    return play(botOf([order, playlist.play, playlist.playlist]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const ordered = yield* alice.slash("order")
        yield* ordered.select("Which size?", ["Large"])
        yield* ordered.awaitContent("large")
        const list = yield* alice.slash("playlist")
        assert.strictEqual(yield* (yield* list.select("Play", ["Fugue"])).content, "Playing fugue-4")
      })
    )
  })

  it.live("its pages turn, and its confirmation waits a minute", () =>
    playInTime(botOf([top, reset]), (discord, clock) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const pages = yield* alice.slash("top")
        assert.strictEqual(yield* pages.content, "Places 1 to 10")
        const [first, previous, next, last] = yield* pages.buttons
        assert.deepStrictEqual([first?.disabled, previous?.disabled], [true, true])
        yield* pages.click(next?.customId ?? "")
        yield* pages.awaitContent("Places 11 to 20")
        yield* pages.click(last?.customId ?? "")
        yield* pages.awaitContent("Places 41 to 50")
        const asked = yield* alice.slash("reset")
        yield* asked.click("Forget")
        yield* asked.awaitContent("Forgotten.")
        const late = yield* alice.slash("reset")
        yield* clock.advance("1 minute")
        yield* late.awaitContent("Kept: nobody answered.")
        yield* clock.advance("5 minutes")
        yield* pages.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      })
    )
  )
})
