/** What docs/guide/runtimes.md shows, played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import type { Runtime } from "fibercord"
import { type Bot, Button, Command, type Interactions, Reply, Runtimes } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { botOf, makeLog, type Part, play, playInTime, until } from "../support/play.ts"

const load = page("docs/guide/runtimes.md")

const { wizard } = await load<{ wizard: Part }>("wizard.ts")
const { note } = await load<{ note: (word: string) => Effect.Effect<void> }>("words.ts")
const { vote } = await load<{ vote: Part }>("reactions.ts")
const { name } = await load<{ name: Part }>("name.ts")
const { greeter } = await load<{ greeter: Layer.Layer<never, never, Bot.Services | Interactions.Interactions> }>(
  "greeter.ts"
)
const { addTo } = await load<{
  addTo: (runtime: Runtime.Handle, votes: Ref.Ref<number>) => Effect.Effect<number, never, Runtimes.Runtimes>
}>("run.ts")

const words = Command.slash("words", { description: "Words" }, () =>
  Effect.gen(function* () {
    const buttons = yield* Effect.forEach(["tea", "cake"], (label) => Button.bound({ label }, () => note(label)))
    yield* Reply.send({ content: "0 words", components: [buttons] })
  })
) as Part

describe("docs/guide/runtimes.md", () => {
  it.live("its wizard asks twice, and keeps everything if told so", () =>
    play(botOf([wizard]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const message = yield* alice.slash("wizard")
        const form = yield* message.click("yes")
        yield* (yield* form.modal).submit({ Why: "too much" })
        yield* message.awaitContent("Deleted: too much")
        const kept = yield* alice.slash("wizard")
        yield* kept.click("no")
        yield* kept.awaitContent("Kept.")
      })
    )
  )

  it.live("each of its Runtimes has words of its own", () =>
    play(botOf([words]), (discord) =>
      Effect.gen(function* () {
        const alice = yield* discord.user("alice")
        const one = yield* alice.slash("words")
        const two = yield* alice.slash("words")
        for (const word of ["tea", "tea", "cake"]) yield* one.click(word)
        yield* two.click("tea")
        yield* one.awaitContent("2 words")
        yield* two.awaitContent("1 words")
      })
    )
  )

  it.live("its Runtimes hear of reactions and messages", () =>
    playInTime(
      botOf([vote, name], {
        gateway: { intents: ["Guilds", "GuildMessages", "GuildMessageReactions", "MessageContent"] }
      }),
      (discord, clock) =>
        Effect.gen(function* () {
          const alice = yield* discord.user("alice")
          const bob = yield* discord.user("bob")
          const votes = yield* alice.slash("vote")
          yield* discord.awaitLog(FakeDiscord.is("Request", ({ path }) => path.includes("/reactions/")))
          const carol = yield* discord.user("carol")
          yield* carol.react(yield* bob.say("Another message"), "👍")
          yield* alice.react(votes, "👍")
          yield* bob.react(votes, "👎")
          yield* bob.react(votes, "👍")
          yield* votes.awaitContent("2 votes")
          const asked = yield* alice.slash("name")
          yield* bob.say("Bob")
          yield* alice.say("Alice")
          assert.strictEqual(yield* (yield* asked.awaitFollowUp()).content, "Hello Alice")
          assert.strictEqual(yield* votes.content, "2 votes")
          const late = yield* alice.slash("name")
          yield* clock.advance("1 minute")
          assert.strictEqual(yield* (yield* late.awaitFollowUp()).content, "Never mind.")
        })
    )
  )

  it.live("its greeter opens a Runtime that says why it ends", () => {
    const log = makeLog()
    const bot = greeter.pipe(Layer.provideMerge(botOf([], { gateway: { intents: ["Guilds", "GuildMembers"] } })))
    return Effect.gen(function* () {
      yield* play(bot as Layer.Layer<never, never, Bot.Services>, (discord) =>
        Effect.gen(function* () {
          const alice = yield* discord.user("alice")
          yield* discord.guild.removeMember(alice.id)
          yield* discord.guild.addMember(alice.id)
          yield* until(() => log.lines.includes("alice is new"))
        })
      )
      assert.include(log.lines, "The greeting has ended: Shutdown")
    }).pipe(Effect.provide(log.layer))
  })

  it.effect("what runs in the turn of a Runtime returns its result, and zero when that has closed", () =>
    Effect.gen(function* () {
      const runtimes = yield* Runtimes.Runtimes
      const votes = yield* Ref.make(1)
      const runtime = yield* Effect.fromOption(yield* runtimes.open())
      assert.strictEqual(yield* addTo(runtime, votes), 2)
      yield* runtime.close("Closed")
      assert.strictEqual(yield* addTo(runtime, votes), 0)
    }).pipe(Effect.provide(Runtimes.layer()))
  )
})
