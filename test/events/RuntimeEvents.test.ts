/** Gateway events in the turn of a Runtime, played on the fake: reactions, messages, voice states. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { TestClock } from "effect/testing"
import type * as DiscordApi from "../../src/discord/DiscordApi.ts"
import * as RuntimeEvents from "../../src/events/RuntimeEvents.ts"
import * as GatewayEvents from "../../src/gateway/GatewayEvents.ts"
import { ShardId } from "../../src/gateway/ShardId.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Interaction from "../../src/interactions/replies/Interaction.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as Expiration from "../../src/runtime/Expiration.ts"
import * as Runtime from "../../src/runtime/Runtime.ts"
import * as Runtimes from "../../src/runtime/Runtimes.ts"
import { FakeDiscord } from "../../src/testing/index.ts"
import { alice, bob, withBot } from "../interactions/harness.ts"

const intents = ["Guilds", "GuildMessages", "GuildMessageReactions", "GuildVoiceStates", "MessageContent"] as const

const vote = Command.slash("vote", { description: "Votes by reactions" }, () =>
  Effect.gen(function* () {
    const votes = yield* Ref.make(0)
    const { raw } = yield* Interaction.Interaction
    const show = Effect.flatMap(Ref.get(votes), (n) => Reply.edit({ content: `${n} votes` }))
    const end = yield* Button.bound({ label: "End" }, () => Effect.andThen(Reply.update({}), Runtime.close))
    yield* RuntimeEvents.on(
      "MESSAGE_REACTION_ADD",
      () =>
        Effect.andThen(
          Ref.update(votes, (n) => n + 1),
          show
        ).pipe(Effect.orDie),
      { where: ({ channel_id, emoji }) => channel_id === raw.channel?.id && emoji.name === "👍" }
    )
    yield* Reply.send({ content: "0 votes", components: [[end]] })
  })
)

const ask = Command.slash("ask", { description: "Asks by message" }, () =>
  Effect.gen(function* () {
    const { user } = yield* Interaction.Interaction
    const answers = yield* RuntimeEvents.collect("MESSAGE_CREATE", { where: ({ author }) => author.id === user.id })
    yield* Reply.send({ content: "Your name?" })
    const answer = yield* answers
      .next({ timeout: "5 seconds" })
      .pipe(Effect.catchTag("NoAnswer", () => Effect.succeed({ content: "nobody" })))
    yield* Reply.send({ content: `Hello ${answer.content}` })
  })
)

const follow = Command.slash("follow", { description: "Follows a voice state" }, () =>
  Effect.gen(function* () {
    const { user } = yield* Interaction.Interaction
    const states = yield* RuntimeEvents.collect("VOICE_STATE_UPDATE", { where: ({ user_id }) => user_id === user.id })
    yield* Reply.send({ content: "waiting" })
    const { channel_id } = yield* states.next()
    yield* Reply.edit({ content: `joined ${channel_id}` })
  })
)

const bot = withBot({ interactions: [vote, ask, follow], gateway: { intents: [...intents] } })

describe("gateway events of a Runtime", () => {
  it.live("are reactions that a handler counts until its Runtime ends", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [one, two] = [yield* alice, yield* bob]
      const message = yield* one.slash("vote")
      const id = yield* message.id
      yield* discord.guild.react(one.id, id, "👍")
      yield* message.awaitContent("1 votes")
      yield* discord.guild.react(two.id, id, "👎")
      yield* discord.guild.react(two.id, id, "👍")
      yield* message.awaitContent("2 votes")
      assert.deepStrictEqual(yield* discord.violations, [])
      yield* message.click("End")
      yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      yield* discord.guild.unreact(one.id, id, "👍")
      yield* discord.guild.react(one.id, id, "👍")
      assert.strictEqual(yield* message.content, "2 votes")
    }).pipe(bot)
  )

  it.live("are the message that a handler waits for, after a lost connection too", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [one, two] = [yield* alice, yield* bob]
      const message = yield* one.slash("ask")
      yield* message.awaitContent("Your name?")
      yield* discord.faults.dropConnection(ShardId.make(0))
      yield* two.say("not me")
      yield* one.say("Alice")
      yield* one.awaitMessage(({ content }) => content === "Hello Alice")
    }).pipe(bot)
  )

  it.live("are the voice state that a handler waits for", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const [one, two] = [yield* alice, yield* bob]
      const channel = yield* discord.guild.channel("voice", { type: 2 })
      const message = yield* one.slash("follow")
      yield* message.awaitContent("waiting")
      yield* discord.guild.voice(two.id, channel)
      yield* discord.guild.voice(one.id, channel)
      yield* message.awaitContent(`joined ${channel}`)
    }).pipe(bot)
  )
})

const shard = { id: ShardId.make(0), total: 1 }

const say = (content: string) =>
  GatewayEvents.GatewayEvents.use((events) =>
    Effect.sync(() =>
      events.publish(shard, { op: 0, t: "MESSAGE_CREATE", s: 1, d: { content } } as DiscordApi.GatewayDispatchPayload)
    )
  )

const wants = GatewayEvents.GatewayEvents.useSync((events) => events.wants("MESSAGE_CREATE"))

const start = <R>(effect: Effect.Effect<unknown, never, R>) =>
  Effect.map(Runtimes.start(effect, Expiration.explicit), Option.getOrThrow)

const run = (logs: Array<unknown> = []) => {
  const logger = Logger.make<unknown, void>(({ message }) => void logs.push(...[message].flat()))
  return Effect.provide(
    Layer.mergeAll(GatewayEvents.layer, Runtimes.layer({ mailboxCapacity: 2 })).pipe(
      Layer.provideMerge(Logger.layer([logger]))
    )
  )
}

describe("the mailbox", () => {
  it.effect("takes events one at a time, drops those that find it full, and says so once", () => {
    const logs: Array<unknown> = []
    return Effect.gen(function* () {
      const log: Array<string> = []
      yield* start(
        RuntimeEvents.on("MESSAGE_CREATE", ({ content }) =>
          Effect.andThen(
            Effect.sleep("1 second"),
            Effect.sync(() => log.push(content))
          )
        )
      )
      for (const content of ["a", "b", "c", "d", "e"]) yield* say(content)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(log, ["a", "b"])
      yield* say("f")
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(log, ["a", "b", "c", "f"])
      assert.strictEqual(logs.filter((line) => String(line).includes("are being dropped")).length, 1)
    }).pipe(run(logs))
  })

  it.effect("hears nothing any more when the Runtime has ended, or when it was stopped", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const stop = yield* Deferred.make<RuntimeEvents.Listening>()
      const on = RuntimeEvents.on("MESSAGE_CREATE", ({ content }) => Effect.sync(() => log.push(content)))
      const runtime = yield* start(on)
      yield* say("a")
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.isFalse(yield* wants)
      yield* start(Effect.flatMap(on, (stopping) => Deferred.succeed(stop, stopping)))
      yield* say("b")
      yield* (yield* Deferred.await(stop)).stop
      assert.isFalse(yield* wants)
      yield* say("c")
      assert.deepStrictEqual(log, ["a", "b"])
    }).pipe(run())
  )

  it.effect("lets other events be handled while a handler waits, and stops listening when it has its own", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const runtime = yield* start(
        Effect.gen(function* () {
          const { content } = yield* RuntimeEvents.next("MESSAGE_CREATE", { where: ({ content }) => content === "me" })
          log.push(content)
          const late = yield* Effect.flip(RuntimeEvents.next("MESSAGE_CREATE", { timeout: "1 minute" }))
          log.push(late._tag)
        }).pipe(Effect.orDie)
      )
      yield* say("not me")
      yield* Runtimes.run(
        runtime,
        Effect.sync(() => log.push("other"))
      )
      yield* say("me")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(log, ["other", "me", "NoAnswer"])
      assert.isFalse(yield* wants)
    }).pipe(run())
  )

  it.effect("keeps what arrives between two waits for a collector, which forgets the oldest when it is full", () => {
    const logs: Array<unknown> = []
    return Effect.gen(function* () {
      const log: Array<string> = []
      const latch = yield* Deferred.make<void>()
      const runtime = yield* start(
        Effect.gen(function* () {
          const messages = yield* RuntimeEvents.collect("MESSAGE_CREATE")
          yield* Runtime.fork(
            Effect.gen(function* () {
              yield* Deferred.await(latch)
              for (;;) log.push((yield* messages.next()).content)
            })
          )
        })
      )
      for (let n = 0; n < 66; n++) yield* say(`${n}`)
      yield* Deferred.succeed(latch, undefined)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([log.length, log[0], log.at(-1)], [64, "2", "65"])
      assert.strictEqual(logs.filter((line) => String(line).includes("the oldest are dropped")).length, 1)
      yield* say("last")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(log.at(-1), "last")
      yield* runtime.close("Closed")
      yield* runtime.closed
      assert.isFalse(yield* wants)
    }).pipe(run(logs))
  })
})
