/**
 * The cache equals what the fake Discord holds, after any sequence of events, drops, resumes, new sessions and reshards.
 *
 * `FIBERCORD_LAW_RUNS` and `FIBERCORD_LAW_SEED` choose how many sequences there are, and which.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as GuildCache from "../../src/cache/GuildCache.ts"
import * as GuildStore from "../../src/cache/GuildStore.ts"
import * as KeyValueGuildStore from "../../src/cache/KeyValueGuildStore.ts"
import * as FakeDiscord from "../../src/testing/FakeDiscord.ts"
import { object, objects } from "../../src/testing/internal/json.ts"
import * as Gateway from "../gateway/harness.ts"
import { makeRandom } from "../mutate.ts"
import { call } from "../testing/client.ts"

const runs = Number(process.env["FIBERCORD_LAW_RUNS"] ?? 12)
const seed = Number(process.env["FIBERCORD_LAW_SEED"] ?? 11)

type Discord = FakeDiscord.FakeDiscord["Service"]
type Random = (below: number) => number

const cache = GuildCache.define({
  guilds: true,
  channels: true,
  roles: true,
  members: true,
  voiceStates: true,
  emojis: true,
  threads: true,
  messages: true
})

const intents = [
  "Guilds",
  "GuildMembers",
  "GuildExpressions",
  "GuildVoiceStates",
  "GuildMessages",
  "MessageContent"
] as const

/** What a test knows of a guild, to act on what exists. */
interface Known {
  readonly guild: FakeDiscord.Guild
  isOut: boolean
  isGone: boolean
  readonly channels: Array<string>
  readonly roles: Array<string>
  readonly emojis: Array<string>
  readonly threads: Array<string>
  readonly threadParents: Map<string, string>
  readonly messages: Array<{ readonly id: string; readonly channel: string }>
  readonly members: Set<string>
}

const known = (guild: FakeDiscord.Guild, users: ReadonlyArray<FakeDiscord.User>): Known => ({
  guild,
  isOut: false,
  isGone: false,
  channels: [],
  roles: [],
  emojis: [],
  threads: [],
  threadParents: new Map(),
  messages: [],
  members: new Set(users.map(({ id }) => id))
})

const takeAt = <A>(list: Array<A>, at: number): A | undefined => list.splice(at, 1)[0]

/** One change of one guild. */
const act = (on: Known, users: ReadonlyArray<FakeDiscord.User>, random: Random, n: number) =>
  Effect.gen(function* () {
    const { guild } = on
    const any = <A>(list: ReadonlyArray<A>): A | undefined => list[random(list.length)]
    const someone = any(users.filter(({ id }) => on.members.has(id)))
    const channel = any(on.channels) ?? guild.channelId
    switch (random(20)) {
      case 0:
        on.channels.push(yield* guild.channel(`c${n}`, { type: random(2) * 2 }))
        return
      case 1:
        if (on.channels.length > 0) yield* guild.updateChannel(channel, { topic: `t${n}` })
        return
      case 2: {
        const gone = takeAt(on.channels, random(on.channels.length))
        if (gone === undefined) return
        yield* guild.deleteChannel(gone)
        for (const [thread, parent] of on.threadParents)
          if (parent === gone) {
            if (on.threads.includes(thread)) takeAt(on.threads, on.threads.indexOf(thread))
            for (const each of on.messages.filter((message) => message.channel === thread))
              takeAt(on.messages, on.messages.indexOf(each))
          }
        for (const each of on.messages.filter((message) => message.channel === gone))
          takeAt(on.messages, on.messages.indexOf(each))
        return
      }
      case 3:
        on.roles.push(yield* guild.role(`r${n}`))
        return
      case 4:
        if (on.roles.length > 0) yield* guild.updateRole(any(on.roles) as string, { color: n })
        return
      case 5: {
        const gone = takeAt(on.roles, random(on.roles.length))
        if (gone !== undefined) yield* guild.deleteRole(gone)
        return
      }
      case 6:
      case 7:
        if (someone !== undefined)
          yield* guild.updateMember(someone.id, { nick: `n${n}`, roles: on.roles.filter(() => random(2) === 0) })
        return
      case 8: {
        if (someone === undefined) return
        on.members.delete(someone.id)
        return yield* guild.removeMember(someone.id)
      }
      case 9: {
        const away = any(users.filter(({ id }) => !on.members.has(id)))
        if (away === undefined) return
        on.members.add(away.id)
        return yield* guild.addMember(away.id)
      }
      case 10:
      case 11:
        if (someone !== undefined)
          yield* guild.voice(someone.id, random(3) === 0 ? undefined : channel, { self_mute: random(2) === 0 })
        return
      case 12:
        on.emojis.push(yield* guild.emoji(`e${n}`))
        return
      case 13: {
        const gone = takeAt(on.emojis, random(on.emojis.length))
        if (gone !== undefined) yield* guild.deleteEmoji(gone)
        return
      }
      case 14: {
        const made = yield* guild.thread(channel, `th${n}`)
        on.threads.push(made)
        on.threadParents.set(made, channel)
        return
      }
      case 15: {
        const thread = any(on.threads)
        if (thread === undefined) return
        const archived = random(3) === 0
        if (archived) takeAt(on.threads, on.threads.indexOf(thread))
        yield* guild.updateThread(thread, { name: `th${n}`, ...(archived ? { thread_metadata: { archived } } : {}) })
        return
      }
      case 16: {
        const gone = takeAt(on.threads, random(on.threads.length))
        if (gone === undefined) return
        for (const each of on.messages.filter((message) => message.channel === gone))
          takeAt(on.messages, on.messages.indexOf(each))
        return yield* guild.deleteThread(gone)
      }
      case 17: {
        const place = any([channel, ...on.threads]) as string
        const author = users.find(({ id }) => on.members.has(id))
        if (author === undefined) return
        const message = yield* author.say(`m${n}`, { channel: place })
        on.messages.push({ id: yield* message.id, channel: place })
        return
      }
      case 18: {
        const message = any(on.messages)
        if (message !== undefined) yield* guild.editMessage(message.id, `m${n}`)
        return
      }
      case 19: {
        const gone = takeAt(on.messages, random(on.messages.length))
        if (gone !== undefined) yield* guild.deleteMessages([gone.id])
        return
      }
    }
  }).pipe(Effect.orDie)

/** Something that happens to a guild as a whole, or to a shard. */
const upset = (discord: Discord, bot: Gateway.Bot, on: Known, random: Random, reshards: Array<Fiber.Fiber<unknown>>) =>
  Effect.gen(function* () {
    const shards = yield* bot.manager.shardsInstantiated
    const shard = shards[random(shards.length)] ?? 0
    switch (random(9)) {
      case 0:
        on.isOut = true
        return yield* on.guild.outage
      case 1:
        on.isGone = true
        return yield* on.guild.remove
      case 2:
      case 3:
        return yield* discord.faults.dropConnection(shard)
      case 4:
        return yield* discord.faults.reconnect(shard)
      case 5:
        return yield* discord.faults.invalidSession(shard, random(2) === 0)
      case 6:
        yield* discord.faults.dropConnection(shard)
        return yield* discord.faults.expireSession(shard)
      case 7:
        yield* discord.faults.loseEvents(shard)
        return yield* discord.faults.dropConnection(shard)
      case 8: {
        const total = shards.length === 1 ? 2 : 1
        const reshard = bot.manager.reshard({ index: 0, count: total, total }).pipe(Effect.ignore)
        reshards.push(yield* Effect.forkChild(reshard, { startImmediately: true }))
      }
    }
  }).pipe(Effect.ignore)

const byId = (list: ReadonlyArray<object>, id = "id"): ReadonlyMap<string, object> =>
  new Map(list.map((one) => [String((one as Record<string, unknown>)[id]), one]))

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

const sorted = (map: ReadonlyMap<string, unknown> | undefined): unknown =>
  json([...(map ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** A thread without the numbers of which no event tells. */
const uncounted = (thread: Readonly<Record<string, unknown>>): object => {
  const { member_count: _, message_count: __, total_message_sent: ___, ...rest } = thread
  return rest
}

/** Compares one guild with what REST says. */
const compare = (discord: Discord, store: GuildStore.Open, on: Known, why: string) =>
  Effect.gen(function* () {
    const { id } = on.guild
    if (on.isGone) return assert.isUndefined(store.state(id), why)
    if (on.isOut) return assert.strictEqual(store.state(id), "unavailable", why)
    const read = (path: string) => Effect.map(call(discord, "GET", `/guilds/${id}${path}`), ({ body }) => body)
    const raw = object(yield* read(""))
    const equals = (kind: GuildStore.Kind, list: ReadonlyArray<object>, key?: string) =>
      Effect.map(store.all(kind, id), (held) =>
        assert.deepStrictEqual(sorted(held), sorted(byId(list, key)), `${why}: ${kind}`)
      )
    yield* equals("channels", objects(yield* read("/channels")))
    yield* equals("roles", objects(raw["roles"]))
    yield* equals("emojis", objects(raw["emojis"]))
    const threads = objects(object(yield* read("/threads/active"))["threads"])
    const kept = (yield* store.all("threads", id)) ?? new Map()
    assert.deepStrictEqual(
      sorted(new Map([...kept].map(([threadId, thread]) => [threadId, uncounted(object(thread))]))),
      sorted(byId(threads.map(uncounted))),
      `${why}: threads`
    )
    const heard = yield* Effect.forEach([...on.members], (userId) =>
      call(discord, "GET", `/guilds/${id}/voice-states/${userId}`)
    )
    const states = heard.flatMap(({ body, status }): ReadonlyArray<Readonly<Record<string, unknown>>> =>
      status === 200 ? [{ ...object(body), member: undefined, guild_id: id }] : []
    )
    yield* equals("voiceStates", states, "user_id")
    const held = object(yield* store.get("guilds", id, id))
    const own = Object.fromEntries(Object.keys(held).map((field) => [field, raw[field]]))
    assert.includeMembers(Object.keys(held), ["id", "name", "owner_id", "features"], why)
    assert.deepStrictEqual(json(held), json(own), `${why}: guild`)
    const members = (yield* store.all("members", id)) ?? new Map()
    assert.isTrue(members.has(discord.botId), why)
    for (const state of states) assert.isTrue(members.has(String(state["user_id"])), `${why}: who is in voice`)
    for (const [userId, member] of members) {
      const { body, status } = yield* call(discord, "GET", `/guilds/${id}/members/${userId}`)
      assert.strictEqual(status, 200, `${why}: member ${userId} has left`)
      assert.deepStrictEqual(json(member), json(body), `${why}: member`)
    }
    for (const [messageId, message] of (yield* store.all("messages", id)) ?? new Map()) {
      const channelId = String(object(message)["channel_id"])
      const { body } = yield* call(discord, "GET", `/channels/${channelId}/messages/${messageId}`)
      // Only the events have these. Source: Discord, "Message Create".
      const { channel_type: _, guild_id: __, member: ___, ...rest } = object(message)
      assert.deepStrictEqual(json(rest), json(body), `${why}: message ${messageId}`)
    }
  })

/** Waits until everything that was dispatched has arrived: the last thing of each guild is a new name. */
const settle = (bot: Gateway.Bot, store: GuildStore.Open, guilds: ReadonlyArray<Known>, why: string) =>
  Effect.gen(function* () {
    yield* bot.manager.awaitReady
    for (const on of guilds) {
      if (on.isGone) continue
      yield* on.guild.update({ name: "settled" })
      const arrived = Effect.gen(function* () {
        while (true) {
          const held = yield* store.get("guilds", on.guild.id, on.guild.id)
          const isDone = on.isOut ? store.state(on.guild.id) === "unavailable" : object(held)["name"] === "settled"
          if (isDone) return
          yield* Effect.sleep("2 millis")
        }
      })
      yield* Effect.timeoutOrElse(arrived, {
        duration: "1 minute",
        orElse: () => Effect.die(new Error(`${why}: guild ${on.guild.id} never settled: ${store.state(on.guild.id)}`))
      })
    }
  }).pipe(Effect.orDie)

const law = (run: number, makeStore: Layer.Layer<GuildStore.GuildStore>) =>
  Effect.gen(function* () {
    const why = `seed ${seed}, run ${run}`
    const random = makeRandom(seed * 1000 + run)
    const discord = yield* FakeDiscord.FakeDiscord
    const users = yield* Effect.forEach(["ann", "bob", "cem"], (name) => discord.user(name))
    const guilds = [discord.guild]
    for (const shard of [0, 1, 1]) guilds.push(yield* discord.addGuild(`g${shard}`, { shard, shardCount: 2 }))
    const all = guilds.map((guild) => known(guild, users))
    let store: GuildStore.Open | undefined
    const handlers = Layer.effectDiscard(
      GuildCache.GuildCache.useSync((open) => {
        store = open
      })
    ).pipe(Layer.provide(cache.layerStore), Layer.provide(makeStore), Layer.orDie)
    const total = 1 + random(2)
    const bot = yield* Gateway.start({
      shards: { index: 0, count: total, total },
      intents,
      handlers,
      reshardOverlap: "60 millis"
    })
    const open = store as unknown as GuildStore.Open
    const reshards: Array<Fiber.Fiber<unknown>> = []
    for (let n = 0; n < 80; n++) {
      const on = all[random(all.length)] as Known
      if (on.isGone) continue
      if (on.isOut && random(3) === 0) {
        on.isOut = false
        yield* on.guild.recover
      }
      if (random(9) === 0) yield* upset(discord, bot, on, random, reshards)
      else yield* act(on, users, random, n)
      if (random(3) === 0) yield* Effect.sleep(random(12))
    }
    // A reshard that is under way may still fail or cut over.
    yield* Fiber.awaitAll(reshards)
    yield* settle(bot, open, all, why)
    // What an old session still repeats must change nothing, and that nothing comes has no sign but time.
    yield* Effect.sleep("150 millis")
    for (const on of all) yield* compare(discord, open, on, why)
    assert.deepStrictEqual(yield* discord.violations, [], why)
  }).pipe(
    Effect.scoped,
    Effect.provide(FakeDiscord.layerServer({ identifyInterval: "20 millis", maxConcurrency: 4 }), { local: true })
  )

const stores: Readonly<Record<string, () => Layer.Layer<GuildStore.GuildStore>>> = {
  "in memory": () => GuildStore.layerMemory,
  "in a KeyValueStore": () => Layer.provide(KeyValueGuildStore.layer(), KeyValueStore.layerMemory)
}

describe("GuildCache", () => {
  for (const [name, make] of Object.entries(stores)) {
    it.live(
      `${name}, it equals what Discord holds after each of ${runs} generated sequences`,
      () =>
        Effect.forEach(
          Array.from({ length: runs }, (_, run) => run),
          (run) => law(run, make()),
          { discard: true }
        ),
      runs * 20_000
    )
  }
})
