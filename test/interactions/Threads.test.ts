/** Threads without a message, on the fake Discord. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Bot from "../../src/Bot.ts"
import type { MessageError } from "../../src/interactions/replies/MessageError.ts"
import * as Messages from "../../src/interactions/replies/Messages.ts"
import * as Threads from "../../src/interactions/replies/Threads.ts"
import { DiscordRest } from "../../src/rest/DiscordRest.ts"
import { FakeDiscord } from "../../src/testing/index.ts"

const Discord = Layer.provideMerge(Bot.layer({ interactions: [] }), FakeDiscord.layer())
const play = Effect.provide(Discord)

const start = Effect.gen(function* () {
  const discord = yield* FakeDiscord.FakeDiscord
  const [alice, bob] = [yield* discord.user("alice"), yield* discord.user("bob")]
  const moderator = yield* discord.user("moderator", { permissions: String(1n << 34n) })
  return { discord, alice, bob, moderator, channel: discord.guild.channelId }
})

/** A channel in which the bot lacks these permissions. */
const without = (...bits: ReadonlyArray<number>) =>
  FakeDiscord.FakeDiscord.use(({ guild }) =>
    guild.channel("closed", {
      permission_overwrites: [
        {
          id: guild.everyone,
          type: 0,
          allow: "0",
          deny: String(bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n))
        }
      ]
    })
  )

const manageThreads = 34

const reasonOf = <A, R>(effect: Effect.Effect<A, MessageError, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason._tag)

/** The code of Discord's refusal. */
const codeOf = <A, R>(effect: Effect.Effect<A, MessageError, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => (reason._tag === "Rest" ? reason.error.code : reason._tag))

const read = (id: string) =>
  Effect.map(
    DiscordRest.use((rest) => rest.use((api) => api.channels.get(id))),
    (channel): Record<string, unknown> => ({ ...channel })
  )

const members = (id: string) =>
  Effect.map(
    DiscordRest.use((rest) => rest.use((api) => api.threads.getAllMembers(id))),
    (all) => all.map(({ user_id }) => user_id)
  )

describe("Threads", () => {
  it.live("a private thread is seen by those who are in it, and by moderators", () =>
    Effect.gen(function* () {
      const { alice, bob, channel, discord, moderator } = yield* start
      const thread = yield* Threads.start(channel, "secret", {
        private: true,
        invitable: false,
        archiveAfter: 60,
        slowmode: 5,
        reason: "because"
      })
      assert.deepInclude(yield* read(thread), { type: 12, name: "secret", parent_id: channel, rate_limit_per_user: 5 })
      assert.deepInclude((yield* read(thread))["thread_metadata"], { invitable: false, auto_archive_duration: 60 })
      yield* Messages.send(thread, { content: "hush" })
      yield* Threads.addMember(thread, alice.id)
      yield* Threads.addMember(thread, alice.id)
      // The second one says that somebody was added.
      assert.lengthOf(yield* alice.messages({ channel: thread }), 2)
      assert.lengthOf(yield* moderator.messages({ channel: thread }), 2)
      const hidden = yield* Effect.flip(bob.say("let me in", { channel: thread }))
      assert.strictEqual(hidden.detail, "invisible")
      yield* alice.say(`Come here, <@${bob.id}>`, { channel: thread })
      yield* bob.say("thanks", { channel: thread })
      assert.deepStrictEqual(yield* members(thread), [discord.applicationId, alice.id, bob.id])
      yield* Threads.removeMember(thread, alice.id)
      assert.strictEqual((yield* Effect.flip(alice.messages({ channel: thread }))).detail, "invisible")
    }).pipe(play)
  )

  it.live("a mention brings somebody only if it is allowed to", () =>
    Effect.gen(function* () {
      const { alice, channel, discord } = yield* start
      const thread = yield* Threads.start(channel, "secret", { private: true })
      const content = `<@${alice.id}>`
      yield* Messages.send(thread, { content, allowedMentions: { users: [] } })
      assert.deepStrictEqual(yield* members(thread), [discord.applicationId])
      yield* Messages.send(thread, { content, allowedMentions: { users: [alice.id] } })
      assert.deepStrictEqual(yield* members(thread), [discord.applicationId, alice.id])
    }).pipe(play)
  )

  it.live("a public thread is seen by everybody, and a message makes it active again", () =>
    Effect.gen(function* () {
      const { alice, bob, channel, discord } = yield* start
      const thread = yield* Threads.start(channel, "talk")
      assert.deepInclude(yield* read(thread), { type: 11 })
      const sent = yield* Messages.send(thread, { content: "hello" })
      yield* Threads.edit(thread, { name: "talked", archived: true })
      assert.deepInclude((yield* read(thread))["thread_metadata"], { archived: true, locked: false })
      assert.strictEqual(yield* reasonOf(sent.edit({ content: "bye" })), "ThreadClosed")
      assert.strictEqual(yield* reasonOf(sent.react("👍")), "ThreadClosed")
      assert.strictEqual(yield* reasonOf(Threads.addMember(thread, bob.id)), "ThreadClosed")
      assert.strictEqual(yield* reasonOf(Threads.edit(thread, { locked: true })), "ThreadClosed")
      yield* alice.say("again", { channel: thread })
      assert.deepInclude(yield* read(thread), { name: "talked" })
      assert.deepInclude((yield* read(thread))["thread_metadata"], { archived: false })
      yield* sent.edit({ content: "bye" })
      assert.deepStrictEqual(yield* discord.violations, [])
    }).pipe(play)
  )

  it.live("only moderators write in a locked thread, and open it", () =>
    Effect.gen(function* () {
      const { alice, channel, moderator } = yield* start
      const thread = yield* Threads.start(channel, "talk")
      yield* Threads.edit(thread, { archived: true, locked: true })
      assert.strictEqual((yield* Effect.flip(alice.say("but", { channel: thread }))).detail, "disabled")
      yield* moderator.say("no", { channel: thread })
      assert.deepInclude((yield* read(thread))["thread_metadata"], { archived: false, locked: true })
      yield* Messages.send(thread, { content: "It is over." })
      yield* Threads.edit(thread, { locked: false, slowmode: 10, archiveAfter: 10080 })
      yield* alice.say("but", { channel: thread })
      assert.deepInclude(yield* read(thread), { rate_limit_per_user: 10 })
    }).pipe(play)
  )

  it.live("a bot without ManageThreads closes its own threads, and neither locks nor opens locked ones", () =>
    Effect.gen(function* () {
      const { alice, discord } = yield* start
      const channel = yield* without(manageThreads)
      const thread = yield* Threads.start(channel, "mine", { private: true, invitable: false })
      assert.strictEqual(yield* reasonOf(Threads.edit(thread, { locked: true })), "MissingPermissions")
      assert.strictEqual(yield* reasonOf(Threads.edit(thread, { slowmode: 1 })), "MissingPermissions")
      assert.strictEqual(yield* reasonOf(Threads.addMember(thread, alice.id)), "MissingPermissions")
      yield* Threads.edit(thread, { archived: true })
      yield* Threads.edit(thread, { archived: false })
      yield* discord.guild.updateThread(thread, { thread_metadata: { archived: false, locked: true } })
      assert.strictEqual(yield* reasonOf(Messages.send(thread, { content: "?" })), "ThreadClosed")
      yield* discord.guild.updateThread(thread, { thread_metadata: { archived: true, locked: true } })
      assert.strictEqual(yield* reasonOf(Messages.send(thread, { content: "?" })), "ThreadClosed")
      assert.strictEqual(yield* reasonOf(Threads.edit(thread, { archived: false })), "MissingPermissions")
    }).pipe(play)
  )

  it.live("a bot comes into the threads of others, and private ones are closed to it", () =>
    Effect.gen(function* () {
      const { alice, channel, discord } = yield* start
      const open = yield* discord.guild.thread(channel, "open")
      yield* Threads.join(open)
      assert.deepStrictEqual(yield* members(open), [discord.applicationId])
      yield* Threads.leave(open)
      assert.deepStrictEqual(yield* members(open), [])
      const hidden = yield* discord.guild.thread(yield* without(manageThreads), "hidden", { type: 12 })
      assert.strictEqual(yield* reasonOf(Messages.send(hidden, { content: "hello" })), "MissingAccess")
      assert.strictEqual(yield* reasonOf(Threads.addMember(hidden, alice.id)), "MissingAccess")
      const { threads } = yield* DiscordRest.use((rest) =>
        rest.use((api) => api.guilds.getActiveThreads(discord.guild.id))
      )
      assert.deepStrictEqual(
        threads.map(({ id }) => id),
        [open]
      )
    }).pipe(play)
  )

  it.live("a post in a forum is a thread with its first message, which can be changed", () =>
    Effect.gen(function* () {
      const { alice, discord } = yield* start
      const tags = [{ id: "1", name: "new" }]
      const forum = yield* discord.guild.channel("forum", { type: 15, flags: 1 << 4, available_tags: tags })
      const files = [{ name: "a.txt", data: "a", description: "an a" }]
      const sent = yield* Threads.post(
        forum,
        "Printer",
        { content: "It burns", files },
        { appliedTags: ["1"], archiveAfter: 60, slowmode: 5, reason: "because" }
      )
      const { channelId, id } = yield* sent.ids
      assert.strictEqual(id, channelId)
      assert.deepInclude(yield* read(channelId), { type: 11, name: "Printer", parent_id: forum, applied_tags: ["1"] })
      const { attachments, content } = yield* sent.get
      assert.deepInclude(attachments[0], { filename: "a.txt", description: "an a" })
      assert.strictEqual(content, "It burns")
      yield* sent.edit({ content: "It no longer burns" })
      const [first] = yield* alice.messages({ channel: channelId })
      assert(first !== undefined)
      assert.strictEqual(yield* first.content, "It no longer burns")
      yield* Threads.edit(channelId, { appliedTags: [] })
      assert.deepInclude(yield* read(channelId), { applied_tags: [] })

      const before = (yield* FakeDiscord.FakeDiscord.use(({ log }) => log)).length
      const poll = { question: "?", answers: ["a"] }
      assert.strictEqual(yield* reasonOf(Threads.post(forum, "a", { content: "a", poll })), "InvalidMessage")
      assert.strictEqual(yield* reasonOf(Threads.post(forum, "a", { content: "a", tts: true })), "InvalidMessage")
      assert.lengthOf(yield* FakeDiscord.FakeDiscord.use(({ log }) => log), before)
      assert.strictEqual(yield* codeOf(Threads.post(forum, "a", { content: "a" })), 40_067)
      assert.strictEqual(yield* codeOf(Threads.post(forum, "a", { content: "a" }, { appliedTags: ["2"] })), 10_087)
      assert.strictEqual(yield* codeOf(Threads.post(forum, "a", {}, { appliedTags: ["1"] })), 50_006)
      assert.strictEqual(yield* codeOf(Threads.start(forum, "a")), 50_035)
      assert.strictEqual(yield* codeOf(Messages.send(forum, { content: "a" })), 40_058)
      assert.lengthOf(
        (yield* DiscordRest.use((rest) => rest.use((api) => api.guilds.getActiveThreads(discord.guild.id)))).threads,
        1
      )
    }).pipe(play)
  )

  it.live("refuses what Discord refuses", () =>
    Effect.gen(function* () {
      const { channel, discord } = yield* start
      const thread = yield* Threads.start(channel, "talk")
      const news = yield* discord.guild.channel("news", { type: 5 })
      assert.deepInclude(yield* read(yield* Threads.start(news, "a", { announcement: true })), { type: 10 })
      assert.strictEqual(yield* codeOf(Threads.start(news, "a", { private: true })), 50_024)
      assert.strictEqual(yield* codeOf(Threads.start(thread, "in a thread")), 50_024)
      assert.strictEqual(yield* codeOf(Threads.addMember(channel, discord.applicationId)), 50_024)
      assert.strictEqual(yield* codeOf(Threads.start(channel, "")), 50_035)
      assert.strictEqual(yield* codeOf(Threads.start(channel, "a", { archiveAfter: 61 as 60 })), 50_035)
      assert.strictEqual(yield* codeOf(Threads.edit(thread, { slowmode: 21_601 })), 50_035)
      assert.strictEqual(yield* codeOf(Threads.addMember(thread, "1")), "UnknownUser")
      assert.strictEqual(yield* codeOf(Threads.edit("1", { archived: true })), "UnknownChannel")
      const [publicOff, privateOff, mute] = [yield* without(35), yield* without(36), yield* without(38)]
      assert.strictEqual(yield* codeOf(Threads.start(publicOff, "a")), "MissingPermissions")
      assert.strictEqual(yield* codeOf(Threads.start(privateOff, "a", { private: true })), "MissingPermissions")
      const silent = yield* Threads.start(mute, "a")
      assert.strictEqual(yield* codeOf(Messages.send(silent, { content: "a" })), "MissingPermissions")
    }).pipe(play)
  )
})
