/** The bot of `examples/bots/tickets.ts`, played by users who need help, and one who gives it. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Support, TicketsLive } from "../../examples/bots/tickets.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { object } from "../../src/testing/internal/json.ts"

const Discord = Layer.merge(FakeDiscord.layer({ identifyInterval: "10 millis" }), KeyValueStore.layerMemory)

/** A server with a support role and a channel for transcripts. */
const server = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const { guild } = discord
  const [role, log] = [
    yield* guild.role("support", { permissions: String(1n << 34n) }),
    yield* guild.channel("transcripts")
  ]
  const admin = yield* discord.user("admin", { permissions: "8" })
  const helper = yield* discord.user("helper", { roles: [role] })
  return {
    discord,
    guild,
    role,
    log,
    admin,
    helper,
    alice: yield* discord.user("alice"),
    bob: yield* discord.user("bob")
  }
})

/** A process of the bot, which ends with the effect. */
const running =
  ({ log, role }: Effect.Success<typeof server>, quiet: Duration.Input = "1 hour") =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) => {
    const settings = { log, role, quiet: Duration.fromInputUnsafe(quiet) }
    return Effect.scoped(Effect.provide(effect, Layer.provide(TicketsLive, Layer.succeed(Support, settings))))
  }

/** Opens a ticket, and returns its thread with the first message. */
const openTicket = Effect.fnUntraced(function* (user: FakeDiscord.User, panel: FakeDiscord.Message, subject: string) {
  const form = yield* (yield* user.click(panel, "Open a ticket")).modal
  const reply = yield* form.submit({ Subject: subject, "What is it about?": "It does not work." })
  assert.isTrue(yield* reply.ephemeral)
  const thread = /<#(\d+)>/.exec(yield* reply.content)?.[1]
  assert(thread !== undefined)
  const message = yield* user.awaitMessage(({ buttons }) => buttons.length === 2, { channel: thread })
  return { channel: thread, message }
})

const fileOf = ({ raw }: FakeDiscord.Snapshot) => raw.attachments[0]

describe("the ticket bot", () => {
  it.live("a ticket is private, is claimed by the support only, and ends with its transcript", () =>
    Effect.gen(function* () {
      const here = yield* server
      const { admin, alice, bob, discord, helper, log, role } = here
      yield* Effect.gen(function* () {
        const panel = yield* admin.slash("ticket-panel")
        const { channel, message } = yield* openTicket(alice, panel, "Printer")
        assert.strictEqual((yield* message.embeds)[0]?.title, "Printer")
        assert.strictEqual((yield* Effect.flip(bob.messages({ channel }))).detail, "invisible")
        const pinged = yield* discord.awaitLog(
          FakeDiscord.is("Request", ({ body }) => object(body)["content"] === `<@&${role}>, <@${alice.id}> needs help.`)
        )
        assert.deepInclude(object(pinged.body)["allowed_mentions"], { roles: [role] })
        const again = yield* alice.click(panel, "Open a ticket")
        assert.strictEqual(yield* again.content, `You have <#${channel}>.`)
        assert.strictEqual(yield* (yield* alice.click(message, "Claim")).content, "Only the support can claim tickets.")
        yield* helper.click(message, "Claim")
        assert.strictEqual(yield* message.content, `<@${helper.id}> takes care of this.`)
        const said = [yield* alice.say("It burns!", { channel }), yield* helper.say("Use water.", { channel })]
        const kept = yield* helper.click(message, "Close")
        yield* helper.click(kept, "No")
        assert.strictEqual((yield* kept.snapshot).content, "It stays open.")
        const asked = yield* alice.click(message, "Close")
        yield* alice.click(asked, "Yes")
        const transcript = yield* helper.awaitMessage((each) => fileOf(each) !== undefined, { channel: log })
        const lines = yield* Effect.forEach(said, (each) =>
          Effect.map(each.raw, ({ author, content, timestamp }) => `${timestamp} ${author.username}: ${content}`)
        )
        assert.strictEqual((yield* transcript.snapshot).content, `<@${alice.id}>: Printer`)
        assert.deepInclude(fileOf(yield* transcript.snapshot), {
          filename: `${channel}.txt`,
          size: lines.join("\n").length
        })
        yield* discord.awaitLog(
          FakeDiscord.is("Request", ({ body, method }) => method === "PATCH" && object(body)["locked"] === true)
        )
        assert.strictEqual((yield* Effect.flip(alice.say("Thanks", { channel }))).detail, "disabled")
        assert.deepStrictEqual((yield* message.snapshot).buttons, [])
        const next = yield* openTicket(alice, panel, "Fire")
        assert.notStrictEqual(next.channel, channel)
        assert.deepStrictEqual(yield* discord.violations, [])
      }).pipe(running(here))
    }).pipe(Effect.provide(Discord))
  )

  it.live("two forms of one user open one ticket", () =>
    Effect.gen(function* () {
      const here = yield* server
      const { admin, alice, bob } = here
      yield* Effect.gen(function* () {
        const panel = yield* admin.slash("ticket-panel")
        const forms = [
          yield* (yield* alice.click(panel, "Open a ticket")).modal,
          yield* (yield* alice.click(panel, "Open a ticket")).modal
        ]
        const fields = { Subject: "a", "What is it about?": "b" }
        const [first, second] = yield* Effect.forEach(forms, (form) => form.submit(fields), { concurrency: 2 })
        assert(first !== undefined && second !== undefined)
        assert.strictEqual(yield* first.content, yield* second.content)
        const other = yield* openTicket(bob, panel, "c")
        assert.notInclude(yield* first.content, other.channel)
      }).pipe(running(here))
    }).pipe(Effect.provide(Discord))
  )

  it.live("reminds a silent user, and closes a ticket in which nobody writes", () =>
    Effect.gen(function* () {
      const here = yield* server
      const { admin, alice, log } = here
      yield* Effect.gen(function* () {
        const { channel } = yield* openTicket(alice, yield* admin.slash("ticket-panel"), "Printer")
        yield* alice.awaitMessage(({ content }) => content === `<@${alice.id}>, do you still need help?`, { channel })
        yield* admin.awaitMessage(({ content }) => content === `<@${alice.id}>: Printer`, { channel: log })
        yield* alice.awaitMessage(({ content }) => content === "This ticket is closed.", { channel })
      }).pipe(running(here, "1 second"))
    }).pipe(Effect.provide(Discord))
  )

  it.live("tickets outlive a restart, with all that was said, and end with their thread", () =>
    Effect.gen(function* () {
      const here = yield* server
      const { admin, alice, guild, helper, log } = here
      const { channel, message } = yield* Effect.gen(function* () {
        const opened = yield* openTicket(alice, yield* admin.slash("ticket-panel"), "Printer")
        yield* alice.say("before", { channel: opened.channel })
        // In the turn after the message.
        yield* helper.click(opened.message, "Claim")
        return opened
      }).pipe(running(here))
      yield* Effect.gen(function* () {
        yield* message.awaitUntil(({ buttons }) => buttons.length === 1 && buttons[0]?.disabled === false)
        yield* helper.click(message, "Close")
        yield* alice.say("after", { channel })
        yield* guild.deleteThread(channel)
        const transcript = yield* helper.awaitMessage((each) => fileOf(each) !== undefined, { channel: log })
        const line = "2026-01-01T00:00:00.000000+00:00 alice: "
        assert.strictEqual(fileOf(yield* transcript.snapshot)?.size, `${line}before\n${line}after`.length)
      }).pipe(running(here))
    }).pipe(Effect.provide(Discord))
  )
})
