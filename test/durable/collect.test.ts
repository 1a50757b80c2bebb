import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Bot from "../../src/Bot.ts"
import { Dialogues, Durable } from "../../src/durable/index.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Field from "../../src/interactions/definitions/Field.ts"
import * as Options from "../../src/interactions/definitions/Options.ts"
import * as Layout from "../../src/interactions/replies/Layout.ts"
import * as ErrorReply from "../../src/interactions/replies/ErrorReply.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { jumpyClock } from "../support/jumpyClock.ts"
import * as Harness from "./support/harness.ts"

const options = {
  until: Options.integer("Milliseconds"),
  limit: Options.integer("Users").pipe(Options.optional),
  where: Options.string("Channel").pipe(Options.optional)
}

/** Who voted for what, in the order of the votes. */
const State = Schema.Array(Schema.String)

const poll = (name: string, again: Durable.Again, every: Duration.Input) =>
  Durable.slash(name, { version: 1, description: "…", options }, ({ limit, until, where }, { channelId }) =>
    Effect.gen(function* () {
      const { state, users } = yield* Durable.collect("votes", {
        to: Durable.channel(where ?? channelId ?? ""),
        components: [
          [
            Button.choice("tea"),
            Button.choice("milk", {
              form: {
                title: "Which?",
                fields: { kind: Field.short("Kind", { schema: Schema.NonEmptyString.check(Schema.isLowercased()) }) }
              }
            })
          ]
        ],
        state: State,
        initial: [],
        fold: (state, { form, user, value }) => {
          expectTypeOf(value).toEqualTypeOf<"tea" | "milk">()
          return [...state, `${user.username}: ${form?.kind ?? value}`]
        },
        show: (state) => ({ content: `Votes: ${state.join(", ")}` }),
        done: (state) => state.length === limit,
        until,
        every,
        again,
        ...(again === "replace" ? { thanks: "Thank you!" } : {})
      })
      expectTypeOf(state).toEqualTypeOf<ReadonlyArray<string>>()
      yield* Durable.send("result", Durable.channel(where ?? channelId ?? ""), {
        content: `${users} users. ${state.join(", ")}`
      })
    })
  )

const bot = (filename: string, every: Duration.Input = "100 millis", shard?: number) =>
  Bot.layer({
    interactions: [poll("once", "refuse", every), poll("last", "replace", every)],
    ...(shard === undefined ? {} : { gateway: { shards: { ids: [shard], total: 2 } } }),
    onError: { MessageError: ({ message }) => ErrorReply.ephemeral(message) }
  }).pipe(Layer.provideMerge(Layer.orDie(Dialogues.layerSqlite({ filename }))))

const withBot = Effect.provide(Layer.provideMerge(bot(":memory:"), FakeDiscord.layer()))
const day = 86_400_000

const users = Effect.fnUntraced(function* (count: number) {
  const discord = yield* FakeDiscord.FakeDiscord
  return yield* Effect.forEach(Array.from({ length: count }), (_, n) => discord.user(`user${n}`))
})

type User = FakeDiscord.User

/** Begins a poll, and finds its message. */
const begin = Effect.fnUntraced(function* (user: User, name: string, values: { until: number; limit?: number }) {
  yield* user.slash(name, values)
  return yield* user.awaitMessage(({ content }) => content === "Votes: ")
})

/** What a user is told alone. */
const toldTo = Effect.fnUntraced(function* (response: FakeDiscord.Response) {
  const followUps = yield* Effect.forEach(yield* response.followUps, ({ content }) => content)
  return response.kind === "message" ? [yield* response.content, ...followUps] : followUps
})

const awaitResult = (user: User, content: string) => user.awaitMessage((message) => message.content === content)

describe("a collection", () => {
  it.live("counts each user once, shows the state, ends when it is done, and tells who is late", () =>
    Effect.gen(function* () {
      const [owner, anna, bert, carl] = (yield* users(4)) as [User, User, User, User]
      const message = yield* begin(owner, "once", { until: day, limit: 2 })
      assert.deepStrictEqual(yield* toldTo(yield* anna.click(message, "tea")), [])
      yield* message.awaitContent("Votes: user1: tea")
      assert.deepStrictEqual(yield* toldTo(yield* anna.click(message, "tea")), ["This has already been answered."])
      yield* bert.click(message, "tea")
      yield* awaitResult(owner, "2 users. user1: tea, user2: tea")
      const shown = yield* message.awaitUntil(Harness.isOver)
      assert.strictEqual(shown.content, "Votes: user1: tea, user2: tea")
      const late = yield* carl.click(message, "tea", { stale: true })
      assert.deepStrictEqual(yield* toldTo(late), ["This has ended."])
    }).pipe(withBot)
  )

  it.live("with again: replace, counts the last use of each user, and thanks for every one", () =>
    Effect.gen(function* () {
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      const message = yield* begin(owner, "last", { until: day, limit: 2 })
      assert.deepStrictEqual(yield* toldTo(yield* anna.click(message, "tea")), ["Thank you!"])
      yield* message.awaitContent("Votes: user1: tea")
      const form = yield* (yield* anna.click(message, "milk")).modal
      assert.deepStrictEqual(yield* toldTo(yield* form.submit({ Kind: "oat" })), ["Thank you!"])
      yield* message.awaitContent("Votes: user1: oat")
      yield* bert.click(message, "tea")
      yield* awaitResult(owner, "2 users. user1: oat, user2: tea")
    }).pipe(withBot)
  )

  it.live("ends when its time is over, and takes nothing after that", () =>
    Effect.gen(function* () {
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      const message = yield* begin(owner, "once", { until: 1_500 })
      yield* anna.click(message, "tea")
      yield* awaitResult(owner, "1 users. user1: tea")
      const late = yield* bert.click(message, "tea", { stale: true })
      assert.deepStrictEqual(yield* toldTo(late), ["This has expired. Please start again."])
    }).pipe(withBot)
  )

  it.live("goes on in the next process, which shows what the last one had stored", () =>
    Effect.gen(function* () {
      const filename = yield* Harness.temporaryFile
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      const message = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(bot(filename, "2 seconds"))
          const message = yield* begin(owner, "once", { until: day, limit: 3 })
          yield* anna.click(message, "tea")
          yield* message.awaitContent("Votes: user1: tea")
          yield* bert.click(message, "tea")
          return message
        })
      )
      assert.strictEqual(yield* message.content, "Votes: user1: tea")
      yield* Layer.build(bot(filename, "2 seconds"))
      yield* message.awaitContent("Votes: user1: tea, user2: tea")
      assert.deepStrictEqual(yield* toldTo(yield* bert.click(message, "tea")), ["This has already been answered."])
      yield* owner.click(message, "tea")
      yield* awaitResult(owner, "3 users. user1: tea, user2: tea, user0: tea")
    }).pipe(Effect.scoped, Harness.onDiscord)
  )

  it.live("whose time was over while no process ran ends at the next start", () =>
    Effect.gen(function* () {
      const filename = yield* Harness.temporaryFile
      const [owner, anna] = (yield* users(2)) as [User, User]
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(bot(filename))
          const message = yield* begin(owner, "once", { until: day })
          yield* anna.click(message, "tea")
        })
      )
      const clock = jumpyClock(yield* Clock.Clock, () => day)
      yield* Effect.provideService(Layer.build(bot(filename)), Clock.Clock, clock)
      yield* awaitResult(owner, "1 users. user1: tea")
    }).pipe(Effect.scoped, Harness.onDiscord)
  )

  it.live("tells whose form a schema refuses why, and lets them try again", () =>
    Effect.gen(function* () {
      const [owner, anna] = (yield* users(2)) as [User, User]
      const message = yield* begin(owner, "once", { until: day, limit: 1 })
      const refused = yield* (yield* (yield* anna.click(message, "milk")).modal).submit({ Kind: "OAT" })
      assert.include(yield* (yield* refused.awaitFollowUp()).content, "Kind")
      yield* (yield* (yield* anna.click(message, "milk")).modal).submit({ Kind: "oat" })
      yield* awaitResult(owner, "1 users. user1: oat")
    }).pipe(withBot)
  )

  it.live("is shown by the process that runs the dialogue, when another one hears the uses", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const filename = yield* Harness.temporaryFile
      const other = yield* discord.addGuild("other", { shard: 1, shardCount: 2 })
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      yield* Layer.build(bot(filename, "100 millis", 0))
      yield* Layer.build(bot(filename, "100 millis", 1))
      // The dialogue begins on the first shard, and its message is in the guild of the second one.
      yield* owner.slash("once", { until: day, limit: 2, where: other.channelId })
      const message = yield* owner.awaitMessage(({ content }) => content === "Votes: ", { guild: other })
      yield* anna.click(message, "tea")
      yield* message.awaitContent("Votes: user1: tea")
      yield* bert.click(message, "tea")
      yield* message.awaitContent("Votes: user1: tea, user2: tea")
    }).pipe(Effect.scoped, Harness.onDiscord)
  )

  it.live("shows many uses with few changes of the message, the last one included, whoever else wakes it", () =>
    Effect.gen(function* () {
      const everybody = yield* users(40)
      const [owner, ...others] = everybody as [User, ...Array<User>]
      const message = yield* begin(owner, "once", { until: day })
      yield* owner.click(message, "tea")
      yield* message.awaitContent("Votes: user0: tea")
      const dialogues = yield* Dialogues.Dialogues
      const [id] = /[0-9a-f]{32}/.exec(JSON.stringify(yield* message.buttons)) ?? [""]
      yield* Effect.forEach(others, (user) => Effect.andThen(user.click(message, "tea"), dialogues.resume(id)))
      const shown = yield* message.awaitContent((content) => content.split(", ").length === everybody.length)
      assert.isBelow(shown.edits, everybody.length / 4)
    }).pipe(Effect.provide(Layer.provideMerge(bot(":memory:", "1 second"), FakeDiscord.layer())))
  )

  it.live("is over when its dialogue is cancelled", () =>
    Effect.gen(function* () {
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      const message = yield* begin(owner, "once", { until: day })
      yield* anna.click(message, "tea")
      yield* message.awaitContent("Votes: user1: tea")
      const [id] = /[0-9a-f]{32}/.exec(JSON.stringify(yield* message.buttons)) ?? [""]
      yield* (yield* Dialogues.Dialogues).cancel(id)
      yield* message.awaitUntil(Harness.isOver)
      assert.deepStrictEqual(yield* toldTo(yield* bert.click(message, "tea", { stale: true })), ["This has ended."])
    }).pipe(withBot)
  )

  it.live("without an end fails, and says so", () =>
    Effect.gen(function* () {
      const problems: Array<string> = []
      const endless = Durable.slash("endless", { version: 1, description: "…" }, (_, { user }) =>
        Durable.collect("votes", {
          to: Durable.dm(user.id),
          content: "…",
          components: [[Button.choice("tea")]],
          state: State,
          initial: [],
          fold: (state) => state,
          until: new Date("never")
        }).pipe(Effect.tapDefect((defect) => Effect.sync(() => problems.push(String(defect)))))
      )
      yield* Effect.gen(function* () {
        const [owner] = (yield* users(1)) as [User]
        yield* owner.slash("endless")
        const discord = yield* FakeDiscord.FakeDiscord
        yield* discord.awaitLog(FakeDiscord.is("Request", ({ path }) => path.includes("webhooks")))
        assert.include(problems.join(), "needs an `until`")
      }).pipe(Harness.withBot([endless]))
    })
  )

  it.live("changes its components with the state, which stay disabled at the end", () => {
    const enter = (n: number) => Button.choice("enter", { label: `Enter (${n})` })
    const counter = (
      name: string,
      layout: (n: number) => Durable.Shown & { readonly components: ReadonlyArray<Durable.Line> }
    ) =>
      Durable.slash(name, { version: 1, description: "…" }, (_, { channelId = "" }) =>
        Effect.gen(function* () {
          const { users } = yield* Durable.collect("clicks", {
            to: Durable.channel(channelId),
            ...layout(0),
            state: Schema.Finite,
            initial: 0,
            fold: (n) => n + 1,
            show: layout,
            done: (n) => n === 2,
            until: "1 day",
            every: "100 millis"
          })
          yield* Durable.send("end", Durable.channel(channelId), { content: `${users} clicked` })
        })
      )
    const play = Effect.fnUntraced(function* (name: string) {
      const [owner, anna, bert] = (yield* users(3)) as [User, User, User]
      yield* owner.slash(name)
      const message = yield* owner.awaitMessage(({ text }) => text === `${name}: 0`)
      yield* anna.click(message, "Enter (0)")
      yield* message.awaitUntil(({ buttons, text }) => text === `${name}: 1` && buttons[0]?.label === "Enter (1)")
      yield* bert.click(message, "Enter (1)")
      const shown = yield* message.awaitUntil(Harness.isOver)
      assert.deepStrictEqual([shown.text, shown.buttons[0]?.label], [`${name}: 2`, "Enter (2)"])
      yield* awaitResult(owner, "2 clicked")
      assert.deepStrictEqual(yield* (yield* FakeDiscord.FakeDiscord).violations, [])
    })
    return Effect.andThen(play("rows"), play("layout")).pipe(
      Harness.withBot([
        counter("rows", (n) => ({ content: `rows: ${n}`, components: [[enter(n)]] })),
        counter("layout", (n) => ({ components: [Layout.container([Layout.text(`layout: ${n}`)]), [enter(n)]] }))
      ])
    )
  })
})
