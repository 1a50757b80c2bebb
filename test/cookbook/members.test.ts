/** Recipes about members and moderators, played. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Queue, Ref } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Bot, Permissions } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { counting } from "../../examples/cookbook/counting.ts"
import { deletedMessages } from "../../examples/cookbook/deleted-messages.ts"
import { Maintenance, restart } from "../../examples/cookbook/own-middleware.ts"
import { purge, purgeErrors } from "../../examples/cookbook/purge.ts"
import { roleButtonErrors, roleButtons } from "../../examples/cookbook/role-buttons.ts"
import { ticketErrors, tickets } from "../../examples/cookbook/tickets.ts"
import { timeout, timeoutErrors } from "../../examples/cookbook/timeout-member.ts"
import { welcome } from "../../examples/cookbook/welcome.ts"

const lines = Effect.runSync(Queue.unbounded<string>())
const logged = Logger.make(({ message }) => {
  Queue.offerUnsafe(lines, String(message))
})
/** Waits until the bot has logged this line. */
const awaitLine = (line: string) => Effect.repeat(Queue.take(lines), { until: (taken) => taken === line })

/** The server, with a role for helpers and a channel for each purpose. */
const server = Effect.gen(function* () {
  const { guild } = yield* FakeDiscord.FakeDiscord
  return {
    helpers: yield* guild.role("helpers", { permissions: Permissions.toBits(["ManageThreads"]), position: 1 }),
    log: yield* guild.channel("log"),
    numbers: yield* guild.channel("numbers")
  }
})
const names = Effect.runSync(Ref.make<Effect.Success<typeof server> | undefined>(undefined))
const here = Effect.flatMap(Ref.get(names), (names) => (names ? Effect.succeed(names) : Effect.die("no server yet")))
const maintenance = Effect.runSync(Ref.make(false))

const BotLive = Layer.unwrap(
  Effect.map(server, ({ helpers, log, numbers }) => {
    const { close, open, panel } = tickets(helpers)
    const { post, toggle } = roleButtons
    const bot = Bot.layer({
      interactions: [toggle, post, close, open, panel, timeout, purge, restart(helpers)],
      gateway: { intents: ["Guilds", "GuildMembers", "GuildMessages", "MessageContent"] },
      onError: { ...roleButtonErrors, ...ticketErrors, ...timeoutErrors, ...purgeErrors }
    }).pipe(
      Layer.provide([welcome, deletedMessages(log)]),
      Layer.provideMerge(Layer.effectDiscard(Ref.set(names, { helpers, log, numbers })))
    )
    return counting(numbers).pipe(Layer.provideMerge(bot))
  })
)

const TestLive = BotLive.pipe(
  Layer.provide([KeyValueStore.layerMemory, Layer.succeed(Maintenance, maintenance)]),
  Layer.provideMerge(FakeDiscord.layer({ botRole: true })),
  Layer.provide(Logger.layer([logged]))
)

layer(TestLive, { excludeTestServices: true })("recipes about members", (it) => {
  it.effect("a new member is welcomed, and the log says what is missing if the bot may not write", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const hall = yield* guild.channel("hall")
      yield* guild.update({ system_channel_id: hall })
      yield* guild.removeMember(bob.id)
      yield* guild.addMember(bob.id)
      const place = { channel: hall }
      yield* alice.awaitMessage(({ content }) => content === `Welcome to ${guild.name}, <@${bob.id}>!`, place)
      assert.deepStrictEqual(yield* discord.violations, [])
      const overwrite = { id: guild.everyone, type: 0, allow: "0", deny: Permissions.toBits(["SendMessages"]) }
      const closed = yield* guild.channel("closed", { permission_overwrites: [overwrite] })
      yield* guild.update({ system_channel_id: closed })
      yield* guild.removeMember(bob.id)
      yield* guild.addMember(bob.id)
      yield* awaitLine("No welcome: I may not write into the system channel")
    })
  )

  it.effect("a button gives a role and takes it back, and none with permissions is offered", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const admin = yield* discord.user("admin", { permissions: "8" })
      const alice = yield* discord.user("alice")
      const news = yield* discord.guild.role("news", { position: 1, permissions: "0" })
      const { helpers } = yield* here
      const post = yield* admin.slash("role-button", { role: { id: news }, text: "News?" })
      assert.strictEqual(yield* (yield* alice.click(post, "news")).content, `You have <@&${news}> now.`)
      assert.strictEqual(yield* (yield* alice.click(post, "news")).content, `You no longer have <@&${news}>.`)
      const refused = yield* admin.slash("role-button", { role: { id: helpers }, text: "Help?" })
      assert.strictEqual(yield* refused.content, "This role has permissions. Give it by hand.")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a ticket is a private thread, and is closed by its owner or a helper only", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { helpers } = yield* here
      const admin = yield* discord.user("admin", { permissions: "8" })
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const helper = yield* discord.user("helper", { roles: [helpers] })
      const panel = yield* admin.slash("ticket-panel")
      const form = yield* (yield* alice.click(panel, "Open a ticket")).modal
      const reply = yield* form.submit({ Subject: "Printer" })
      const thread = /<#(\d+)>/.exec(yield* reply.content)?.[1] ?? ""
      const place = { channel: thread }
      const first = yield* helper.awaitMessage(({ buttons }) => buttons.length === 1, place)
      assert.strictEqual((yield* Effect.flip(bob.messages(place))).detail, "invisible")
      yield* helper.click(first, "Close")
      yield* first.awaitContent(`Closed by <@${helper.id}>.`)
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a member is silenced with a reason, unless the moderator is not above them", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const permissions = Permissions.toBits(["ModerateMembers"])
      const role = yield* guild.role("moderators", { permissions, position: 2 })
      const [moderator, other] = [
        yield* discord.user("moderator", { roles: [role] }),
        yield* discord.user("other", { roles: [role] })
      ]
      const loud = yield* discord.user("loud", { closed: true })
      const values = { hours: 24, reason: "Too loud" }
      const refused = yield* moderator.slash("timeout", { who: other, ...values })
      assert.strictEqual(yield* refused.content, `You are not above <@${other.id}>.`)
      const done = yield* moderator.slash("timeout", { who: loud, ...values })
      assert.include(yield* done.content, `<@${loud.id}> is silenced for 24 hours. They take no direct messages.`)
      const isEdit = FakeDiscord.is("Request", ({ method, path }) => method === "PATCH" && path.includes(loud.id))
      assert.strictEqual((yield* discord.awaitLog(isEdit)).reason, "moderator: Too loud")
      assert.strictEqual((yield* Effect.flip(loud.say("I may not"))).detail, "forbidden")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("messages of one user are deleted, and the log has what somebody deleted", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { guild } = discord
      const { log } = yield* here
      const channel = yield* guild.channel("talk")
      const place = { channel }
      const [moderator, alice] = [yield* discord.user("moderator"), yield* discord.user("alice")]
      const kept = yield* moderator.say(`Stay here, <@${alice.id}>`, place)
      const gone = yield* Effect.forEach(["one", "two", "three"], (text) => alice.say(text, place))
      const denied = yield* Effect.flip(alice.slash("purge", { count: 10 }, place))
      assert.strictEqual(denied._tag, "InvalidCommand")
      const admin = yield* discord.user("admin")
      const done = yield* admin.slash("purge", { count: 10, of: alice }, place)
      assert.strictEqual(yield* done.content, "3 messages are deleted.")
      assert.deepStrictEqual(yield* Effect.forEach(gone, ({ deleted }) => deleted), [true, true, true])
      assert.isFalse(yield* kept.deleted)
      yield* guild.deleteMessages([yield* kept.id])
      const isReport = `Deleted in <#${channel}>: moderator: Stay here, <@${alice.id}>`
      const report = yield* admin.awaitMessage(({ content }) => content === isReport, { channel: log })
      assert.deepStrictEqual((yield* report.raw).mentions, [])
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("members count together, one after the other", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { numbers } = yield* here
      const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
      const say = Effect.fnUntraced(function* (user: FakeDiscord.User, text: string, emoji: string) {
        const said = yield* user.say(text, { channel: numbers })
        yield* said.awaitUntil(({ raw }) => raw.reactions?.[0]?.emoji.name === emoji)
      })
      yield* say(alice, "1", "✅")
      yield* say(bob, "2", "✅")
      yield* say(bob, "3", "❌")
      yield* say(alice, "1", "✅")
      yield* say(bob, "7", "❌")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )

  it.effect("a middleware asks for a role, refuses during maintenance, and logs", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const { helpers } = yield* here
      const [alice, helper] = [yield* discord.user("alice"), yield* discord.user("helper", { roles: [helpers] })]
      const run = (user: FakeDiscord.User) => Effect.flatMap(user.slash("restart-game"), ({ content }) => content)
      assert.strictEqual(yield* run(alice), `Only for <@&${helpers}>.`)
      yield* awaitLine("alice used /restart-game: refused or failed")
      assert.strictEqual(yield* run(helper), "A new game begins.")
      yield* awaitLine("helper used /restart-game: done")
      yield* Ref.set(maintenance, true)
      assert.strictEqual(yield* run(helper), "I am being repaired. Please try again later.")
      yield* awaitLine("helper used /restart-game: refused or failed")
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})
