/** Messages without an interaction, and what replies return, on the fake Discord. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import * as Bot from "../../src/Bot.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Embed from "../../src/interactions/replies/Embed.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import type { MessageError } from "../../src/interactions/replies/MessageError.ts"
import * as Messages from "../../src/interactions/replies/Messages.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Sent from "../../src/interactions/replies/Sent.ts"
import * as Webhook from "../../src/interactions/replies/Webhook.ts"
import * as DiscordRest from "../../src/rest/DiscordRest.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, requests, withBot } from "./harness.ts"

const description = "…"

/** A program that runs as the handler of `/run`, on a fake Discord. */
const play = <A, E>(
  program: Effect.Effect<A, E, DiscordRest.DiscordRest | FakeDiscord.FakeDiscord>,
  options: FakeDiscord.Options = {}
) => Effect.provide(program, Layer.provideMerge(Bot.layer({ interactions: [] }), FakeDiscord.layer(options)))

const fake = FakeDiscord.FakeDiscord

const bits = (...permissions: ReadonlyArray<number>) =>
  String(permissions.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n))

/** A channel in which the bot lacks permissions. */
const without = (...permissions: ReadonlyArray<number>) =>
  fake.use((discord) =>
    discord.guild.channel("closed", {
      permission_overwrites: [{ id: discord.guild.everyone, type: 0, allow: "0", deny: bits(...permissions) }]
    })
  )

const reasonOf = <A, R>(effect: Effect.Effect<A, MessageError, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason._tag)

const general = Effect.map(fake, (discord) => discord.guild.channelId)

const raw = (ids: Sent.Ids) => Effect.map(Messages.get(ids), (message): Record<string, unknown> => ({ ...message }))

const onError = { MessageError: (error: MessageError) => ErrorReply.ephemeral(error.message) }

describe("Messages", () => {
  it.live("sends everything that a message may hold, and edits and deletes it", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const sent = yield* Messages.send(channel, {
        content: "hello",
        embeds: [
          Embed.make({ title: "card", color: 1, fields: [Embed.field("a", "b", { inline: true })], footer: "f" })
        ],
        files: [{ name: "a.txt", data: "a", description: "an a", spoiler: true }],
        stickers: ["1"],
        suppressEmbeds: true,
        tts: true
      })
      const ids = yield* sent.ids
      const message = yield* raw(ids)
      assert.strictEqual(message["content"], "hello")
      assert.strictEqual(message["tts"], true)
      assert.strictEqual(message["flags"], 1 << 2)
      assert.deepInclude(message["embeds"], {
        type: "rich",
        title: "card",
        color: 1,
        fields: [{ name: "a", value: "b", inline: true }],
        footer: { text: "f" }
      })
      assert.lengthOf(message["sticker_items"] as Array<unknown>, 1)
      const stored = yield* Schema.decodeUnknownEffect(Sent.Ids)(JSON.parse(JSON.stringify(ids)))
      yield* Sent.from(stored).edit({ content: "changed", suppressEmbeds: false })
      assert.deepInclude(yield* raw(ids), { content: "changed", flags: 0 })
      yield* Messages.delete(sent)
      assert.strictEqual(yield* reasonOf(Messages.get(ids)), "UnknownMessage")
    }).pipe(play)
  )

  it.live("sends a poll and ends it; Discord edits no message with one", () =>
    Effect.gen(function* () {
      const sent = yield* Messages.send(yield* general, {
        content: "hello",
        poll: {
          question: "Which?",
          answers: ["a", { text: "b", emoji: { name: "🔥" } }],
          duration: "2 days",
          multiple: true
        }
      })
      assert.deepInclude((yield* raw(yield* sent.ids))["poll"], { allow_multiselect: true })
      assert.strictEqual(yield* reasonOf(sent.edit({ content: "changed" })), "Rest")
      yield* sent.endPoll
      assert.strictEqual(yield* reasonOf(sent.endPoll), "Rest")
    }).pipe(play)
  )

  it.live("reacts, pins, and starts a thread to send into", () =>
    Effect.gen(function* () {
      const sent = yield* Messages.send(yield* general, { content: "topic" })
      yield* Effect.flatMap(fake, ({ guild }) => guild.emoji("blob", { id: "123" }))
      yield* sent.react("👍")
      yield* sent.react("<:blob:123>")
      yield* sent.unreact("👍")
      yield* sent.pin
      const thread = yield* sent.startThread("talk", { archiveAfter: 60, slowmode: 5, reason: "because" })
      const message = yield* raw(yield* sent.ids)
      assert.deepInclude((message["reactions"] as Array<object>)[0], { count: 1, emoji: { id: "123", name: "blob" } })
      assert.lengthOf(message["reactions"] as Array<object>, 1)
      assert.strictEqual(message["pinned"], true)
      yield* sent.unpin
      assert.deepStrictEqual(
        (yield* fake.use((discord) => discord.log))
          .filter(FakeDiscord.is("Request", ({ route }) => route.includes("pins")))
          .map(({ method, route }) => `${method} ${route}`),
        ["PUT", "DELETE"].map((method) => `${method} /channels/:channel/messages/pins/:message`)
      )
      assert.strictEqual((yield* raw(yield* sent.ids))["pinned"], false)
      const inside = yield* Messages.send(thread, { content: "inside" })
      assert.strictEqual((yield* inside.ids).channelId, thread)
    }).pipe(play)
  )

  it.live("replies to a message and mentions its author, and says so when it is gone", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const said = yield* user.say("question")
      const asked = { channelId: yield* general, id: yield* said.id }
      const sent = yield* Messages.reply(asked, { content: "answer", allowedMentions: { repliedUser: true } })
      const message = yield* raw(yield* sent.ids)
      assert.deepInclude(message, { type: 19 })
      assert.deepInclude(message["message_reference"], { message_id: asked.id })
      yield* Messages.delete(asked)
      assert.strictEqual(yield* reasonOf(Messages.reply(asked, { content: "late" })), "Rest")
      const alone = yield* Messages.reply(asked, { content: "late" }, { orSend: true })
      assert.strictEqual((yield* raw(yield* alone.ids))["content"], "late")
    }).pipe(play)
  )

  it.live("mentions users only, unless it says otherwise", () =>
    Effect.gen(function* () {
      const channel = yield* general
      yield* Messages.send(channel, { content: "@everyone" })
      yield* Messages.send(channel, { content: "@everyone", allowedMentions: { parse: ["everyone"] } })
      const bodies = (yield* requests("POST", /messages$/)).map(({ body }) => body as Record<string, unknown>)
      assert.deepStrictEqual(
        bodies.map((body) => body["allowed_mentions"]),
        [{ parse: ["users"] }, { parse: ["everyone"] }]
      )
    }).pipe(play)
  )

  it.live("an edit puts nothing where others see it that says ephemeral", () =>
    Effect.gen(function* () {
      const sent = yield* Messages.send(yield* general, { content: "public" })
      assert.strictEqual(yield* reasonOf(sent.edit({ content: "secret", ephemeral: true })), "InvalidMessage")
      assert.strictEqual((yield* sent.get).content, "public")
      assert.lengthOf(yield* requests("PATCH", /messages/), 0)
    }).pipe(play)
  )

  it.live("forwards a message as it is now", () =>
    Effect.gen(function* () {
      const sent = yield* Messages.send(yield* general, { content: "news" })
      const other = yield* fake.use((discord) => discord.guild.channel("other"))
      const copy = yield* Messages.forward(sent, other)
      const message = yield* raw(yield* copy.ids)
      assert.deepInclude((message["message_snapshots"] as Array<{ message: object }>)[0]?.message, { content: "news" })
    }).pipe(play)
  )

  it.live("forwards nothing that the bot may not read, and says so", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const said = yield* (yield* alice).say("for people only")
      const ids = { channelId: channel, id: yield* said.id }
      assert.strictEqual(yield* reasonOf(Messages.forward(ids, channel)), "UnreadableMessage")
      yield* Messages.forward(yield* Messages.send(channel, { content: "own" }), channel)
    }).pipe((program) => play(program, { disallowedIntents: 1 << 15 }))
  )

  it.live("deletes many messages, whether or not they are still there", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const ids = yield* Effect.forEach(Array.from({ length: 101 }), () =>
        Effect.map(
          Effect.flatMap(Messages.send(channel, { content: "spam" }), ({ ids }) => ids),
          ({ id }) => id
        )
      )
      yield* Messages.deleteMany(channel, [])
      yield* Messages.deleteMany(channel, [...ids, ids[0] ?? ""])
      yield* Messages.deleteMany(channel, ids.slice(0, 1))
      for (const id of [ids[0], ids[100]]) {
        assert.strictEqual(yield* reasonOf(Messages.get({ channelId: channel, id: id ?? "" })), "UnknownMessage")
      }
      assert.lengthOf(yield* requests("POST", /bulk-delete/), 1)
    }).pipe(play)
  )

  it.live("reads messages of a channel, newest first", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const ids: Array<string> = []
      for (const content of ["a", "b", "c"]) {
        const { id } = yield* Effect.flatMap(Messages.send(channel, { content }), ({ ids }) => ids)
        ids.push(id)
      }
      const [a, b, c] = ids
      const texts = (options?: Messages.ListOptions) =>
        Effect.map(Messages.list(channel, options), (found) => found.map(({ content }) => content).join(""))
      assert.strictEqual(yield* texts(), "cba")
      assert.strictEqual(yield* texts({ limit: 1 }), "c")
      assert.strictEqual(yield* texts({ before: c, limit: 1 }), "b")
      assert.strictEqual(yield* texts({ after: a, limit: 1 }), "b")
      assert.strictEqual(yield* texts({ around: b }), "cba")
      for (const options of [{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { after: a, before: c }]) {
        assert.strictEqual(yield* reasonOf(Messages.list(channel, options)), "InvalidMessage")
      }
      assert.strictEqual(yield* reasonOf(Messages.list(yield* without(10))), "MissingAccess")
      assert.strictEqual(yield* reasonOf(Messages.list("1")), "UnknownChannel")
      assert.lengthOf(yield* requests("GET", /messages$/), 7)
    }).pipe(play)
  )

  it.effect("does not delete many messages if one is older than two weeks", () =>
    // Otherwise two weeks are thirty thousand heartbeats.
    play(
      Effect.gen(function* () {
        const channel = yield* general
        const send = Effect.map(
          Effect.flatMap(Messages.send(channel, { content: "hi" }), ({ ids }) => ids),
          ({ id }) => id
        )
        const old = yield* send
        yield* TestClock.adjust("14 days")
        const young = yield* send
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* reasonOf(Messages.deleteMany(channel, [old, young])), "MessagesTooOld")
        yield* Messages.get({ channelId: channel, id: young })
        yield* Messages.deleteMany(channel, [old])
      }),
      { heartbeatInterval: "1 day" }
    )
  )

  it.live("has a typed reason where a user must decide", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const closed = yield* fake.use((discord) => discord.user("closed", { closed: true }))
      const hidden = yield* without(10)
      const mute = yield* without(11)
      const unpinned = yield* Messages.send(yield* without(51), { content: "hi" })
      assert.strictEqual(yield* reasonOf(unpinned.pin), "MissingPermissions")
      assert.strictEqual(yield* reasonOf(Messages.dm(closed.id, { content: "hi" })), "CannotMessageUser")
      assert.strictEqual(yield* reasonOf(Messages.dm("1", { content: "hi" })), "UnknownUser")
      assert.strictEqual(yield* reasonOf(Messages.send(hidden, { content: "hi" })), "MissingAccess")
      assert.strictEqual(yield* reasonOf(Messages.send(mute, { content: "hi" })), "MissingPermissions")
      assert.strictEqual(yield* reasonOf(Messages.send("1", { content: "hi" })), "UnknownChannel")
      assert.strictEqual(
        yield* reasonOf(Messages.edit({ channelId: channel, id: "1" }, { content: "hi" })),
        "UnknownMessage"
      )
      assert.strictEqual(yield* reasonOf(Messages.send(channel, { content: "x".repeat(2001) })), "InvalidMessage")
      // What only one user was to see is never shown to all.
      assert.strictEqual(
        yield* reasonOf(Messages.send(channel, { content: "secret", ephemeral: true })),
        "InvalidMessage"
      )
      assert.strictEqual(
        yield* reasonOf(Messages.send(channel, { content: "a" }, { nonce: "x".repeat(26) })),
        "InvalidMessage"
      )
      assert.strictEqual(yield* reasonOf(Messages.send(channel, { content: "a" }, { nonce: "" })), "InvalidMessage")
      const open = yield* alice
      yield* Messages.dm(open.id, { content: "psst" })
      assert.lengthOf(yield* open.messages({ direct: true }), 1)
    }).pipe(play)
  )

  it.live("a message with a nonce comes once although the call is repeated, and one without is not repeated", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const { faults } = yield* fake
      const lost = faults.restLoseAnswer(/POST .*messages/)
      yield* lost
      yield* Messages.send(channel, { content: "once" }, { nonce: "order-1" })
      const user = yield* alice
      assert.lengthOf(yield* user.messages(), 1)
      assert.lengthOf(yield* requests("POST", /messages$/), 2)
      yield* lost
      assert.strictEqual(yield* reasonOf(Messages.send(channel, { content: "other" })), "Rest")
      assert.lengthOf(yield* requests("POST", /messages$/), 3)
    }).pipe(play)
  )
})

describe("a message with a nonce that Discord does not answer", () => {
  it.live("is sent once within the time of its call, because Discord forgets nonces after some minutes", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const { faults } = yield* fake
      yield* faults.restHang(/POST .*messages/, { times: Infinity })
      const sent = Messages.send(channel, { content: "hello" }, { nonce: "order-2" })
      const impatient = DiscordRest.layer({ timeout: "200 millis" })
      const error = yield* Effect.flip(Effect.provide(sent, impatient))
      assert.strictEqual(error.reason._tag === "Rest" && error.reason.error.reason._tag, "Timeout")
      assert.lengthOf(yield* requests("POST", /messages$/), 1)
    }).pipe(Effect.provide(FakeDiscord.layer()))
  )
})

describe("bound components of Messages", () => {
  const panel = Command.slash("panel", { description }, () =>
    Effect.gen(function* () {
      const channel = yield* fake.use((discord) => discord.guild.channel("panel"))
      const sent = yield* Messages.send(channel, {
        content: "panel",
        components: [[yield* Button.bound({ label: "press" }, () => Reply.update({ content: "pressed" }))]]
      })
      yield* sent.edit({
        content: "edited",
        components: [[yield* Button.bound({ label: "end" }, () => Runtime.close)]]
      })
      yield* Reply.send({ content: channel })
    })
  )

  it.live("work on the message, and end with the Runtime", () =>
    Effect.gen(function* () {
      const user = yield* alice
      const channel = yield* (yield* user.slash("panel")).content
      const message = yield* user.awaitMessage(({ content }) => content === "edited", { channel })
      yield* Effect.exit(message.click("end"))
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
    }).pipe(withBot({ interactions: [panel], onError }))
  )
})

describe("Sent", () => {
  const sentBy = <A, E, R>(
    program: (sent: Sent.Sent) => Effect.Effect<A, E, R>,
    message: Reply.Message = { content: "a" }
  ) => Command.slash("go", { description }, () => Effect.flatMap(Reply.send(message), program))

  it.live("a reply knows its id without a request if it has components, and asks once if not", () =>
    Effect.gen(function* () {
      const gets = requests("GET", /webhooks/)
      const plain = sentBy((sent) => Effect.andThen(Effect.all([sent.ids, sent.react("👍")]), sent.pin))
      yield* Effect.gen(function* () {
        const message = yield* (yield* alice).slash("go")
        yield* message.awaitUntil(({ raw }) => raw.pinned)
        assert.lengthOf(yield* gets, 1)
      }).pipe(withBot({ interactions: [plain], onError }))
      const rows = sentBy((sent) => sent.react("👍"), {
        content: "a",
        components: [[Button.link("https://x.y", { label: "x" })]]
      })
      yield* Effect.gen(function* () {
        const message = yield* (yield* alice).slash("go")
        yield* message.awaitUntil(({ raw }) => raw.reactions?.length === 1)
        assert.lengthOf(yield* gets, 0)
      }).pipe(withBot({ interactions: [rows], onError }))
    })
  )

  it.live("an ephemeral reply is edited and deleted by its token, and cannot be reacted to", () =>
    Effect.gen(function* () {
      const reasons: Array<string> = []
      const secret = sentBy(
        (sent) =>
          Effect.gen(function* () {
            yield* sent.edit({ content: "b" })
            reasons.push(yield* reasonOf(sent.react("👍")))
            yield* sent.delete
            reasons.push(yield* reasonOf(sent.edit({ content: "c" })))
          }),
        { content: "a", ephemeral: true }
      )
      yield* Effect.gen(function* () {
        const message = yield* (yield* alice).slash("go")
        yield* message.awaitUntil(({ deleted }) => deleted)
      }).pipe(withBot({ interactions: [secret], onError }))
      assert.deepStrictEqual(reasons, ["UnknownMessage", "UnknownMessage"])
    })
  )

  it.live("follow-ups, updates and edits return what they sent or changed; an edit may turn to Components V2", () =>
    Effect.gen(function* () {
      const many = Command.slash("go", { description }, () =>
        Effect.gen(function* () {
          const first = yield* Reply.send({ content: "1" })
          const second = yield* Reply.followUp({ content: "2" })
          const again = yield* Reply.edit({ content: "one" })
          yield* second.edit({ components: [Layout.text("two")] })
          assert.deepStrictEqual(yield* first.ids, yield* again.ids)
          assert.notDeepEqual(yield* first.ids, yield* second.ids)
        })
      )
      yield* Effect.gen(function* () {
        const message = yield* (yield* alice).slash("go")
        const second = yield* message.awaitFollowUp()
        yield* second.awaitContent("two")
      }).pipe(withBot({ interactions: [many], onError }))
    })
  )
})

describe("Webhook", () => {
  it.live("is made once, sends under any name, and its messages are edited and deleted", () =>
    Effect.gen(function* () {
      const channel = yield* general
      const webhook = yield* Webhook.ensure(channel, "Mirror")
      assert.strictEqual((yield* Webhook.ensure(channel, "Mirror")).id, webhook.id)
      const sent = yield* webhook.send({ content: "hi" }, { username: "Ann" })
      const message = yield* sent.get
      assert.deepInclude(message.author, { username: "Ann" })
      yield* sent.edit({ content: "ho" })
      assert.strictEqual((yield* sent.get).content, "ho")
      const topic = yield* Messages.send(channel, { content: "topic" })
      const threadId = yield* topic.startThread("t")
      const inside = yield* webhook.send({ content: "in" }, { threadId })
      yield* inside.edit({ content: "inside" })
      assert.strictEqual((yield* inside.get).channel_id, threadId)
      yield* webhook.sent(yield* inside.ids, { inThread: true }).edit({ content: "again" })
      assert.strictEqual((yield* inside.get).content, "again")
      assert.strictEqual(yield* reasonOf(Sent.from(yield* inside.ids).edit({ content: "no" })), "Rest")
      yield* sent.delete
      assert.strictEqual(yield* reasonOf(sent.get), "UnknownMessage")
      // Who has the token can send through the webhook.
      const secret = Redacted.value(webhook.token)
      for (const value of [sent, webhook]) assert.notInclude(`${inspect(value)} ${JSON.stringify(value)}`, secret)
      const stranger = Webhook.fromUrl(`https://discord.com/api/webhooks/${webhook.id}/other-token`)
      assert.strictEqual(yield* reasonOf(stranger.send({ content: "x" })), "UnknownWebhook")
      assert.throws(() => Webhook.fromUrl("https://example.com"), TypeError)
      assert.strictEqual(yield* reasonOf(webhook.send({ content: "x", ephemeral: true })), "InvalidMessage")
      assert.strictEqual(yield* reasonOf(Webhook.ensure(yield* without(29), "Mirror")), "MissingPermissions")
    }).pipe(play)
  )
})

describe("Embed", () => {
  it("is Discord's JSON without what was left out", () => {
    assert.deepStrictEqual(
      Embed.make({
        author: "A",
        image: "https://x.y/z.png",
        timestamp: 0,
        footer: { text: "f", iconUrl: "https://x.y" }
      }) as object,
      {
        author: { name: "A" },
        image: { url: "https://x.y/z.png" },
        timestamp: "1970-01-01T00:00:00.000Z",
        footer: { text: "f", icon_url: "https://x.y" }
      }
    )
    assert.throws(() => Embed.make({ timestamp: Number.NaN }))
  })

  it.effect("is checked before it is sent", () =>
    Effect.gen(function* () {
      const bad = Embed.make({ title: "x".repeat(257), color: -1, url: "ftp://x", image: "nowhere" })
      const { reason } = yield* Effect.flip(Embed.check(bad))
      assert.deepStrictEqual(
        reason._tag === "InvalidMessage" ? reason.problems.map(({ path }) => path).toSorted() : [],
        ["embeds[0].color", "embeds[0].image.url", "embeds[0].title", "embeds[0].url"]
      )
      assert.deepStrictEqual(yield* Embed.check(Embed.make({ title: "t" })), [Embed.make({ title: "t" })])
    })
  )
})
