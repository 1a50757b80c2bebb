import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createInflate, createZstdDecompress } from "node:zlib"
import { FakeDiscord } from "../../src/testing/index.ts"
import { call, type Client, connect, identifyData } from "./client.ts"

const make = (options: FakeDiscord.Options = {}) => FakeDiscord.make({ identifyInterval: 0, ...options })

type Discord = FakeDiscord.FakeDiscord["Service"]

const isOp = (op: number) => (frame: { readonly op: number }) => frame.op === op

const resume = (discord: Discord, client: Client, session: string, seq: number) =>
  client.send(6, { token: identifyData(discord).token, session_id: session, seq })

/** A new connection, after a shard was cut and has missed two events. */
const interrupted = (discord: Discord) =>
  Effect.gen(function* () {
    const first = yield* connect(discord)
    const ready = yield* first.identify()
    const { s: seq } = yield* first.event("GUILD_CREATE")
    yield* discord.faults.dropConnection(0)
    yield* first.closed
    for (const n of [1, 2]) yield* discord.dispatch(0, "TYPING_START", { n })
    const client = yield* connect(discord)
    yield* client.take(isOp(10))
    yield* resume(discord, client, ready.d.session_id, seq ?? 0)
    return { client, session: String(ready.d.session_id) }
  })

const upgradeStatus = (client: Client) =>
  Effect.callback<number>((resume) => {
    client.socket.on("unexpected-response", (request, response) => {
      request.destroy()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
  })

describe("upgrades", () => {
  it.live("are refused with a status, on one host", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const fault = yield* discord.faults.upgradeStatus(503, { host: "resume" })
      const main = yield* connect(discord)
      yield* main.take(isOp(10))
      const refused = yield* connect(discord, discord.resumeUrl)
      assert.strictEqual(yield* upgradeStatus(refused), 503)
      const again = yield* connect(discord, discord.resumeUrl)
      yield* again.take(isOp(10))
      assert.strictEqual(yield* fault.hits, 1)
    })
  )

  it.live("are dropped, or never answered", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.dropUpgrade()
      yield* discord.faults.stallUpgrade()
      assert.strictEqual(yield* (yield* connect(discord)).closed, 1006)
      yield* connect(discord)
      const refusals = yield* discord.awaitLog(FakeDiscord.is("UpgradeRefused"), { count: 2 })
      assert.strictEqual(refusals.status, undefined)
      yield* (yield* connect(discord)).take(isOp(10))
    })
  )

  it.live("are refused while a host is down", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const fault = yield* discord.faults.refuseConnections("resume")
      assert.strictEqual(yield* (yield* connect(discord, discord.resumeUrl)).closed, 1006)
      yield* (yield* connect(discord)).take(isOp(10))
      yield* fault.clear
      yield* (yield* connect(discord, discord.resumeUrl)).take(isOp(10))
    })
  )
})

describe("HELLO", () => {
  it.live("is sent late, after op 7, or not at all", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.helloDelay("20 millis")
      yield* discord.faults.op7BeforeHello()
      yield* discord.faults.op7InsteadOfHello()
      yield* discord.faults.closeBeforeHello(4000)
      yield* discord.faults.closeBeforeHello()
      yield* (yield* connect(discord)).take(isOp(10))
      const second = yield* connect(discord)
      yield* second.take(isOp(10))
      assert.deepStrictEqual(
        second.frames.map(({ op }) => op),
        [7, 10]
      )
      const third = yield* connect(discord)
      yield* third.take(isOp(7))
      assert.strictEqual(yield* (yield* connect(discord)).closed, 4000)
      assert.strictEqual(yield* (yield* connect(discord)).closed, 1005)
      const never = yield* discord.faults.helloNever()
      const sixth = yield* connect(discord)
      yield* discord.awaitLog(FakeDiscord.is("Opened"), { count: 6 })
      assert.deepStrictEqual([yield* never.hits, sixth.frames.length, third.frames.length], [1, 0, 1])
    })
  )
})

describe("heartbeats", () => {
  it.live("are acknowledged late or never, or are requested", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const client = yield* connect(discord)
      yield* client.identify()
      const mute = yield* discord.faults.muteAcks({ shard: 0 })
      yield* client.send(1, 1)
      yield* discord.awaitLog(FakeDiscord.is("Heartbeat"))
      yield* mute.clear
      const late = yield* discord.faults.lateAcks("20 millis")
      yield* client.send(1, 2)
      yield* client.take(isOp(11))
      assert.deepStrictEqual([yield* mute.hits, yield* late.hits], [1, 1])
      assert.strictEqual(client.frames.filter(isOp(11)).length, 1)
      yield* discord.faults.requestHeartbeat(0)
      yield* client.take(isOp(1))
    })
  )

  it.live("that are missing end the connection with 4009", () =>
    Effect.gen(function* () {
      const discord = yield* make({ heartbeatInterval: "20 millis" })
      const client = yield* connect(discord)
      assert.strictEqual(yield* client.closed, 4009)
      assert.deepStrictEqual(
        (yield* discord.violations).map(({ rule }) => rule),
        ["no-heartbeat"]
      )
    })
  )

  it.live("are not missing while the process of both sides stands still", () =>
    Effect.gen(function* () {
      const interval = 200
      const discord = yield* make({ heartbeatInterval: interval })
      const client = yield* connect(discord)
      const beat = () => client.socket.send(JSON.stringify({ op: 1, d: null }))
      yield* client.take(isOp(10))
      yield* Effect.acquireRelease(
        Effect.sync(() => setInterval(beat, interval / 4)),
        (beating) => Effect.sync(() => clearInterval(beating))
      )
      for (let pause = 0; pause < 2; pause++) {
        yield* client.take(isOp(11))
        const end = performance.now() + 4 * interval
        while (performance.now() < end);
        // Sent after all that was due meanwhile.
        yield* client.send(1, 7)
        yield* discord.awaitLog(
          FakeDiscord.is("Heartbeat", ({ seq }) => seq === 7),
          { count: pause + 1 }
        )
      }
      assert.deepStrictEqual(yield* discord.violations, [])
    })
  )
})

describe("IDENTIFY", () => {
  it.live("is answered with a close, with op 9, or late", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.closeOnIdentify(4000, { times: 2 })
      yield* discord.faults.closeOnIdentify(undefined)
      yield* discord.faults.invalidSessionOnIdentify(false, { shard: 0 })
      yield* discord.faults.readyDelay("20 millis")
      for (const code of [4000, 4000, 1005]) {
        const client = yield* connect(discord)
        yield* client.send(2, identifyData(discord))
        assert.strictEqual(yield* client.closed, code)
      }
      const client = yield* connect(discord)
      yield* client.send(2, identifyData(discord))
      assert.strictEqual((yield* client.take(isOp(9))).d, false)
      // The same connection can try again.
      const late = yield* discord.faults.guildsDelay("20 millis")
      yield* client.send(2, identifyData(discord))
      yield* client.event("READY")
      yield* client.event("GUILD_CREATE")
      assert.strictEqual(yield* late.hits, 1)
    })
  )

  it.live("is never answered, and its session ends with the connection", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.readyNever()
      const client = yield* connect(discord)
      yield* client.send(2, identifyData(discord))
      yield* discord.awaitLog(FakeDiscord.is("Identify"))
      client.socket.close(4200)
      yield* discord.awaitLog(FakeDiscord.is("SessionEnded"))
      assert.deepStrictEqual(yield* discord.sessions, [])
    })
  )
})

describe("RESUME", () => {
  it.live("is answered with a close, with op 9, or with a late RESUMED", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.closeOnResume(4000)
      const { client, session } = yield* interrupted(discord)
      assert.strictEqual(yield* client.closed, 4000)
      yield* discord.faults.invalidSessionOnResume(true)
      yield* discord.faults.resumedDelay("20 millis")
      const second = yield* connect(discord)
      yield* resume(discord, second, session, 2)
      assert.strictEqual((yield* second.take(isOp(9))).d, true)
      yield* resume(discord, second, session, 2)
      yield* second.event("RESUMED")
      yield* discord.faults.invalidSessionOnResume(false)
      yield* discord.faults.dropConnection(0)
      const third = yield* connect(discord)
      yield* resume(discord, third, session, 4)
      assert.strictEqual((yield* third.take(isOp(9))).d, false)
    })
  )

  it.live("is never answered, although the missed events are replayed", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.resumedNever()
      const { client } = yield* interrupted(discord)
      yield* client.event("TYPING_START")
      yield* client.event("TYPING_START")
      assert.deepStrictEqual((yield* discord.log).filter(FakeDiscord.is("Resumed")), [])
    })
  )

  it.live("leads to a replay with duplicates or with gaps", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.duplicateReplay()
      const { client } = yield* interrupted(discord)
      yield* client.event("RESUMED")
      assert.deepStrictEqual(
        client.frames.filter(isOp(0)).map(({ s }) => s),
        [3, 3, 4, 4, 5]
      )
    }).pipe(
      Effect.andThen(
        Effect.gen(function* () {
          const discord = yield* make()
          yield* discord.faults.gapInReplay()
          const { client } = yield* interrupted(discord)
          yield* client.event("RESUMED")
          assert.deepStrictEqual(
            client.frames.filter(isOp(0)).map(({ s }) => s),
            [3, 5]
          )
        })
      )
    )
  )
})

describe("the session of a RESUME", () => {
  it.live("cannot be resumed after it has expired or has lost events", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.at("resume", { _tag: "Close", code: 4000 }, { times: 2 })
      const { session } = yield* interrupted(discord)
      yield* discord.awaitLog(FakeDiscord.is("Closed"), { count: 2 })
      yield* discord.faults.loseEvents(0)
      yield* discord.faults.clear
      const client = yield* connect(discord)
      yield* resume(discord, client, session, 2)
      assert.strictEqual((yield* client.take(isOp(9))).d, false)
      const again = yield* connect(discord)
      yield* again.identify()
      yield* discord.faults.expireSession(0)
      assert.deepStrictEqual(yield* discord.sessions, [])
    })
  )

  it.live("is taken over from an older, half-open connection", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const first = yield* connect(discord)
      const ready = yield* first.identify()
      yield* discord.faults.pauseSocket(0)
      yield* discord.dispatch(0, "TYPING_START", {})
      const second = yield* connect(discord)
      yield* resume(discord, second, ready.d.session_id, 2)
      yield* second.event("TYPING_START")
      yield* second.event("RESUMED")
      assert.strictEqual(
        first.frames.some(({ t }) => t === "TYPING_START"),
        false
      )
      assert.strictEqual(yield* first.closed, 1006)
    })
  )
})

describe("a running connection", () => {
  it.live("is reset, or gets invalid JSON, broken bytes or any payload", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const client = yield* connect(discord)
      yield* client.identify()
      yield* discord.faults.send(0, { op: 77, d: null, s: null, t: null })
      yield* client.take(isOp(77))
      yield* discord.faults.invalidJson(0)
      assert.strictEqual((yield* client.take(isOp(-1))).d, '{"op":')
      yield* discord.faults.corruptFrame(0)
      yield* discord.faults.reset(0)
      assert.strictEqual(yield* client.closed, 1006)
      assert.strictEqual(client.binary.length, 1)
    })
  )

  it.live("loses its session and token when the token is reset", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const client = yield* connect(discord)
      yield* client.identify()
      yield* discord.faults.resetToken
      assert.strictEqual(yield* client.closed, 4004)
      assert.strictEqual((yield* call(discord, "GET", "/gateway/bot")).status, 401)
    })
  )
})

describe("op 8", () => {
  it.live("is answered with members in chunks", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const alice = yield* discord.user("alice")
      for (let n = 0; n < 1500; n++) yield* discord.user(`user${n}`)
      const client = yield* connect(discord)
      // GUILDS, GUILD_MEMBERS, GUILD_PRESENCES
      yield* client.identify({ intents: 0b100000011 })
      const guild_id = discord.guild.id
      yield* client.send(8, { guild_id, query: "", limit: 0, nonce: "all" })
      const [first, second] = [yield* client.event("GUILD_MEMBERS_CHUNK"), yield* client.event("GUILD_MEMBERS_CHUNK")]
      assert.deepStrictEqual(
        [first, second].map(({ d }) => [d.members.length, d.chunk_index, d.chunk_count, d.nonce]),
        [
          [1000, 0, 2, "all"],
          [502, 1, 2, "all"]
        ]
      )
      yield* client.send(8, { guild_id, user_ids: [alice.id, "1"], presences: true, nonce: "x".repeat(33) })
      const chosen = yield* client.event("GUILD_MEMBERS_CHUNK")
      assert.deepStrictEqual(
        [chosen.d.members[0].user.username, chosen.d.not_found, chosen.d.presences.length, chosen.d.nonce],
        ["alice", ["1"], 1, undefined]
      )
      yield* client.send(8, { guild_id, query: "user1", limit: 5 })
      assert.strictEqual((yield* client.event("GUILD_MEMBERS_CHUNK")).d.members.length, 5)
      // The whole list is requested again, too early.
      yield* client.send(8, { guild_id, query: "", limit: 0, nonce: "again" })
      const limited = yield* client.event("RATE_LIMITED")
      assert.deepStrictEqual([limited.d.opcode, limited.d.meta], [8, { guild_id, nonce: "again" }])
      assert.isAbove(limited.d.retry_after, 25)
    })
  )

  it.live("is rate limited or never answered, while op 31 is answered and op 3 and 4 are recorded", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const client = yield* connect(discord)
      yield* client.identify()
      yield* discord.faults.rateLimitMembers(7)
      const never = yield* discord.faults.membersNever()
      yield* client.send(8, { guild_id: discord.guild.id, query: "a", limit: 1 })
      assert.strictEqual((yield* client.event("RATE_LIMITED")).d.retry_after, 7)
      yield* client.send(8, { guild_id: discord.guild.id, query: "a", limit: 1 })
      yield* client.send(31, { guild_ids: [discord.guild.id] })
      yield* client.event("SOUNDBOARD_SOUNDS")
      assert.strictEqual(yield* never.hits, 1)
      yield* client.send(3, { status: "idle", activities: [], since: null, afk: false })
      yield* client.send(4, { guild_id: discord.guild.id, channel_id: null, self_mute: false, self_deaf: false })
      yield* discord.awaitLog(FakeDiscord.is("Received", ({ op }) => op === 4))
      assert.deepInclude((yield* discord.sessions)[0]?.presence, { status: "idle" })
    })
  )
})

describe("compression", () => {
  const inflated = (kind: string, bytes: number | undefined) =>
    Effect.gen(function* () {
      const discord = yield* make()
      if (bytes !== undefined) yield* discord.faults.splitFrames(bytes)
      const client = yield* connect(discord, undefined, `v=10&encoding=json&compress=${kind}`)
      yield* client.send(2, identifyData(discord))
      yield* discord.awaitLog(FakeDiscord.is("Dispatched", ({ t }) => t === "GUILD_CREATE"))
      const text = "large ".repeat(50_000)
      yield* discord.dispatch(0, "TYPING_START", { text })
      yield* discord.faults.close(0, 4000)
      yield* client.closed
      const stream = kind === "zlib-stream" ? createInflate() : createZstdDecompress()
      const chunks: Array<Buffer> = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      for (const part of client.binary) {
        yield* Effect.callback<void>((resume) => void stream.write(part, () => resume(Effect.void)))
      }
      stream.destroy()
      const all = Buffer.concat(chunks).toString()
      assert.strictEqual(all.split('"op":').length - 1, 4)
      assert.include(all, text)
      assert.isTrue(all.startsWith('{"t":null,"s":null,"op":10'))
      return client.binary.length
    })

  for (const kind of ["zlib-stream", "zstd-stream"]) {
    it.live(`${kind} is one stream per connection`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* inflated(kind, undefined), 4)
        assert.isAbove(yield* inflated(kind, 100), 10)
      })
    )
  }
})

describe("REST", () => {
  const path = "/users/@me"
  const route = "GET /users/:user"

  it.live("fails, is rate limited, late or reset, as often as wanted", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.restStatus(route, 502, { times: 2 })
      yield* discord.faults.restRateLimit(/^GET \/users/, 1.5, { scope: "global" })
      yield* discord.faults.restDelay(route, "20 millis")
      yield* discord.faults.restReset(route)
      yield* discord.faults.gatewayBotStatus(500)
      assert.strictEqual((yield* call(discord, "GET", "/gateway/bot")).status, 500)
      assert.strictEqual((yield* call(discord, "GET", path)).status, 502)
      assert.strictEqual((yield* call(discord, "GET", path)).status, 502)
      const limited = yield* call(discord, "GET", path)
      assert.deepStrictEqual([limited.status, limited.body.retry_after, limited.body.global], [429, 1.5, true])
      assert.strictEqual((yield* call(discord, "GET", path)).status, 200)
      assert.strictEqual((yield* Effect.exit(call(discord, "GET", path)))._tag, "Failure")
      assert.strictEqual((yield* call(discord, "GET", path)).body.username, "fake-bot")
    })
  )

  it.live("fails for a request as users write it: with values in place of names, and with other names", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      const others = [
        yield* discord.faults.restStatus("GET /users/1145999999999999999", 502),
        yield* discord.faults.restStatus("GET /users/@me/guilds", 502),
        yield* discord.faults.restStatus("GET /:users/@me", 502)
      ]
      const means = [
        yield* discord.faults.restStatus("GET /users/@me", 502),
        yield* discord.faults.restStatus("GET /users/:id", 503)
      ]
      assert.strictEqual((yield* call(discord, "GET", path)).status, 502)
      assert.strictEqual((yield* call(discord, "GET", path)).status, 503)
      assert.strictEqual((yield* call(discord, "GET", path)).status, 200)
      assert.deepStrictEqual(yield* Effect.all(others.map(({ hits }) => hits)), [0, 0, 0])
      assert.deepStrictEqual(yield* Effect.all(means.map(({ hits }) => hits)), [1, 1])
    })
  )

  it.live("is blocked by the edge, without any of Discord's headers", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.restEdge(route, 429)
      yield* discord.faults.restEdge(route, 429, { form: "json", retryAfter: 2 })
      yield* discord.faults.restEdge(route, 429, { form: "date" })
      yield* discord.faults.restEdge(route, 403, { form: "empty" })
      const answers = yield* Effect.forEach([1, 2, 3, 4, 5], () =>
        Effect.promise(async () => {
          const answer = await fetch(`${discord.apiUrl}/v10${path}`, {
            headers: { authorization: `Bot ${Redacted.value(discord.token)}` }
          })
          const { headers, status } = answer
          assert.strictEqual(
            [...headers.keys()].some((name) => name.startsWith("x-ratelimit")),
            status === 200
          )
          return [status, headers.get("retry-after"), (await answer.text()).slice(0, 9)]
        })
      )
      assert.deepStrictEqual(answers.slice(0, 4), [
        [429, null, "<!DOCTYPE"],
        [429, null, '{"message'],
        [429, "Wed, 21 Oct 2015 07:28:00 GMT", "<!DOCTYPE"],
        [403, null, ""]
      ])
      assert.strictEqual(answers[4]?.[0], 200)
    })
  )

  it.live("hangs until the client gives up", () =>
    Effect.gen(function* () {
      const discord = yield* make()
      yield* discord.faults.restHang(route)
      const waiting = yield* Effect.forkChild(call(discord, "GET", path))
      const request = yield* discord.awaitLog(FakeDiscord.is("Request"))
      assert.strictEqual(request.status, undefined)
      assert.strictEqual(waiting.pollUnsafe(), undefined)
    })
  )
})
