/** What docs/operating/security.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { type Bot, Permissions } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/operating/security.md")
const announce = await load<{ BotLive: BotLayer }>("announce.ts")
const links = await load<{ BotLive: BotLayer }>("links.ts")

it.live("its command repeats texts of moderators, and mentions nobody", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    const moderator = yield* discord.user("moderator", { permissions: Permissions.toBits(["ManageMessages"]) })
    const alice = yield* discord.user("alice")
    const refused = yield* Effect.flip(alice.slash("announce", { text: "hello" }))
    assert.strictEqual(refused._tag, "InvalidCommand")
    const message = yield* (yield* moderator.slash("announce", { text: `@everyone, <@${alice.id}>` })).raw
    assert.strictEqual(message.content, `@everyone, <@${alice.id}>`)
    assert.deepStrictEqual([message.mention_everyone, message.mentions], [false, []])
    // An admin shows the command to everybody; it still refuses.
    const [command] = yield* discord.commands()
    yield* discord.guild.setCommandPermissions(command?.id, [{ id: alice.id, type: 2, permission: true }])
    assert.include(yield* (yield* alice.slash("announce", { text: "hello" })).content, "Manage Messages")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(Layer.provideMerge(announce.BotLive, FakeDiscord.layer())))
)

// Instead of the internet: notes what is fetched, and how.
const fetched: Array<readonly [string, string | undefined]> = []
const fetch: typeof globalThis.fetch = (url, init) => {
  fetched.push([String(url), init?.redirect])
  return Promise.resolve(new Response(null, { status: 204 }))
}

it.live("its bot fetches from no host but its own", () =>
  Effect.gen(function* () {
    const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
    const foreign = [
      "http://169.254.169.254/latest/meta-data",
      "http://example.org",
      "https://example.org:8443",
      "https://example.org.example.net",
      "https://example.org@127.0.0.1",
      "file:///etc/passwd",
      "example.org"
    ]
    for (const link of foreign) {
      assert.include(yield* (yield* alice.slash("check", { link })).content, "only links to example.org", link)
    }
    assert.deepStrictEqual(fetched, [])
    const message = yield* alice.slash("check", { link: "https://example.org/page" })
    assert.strictEqual(yield* message.content, "It says 204.")
    assert.deepStrictEqual(fetched, [["https://example.org/page", "error"]])
  }).pipe(
    Effect.provide(
      Layer.provideMerge(Layer.provide(links.BotLive, Layer.succeed(FetchHttpClient.Fetch, fetch)), FakeDiscord.layer())
    )
  )
)
