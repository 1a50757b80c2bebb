/** What docs/guide/testing.md shows: its tests are tests of this file, and the rest is played. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { type Bot, DiscordRest } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"
import { besideBot } from "../support/programs.ts"

type Fake = Layer.Layer<FakeDiscord.FakeDiscord | Bot.Services>

const document = "docs/guide/testing.md"
const load = page(document)
besideBot(document)

await load("echo.ts")
await load("later.ts")
await load("faults.ts")
await load("process.ts")
const { withRole } = await load<{ withRole: Effect.Effect<void, never, FakeDiscord.FakeDiscord> }>("role.ts")
const { Strict } = await load<{ Strict: Fake }>("limits.ts")
const { WithPacks } = await load<{ WithPacks: Fake }>("routes.ts")

const request = (method: string, path: string, body?: unknown) =>
  Effect.flatMap(FakeDiscord.FakeDiscord, ({ apiUrl, token }) =>
    Effect.promise(async () => {
      const response = await fetch(`${apiUrl}/v10${path}`, {
        method,
        headers: { authorization: `Bot ${Redacted.value(token)}`, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body)
      })
      return { status: response.status, body: await response.json() }
    })
  )

describe("docs/guide/testing.md", () => {
  it.live("a bot with its role may kick", () =>
    Effect.gen(function* () {
      const { guild, user, violations } = yield* FakeDiscord.FakeDiscord
      const { id } = yield* user("alice")
      const kick = DiscordRest.use((api) => api.guilds.removeMember(guild.id, id))
      assert.strictEqual((yield* Effect.result(kick))._tag, "Failure")
      yield* withRole
      yield* kick
      assert.deepStrictEqual(yield* violations, [])
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )

  it.live("its strict fake takes two changes of a channel in ten minutes", () =>
    Effect.gen(function* () {
      const { guild } = yield* FakeDiscord.FakeDiscord
      const rename = (name: string) => request("PATCH", `/channels/${guild.channelId}`, { name })
      assert.deepStrictEqual(
        [yield* rename("a"), yield* rename("b"), yield* rename("c")].map(({ status }) => status),
        [200, 200, 429]
      )
    }).pipe(Effect.provide(Strict))
  )

  it.live("its routes of your own respond", () =>
    Effect.gen(function* () {
      const pack = yield* request("GET", "/sticker-packs/7")
      assert.deepStrictEqual(pack, { status: 200, body: { id: "7", name: "Wumpus", stickers: [] } })
      const lobby = yield* request("POST", "/lobbies", { metadata: {} })
      assert.strictEqual(lobby.status, 201)
      assert.lengthOf(lobby.body.members, 1)
    }).pipe(Effect.provide(WithPacks))
  )
})
