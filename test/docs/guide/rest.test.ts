/** What docs/guide/rest.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type Bot, type DiscordRest, Permissions } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

const load = page("docs/guide/rest.md")
const { BotLive } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("topic.ts")
const { nameOf } = await load<{
  nameOf: (id: string) => Effect.Effect<string, DiscordRest.DiscordRestError, DiscordRest.DiscordRest>
}>("retry.ts")

it.live("changes a topic with a reason, says what it may not do, and retries what is safe", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const alice = yield* discord.user("alice")
    assert.strictEqual(yield* (yield* alice.slash("topic", { text: "Tea" })).content, "Changed.")
    const edits = (yield* discord.log).filter(FakeDiscord.is("Request", ({ method }) => method === "PATCH"))
    assert.deepStrictEqual(
      edits.map(({ body, reason, status }) => ({ body, reason, status })),
      [{ body: { topic: "Tea" }, reason: "/topic by alice", status: 200 }]
    )

    yield* discord.guild.setBotPermissions(Permissions.toBits(["ViewChannel"]))
    const refused = yield* alice.slash("topic", { text: "Coffee" })
    assert.strictEqual(yield* refused.content, "I may not change this channel.")

    const fault = yield* discord.faults.restStatus(/^GET .guilds.\d+$/, 500)
    assert.strictEqual(yield* nameOf(discord.guild.id), "fake guild")
    assert.strictEqual(yield* fault.hits, 1)
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(BotLive, FakeDiscord.layer())))
)
