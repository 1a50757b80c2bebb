/** What the fake does with templates of guilds. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everything, start } from "./resources.ts"

it.live("a template is a snapshot of its guild, of which it says whether it has changed", () =>
  Effect.gen(function* () {
    const { done, guild, refuses } = yield* start()
    const all = `/guilds/${guild.id}/templates`
    yield* refuses(
      ["no name", "POST", all, {}, 50_035],
      ["101 characters", "POST", all, { name: "x".repeat(101) }, 50_035],
      ["a description of 121", "POST", all, { name: "a", description: "x".repeat(121) }, 50_035],
      ["none", "GET", "/guilds/templates/none", undefined, 10_057]
    )
    const made = yield* done("POST", all, { name: "a" })
    assert.deepInclude(made, {
      name: "a",
      description: null,
      usage_count: 0,
      is_dirty: null,
      source_guild_id: guild.id
    })
    const { channels, roles } = made.serialized_source_guild
    assert.deepInclude(roles[0], { id: 0, name: "@everyone" })
    assert.deepStrictEqual(
      channels.map(({ name }: { name: string }) => name),
      ["general"]
    )
    yield* refuses(["a second one", "POST", all, { name: "b" }, 30_031])
    const one = `${all}/${made.code}`
    yield* guild.channel("more")
    assert.isTrue((yield* done("GET", `/guilds/templates/${made.code}`)).is_dirty)
    const synced = yield* done("PUT", one)
    assert.deepStrictEqual([synced.is_dirty, synced.serialized_source_guild.channels.length], [null, 2])
    assert.strictEqual((yield* done("PATCH", one, { description: "all of it" })).description, "all of it")
    assert.lengthOf(yield* done("GET", all), 1)
    assert.strictEqual((yield* done("DELETE", one)).code, made.code)
    yield* refuses(["what is gone", "PATCH", one, { name: "c" }, 10_057])
  })
)

it.live("templates are for those who manage the guild", () =>
  Effect.gen(function* () {
    const { guild, refuses } = yield* start({ permissions: everything & ~(1n << 5n) })
    const all = `/guilds/${guild.id}/templates`
    yield* refuses(["to list", "GET", all, undefined, 50_013], ["to make one", "POST", all, { name: "a" }, 50_013])
  })
)
