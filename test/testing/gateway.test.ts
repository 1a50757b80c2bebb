import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call, connect, identifyData } from "./client.ts"

const closedAs = (
  open: (client: Effect.Success<ReturnType<typeof connect>>) => Effect.Effect<unknown>,
  options: FakeDiscord.Options = {}
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(options)
    const client = yield* connect(discord)
    yield* client.take((frame) => frame.op === 10)
    yield* open(client)
    const code = yield* client.closed
    const violations = yield* discord.violations
    return [code, violations.map(({ rule }) => rule)]
  }).pipe(Effect.scoped)

describe("a session", () => {
  it.live("begins with HELLO, READY and the guilds of its shard", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ shards: 2, heartbeatInterval: "10 seconds" })
      const second = yield* discord.addGuild("second", { shard: 1 })
      const client = yield* connect(discord)
      const ready = yield* client.identify({ shard: [1, 2] })
      assert.strictEqual(client.frames[0]?.d.heartbeat_interval, 10_000)
      assert.strictEqual(ready.s, 1)
      assert.strictEqual(ready.d.resume_gateway_url, discord.resumeUrl)
      assert.deepStrictEqual(ready.d.shard, [1, 2])
      const guild = yield* client.event("GUILD_CREATE")
      assert.deepStrictEqual([guild.s, guild.d.id, guild.d.name], [2, second.id, "second"])
      yield* client.send(1, 2)
      yield* client.take((frame) => frame.op === 11)
      const heartbeat = yield* discord.awaitLog(FakeDiscord.is("Heartbeat"))
      assert.deepStrictEqual([heartbeat.shardId, heartbeat.seq], [1, 2])
    })
  )

  it.live("is resumed with the events that it missed", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const first = yield* connect(discord)
      const ready = yield* first.identify()
      const guild = yield* first.event("GUILD_CREATE")
      yield* discord.faults.dropConnection(0)
      assert.strictEqual(yield* first.closed, 1006)
      yield* discord.dispatch(0, "TYPING_START", { n: 1 })
      yield* discord.dispatch(0, "TYPING_START", { n: 2 })
      const second = yield* connect(discord, ready.d.resume_gateway_url)
      const { token } = identifyData(discord)
      yield* second.send(6, { token, session_id: ready.d.session_id, seq: guild.s })
      yield* second.event("RESUMED")
      const events = second.frames.filter((frame) => frame.op === 0)
      assert.deepStrictEqual(
        events.map((frame) => [frame.s, frame.t]),
        [
          [3, "TYPING_START"],
          [4, "TYPING_START"],
          [5, "RESUMED"]
        ]
      )
      const resumed = yield* discord.awaitLog(FakeDiscord.is("Resumed"))
      assert.strictEqual(resumed.replayed, 2)
      assert.strictEqual((yield* discord.awaitLog(FakeDiscord.is("Opened"), { count: 2 })).host, "resume")
    })
  )

  for (const code of [1000, 1001]) {
    it.live(`ends when the client closes with ${code}`, () =>
      Effect.gen(function* () {
        const discord = yield* FakeDiscord.make()
        const first = yield* connect(discord)
        const ready = yield* first.identify()
        first.socket.close(code)
        const closed = yield* discord.awaitLog(FakeDiscord.is("Closed"))
        assert.deepStrictEqual([closed.code, closed.by], [code, "client"])
        assert.deepStrictEqual(yield* discord.sessions, [])
        const second = yield* connect(discord)
        const { token } = identifyData(discord)
        yield* second.send(6, { token, session_id: ready.d.session_id, seq: 1 })
        assert.strictEqual((yield* second.take((frame) => frame.op === 9)).d, false)
      })
    )
  }
})

describe("a session after a close", () => {
  it.live("stays resumable when the client closes with another code, and when the server sends op 7 or op 9 true", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const client = yield* connect(discord)
      const ready = yield* client.identify()
      yield* discord.faults.reconnect(0)
      yield* client.take((frame) => frame.op === 7)
      client.socket.close(4200)
      yield* discord.awaitLog(FakeDiscord.is("Closed"))
      const second = yield* connect(discord)
      const { token } = identifyData(discord)
      yield* second.send(6, { token, session_id: ready.d.session_id, seq: 2 })
      yield* second.event("RESUMED")
      yield* discord.faults.invalidSession(0, true)
      assert.strictEqual((yield* second.take((frame) => frame.op === 9)).d, true)
      yield* second.send(6, { token, session_id: ready.d.session_id, seq: 3 })
      yield* second.event("RESUMED")
      yield* discord.faults.invalidSession(0, false)
      assert.strictEqual((yield* second.take((frame) => frame.op === 9)).d, false)
      assert.deepStrictEqual(yield* discord.sessions, [])
    })
  )
})

describe("a session that is not connected", () => {
  it.live("keeps a limited number of events for a RESUME", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ replayLimit: 2 })
      const first = yield* connect(discord)
      const ready = yield* first.identify()
      yield* first.event("GUILD_CREATE")
      yield* discord.faults.dropConnection(0)
      for (const n of [1, 2, 3]) yield* discord.dispatch(0, "TYPING_START", { n })
      const second = yield* connect(discord)
      const { token } = identifyData(discord)
      yield* second.send(6, { token, session_id: ready.d.session_id, seq: 2 })
      assert.strictEqual((yield* second.take((frame) => frame.op === 9)).d, false)
    })
  )
})

describe("IDENTIFY", () => {
  it.live("is spaced per key of max_concurrency", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ shards: 3, maxConcurrency: 2, identifyInterval: "1 minute" })
      yield* (yield* connect(discord)).identify({ shard: [0, 3] })
      yield* (yield* connect(discord)).identify({ shard: [1, 3] })
      const third = yield* connect(discord)
      yield* third.send(2, identifyData(discord, { shard: [2, 3] }))
      assert.strictEqual((yield* third.take((frame) => frame.op === 9)).d, false)
      const violations = yield* discord.violations
      assert.deepStrictEqual(
        violations.map(({ rule, shardId }) => [rule, shardId]),
        [["identify-spacing", 2]]
      )
      const keys = (yield* discord.log).filter(FakeDiscord.is("Identify")).map(({ accepted, key }) => [key, accepted])
      assert.deepStrictEqual(keys, [
        [0, true],
        [1, true],
        [0, false]
      ])
    })
  )

  it.live("has a budget, beyond which all sessions end and the token is reset", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ identifyInterval: 0, sessionStartLimit: { total: 5, remaining: 1 } })
      const first = yield* connect(discord)
      yield* first.identify()
      const { body } = yield* call(discord, "GET", "/gateway/bot")
      assert.deepStrictEqual([body.session_start_limit.total, body.session_start_limit.remaining], [5, 0])
      const second = yield* connect(discord)
      yield* second.send(2, identifyData(discord))
      assert.strictEqual(yield* second.closed, 4004)
      assert.strictEqual(yield* first.closed, 4004)
      assert.strictEqual((yield* call(discord, "GET", "/gateway/bot")).status, 401)
    })
  )
})

describe("a close code", () => {
  it.live("is sent for every broken rule", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make()
      const identify = (overrides: object) => (client: Effect.Success<ReturnType<typeof connect>>) =>
        client.send(2, identifyData(discord, overrides))
      const table = [
        [yield* closedAs(identify({ token: "wrong" })), 4004, "authentication-failed"],
        [yield* closedAs(identify({ shard: [1, 1] })), 4010, "invalid-shard"],
        [yield* closedAs(identify({ shard: [0, 1] }), { minShards: 2 }), 4011, "sharding-required"],
        [yield* closedAs(identify({ intents: 1 << 30 })), 4013, "invalid-intents"],
        [yield* closedAs(identify({ intents: 2 }), { disallowedIntents: 2 }), 4014, "disallowed-intents"],
        [yield* closedAs((client) => client.send(3, {})), 4003, "not-authenticated"],
        [yield* closedAs((client) => client.send(99, {})), 4001, "unknown-opcode"],
        [yield* closedAs((client) => client.sendRaw("{")), 4002, "invalid-payload"],
        [yield* closedAs((client) => client.sendRaw("x".repeat(4097))), 4002, "payload-size"],
        [
          yield* closedAs((client) => Effect.forEach([1, 2, 3], () => client.send(1, null)), { sendLimit: 2 }),
          4008,
          "send-limit"
        ],
        [
          yield* closedAs((client) => Effect.forEach([1, 2], () => client.send(2, identifyData(discord)))),
          4005,
          "already-authenticated"
        ]
      ] as const
      for (const [found, code, rule] of table) assert.deepStrictEqual(found, [code, [rule]])
    })
  )

  it.live("can be chosen by a fault", () =>
    Effect.gen(function* () {
      const discord = yield* FakeDiscord.make({ identifyInterval: 0 })
      for (const code of [4000, 4008, 4009, 4014, 4999]) {
        const client = yield* connect(discord)
        yield* client.identify()
        yield* discord.faults.close(0, code)
        assert.strictEqual(yield* client.closed, code)
        const entry = yield* discord.awaitLog(FakeDiscord.is("Closed", (each) => each.code === code))
        assert.strictEqual(entry.by, "server")
      }
      const client = yield* connect(discord)
      yield* client.identify()
      yield* discord.faults.close(0)
      assert.strictEqual(yield* client.closed, 1005)
    })
  )
})
