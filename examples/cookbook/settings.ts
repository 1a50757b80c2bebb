/**
 * # Settings of each server
 *
 * Keeps a few settings for each server in a key-value store, reads them through a cache, and lets admins change them.
 *
 * The service hides where settings are. `KeyValueStore` has layers for memory, files, SQL and Redis, the schema decides
 * what is stored, and the cache answers all reads but the first.
 *
 * ## What to watch out for
 *
 * - What is stored lives longer than your code. Give new fields a default, as `withDecodingDefaultKey` does, or old
 * settings cannot be read any more.
 * - Two admins may change settings at the same time. The semaphore keeps one change from undoing the other.
 * - A store that fails is a defect here: the user gets a reference that the log has, too. A `Cache` keeps failures as it
 * keeps values, so `timeToLive` forgets them at once.
 * - The cache is right as long as one process writes. In a [cluster](../operating/cluster.md) that is the process of the
 * guild's shard.
 */
import { Cache, Context, Duration, Effect, Exit, Layer, Option, Schema, Semaphore } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Command, Interaction, Middleware, Options, Reply } from "fibercord"

export class Settings extends Schema.Class<Settings>("Settings")({
  greeting: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("Hello"))),
  loud: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
}) {}

const defaults = new Settings({ greeting: "Hello", loud: false })

const make = Effect.gen(function* () {
  const store = KeyValueStore.toSchemaStore(yield* KeyValueStore.KeyValueStore, Settings)
  const changes = yield* Semaphore.make(1)
  const read = (guildId: string) => store.get(guildId).pipe(Effect.map(Option.getOrElse(() => defaults)), Effect.orDie)
  const cache = yield* Cache.makeWith(read, {
    capacity: 1000,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : 0)
  })
  const get = (guildId: string) => Cache.get(cache, guildId)
  const change = (guildId: string, f: (settings: Settings) => Settings) =>
    Effect.gen(function* () {
      const settings = f(yield* get(guildId))
      yield* Effect.orDie(store.set(guildId, settings))
      yield* Cache.set(cache, guildId, settings)
    }).pipe(changes.withPermit)
  return { get, change }
})

export class GuildSettings extends Context.Service<GuildSettings, Effect.Success<typeof make>>()("cookbook/Settings") {
  static readonly layer = Layer.effect(GuildSettings, make)
}

const change = (f: (settings: Settings) => Settings) =>
  Effect.gen(function* () {
    const { guildId } = yield* Interaction.inGuild
    yield* GuildSettings.use((all) => all.change(guildId, f))
    yield* Reply.send({ content: "Changed.", ephemeral: true })
  })

const greeting = { text: Options.string("Text", { max: 100 }) }
export const settings = Command.parent(
  "settings",
  { description: "Settings of this server", contexts: ["guild"], defaultMemberPermissions: ["ManageGuild"] },
  {
    greeting: Command.sub({ description: "How /hello greets", options: greeting }, ({ text }) =>
      change(({ loud }) => new Settings({ greeting: text, loud }))
    ),
    loud: Command.sub({ description: "Whether /hello is loud", options: { on: Options.boolean("On") } }, ({ on }) =>
      change(({ greeting }) => new Settings({ greeting, loud: on }))
    )
  }
).pipe(Middleware.requirePermissions(["ManageGuild"]))

export const hello = Command.slash("hello", { description: "Say hello", contexts: ["guild"] }, () =>
  Effect.gen(function* () {
    const { guildId } = yield* Interaction.inGuild
    const { greeting, loud } = yield* GuildSettings.use((all) => all.get(guildId))
    yield* Reply.send({ content: loud ? `${greeting.toUpperCase()}!` : `${greeting}.` })
  })
)
