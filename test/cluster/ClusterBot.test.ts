/** A bot in several members, on the fake Discord: what the server sees when they come, go and are lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Cluster from "../../src/cluster/Cluster.ts"
import * as Question from "../../src/cluster/Question.ts"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as ShardStatus from "../../src/gateway/ShardStatus.ts"
import * as Button from "../../src/interactions/definitions/Button.ts"
import * as Command from "../../src/interactions/definitions/Command.ts"
import * as Reply from "../../src/interactions/replies/Reply.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import { startMember } from "./support/members.ts"
import { assertOnce, play, total, traffic, untilBalanced } from "./support/play.ts"

const { is } = FakeDiscord

describe.concurrent("ClusterBot", () => {
  it.live(
    "is one bot with one member, and shards move to those that join and away from those that leave",
    () =>
      play((storage) =>
        Effect.gen(function* () {
          const discord = yield* FakeDiscord.FakeDiscord
          const one = yield* startMember({ storage })
          yield* untilBalanced([one], [8])
          const endTraffic = yield* traffic
          const two = yield* startMember({ storage })
          yield* untilBalanced([one, two], [4, 4])
          const three = yield* startMember({ storage })
          yield* untilBalanced([one, two, three], [2, 3, 3])
          assert.deepStrictEqual(
            (yield* three.cluster.members).map(({ name }) => name),
            [one.name, two.name, three.name].sort()
          )
          yield* one.stop
          yield* untilBalanced([two, three], [4, 4])
          yield* two.stop
          yield* untilBalanced([three], [8])
          const count = yield* endTraffic
          yield* assertOnce([one, two, three], count)
          const log = yield* discord.log
          assert.lengthOf(log.filter(is("Identify")), total)
          assert.deepStrictEqual(yield* discord.violations, [])
          yield* three.stop
        })
      ),
    240_000
  )

  it.live("fails at once with a weight that is no number", () =>
    play((storage) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(startMember({ storage, weight: NaN }))
        assert.include(error.message, "option cluster.weight: is NaN")
      })
    )
  )

  it.live("runs a shard again that another process has taken over", () =>
    play((storage) =>
      Effect.gen(function* () {
        const one = yield* startMember({ storage })
        yield* untilBalanced([one], [8])
        const sessionStore = KeyValueSessionStore.layer().pipe(
          Layer.provide(KeyValueStore.layerSql({ table: "fibercord_store" })),
          Layer.provide(storage)
        )
        const stages: Array<ShardStatus.Stage> = []
        yield* one.manager.changes.pipe(
          Stream.filter(({ shard }) => shard === 3),
          Stream.runForEach(({ to }) => Effect.sync(() => stages.push(to))),
          Effect.forkScoped({ startImmediately: true })
        )
        // The other process may lose the shard again before it is connected. It has to take it, and no more.
        yield* Effect.gen(function* () {
          const other = yield* Gateway.make({
            shards: { ids: [3], total },
            intents: ["Guilds", "GuildMessages"],
            sessionStore
          })
          yield* other.manager.initialize
          yield* Gateway.until("the shard to be taken over", () => stages.some(ShardStatus.isTakenOver))
        }).pipe(Effect.scoped)
        yield* Gateway.until("the shard to be taken back", () => stages.at(-1)?._tag === "Connected")
        yield* untilBalanced([one], [8])
        yield* one.stop
      })
    )
  )

  it.live("asks all members, and each answer or failure stands beside its name", () =>
    play((storage) =>
      Effect.gen(function* () {
        const where = Question.make("where", { payload: Schema.String, answer: Schema.FiniteFromString })
        const nobody = Question.make("nobody", { answer: Schema.Int })
        const answering = (add: number) => Cluster.layerAnswer(where, (text) => Effect.succeed(text.length + add))
        const one = yield* startMember({ storage, extra: answering(1) })
        const two = yield* startMember({ storage, extra: answering(2) })
        yield* untilBalanced([one, two], [4, 4])
        const answers = yield* two.cluster.ask(where, "abc")
        assert.deepStrictEqual(
          new Map(answers),
          new Map([
            [one.name, Exit.succeed(4)],
            [two.name, Exit.succeed(5)]
          ])
        )
        const unknown = [...(yield* one.cluster.ask(nobody, undefined)).values()].map((exit) =>
          Exit.isFailure(exit) ? Cause.squash(exit.cause) : exit.value
        )
        assert.deepStrictEqual(unknown, [
          new Cluster.UnknownQuestion({ question: "nobody" }),
          new Cluster.UnknownQuestion({ question: "nobody" })
        ])
        yield* one.stop
        yield* two.stop
      })
    )
  )

  it.live("brings the use of a component to the member that has its Runtime, whoever has the shard now", () =>
    play((storage) =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const description = "Shows a button"
        yield* discord.registerCommands([{ name: "panel", description }])
        const panel = (by: string) =>
          Command.slash("panel", { description }, () =>
            Effect.gen(function* () {
              const press = yield* Button.bound({ label: "press" }, () => Reply.send({ content: `by ${by}` }))
              yield* Reply.send({ content: by, components: [[press]] })
            })
          )
        const one = yield* startMember({ storage, interactions: [panel("one")] })
        const alice = yield* discord.user("alice")
        const guilds = yield* Effect.forEach(Array.from({ length: total }), (_, shard) =>
          discord.addGuild(`guild ${shard}`, { shard })
        )
        const messages = yield* Effect.forEach(guilds, (guild) => alice.slash("panel", {}, { guild }))
        for (const message of messages) assert.strictEqual(yield* message.content, "one")
        const two = yield* startMember({ storage, interactions: [panel("two")] })
        yield* untilBalanced([one, two], [4, 4])
        for (const message of messages) {
          const pressed = yield* message.click("press")
          assert.strictEqual(yield* pressed.content, "by one")
          assert.strictEqual((yield* message.snapshot).edits, 0)
        }
        assert.deepStrictEqual(yield* discord.violations, [])
        yield* one.stop
        yield* two.stop
      })
    )
  )

  it.live("keeps Discord's rate limits as one client, whichever member sends", () =>
    play((storage) =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.FakeDiscord
        const members = [yield* startMember({ storage }), yield* startMember({ storage })]
        yield* untilBalanced(members, [4, 4])
        const { channelId } = discord.guild
        const send = (n: number) => {
          const rest = members[n % 2]?.rest
          if (rest === undefined) return Effect.void
          return Effect.asVoid(rest.use(({ channels }) => channels.createMessage(channelId, { content: `${n}` })))
        }
        // Discord says which bucket it is in its first answer.
        yield* send(0)
        yield* Effect.sleep("2 seconds")
        yield* Effect.forEach(
          Array.from({ length: 12 }, (_, n) => n),
          send,
          { concurrency: "unbounded" }
        )
        const log = yield* discord.log
        const sent = log.filter(is("Request", ({ path }) => path.endsWith("/messages")))
        assert.lengthOf(sent, 1 + 12)
        assert.deepStrictEqual(yield* discord.violations, [])
        yield* Effect.forEach(members, ({ stop }) => stop)
      })
    )
  )
})
