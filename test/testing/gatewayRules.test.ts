import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inflateSync } from "node:zlib"
import { FakeDiscord } from "../../src/testing/index.ts"
import { Journal } from "../../src/testing/internal/journal.ts"
import { Session } from "../../src/testing/internal/session.ts"
import { Signal } from "../../src/testing/internal/signal.ts"
import { type Client, connect, type Frame, identifyData } from "./client.ts"

type Discord = FakeDiscord.FakeDiscord["Service"]

const everything = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25]
const bits = (...of: ReadonlyArray<number>) => of.reduce((sum, bit) => sum | (1 << bit), 0)
const all = bits(...everything)

const make = FakeDiscord.make({ identifyInterval: 0 })

/** What happens to one frame of a client that is identified: a close code, or what was sent before the next ack. */
const outcome = (discord: Discord, op: number, d: unknown, intents = all) =>
  Effect.gen(function* () {
    const mark = yield* discord.mark
    const client = yield* connect(discord)
    yield* client.identify({ intents })
    if ((intents & 1) !== 0) yield* client.event("GUILD_CREATE")
    const before = client.frames.length
    yield* client.send(op, d)
    yield* client.send(1, null)
    const end = yield* Effect.race(
      client.closed,
      Effect.as(
        client.take((frame) => frame.op === 11),
        undefined
      )
    )
    const entries = (yield* discord.log).filter(({ index }) => index >= mark)
    const rules = entries.filter(FakeDiscord.is("Violation")).map(({ rule }) => rule)
    client.socket.close(1000)
    const events = client.frames.slice(before).filter((frame) => frame.op === 0)
    return { end, rules, events: events.map(({ d: data, t }): readonly [string | null, Frame["d"]] => [t, data]) }
  }).pipe(Effect.scoped)

const presence = (overrides: object = {}) => ({
  since: null,
  activities: [{ name: "chess", type: 0 }],
  status: "idle",
  afk: false,
  ...overrides
})
const without = (field: string, object: object) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== field))
const activity = (overrides: object) => presence({ activities: [{ name: "chess", type: 0, ...overrides }] })

describe("what a client sends", () => {
  it.live("is refused with 4001 if it is not of its opcode's shape", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const { id: guild_id } = discord.guild
      const voice = { guild_id, channel_id: null, self_mute: false, self_deaf: false }
      const refused: ReadonlyArray<readonly [number, unknown]> = [
        ...["since", "activities", "status", "afk"].map((field) => [3, without(field, presence())] as const),
        ...["away", "", null, 1].map((status) => [3, presence({ status })] as const),
        ...["now", 1.5].map((since) => [3, presence({ since })] as const),
        ...[null, {}, "chess", ["chess"]].map((activities) => [3, presence({ activities })] as const),
        ...[{ name: undefined }, { name: 1 }, { type: undefined }, { type: 6 }, { type: -1 }].map(
          (each) => [3, activity(each)] as const
        ),
        ...[{ type: "0" }, { state: 1 }, { url: 1 }].map((each) => [3, activity(each)] as const),
        [3, presence({ afk: "no" })],
        ...Object.keys(voice).map((field) => [4, without(field, voice)] as const),
        [4, { ...voice, guild_id: "x" }],
        [4, { ...voice, channel_id: "x" }],
        [4, { ...voice, self_mute: 1 }],
        [8, { query: "", limit: 0 }],
        [8, { guild_id: "x", query: "", limit: 0 }],
        [8, { guild_id: [guild_id], query: "", limit: 0 }],
        [8, { guild_id }],
        [8, { guild_id, limit: 0 }],
        [8, { guild_id, query: "" }],
        [8, { guild_id, query: "a", limit: -1 }],
        [8, { guild_id, query: "a", limit: "1" }],
        [8, { guild_id, query: "a", limit: 1, user_ids: ["1"] }],
        [8, { guild_id, query: 1, limit: 1 }],
        [8, { guild_id, user_ids: ["a"] }],
        [8, { guild_id, user_ids: {} }],
        [8, { guild_id, user_ids: "a" }],
        [8, { guild_id, query: "a", limit: 1, presences: "yes" }],
        [8, { guild_id, query: "a", limit: 1, nonce: {} }],
        [31, {}],
        [31, { guild_ids: guild_id }],
        [31, { guild_ids: ["x"] }],
        [43, { guild_id }],
        [43, { guild_id, fields: "status" }],
        [43, { guild_id, fields: ["topic"] }],
        [43, { fields: ["status"] }],
        [1, "1"],
        [1, 1.5],
        ...[3, 4, 8, 31, 43].flatMap((op) => [null, [], "x"].map((d) => [op, d] as const)),
        ...[0, 5, 7, 9, 10, 11, 12, 99, -1, "1", null].map((op) => [op as number, {}] as const)
      ]
      const kept: Array<unknown> = []
      for (const [op, d] of refused) {
        const { end, rules } = yield* outcome(discord, op, d)
        const isKnown = [1, 3, 4, 8, 31, 43].includes(op)
        const wanted = isKnown ? "invalid-payload" : "unknown-opcode"
        if (end !== 4001 || rules.join() !== wanted) kept.push([op, d, end, rules])
      }
      assert.deepStrictEqual(kept, [])
    })
  )

  it.live("is accepted as Discord documents it", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const guild_id = discord.guild.id
      const accepted: ReadonlyArray<readonly [number, unknown]> = [
        ...["online", "dnd", "idle", "invisible", "offline"].map((status) => [3, presence({ status })] as const),
        [3, presence({ since: 91_879_201, activities: [] })],
        [3, activity({ type: 4, name: "Custom Status", state: "resting", url: null, details: 5 })],
        [4, { guild_id, channel_id: null, self_mute: false, self_deaf: false }],
        [8, { guild_id, query: "", limit: 0 }],
        [8, { guild_id, query: "a", limit: 100, presences: true, nonce: "n" }],
        [8, { guild_id, user_ids: "1", limit: 0, query: null }],
        [8, { guild_id, user_ids: ["1", 2] }],
        [31, { guild_ids: [] }],
        [31, { guild_ids: [guild_id] }],
        [43, { guild_id, fields: ["status", "voice_start_time"] }],
        [43, { guild_id, fields: [] }],
        [1, 7],
        [1, null]
      ]
      for (const [op, d] of accepted) {
        const { end, rules } = yield* outcome(discord, op, d)
        assert.deepStrictEqual([op, d, end, rules], [op, d, undefined, []])
      }
    })
  )

  it.live("about a guild without the bot, or of another shard, gets no answer", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ identifyInterval: 0, shards: 2 })
      const other = yield* discord.addGuild("other", { shard: 1 })
      const left = yield* discord.addGuild("left")
      yield* left.remove
      const ask = (guild_id: string) => [
        [4, { guild_id, channel_id: null, self_mute: false, self_deaf: false }] as const,
        [8, { guild_id, query: "a", limit: 1 }] as const,
        [31, { guild_ids: [guild_id] }] as const,
        [43, { guild_id, fields: ["status"] }] as const
      ]
      const one = (op: number, d: unknown) =>
        Effect.gen(function* () {
          const mark = yield* discord.mark
          const client = yield* connect(discord)
          yield* client.identify({ shard: [0, 2], intents: all })
          yield* client.event("GUILD_CREATE")
          yield* client.send(op, d)
          yield* client.send(1, null)
          yield* client.take((frame) => frame.op === 11)
          client.socket.close(1000)
          const rules = (yield* discord.log).filter(FakeDiscord.is("Violation", ({ index }) => index >= mark))
          return [client.frames.filter(({ op: each }) => each === 0).length, rules.map(({ rule }) => rule)] as const
        }).pipe(Effect.scoped)
      for (const guildId of ["1", other.id]) {
        for (const [op, d] of ask(guildId)) {
          assert.deepStrictEqual([op, ...(yield* one(op, d))], [op, 2, op === 31 ? [] : ["unknown-guild"]])
        }
      }
      // The bot may not have heard yet that it left.
      for (const [op, d] of ask(left.id)) assert.deepStrictEqual([op, ...(yield* one(op, d))], [op, 2, []])
    })
  )
})

describe("a request for members", () => {
  it.live("needs GUILD_MEMBERS for the whole list, and GUILD_PRESENCES for presences", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const alice = yield* discord.user("alice")
      const guild_id = discord.guild.id
      const ask = (d: object, intents: number) => outcome(discord, 8, { guild_id, ...d }, intents)
      for (const limit of [0, 1, 100]) {
        const none = yield* ask({ query: "", limit }, bits(0, 8))
        assert.deepStrictEqual([none.end, none.rules, none.events], [undefined, ["members-request"], []])
      }
      const found = yield* ask({ query: "ali", limit: 5 }, bits(0))
      assert.deepStrictEqual([found.rules, found.events[0]?.[1].members.length], [[], 1])
      const ids = yield* ask({ user_ids: [alice.id] }, bits(0))
      assert.deepStrictEqual([ids.rules, ids.events[0]?.[1].members.length], [[], 1])
      const blind = yield* ask({ user_ids: [alice.id], presences: true }, bits(0, 1))
      assert.deepStrictEqual([blind.rules, blind.events[0]?.[1].presences], [["members-request"], undefined])
      const seen = yield* ask({ user_ids: [alice.id], presences: true }, bits(0, 8))
      assert.deepStrictEqual([seen.rules, seen.events[0]?.[1].presences.length], [[], 1])
    })
  )

  it.live("counts 100 ids, ignores a nonce over 32 bytes, and gets the whole list once in 30 seconds", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const guild_id = discord.guild.id
      const user_ids = Array.from({ length: 101 }, (_, n) => `${n + 1}`)
      const many = yield* outcome(discord, 8, { guild_id, user_ids })
      assert.deepStrictEqual([many.rules, many.events[0]?.[1].not_found.length], [["members-request"], 100])
      const nonce = "ü".repeat(17)
      const long = yield* outcome(discord, 8, { guild_id, user_ids: ["1"], nonce })
      assert.deepStrictEqual([long.rules, long.events[0]?.[1].nonce], [["members-request"], undefined])
      const whole = { guild_id, query: "", limit: 0, nonce: "n" }
      assert.deepStrictEqual((yield* outcome(discord, 8, whole)).events[0]?.[0], "GUILD_MEMBERS_CHUNK")
      const again = yield* outcome(discord, 8, whole)
      assert.deepStrictEqual(again.events[0]?.[0], "RATE_LIMITED")
      assert.deepInclude(again.events[0]?.[1], { opcode: 8, meta: { guild_id, nonce: "n" } })
      const other = yield* discord.addGuild("other")
      const elsewhere = yield* outcome(discord, 8, { ...whole, guild_id: other.id })
      assert.deepStrictEqual(elsewhere.events.at(-1)?.[0], "GUILD_MEMBERS_CHUNK")
    })
  )
})

describe("a connection", () => {
  it.live("is refused with what Discord does not speak", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const closed = (query: string) =>
        connect(discord, discord.gatewayUrl, query).pipe(
          Effect.flatMap((client) => client.closed),
          Effect.scoped
        )
      const table: ReadonlyArray<readonly [string, number]> = [
        ["encoding=json", 4012],
        ["v=&encoding=json", 4012],
        ["v=5&encoding=json", 4012],
        ["v=ten&encoding=json", 4012],
        ["v=8&encoding=json", 4012],
        ["v=11&encoding=json", 4012],
        ["v=10&encoding=xml", 4002],
        ["v=10&encoding=json&compress=lz4", 4002],
        ["v=10&encoding=json&compress=gzip", 4002],
        ["v=10&encoding=json&compress=", 4002],
        ["v=10&encoding=json&compress=zlib", 4002]
      ]
      for (const [query, code] of table) assert.deepStrictEqual([query, yield* closed(query)], [query, code])
    })
  )

  it.live("can compress whole payloads, and does not beside transport compression", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const client = yield* connect(discord)
      yield* client.take((frame) => frame.op === 10)
      yield* client.send(2, identifyData(discord, { compress: true }))
      yield* discord.awaitLog(FakeDiscord.is("Dispatched", ({ t }) => t === "GUILD_CREATE"))
      yield* client.send(1, null)
      yield* client.take((frame) => frame.op === 11)
      const names = client.binary.map((each) => JSON.parse(inflateSync(each).toString()).t)
      assert.deepStrictEqual(names, ["READY", "GUILD_CREATE"])
      const stream = yield* connect(discord, discord.gatewayUrl, "v=10&encoding=json&compress=zlib-stream")
      yield* stream.send(2, identifyData(discord, { compress: true }))
      yield* discord.awaitLog(
        FakeDiscord.is("Dispatched", ({ t }) => t === "GUILD_CREATE"),
        { count: 2 }
      )
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})

describe("versions of the API", () => {
  it.live("are 10 and 9; those that are discontinued are refused", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const older = yield* connect(discord, discord.gatewayUrl, "v=9&encoding=json")
      assert.strictEqual((yield* older.identify()).d.v, 9)
      const token = identifyData(discord).token
      const get = (version: string) =>
        Effect.promise(async () => {
          const headers = { authorization: `Bot ${token}` }
          const response = await fetch(`${discord.apiUrl}${version}/users/@me`, { headers })
          return [version, response.status, (await response.json()).code]
        })
      const table: ReadonlyArray<readonly [string, number, number | undefined]> = [
        ["/v10", 200, undefined],
        ["/v9", 200, undefined],
        ["/v8", 501, 0],
        ["/v6", 501, 0],
        ["/v5", 400, 50_041],
        ["/v11", 400, 50_041]
      ]
      for (const row of table) assert.deepStrictEqual(yield* get(row[0]), [...row])
    })
  )
})

describe("IDENTIFY", () => {
  it.live("says from how many members on a guild is large", () =>
    Effect.gen(function* () {
      const discord = yield* make
      for (let count = 0; count < 51; count++) yield* discord.user(`user${count}`)
      const isLarge = (overrides: object) =>
        Effect.gen(function* () {
          const client = yield* connect(discord)
          yield* client.identify(overrides)
          return (yield* client.event("GUILD_CREATE")).d.large
        }).pipe(Effect.scoped)
      assert.isTrue(yield* isLarge({}))
      assert.isFalse(yield* isLarge({ large_threshold: 250 }))
    })
  )

  it.live("is refused unless it is as Discord documents it", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const end = (d: unknown, op = 2) =>
        Effect.gen(function* () {
          const client = yield* connect(discord)
          yield* client.take((frame) => frame.op === 10)
          yield* client.send(op, d)
          const code = yield* Effect.race(
            client.closed,
            Effect.as(
              client.take((frame) => frame.t === "READY" || frame.op === 9),
              undefined
            )
          )
          client.socket.close(1000)
          return code
        }).pipe(Effect.scoped)
      const data = (overrides: object) => identifyData(discord, overrides)
      const table: ReadonlyArray<readonly [object, number | undefined]> = [
        [{ properties: undefined }, 4001],
        [{ properties: null }, 4001],
        [{ properties: "linux" }, 4001],
        [{ properties: { os: 1 } }, 4001],
        [{ properties: {} }, undefined],
        [{ token: undefined }, 4004],
        [{ token: "" }, 4004],
        [{ token: 1 }, 4004],
        [{ intents: undefined }, 4013],
        [{ intents: "1" }, 4013],
        [{ intents: -1 }, 4013],
        [{ intents: 1.5 }, 4013],
        ...[17, 18, 19, 22, 23, 26, 30].map((bit) => [{ intents: 1 << bit }, 4013] as const),
        ...everything.map((bit) => [{ intents: 1 << bit }, undefined] as const),
        ...[49, 251, 0, -1, 100.5, "100", null].map((large_threshold) => [{ large_threshold }, 4001] as const),
        ...[50, 250].map((large_threshold) => [{ large_threshold }, undefined] as const),
        ...[[1, 1], [0], [0, 1, 2], ["0", "1"], [-1, 1], [0, 0], "0", {}, null, [0.5, 1]].map(
          (shard) => [{ shard }, 4010] as const
        ),
        [{ shard: undefined }, undefined],
        [{ compress: "zlib" }, 4001],
        [{ presence: "online" }, 4001],
        [{ presence: { status: "away" } }, 4001],
        [{ presence: { activities: [{ name: "chess" }] } }, 4001],
        [{ presence: { status: "dnd" } }, undefined],
        [{ presence: null }, undefined]
      ]
      const wrong: Array<unknown> = []
      for (const [overrides, code] of table) {
        const found = yield* end(data(overrides))
        if (found !== code) wrong.push([overrides, found, code])
      }
      assert.deepStrictEqual(wrong, [])
      assert.strictEqual(yield* end(null), 4001)
      assert.strictEqual(yield* end([]), 4001)
    })
  )
})

describe("RESUME", () => {
  const resume = (discord: Discord, d: object) =>
    Effect.gen(function* () {
      const client = yield* connect(discord)
      yield* client.take((frame) => frame.op === 10)
      yield* client.send(6, { token: identifyData(discord).token, ...d })
      return client
    })

  it.live("of a session that is connected takes it over: the older connection ends, and gets no further event", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const older = yield* connect(discord)
      const ready = yield* older.identify()
      yield* older.event("GUILD_CREATE")
      const newer = yield* resume(discord, { session_id: ready.d.session_id, seq: 1 })
      yield* newer.event("RESUMED")
      yield* older.closed
      yield* discord.dispatch(0, "TYPING_START", {})
      yield* newer.event("TYPING_START")
      assert.deepStrictEqual(
        newer.frames.filter(({ op }) => op === 0).map(({ s, t }) => [s, t]),
        [
          [2, "GUILD_CREATE"],
          [3, "RESUMED"],
          [4, "TYPING_START"]
        ]
      )
      assert.strictEqual(older.frames.at(-1)?.t, "GUILD_CREATE")
      // The session goes on: neither connection has ended it.
      assert.deepStrictEqual(
        (yield* discord.sessions).map(({ connected, id }) => [id, connected]),
        [[ready.d.session_id, true]]
      )
    })
  )

  it.live("is refused with a wrong token, sequence, session or shape", () =>
    Effect.gen(function* () {
      const discord = yield* make
      const first = yield* connect(discord)
      const ready = yield* first.identify()
      const session_id: string = ready.d.session_id
      const table: ReadonlyArray<readonly [object, number]> = [
        [{ session_id, seq: 1, token: "wrong" }, 4004],
        [{ session_id, seq: "1" }, 4001],
        [{ session_id, seq: null }, 4001],
        [{ session_id }, 4001],
        [{ session_id: 1, seq: 1 }, 4001],
        [{ seq: 1 }, 4001],
        [{ session_id, seq: 1, token: undefined }, 4001]
      ]
      for (const [d, code] of table) assert.deepStrictEqual([d, yield* (yield* resume(discord, d)).closed], [d, code])
      // None of them has harmed the session.
      yield* discord.dispatch(0, "TYPING_START", {})
      yield* first.event("TYPING_START")
      const foreign = yield* resume(discord, { session_id: "another", seq: 1 })
      assert.strictEqual((yield* foreign.take(({ op }) => op === 9)).d, false)
      const ahead = yield* resume(discord, { session_id, seq: 99 })
      assert.strictEqual(yield* ahead.closed, 4007)
      assert.deepStrictEqual(yield* discord.sessions, [])
    })
  )
})

// The list of Discord's documentation, as bits. "direct" is what lets the event of a direct message through.
const events: ReadonlyArray<readonly [t: string, guild: ReadonlyArray<number>, direct?: number]> = [
  ...["GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE"].map(
    (t) => [t, [0]] as const
  ),
  ...["CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"].map((t) => [t, [0]] as const),
  ["CHANNEL_PINS_UPDATE", [0], 12],
  ...["THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE"].map(
    (t) => [t, [0]] as const
  ),
  ["THREAD_MEMBERS_UPDATE", [0, 1]],
  ...["STAGE_INSTANCE_CREATE", "STAGE_INSTANCE_UPDATE", "STAGE_INSTANCE_DELETE"].map((t) => [t, [0]] as const),
  ...["VOICE_CHANNEL_STATUS_UPDATE", "VOICE_CHANNEL_START_TIME_UPDATE"].map((t) => [t, [0]] as const),
  ...["GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"].map((t) => [t, [1]] as const),
  ...["GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD", "GUILD_BAN_REMOVE"].map((t) => [t, [2]] as const),
  ...["GUILD_EMOJIS_UPDATE", "GUILD_STICKERS_UPDATE", "GUILD_SOUNDBOARD_SOUND_CREATE"].map((t) => [t, [3]] as const),
  ...["GUILD_SOUNDBOARD_SOUND_UPDATE", "GUILD_SOUNDBOARD_SOUND_DELETE", "GUILD_SOUNDBOARD_SOUNDS_UPDATE"].map(
    (t) => [t, [3]] as const
  ),
  ...["GUILD_INTEGRATIONS_UPDATE", "INTEGRATION_CREATE", "INTEGRATION_UPDATE", "INTEGRATION_DELETE"].map(
    (t) => [t, [4]] as const
  ),
  ["WEBHOOKS_UPDATE", [5]],
  ["INVITE_CREATE", [6]],
  ["INVITE_DELETE", [6]],
  ["VOICE_CHANNEL_EFFECT_SEND", [7]],
  ["VOICE_STATE_UPDATE", [7]],
  ["PRESENCE_UPDATE", [8]],
  ...["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"].map((t) => [t, [9], 12] as const),
  ["MESSAGE_DELETE_BULK", [9]],
  ...["ADD", "REMOVE", "REMOVE_ALL", "REMOVE_EMOJI"].map((kind) => [`MESSAGE_REACTION_${kind}`, [10], 13] as const),
  ["TYPING_START", [11], 14],
  ...["CREATE", "UPDATE", "DELETE", "USER_ADD", "USER_REMOVE"].map(
    (kind) => [`GUILD_SCHEDULED_EVENT_${kind}`, [16]] as const
  ),
  ...["CREATE", "UPDATE", "DELETE"].map((kind) => [`AUTO_MODERATION_RULE_${kind}`, [20]] as const),
  ["AUTO_MODERATION_ACTION_EXECUTION", [21]],
  ["MESSAGE_POLL_VOTE_ADD", [24], 25],
  ["MESSAGE_POLL_VOTE_REMOVE", [24], 25],
  // These belong to no intent, and are always sent.
  ...["VOICE_SERVER_UPDATE", "INTERACTION_CREATE", "ENTITLEMENT_CREATE", "USER_UPDATE"].map((t) => [t, []] as const)
]

const guildId = "4194304"
const botId = "7"
const journal = new Journal({ now: () => 0, signal: new Signal(), limit: 1 })
const makeSession = (intents: number) =>
  new Session({
    id: "1",
    shardId: 0,
    shardCount: 1,
    intents,
    identify: {},
    botId,
    journal,
    replayLimit: 100
  })

const passes = (session: Session, t: string, guildId: string | undefined): boolean => {
  const before = session.seq
  session.offer(t, {}, guildId)
  return session.seq > before
}

describe("events", () => {
  it("pass with one of their intents, and with no other", () => {
    const wrong: Array<string> = []
    for (const [t, inGuild, direct] of events) {
      for (const bit of everything) {
        const session = makeSession(1 << bit)
        if (passes(session, t, guildId) !== (inGuild.length === 0 || inGuild.includes(bit))) wrong.push(`${t} ${bit}`)
        if (direct !== undefined && passes(session, t, undefined) !== (direct === bit)) wrong.push(`direct ${t} ${bit}`)
      }
    }
    assert.deepStrictEqual(wrong, [])
  })

  it("about the bot's own member need no intent", () => {
    const session = makeSession(0)
    session.offer("GUILD_MEMBER_UPDATE", { user: { id: botId } }, guildId)
    session.offer("GUILD_MEMBER_UPDATE", { user: { id: "5" } }, guildId)
    assert.strictEqual(session.seq, 1)
  })

  it("have no content of messages without MESSAGE_CONTENT, but for Discord's exceptions", () => {
    const full = {
      author: { id: "5", bot: false },
      content: "hello",
      embeds: [{}],
      attachments: [{}],
      components: [{}],
      poll: {},
      mentions: [],
      message_snapshots: [{ message: { content: "hello" } }]
    }
    const seen = (overrides: object, intents: number) => {
      const session = makeSession(intents)
      session.offer("MESSAGE_CREATE", { ...full, ...overrides }, guildId)
      return session.since(0)?.[0]?.d
    }
    const { poll: _, ...rest } = full
    const empty = { content: "", embeds: [], attachments: [], components: [] }
    const hidden = { ...rest, ...empty, message_snapshots: [{ message: empty }] }
    assert.deepStrictEqual(seen({}, bits(9)), hidden)
    // Other bots and webhooks are others, too.
    assert.deepStrictEqual(seen({ author: { id: "6", bot: true } }, bits(9)), {
      ...hidden,
      author: { id: "6", bot: true }
    })
    for (const shown of [
      [{}, bits(9, 15)],
      [{ author: { id: botId, bot: true } }, bits(9)],
      [{ content: `<@${botId}> hello` }, bits(9)],
      [{ mentions: [{ id: botId }] }, bits(9)],
      [{}, bits(12), "direct"]
    ] as const) {
      const [overrides, intents, where] = shown
      const found = makeSession(intents)
      found.offer("MESSAGE_CREATE", { ...full, ...overrides }, where === undefined ? guildId : undefined)
      assert.deepStrictEqual(found.since(0)?.[0]?.d, { ...full, ...overrides })
    }
  })
})

describe("GUILD_CREATE", () => {
  it.live("has all members and their presences with GUILD_PRESENCES, and else the bot and those in voice", () =>
    Effect.gen(function* () {
      const discord = yield* make
      yield* discord.user("alice")
      const counts = (intents: number) =>
        Effect.gen(function* () {
          const client: Client = yield* connect(discord)
          yield* client.identify({ intents })
          const { d } = yield* client.event("GUILD_CREATE")
          client.socket.close(1000)
          return [d.members.length, d.presences.length]
        }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* counts(bits(0)), [1, 0])
      assert.deepStrictEqual(yield* counts(bits(0, 8)), [2, 2])
    })
  )
})
