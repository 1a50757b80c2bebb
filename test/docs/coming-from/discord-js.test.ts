/** What docs/coming-from/discord-js.md shows of fibercord, played. */
import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Bot, type Definition, type DiscordRest, ErrorReply, Permissions } from "fibercord"
import { FakeDiscord, VirtualClock } from "fibercord/testing"
import { page } from "../support/page.ts"

type Plain = Definition.Definition<never, Bot.Services>

const load = page("docs/coming-from/discord-js.md")
const { ping } = await load<{ ping: Plain }>("ping.ts")
const { counter } = await load<{ counter: Plain }>("counter.ts")
const { leave } = await load<{ leave: Plain }>("leave.ts")
const { report } = await load<{ report: Plain }>("report.ts")
const { ban } = await load<{ ban: Definition.Definition<DiscordRest.DiscordRestError, Bot.Services> }>("ban.ts")

const { BotLive: welcome } = await load<{ BotLive: Layer.Layer<never, never, Bot.Services> }>("welcome.ts")

const CommandsLive = Bot.layer({
  interactions: [ping, counter, leave, report, ban],
  onError: () => ErrorReply.ephemeral("Discord did not allow that.")
})

layer(
  Layer.provideMerge(CommandsLive, FakeDiscord.layer({ botRole: true })).pipe(Layer.provideMerge(VirtualClock.layer))
)("the commands of the page", (it) => {
  it.effect("have typed options", () =>
    Effect.gen(function* () {
      const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
      assert.strictEqual((yield* (yield* alice.slash("ping", { times: 2 })).content).trim(), "pong pong")
      assert.strictEqual((yield* (yield* alice.slash("ping")).content).trim(), "pong")
    })
  )

  it.effect("count, and disable their buttons at the end", () =>
    Effect.gen(function* () {
      const message = yield* (yield* (yield* FakeDiscord.FakeDiscord).user("alice")).slash("counter")
      yield* message.click("+1")
      yield* message.click("+1")
      assert.strictEqual(yield* message.content, "2")
      yield* (yield* VirtualClock.VirtualClock).advance("15 minutes")
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
    })
  )

  it.effect("wait for an answer, and say so when there is none", () =>
    Effect.gen(function* () {
      const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
      const answered = yield* alice.slash("leave")
      yield* answered.click("Leave")
      yield* answered.awaitUntil(({ content }) => content === "You have left.")
      const silent = yield* alice.slash("leave")
      yield* (yield* VirtualClock.VirtualClock).advance("31 seconds")
      yield* silent.awaitUntil(({ content }) => content === "Never mind.")
    })
  )

  it.effect("ask in a form, and thank for what was written", () =>
    Effect.gen(function* () {
      const alice = yield* (yield* FakeDiscord.FakeDiscord).user("alice")
      const form = yield* (yield* alice.slash("report")).modal
      const response = yield* form.submit({ "What happened?": "Nothing" })
      assert.strictEqual(yield* response.content, "Thank you: Nothing")
      assert.isTrue(yield* response.ephemeral)
    })
  )

  it.effect("ban for moderators only, and not at once again", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const permissions = Permissions.toBits(["BanMembers"])
      const moderator = yield* discord.user("moderator", { permissions })
      const who = yield* discord.user("mallory")
      const alice = yield* discord.user("alice")
      assert.strictEqual((yield* Effect.flip(alice.slash("ban", { who })))._tag, "InvalidCommand")
      yield* (yield* moderator.slash("ban", { who })).awaitContent("mallory is banned.")
      assert.strictEqual(yield* (yield* moderator.slash("ban", { who })).content, "Not so fast.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})

it.live("a new member is welcomed in the channel of the system", () =>
  Effect.gen(function* () {
    const { guild, user } = yield* FakeDiscord.FakeDiscord
    const alice = yield* user("alice")
    const bob = yield* user("bob")
    const hall = yield* guild.channel("hall")
    yield* guild.removeMember(bob.id)
    yield* guild.update({ system_channel_id: hall })
    yield* guild.addMember(bob.id)
    yield* alice.awaitMessage(({ content }) => content === `Welcome, <@${bob.id}>!`, { channel: hall })
  }).pipe(Effect.provide(Layer.provideMerge(welcome, FakeDiscord.layer())))
)
