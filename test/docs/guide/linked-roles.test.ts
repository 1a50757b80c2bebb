/** What docs/guide/linked-roles.md shows, played. */
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { DiscordRest } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { run } from "../support/play.ts"

type Call<A> = Effect.Effect<A, never, DiscordRest.DiscordRest>

const load = page("docs/guide/linked-roles.md")

it.live("the values of docs/guide/linked-roles.md are those of the user who has linked", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.FakeDiscord
    process.env["CLIENT_SECRET"] = Redacted.value(discord.clientSecret)
    const { begin, end, linked } = yield* Effect.promise(() =>
      load<{
        linked: { readonly sync: Call<boolean> }
        begin: Call<{ readonly cookie: string; readonly redirect: string }>
        end: (url: string, cookie: string | undefined) => Call<unknown>
      }>("linked.ts")
    )
    delete process.env["CLIENT_SECRET"]
    assert.isTrue(yield* linked.sync)
    const alice = yield* discord.user("alice")
    const { cookie, redirect } = yield* begin
    yield* end(yield* alice.authorize(redirect), cookie)
    const connection = yield* discord.roleConnection(alice.id)
    assert.strictEqual(connection?.platform_name, "Chess")
    assert.strictEqual(String(connection?.metadata.wins), "12")
    const stolen = yield* Effect.result(end(yield* alice.authorize((yield* begin).redirect), "another cookie"))
    assert.strictEqual(stolen._tag, "Failure")
    assert.deepStrictEqual(yield* discord.violations, [])
  }).pipe(Effect.provide(FakeDiscord.layer()))
)

it.live(
  "its bot writes the fields when it starts",
  () =>
    run("docs/guide/linked-roles.md", "main.ts", (discord) =>
      Effect.gen(function* () {
        const written = Effect.repeat(discord.roleMetadata, { until: (fields) => fields.length > 0 })
        const fields = yield* Effect.timeout(Effect.delay(written, 0), "40 seconds")
        assert.deepStrictEqual(fields.map(({ key }) => key).toSorted(), ["joined", "premium", "wins"])
      })
    ),
  240_000
)
