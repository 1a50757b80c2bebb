/** What docs/coming-from/sapphire.md shows of fibercord, played. */
import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition, type DiscordRest, ErrorReply, Permissions } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { page } from "../support/page.ts"

type Plain = Definition.Definition<never, Bot.Services>
type BotLayer = Layer.Layer<never, never, Bot.Services>

const load = page("docs/coming-from/sapphire.md")
const { roll } = await load<{ roll: Plain }>("roll.ts")
const { secret } = await load<{ secret: Plain }>("secret.ts")
const { slowmode } = await load<{
  slowmode: Definition.Definition<DiscordRest.DiscordRestError, Bot.Services>
}>("slowmode.ts")
const { hello, wave } = await load<{ hello: Plain; wave: Plain }>("wave.ts")
const { city } = await load<{ city: Plain }>("city.ts")
const visits = await load<{ BotLive: BotLayer }>("visit.ts")
const thanks = await load<{ BotLive: BotLayer }>("thanks.ts")

const CommandsLive = Bot.layer({
  interactions: [roll, secret, slowmode, hello, wave, city],
  onError: () => ErrorReply.ephemeral("Discord did not allow that.")
})

const player = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const permissions = Permissions.toBits(["ManageChannels"])
  return { discord, alice: yield* discord.user("alice", { permissions }) }
})

layer(Layer.provideMerge(CommandsLive, FakeDiscord.layer({ botRole: true })), { excludeTestServices: true })(
  "the commands of the page",
  (it) => {
    it.effect("roll between one and the number of sides", () =>
      Effect.gen(function* () {
        const { alice, discord } = yield* player
        assert.match(yield* (yield* alice.slash("roll", { sides: 2 })).content, /^[12] of 2$/)
        assert.match(yield* (yield* alice.slash("roll")).content, /^[1-6] of 6$/)
        assert.deepStrictEqual(yield* discord.violations, [])
      })
    )

    it.effect("tell whom a guard refuses", () =>
      Effect.gen(function* () {
        const { alice } = yield* player
        assert.strictEqual(yield* (yield* alice.slash("secret")).content, "Not here.")
      })
    )

    it.effect("change a channel, for moderators, once in ten seconds", () =>
      Effect.gen(function* () {
        const { alice, discord } = yield* player
        const values = { where: yield* discord.guild.channel("busy"), seconds: 30 }
        const first = yield* alice.slash("slowmode", values)
        yield* first.awaitContent("30 seconds between messages.")
        assert.include(yield* (yield* alice.slash("slowmode", values)).content, "<t:")
        const edits = (yield* discord.log).filter(FakeDiscord.is("Request")).filter(({ method }) => method === "PATCH")
        assert.isTrue(edits.some(({ body }) => JSON.stringify(body) === '{"rate_limit_per_user":30}'))
      })
    )

    it.effect("have a button with a payload, for everybody", () =>
      Effect.gen(function* () {
        const { alice, discord } = yield* player
        const bob = yield* discord.user("bob")
        const message = yield* alice.slash("hello")
        const response = yield* bob.click(message, "Wave")
        assert.strictEqual(yield* response.content, `<@${bob.id}> waves at <@${alice.id}>.`)
      })
    )

    it.effect("suggest what begins like that", () =>
      Effect.gen(function* () {
        const { alice } = yield* player
        const response = yield* alice.autocomplete("city", { name: "B" }, "name")
        assert.deepStrictEqual(
          (yield* response.choices).map(({ value }) => value),
          ["Berlin", "Bonn"]
        )
        assert.strictEqual(yield* (yield* alice.slash("city", { name: "Bonn" })).content, "Bonn")
      })
    )
  }
)

it.live("its service counts visits", () =>
  Effect.gen(function* () {
    const { alice } = yield* player
    assert.strictEqual(yield* (yield* alice.slash("visit")).content, "Visit number 1")
    assert.strictEqual(yield* (yield* alice.slash("visit")).content, "Visit number 2")
  }).pipe(Effect.provide(Layer.provideMerge(visits.BotLive, FakeDiscord.layer())))
)

it.live("its listener replies to the message", () =>
  Effect.gen(function* () {
    const { alice } = yield* player
    const { id } = yield* (yield* alice.say("thanks")).raw
    yield* alice.awaitMessage(
      (message) => message.content === "You are welcome." && message.raw.message_reference?.message_id === id
    )
  }).pipe(Effect.provide(Layer.provideMerge(thanks.BotLive, FakeDiscord.layer())))
)
