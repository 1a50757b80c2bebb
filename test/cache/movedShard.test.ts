/** What the cache of a process knows while its shards stop, move to other processes, and come back. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Context from "effect/Context"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as GuildCache from "../../src/cache/GuildCache.ts"
import * as KeyValueSessionStore from "../../src/gateway/KeyValueSessionStore.ts"
import * as ShardId from "../../src/gateway/ShardId.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import * as Gateway from "../gateway/harness.ts"
import { makeRandom } from "../mutate.ts"

const { is } = FakeDiscord
const cache = GuildCache.define({ channels: true })
const fake = FakeDiscord.layerServer({ identifyInterval: 0, shards: 2, maxConcurrency: 2 })

/** A bot with a cache, as one of several processes that share their sessions. */
const member = Effect.fnUntraced(function* (
  ids: ReadonlyArray<number>,
  total: number,
  disk: Layer.Layer<KeyValueStore.KeyValueStore>
) {
  let context: Context.Context<GuildCache.GuildCache> | undefined
  const bot = yield* Gateway.make({
    shards: { ids: ids.map((id) => ShardId.make(id)), total },
    sessionStore: KeyValueSessionStore.layer({ writeInterval: "20 millis" }).pipe(Layer.provide(disk)),
    handlers: Layer.effectDiscard(
      Effect.map(Effect.context<GuildCache.GuildCache>(), (made) => {
        context = made
      })
    ).pipe(Layer.provide(cache.layer))
  })
  yield* bot.manager.initialize
  yield* bot.manager.awaitReady
  const read = <A, E>(effect: Effect.Effect<A, E, GuildCache.GuildCache>) =>
    Effect.provide(effect, context as Context.Context<GuildCache.GuildCache>)
  const nameOf = (guildId: string, channelId: string) =>
    Effect.map(read(cache.channels.get(guildId, channelId)), (found) => Option.getOrUndefined(found)?.name)
  return { ...bot, nameOf, stateOf: (guildId: string) => read(cache.state(guildId)), guildIds: read(cache.guildIds) }
})

const disk = Effect.map(Layer.build(KeyValueStore.layerMemory), Layer.succeedContext)

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 8)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 5)

const law = Effect.fnUntraced(function* (runSeed: number) {
  const why = `seed ${runSeed}`
  const random = makeRandom(runSeed)
  const discord = yield* FakeDiscord.FakeDiscord
  const files = yield* disk
  const guilds = [
    yield* discord.addGuild("g0", { shard: 0, shardCount: 2 }),
    yield* discord.addGuild("g1", { shard: 1, shardCount: 2 })
  ]
  const members = [yield* member([0, 1], 2, files), yield* member([], 2, files)]
  const owners = [0, 0]
  const version = [0, 0]
  const channels = yield* Effect.forEach(guilds, (guild) => guild.channel("v0"))
  const idsOf = (who: number) => [0, 1].filter((id) => owners[id] === who)
  /** What each member shows of a guild: a version, or nothing. */
  const shown = (who: number, id: number) =>
    Effect.map(members[who]?.nameOf(guilds[id]?.id ?? "", channels[id] ?? "") ?? Effect.undefined, (name) =>
      name === undefined ? undefined : Number(name.slice(1))
    )
  const change = (id: number) =>
    guilds[id]?.updateChannel(channels[id] ?? "", { name: `v${(version[id] = (version[id] ?? 0) + 1)}` }) ?? Effect.void
  for (let step = 0; step < 40; step++) {
    const id = random(2)
    const from = owners[id] ?? 0
    switch (random(8)) {
      case 0:
      case 1: {
        const to = 1 - from
        const before = version[id] ?? 0
        owners[id] = to
        yield* members[from]?.manager.assign(idsOf(from)) ?? Effect.void
        for (let n = random(3); n > 0; n--) yield* change(id)
        assert.isUndefined(yield* shown(from, id), why)
        yield* members[to]?.manager.assign(idsOf(to)) ?? Effect.void
        // What it had the last time that it had the shard is older than what it gave away since.
        const again = yield* shown(to, id)
        assert.isTrue(again === undefined || again >= before, `${why}: version ${again} is shown after ${before}`)
        if (random(2) === 0) yield* members[to]?.manager.awaitReady ?? Effect.void
        break
      }
      case 2: {
        yield* members[from]?.manager.shutdown(ShardId.make(id), 4000) ?? Effect.void
        for (let n = random(3); n > 0; n--) yield* change(id)
        assert.isUndefined(yield* shown(from, id), why)
        yield* members[from]?.manager.initialize ?? Effect.void
        break
      }
      case 3:
        yield* discord.faults.dropConnection(id).pipe(Effect.ignore)
        break
      case 4:
        yield* discord.faults.dropConnection(id).pipe(Effect.ignore)
        yield* discord.faults.expireSession(id).pipe(Effect.ignore)
        break
      default:
        yield* change(id)
    }
    assert.isUndefined(yield* shown(1 - (owners[id] ?? 0), id), why)
  }
  for (const { manager } of members) yield* manager.awaitReady
  for (const id of [0, 1]) {
    const owner = owners[id] ?? 0
    const heard = () =>
      members[owner]?.received.some(
        ({ payload }) =>
          payload.t === "CHANNEL_UPDATE" &&
          (payload.d as { readonly id: string }).id === channels[id] &&
          payload.d.name === `v${version[id]}`
      ) === true
    // A change while no session lives is in the GUILD_CREATE of the next one.
    for (let tries = 0; !heard() && tries < 200; tries++) {
      if (tries % 20 === 0) yield* change(id)
      yield* Effect.sleep("10 millis")
    }
    assert.isTrue(heard(), why)
    const last = yield* shown(owner, id)
    assert.isTrue(last === undefined || last === version[id], `${why}: version ${last} is shown of ${version[id]}`)
    assert.isUndefined(yield* shown(1 - owner, id), why)
  }
})

describe("GuildCache", () => {
  it.live("does not show what it kept of a shard that has moved away, nor after it has come back by RESUME", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const files = yield* disk
      const other = yield* discord.addGuild("other", { shard: 1, shardCount: 2 })
      const moving = yield* discord.addGuild("moving", { shard: 0, shardCount: 2 })
      const a = yield* member([0, 1], 2, files)
      const b = yield* member([], 2, files)
      const channel = yield* moving.channel("before")
      const kept = yield* other.channel("kept")
      while ((yield* a.nameOf(moving.id, channel)) !== "before") yield* Effect.sleep("2 millis")

      yield* a.manager.assign([1])
      assert.isUndefined(yield* a.nameOf(moving.id, channel))
      assert.isUndefined(yield* a.stateOf(moving.id))
      assert.notInclude(yield* a.guildIds, moving.id)
      yield* b.manager.assign([0])
      yield* b.manager.awaitReady
      yield* moving.updateChannel(channel, { name: "after" })
      yield* Gateway.until("the change", () => b.received.some(({ payload }) => payload.t === "CHANNEL_UPDATE"))
      yield* b.manager.assign([])
      yield* a.manager.assign([0, 1])
      yield* a.manager.awaitReady
      assert.isUndefined(yield* a.nameOf(moving.id, channel))
      assert.strictEqual(yield* a.nameOf(other.id, kept), "kept")
      assert.lengthOf((yield* discord.log).filter(is("Identify")), 2)
      assert.lengthOf((yield* discord.log).filter(is("Resumed")), 2)

      yield* moving.updateChannel(channel, { name: "later" })
      yield* Gateway.until("the change", () => a.received.some(({ payload }) => payload.t === "CHANNEL_UPDATE"))
      assert.isUndefined(yield* a.nameOf(moving.id, channel))
      yield* moving.outage
      yield* moving.recover
      while ((yield* a.nameOf(moving.id, channel)) !== "later") yield* Effect.sleep("2 millis")
    }).pipe(Effect.provide(fake))
  )

  it.live("shows what it kept of a shard that was stopped again when that has what it missed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const a = yield* member([0], 1, yield* disk)
      const { guild } = discord
      const channel = yield* guild.channel("before")
      while ((yield* a.nameOf(guild.id, channel)) !== "before") yield* Effect.sleep("2 millis")
      yield* a.manager.shutdown(Gateway.shard0, 4000)
      assert.isUndefined(yield* a.nameOf(guild.id, channel))
      yield* guild.updateChannel(channel, { name: "after" })
      yield* a.manager.initialize
      while ((yield* a.nameOf(guild.id, channel)) !== "after") yield* Effect.sleep("2 millis")
    }).pipe(Effect.provide(fake))
  )

  it.live("forgets the guilds of a shard that another process took and gave back while this one had stopped it", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.FakeDiscord
      const files = yield* disk
      const { guild } = discord
      const a = yield* member([0], 1, files)
      const channel = yield* guild.channel("before")
      while ((yield* a.nameOf(guild.id, channel)) !== "before") yield* Effect.sleep("2 millis")
      yield* a.manager.shutdown(Gateway.shard0, 4000)
      const b = yield* member([0], 1, files)
      yield* guild.updateChannel(channel, { name: "after" })
      yield* Gateway.until("the change", () => b.received.some(({ payload }) => payload.t === "CHANNEL_UPDATE"))
      yield* b.manager.shutdown(Gateway.shard0, 4000)
      yield* a.manager.initialize
      yield* a.manager.awaitReady
      assert.isUndefined(yield* a.nameOf(guild.id, channel))
    }).pipe(Effect.provide(fake))
  )

  it.live(
    "shows nothing of a shard that is not here, and what is newest of one that is, after any sequence of moves, stops and drops",
    () =>
      Effect.gen(function* () {
        for (let run = 0; run < runs; run++) {
          yield* law(seed * 1000 + run).pipe(Effect.scoped, Effect.provide(fake, { local: true }))
        }
      }),
    runs * 10_000
  )
})
