/**
 * What `npm start` runs. Without a token: the life of a bot against a Discord on loopback, step by step. With
 * DISCORD_TOKEN: the same bot on Discord, until you press Ctrl-C.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Config, Console, Context, Effect, Exit, Layer, Option, Schema, Scope, Stream } from "effect"
import { Bot, CloseCode, Expiration, ShardId, ShardManager, type ShardStatus } from "fibercord"
import { FakeDiscord } from "fibercord/testing"
import { makeCounter } from "./demo-bot.ts"

const lifetime = "7 seconds"
const identifyInterval = "2 seconds"
const shardCount = 4

/** A part of the story that did not happen. */
class StoryBroken extends Schema.TaggedError<StoryBroken>()("StoryBroken", {
  chapter: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.chapter}: ${this.detail}`
  }
}

const story = Effect.gen(function* () {
  const begin = yield* Clock.currentTimeMillis
  const say = (who: string, what: string) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Console.log(`${((now - begin) / 1000).toFixed(2).padStart(6)} s  ${who.padEnd(9)}${what}`)
    )
  const told: Array<string> = []
  const chapter = <A, E extends { readonly message: string }, R>(title: string, effect: Effect.Effect<A, E, R>) =>
    Effect.andThen(Console.log(`\n${title}`), effect).pipe(
      Effect.timeout("10 seconds"),
      Effect.mapError((error) => new StoryBroken({ chapter: title, detail: error.message })),
      Effect.tap(() => Effect.sync(() => told.push(title)))
    )
  const expect = (chapter: string, holds: boolean, detail: string) =>
    holds ? Effect.void : Effect.fail(new StoryBroken({ chapter, detail }))

  const discord = yield* FakeDiscord.FakeDiscord
  const alice = yield* discord.user("alice")
  const bob = yield* discord.user("bob")
  yield* say("discord", `is at ${discord.apiUrl}, ${shardCount} shards, max_concurrency 2`)

  // The bot gets a scope of its own, so that the story can end it and look at what remains.
  const botScope = yield* Scope.make()
  const counter = makeCounter({
    expiration: Expiration.afterCreation(lifetime),
    tell: (what) => say("handler", what)
  })
  const context = yield* chapter(
    `Boot: ${shardCount} shards, two at a time`,
    Layer.buildWithScope(
      Bot.layerWithoutShards({ interactions: [counter] }).pipe(
        Layer.provide(narrate(say)),
        Layer.provideMerge(ShardManager.layer({ shards: "auto", intents: ["Guilds"] }))
      ),
      botScope
    )
  )
  const manager = Context.get(context, ShardManager.ShardManager)

  const message = yield* chapter(
    "A command: alice runs /counter start:41",
    Effect.gen(function* () {
      const message = yield* alice.slash("counter", { start: 41 })
      yield* say("discord", `shows "${yield* message.content}" with a button "+1"`)
      return message
    })
  )

  yield* chapter(
    "Two users click at once: handled in order",
    Effect.gen(function* () {
      const clicks = yield* Effect.all([alice.click(message, "+1"), bob.click(message, "+1")], { concurrency: 2 })
      yield* say(
        "discord",
        `received ${clicks.map((click) => click.kind).join(" and ")}; shows "${yield* message.content}"`
      )
      yield* expect("Two clicks", (yield* message.content) === "43", `expected 43, found ${yield* message.content}`)
    })
  )

  yield* chapter(
    "The connection drops; alice clicks meanwhile; the shard resumes and misses nothing",
    Effect.gen(function* () {
      const shard = ShardId.fromGuildId(discord.guild.id, shardCount)
      yield* discord.faults.dropConnection(shard)
      yield* say("discord", `dropped the connection of shard ${shard}`)
      yield* alice.click(message, "+1")
      const resumed = yield* discord.awaitLog(FakeDiscord.is("Resumed", (entry) => entry.shardId === shard))
      yield* say(
        "discord",
        `RESUMED shard ${shard}, ${resumed.replayed} event(s) replayed; shows "${yield* message.content}"`
      )
      yield* expect("Resume", (yield* message.content) === "44", `expected 44, found ${yield* message.content}`)
    })
  )

  yield* chapter(
    `The Runtime expires, ${lifetime} after it opened`,
    Effect.gen(function* () {
      const { buttons } = yield* message.awaitUntil(({ buttons }) => buttons.every(({ disabled }) => disabled))
      yield* say("discord", `disabled: ${buttons.map(({ label }) => `"${label}"`).join(", ")}`)
      const late = yield* bob.click(message, "+1", { stale: true })
      yield* say("bob", `clicks on an old view, and sees: "${yield* late.content}"`)
      yield* expect("Late click", yield* late.ephemeral, "the reply to a late click should be ephemeral")
    })
  )

  const runners = [...(yield* manager.runners)].map(([, info]) => info)
  yield* chapter(
    "Shutdown",
    Effect.gen(function* () {
      yield* Scope.close(botScope, Exit.void)
      const open = (yield* discord.sessions).filter(({ connected }) => connected)
      yield* say("discord", `sees ${open.length} open connections`)
      yield* expect("Shutdown", open.length === 0, `${open.length} connections are still open`)
    })
  )

  yield* Console.log(`\nSummary`)
  for (const { id, identifies, resumes, sequence } of runners.toSorted((a, b) => a.id - b.id)) {
    yield* Console.log(`  shard ${id}   ${identifies} IDENTIFY   ${resumes} RESUME   ${sequence} events`)
  }
  const violations = yield* discord.violations
  const requests = (yield* discord.log).filter(FakeDiscord.is("Request"))
  const refused = requests.filter(({ status }) => status === undefined || status >= 400)
  yield* Console.log(`  ${requests.length} REST requests, ${refused.length} refused`)
  yield* Console.log(`  ${told.length} of 6 chapters happened, ${violations.length} of Discord's rules were broken`)
  yield* expect("Summary", refused.length === 0, refused.map(({ path, status }) => `${path}: ${status}`).join("; "))
  yield* expect("Summary", violations.length === 0, violations.map((violation) => violation.detail).join("; "))
  yield* expect("Summary", runners.length === shardCount, `${runners.length} shards ran, not ${shardCount}`)
})

/** Prints each step of each shard as it happens. */
const narrate = (say: (who: string, what: string) => Effect.Effect<void>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const manager = yield* ShardManager.ShardManager
      const tell = ({ shard, to }: ShardStatus.Change) =>
        say(`shard ${shard}`, to._tag === "Disconnected" ? `${to._tag}: ${CloseCode.describe(to.end)}` : to._tag)
      yield* Effect.forkScoped(Stream.runForEach(manager.changes, tell), { startImmediately: true })
    })
  )

const withoutToken = story.pipe(
  Effect.scoped,
  Effect.provide(FakeDiscord.layer({ shards: shardCount, maxConcurrency: 2, identifyInterval }))
)

const withToken = Bot.layer({
  interactions: [makeCounter({ expiration: Expiration.standard, tell: Effect.log })]
}).pipe(Layer.provide(Bot.layerDiscord), Bot.launch)

const main = Effect.gen(function* () {
  const token = yield* Config.Redacted("DISCORD_TOKEN").pipe(Config.option)
  yield* Option.isSome(token) ? withToken : withoutToken
})

// An error is one line. Bot.launch logs its own.
main.pipe(
  Effect.tapError((error) => (error._tag === "StoryBroken" ? Console.error(`✗ ${error.message}`) : Effect.void)),
  (main) => NodeRuntime.runMain(main, { disableErrorReporting: true })
)
