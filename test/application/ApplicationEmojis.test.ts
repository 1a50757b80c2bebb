import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import * as ApplicationEmojis from "../../src/application/ApplicationEmojis.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests } from "../interactions/harness.ts"

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const gif = new TextEncoder().encode("GIF89a and more")

const live = <A, E, R>(test: Effect.Effect<A, E, R>) => test.pipe(Effect.scoped, Effect.provide(FakeDiscord.layer()))

const post = requests("POST", /\/emojis$/)
const get = requests("GET", /\/emojis$/)

class Files extends Context.Service<Files, { readonly read: (name: string) => Effect.Effect<Uint8Array, string> }>()(
  "test/Files"
) {}

describe("ApplicationEmojis", () => {
  it.live("uploads what is missing with one request each, and nothing at the next start", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const id = yield* discord.addApplicationEmoji("old")
      let reads = 0
      const emojis = ApplicationEmojis.define({
        old: Effect.sync(() => {
          reads++
          return png
        }),
        fresh: png,
        spinner: gif
      })
      const once = Effect.scoped(Effect.provide(Effect.andThen(emojis.ready, emojis.get("old")), emojis.layer))
      assert.strictEqual((yield* once).id, id)
      assert.deepStrictEqual(
        (yield* discord.applicationEmojis).map(({ name }) => name),
        ["old", "fresh", "spinner"]
      )
      yield* once
      assert.strictEqual(reads, 0)
      assert.strictEqual((yield* get).length, 2)
      assert.deepStrictEqual(
        (yield* post).map(({ body, status }) => [(body as { readonly name: string }).name, status]),
        [
          ["fresh", 201],
          ["spinner", 201]
        ]
      )
    }).pipe(live)
  )

  it.live("an emoji is its markup in a text, and the emoji of a button", () => {
    const emojis = ApplicationEmojis.define({ party: gif, yes: png })
    const vote = Command.slash("vote", { description: "Vote" }, () =>
      Effect.gen(function* () {
        const yes = yield* emojis.get("yes")
        const button = yield* Button.bound({ emoji: yes }, () => Effect.void)
        yield* Reply.send({ content: `${yes} ${yield* emojis.get("party")}`, components: [[button]] })
      })
    )
    const bot = Bot.layer({ interactions: [vote], onError: () => ErrorReply.ephemeral("no") }).pipe(
      Layer.provide(emojis.layer)
    )
    return Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const message = yield* (yield* alice).slash("vote")
      const [party, yes] = yield* discord.applicationEmojis
      assert.strictEqual(yield* message.content, `<:yes:${yes?.id}> <a:party:${party?.id}>`)
      assert.include(
        JSON.stringify(yield* requests("POST", /callback/)),
        `"emoji":{"id":"${yes?.id}","name":"yes","animated":false}`
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(Effect.provide(Layer.provideMerge(bot, FakeDiscord.layer())))
  })

  it.live("an upload whose answer is lost is found afterwards, and is not there twice", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restLoseAnswer(/^POST .*emojis$/)
      const emojis = ApplicationEmojis.define({ yes: png })
      const yes = yield* Effect.provide(emojis.get("yes"), emojis.layer)
      assert.deepStrictEqual(
        (yield* discord.applicationEmojis).map(({ id }) => id),
        [yes.id]
      )
    }).pipe(live)
  )

  it.live("a temporary failure is tried again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      yield* discord.faults.restStatus(/^GET .*emojis$/, 500)
      const emojis = ApplicationEmojis.define({ yes: png })
      assert.strictEqual((yield* Effect.provide(emojis.get("yes"), emojis.layer)).name, "yes")
    }).pipe(live)
  )

  it.live("an image that cannot be read, or that Discord refuses, costs that emoji and no other", () =>
    Effect.gen(function* () {
      const emojis = ApplicationEmojis.define({
        text: Effect.succeed(new TextEncoder().encode("no image")),
        large: Effect.succeed(new Uint8Array(256 * 1024 + 1)),
        broken: Effect.die("disk on fire"),
        file: Files.use(({ read }) => read("yes.png")),
        url: new URL(`data:image/png;base64,${Buffer.from(png).toString("base64")}`)
      })
      const files = Layer.succeed(Files, { read: () => Effect.succeed(png) })
      yield* Effect.gen(function* () {
        assert.include((yield* Effect.flip(emojis.get("text"))).message, "a PNG, JPEG, GIF, WebP or AVIF image")
        assert.include((yield* Effect.flip(emojis.get("large"))).message, "262145 bytes")
        assert.include((yield* Effect.flip(emojis.get("broken"))).message, "disk on fire")
        assert.strictEqual((yield* emojis.get("file")).name, "file")
        assert.strictEqual((yield* emojis.get("url")).name, "url")
        assert.include((yield* Effect.flip(ApplicationEmojis.get("else"))).message, "not among the emojis")
      }).pipe(Effect.provide(Layer.provide(emojis.layer, files)))
    }).pipe(live)
  )

  it.effect("names, sizes and counts are checked before Discord is asked, all at once", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`n${at}${at}`, png]))
      const layer = ApplicationEmojis.define({
        ...many,
        a: png,
        "no-dash": png,
        ["x".repeat(33)]: png,
        empty: gif.slice(9)
      }).layer
      const never = Layer.succeed(DiscordRest, {
        use: () => Effect.die("asked"),
        request: () => Effect.die("asked"),
        respond: () => Effect.die("asked")
      })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, never))))
      assert.deepStrictEqual(
        error.problems.map(({ name }) => name),
        ["", "a", "no-dash", "x".repeat(33), "empty"]
      )
    })
  )
})

describe("the fake's emojis", () => {
  it.live("names are unique, and a new name may not be another's", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const rest = yield* DiscordRest
      yield* discord.addApplicationEmoji("one")
      const id = yield* discord.addApplicationEmoji("two")
      const rename = (name: string) =>
        rest.use((api) => api.applications.editEmoji(discord.applicationId, id, { name }))
      assert.strictEqual((yield* Effect.flip(rename("one"))).code, 50035)
      assert.strictEqual((yield* rename("three")).name, "three")
      yield* rest.use((api) => api.applications.deleteEmoji(discord.applicationId, id))
      assert.deepStrictEqual(
        (yield* discord.applicationEmojis).map(({ name }) => name),
        ["one"]
      )
    }).pipe(live)
  )
})
